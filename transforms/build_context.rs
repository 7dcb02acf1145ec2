//! The build context of a Dockerfile as the engine gets it.

use dockfit_rewrite::context::{DockerIgnore, context_files, ignore_file};
use dockfit_rewrite::{Context, Dockerfile, Project, RelPath};

use crate::cache_mounts::Refusal;

/// A context: what its ignore file lets through.
pub(crate) struct BuildContext<'p> {
    pub(crate) project: &'p Project,
    /// The folder.
    pub(crate) folder: RelPath,
    /// The ignore file that counts, if there is one.
    pub(crate) ignore_file: Option<RelPath>,
    ignore: DockerIgnore,
    /// The files, by their paths from the folder.
    pub(crate) files: Vec<String>,
}

impl<'p> BuildContext<'p> {
    /// That of `dockerfile`; refused where it is not known, or cannot be read.
    pub(crate) fn of(project: &'p Project, dockerfile: &Dockerfile) -> Result<Self, Refusal> {
        let mut context = Self::without_files(project, dockerfile)?;
        context.files = context_files(&context.folder, &context.ignore, project)
            .map_err(|error| unreadable(&error.to_string()))?;
        Ok(context)
    }

    /// As [`BuildContext::of`], with those of `paths` alone that are there: the folder is not walked.
    pub(crate) fn of_paths(
        project: &'p Project,
        dockerfile: &Dockerfile,
        paths: impl IntoIterator<Item = String>,
    ) -> Result<Self, Refusal> {
        let mut context = Self::without_files(project, dockerfile)?;
        let is_there = |path: &String| {
            let file = context.folder.join(path).and_then(|path| project.read(&path).ok().flatten());
            file.is_some() && !context.leaves_out(path)
        };
        let mut files: Vec<String> = paths.into_iter().filter(is_there).collect();
        files.sort();
        files.dedup();
        context.files = files;
        Ok(context)
    }

    fn without_files(project: &'p Project, dockerfile: &Dockerfile) -> Result<Self, Refusal> {
        let folder = match dockerfile.context() {
            Context::Known(context) => context.clone(),
            Context::Unknown(why) => {
                let text = format!("its context cannot be told: {why}");
                return Err(Refusal::new("context-unknown", text, "name it with --context"));
            }
        };
        let ignore_file = ignore_file(dockerfile.path(), &folder, project);
        let ignore = match &ignore_file {
            None => DockerIgnore::default(),
            Some(path) => {
                let bytes = project.read(path).map_err(|error| unreadable(&error.to_string()))?;
                let bytes = bytes.unwrap_or_default();
                DockerIgnore::parse(&bytes).map_err(|error| unreadable(&error.to_string()))?
            }
        };
        Ok(Self { project, folder, ignore_file, ignore, files: Vec::new() })
    }

    /// The text of one of its files.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let bytes = self.project.read(&self.folder.join(path)?).ok()??;
        String::from_utf8(bytes.to_vec()).ok()
    }

    /// Whether a path would not reach the engine if it were there.
    pub(crate) fn leaves_out(&self, path: &str) -> bool {
        self.ignore.leaves_out(path).unwrap_or(false)
    }
}

fn unreadable(error: &str) -> Refusal {
    Refusal::new("no-context", format!("the context cannot be read: {error}"), "mend the file")
}
