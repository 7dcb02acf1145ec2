//! One side of a trial: a context and a Dockerfile in a scratch folder, ready to be built.

use std::path::{Path, PathBuf};

use dockfit_dockerfile::{DirectiveName, Document};
use dockfit_engine::Frontend;
use dockfit_rewrite::{Context, Dockerfile, Project, RelPath, context};

use super::copy;
use crate::interrupt;
use crate::problem::{Problem, ProblemKind};
use crate::project::Draft;

/// A context and a Dockerfile in the scratch folder.
#[derive(Debug)]
pub(crate) struct Side {
    /// `before`, `after`.
    pub(crate) name: String,
    /// The folder that is sent.
    pub(crate) context: PathBuf,
    /// The Dockerfile, outside of the context.
    pub(crate) dockerfile: PathBuf,
    /// What its `# syntax=` line names.
    pub(crate) frontend: Option<String>,
}

/// Where a Dockerfile stands in a project.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Which Dockerfile of the project.
    pub(crate) index: usize,
    /// The folder that its build sends.
    pub(crate) folder: RelPath,
}

impl Site {
    /// The site of the Dockerfile with this index.
    pub(crate) fn of(draft: &Draft, index: usize) -> Result<Self, Problem> {
        let Some(member) = draft.members.get(index) else {
            return Err(Problem::new(ProblemKind::Path, "there is no such Dockerfile"));
        };
        match &member.context {
            Context::Known(folder) => Ok(Self { index, folder: folder.clone() }),
            Context::Unknown(why) => {
                let problem = Problem::new(ProblemKind::Path, format!("its context cannot be told: {why}"));
                Err(problem.in_file(draft.shown(&member.path)).help("name it with --context"))
            }
        }
    }

    /// The Dockerfile in a project.
    pub(crate) fn dockerfile<'p>(&self, project: &'p Project) -> Option<&'p Dockerfile> {
        project.dockerfiles().get(self.index)
    }
}

/// Makes the sides of one Dockerfile.
pub(crate) struct Maker<'a> {
    /// The Dockerfile, as it is shown.
    pub(crate) shown: String,
    /// Where the copies go.
    pub(crate) scratch: &'a Path,
    pub(crate) frontend: Frontend,
}

impl Maker<'_> {
    /// Copies the context, with these files as `project` has them.
    pub(crate) fn side(
        &self,
        name: &str,
        project: &Project,
        site: &Site,
        changed: &[RelPath],
    ) -> Result<Side, Problem> {
        let folder = &site.folder;
        let here = self.scratch.join(name);
        let context = here.join("context");
        let unwritten = |error: &std::io::Error| self.unwritten(error);
        std::fs::create_dir_all(&here).map_err(|error| unwritten(&error))?;
        copy::folder(&folder.on_disk(project.root()), &context).map_err(|error| unwritten(&error))?;
        for path in changed {
            let Some(inside) = path.strip_prefix(folder) else { continue };
            if let Ok(Some(bytes)) = project.read(path) {
                copy::put(&context.join(inside), &bytes).map_err(|error| unwritten(&error))?;
            }
        }
        let Some(file) = site.dockerfile(project) else {
            return Err(Problem::new(ProblemKind::Path, "there is no such Dockerfile"));
        };
        let dockerfile = here.join("dockerfile").join(file.path().file_name());
        let (text, frontend) = self.text(file.document());
        copy::put(&dockerfile, &text).map_err(|error| unwritten(&error))?;
        // An ignore file of this Dockerfile's own is looked for beside it.
        let ignore = context::ignore_file(file.path(), folder, project);
        let own = ignore.filter(|path| path.file_name() != ".dockerignore");
        if let Some((path, Ok(Some(bytes)))) = own.map(|path| (path.clone(), project.read(&path))) {
            let beside = here.join("dockerfile").join(path.file_name());
            copy::put(&beside, &bytes).map_err(|error| unwritten(&error))?;
        }
        Ok(Side { name: name.to_owned(), context, dockerfile, frontend })
    }

    /// The text that is built, and the frontend that reads it.
    fn text(&self, document: &Document) -> (Vec<u8>, Option<String>) {
        let directive = document.directive(DirectiveName::Syntax);
        let source = document.source();
        match (directive, self.frontend) {
            (Some(directive), Frontend::Builtin) => {
                let mut text = source.to_vec();
                text.drain(directive.span.range());
                (text, None)
            }
            (directive, _) => (source.to_vec(), directive.map(|directive| directive.value.clone())),
        }
    }

    fn unwritten(&self, error: &std::io::Error) -> Problem {
        let what = if interrupt::is_asked() { "interrupted".to_owned() } else { error.to_string() };
        let message = format!("a scratch copy of its context cannot be made: {what}");
        let problem = Problem::new(ProblemKind::Write, message).in_file(self.shown.as_str());
        problem.help("make room, or set TMPDIR to a folder that has some")
    }
}
