//! The files of one Dockerfile's context, and where a stage has them.

use std::collections::BTreeMap;

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::values::path::clean;
use dockfit_rewrite::context::{CopiedFile, Taken, mounted, taken};
use dockfit_rewrite::{Dockerfile, Project, RelPath};

use dockfit_shell::Lookup;

use crate::build_context::BuildContext;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;

/// A context as it reaches the engine, its files in their order.
pub(super) struct Tree<'p> {
    context: BuildContext<'p>,
}

impl<'p> Tree<'p> {
    /// The context of `dockerfile`.
    pub(super) fn of(project: &'p Project, dockerfile: &Dockerfile) -> Result<Self, Refusal> {
        let mut context = BuildContext::of(project, dockerfile)?;
        context.files.sort();
        Ok(Self { context })
    }

    /// The name of the ignore file, whether or not there is one.
    pub(super) fn ignore_name(&self) -> &str {
        self.context.ignore_file.as_ref().map_or(".dockerignore", RelPath::file_name)
    }

    /// The text of a file of the context.
    fn text(&self, path: &str) -> Option<String> {
        self.context.text(path)
    }

    /// Whether a path of the context would not reach the engine if it were there.
    pub(super) fn excludes(&self, path: &str) -> bool {
        self.context.leaves_out(path)
    }

    /// What an instruction copies or mounts.
    pub(super) fn taken(&self, dockerfile: &Dockerfile, instruction: usize) -> Taken {
        taken(dockerfile, instruction, &self.context.files)
    }

    /// What the bind mounts of a RUN show.
    pub(super) fn mounted(&self, dockerfile: &Dockerfile, instruction: usize) -> Taken {
        mounted(dockerfile, instruction, &self.context.files)
    }
}

/// Where in a stage the files of the context are, up to some instruction.
#[derive(Clone, Default)]
pub(super) struct View {
    /// By path in the image: the paths in the context and the instructions that copied them, the last one last.
    files: BTreeMap<String, Vec<(String, usize)>>,
}

impl View {
    /// What an instruction copies.
    pub(super) fn add(&mut self, copied: &[CopiedFile], instruction: usize) {
        for file in copied {
            self.files.entry(file.target.clone()).or_default().push((file.source.clone(), instruction));
        }
    }

    /// The instruction that a file of the image comes from.
    pub(super) fn provider(&self, path: &str) -> Option<usize> {
        self.files.get(path)?.last().map(|(_, instruction)| *instruction)
    }

    /// Whether the same file is there without what the instructions `without` copy.
    pub(super) fn is_given_without(&self, path: &str, without: &[usize]) -> bool {
        let Some(copies) = self.files.get(path) else { return false };
        let other = copies.iter().rfind(|(_, instruction)| !without.contains(instruction));
        let last = copies.last();
        matches!((other, last), (Some((other, _)), Some((last, _))) if other == last)
    }
}

/// What a command finds around it, beside files.
pub(super) trait Surroundings {
    /// A variable of the build.
    fn variable(&self, name: &str) -> Lookup;

    /// Whether a RUN of the file says `words`.
    fn says(&self, words: &str) -> bool;
}

impl Surroundings for Step<'_> {
    fn variable(&self, name: &str) -> Lookup {
        Step::variable(self, name)
    }

    fn says(&self, words: &str) -> bool {
        let found = self.document().instructions();
        found.iter().any(|found| found.keyword() == Keyword::Run && found.text.as_str().contains(words))
    }
}

/// A folder of the image in which a command runs, with the files of the context that are there.
#[derive(Clone)]
pub(super) struct Folder<'v> {
    pub(super) tree: &'v Tree<'v>,
    pub(super) view: &'v View,
    /// The RUN that it runs in.
    pub(super) step: &'v dyn Surroundings,
    /// Absolute.
    pub(super) path: String,
}

impl<'v> Folder<'v> {
    /// The absolute path that `relative` means here.
    pub(super) fn at(&self, relative: &str) -> String {
        let whole =
            if relative.starts_with('/') { relative.to_owned() } else { format!("{}/{relative}", self.path) };
        clean(&format!("/{whole}"))
    }

    /// A variable as `call`, which runs here, finds it.
    pub(super) fn variable(&self, call: &Call<'_>, name: &str) -> Lookup {
        call.own_variable(name).unwrap_or_else(|| self.step.variable(name))
    }

    /// Whether a RUN of the file says `words`.
    pub(super) fn stage_says(&self, words: &str) -> bool {
        self.step.says(words)
    }

    /// The folder `relative`, seen from here.
    pub(super) fn folder(&self, relative: &str) -> Self {
        Self { path: self.at(relative), ..self.clone() }
    }

    /// Whether the context has a file there.
    pub(super) fn has(&self, relative: &str) -> bool {
        self.view.files.contains_key(&self.at(relative))
    }

    /// Its text.
    pub(super) fn text(&self, relative: &str) -> Option<String> {
        let (source, _) = self.view.files.get(&self.at(relative))?.last()?;
        self.tree.text(source)
    }

    /// Those of `names` that are there, as absolute paths.
    pub(super) fn present(&self, names: &[&str]) -> Vec<String> {
        names.iter().filter(|name| self.has(name)).map(|name| self.at(name)).collect()
    }

    /// The files below `relative`, by their paths from here.
    pub(super) fn below(&self, relative: &str) -> Vec<&'v str> {
        let folder = self.at(relative);
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let own = format!("{}/", self.path.trim_end_matches('/'));
        let range = self.view.files.range(prefix.clone()..);
        range
            .map(|(path, _)| path.as_str())
            .take_while(|path| path.starts_with(&prefix))
            .filter_map(|path| path.strip_prefix(&own))
            .collect()
    }
}
