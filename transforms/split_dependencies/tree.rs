//! The files of the context that an install reads.

use dockfit_dockerfile::Keyword;
use dockfit_python::MARK;
use dockfit_rewrite::context::{CopiedFile, Taken, mounted, taken};
use dockfit_rewrite::{Dockerfile, Project, RelPath};

use super::plan::{Found, Install, What};
use crate::build_context::BuildContext;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// The context of a Dockerfile, beside the Dockerfile.
pub(crate) struct Tree<'p> {
    pub(super) context: BuildContext<'p>,
    pub(super) dockerfile: &'p Dockerfile,
}

/// A COPY or ADD from the context, with the files that it brings.
pub(super) struct Copied {
    pub(super) index: usize,
    pub(super) files: Vec<CopiedFile>,
}

impl<'p> Tree<'p> {
    pub(crate) fn of(project: &'p Project, dockerfile: &'p Dockerfile) -> Result<Self, Refusal> {
        Ok(Self { context: BuildContext::of(project, dockerfile)?, dockerfile })
    }

    /// What the COPY or ADD with this index brings from the context; `None` for other instructions, and where that cannot
    /// be told.
    pub(super) fn copied(&self, index: usize) -> Option<Copied> {
        let instruction = self.dockerfile.document().instructions().get(index)?;
        if !matches!(instruction.keyword(), Keyword::Copy | Keyword::Add) {
            return None;
        }
        match taken(self.dockerfile, index, &self.context.files) {
            Taken::Files(files) => Some(Copied { index, files }),
            Taken::Nothing | Taken::Unknown(_) => None,
        }
    }

    /// The file that the image has at `path` when `step` runs: the last copy of it in its stage or those below.
    pub(super) fn find(&self, step: &Step<'_>, path: &str) -> Option<Found> {
        step.stages().find_map(|stage| {
            let stage = self.dockerfile.model().stages().get(stage)?;
            let before = stage.instructions.clone().filter(|index| *index < step.index);
            before.rev().find_map(|index| {
                let files = self.copied(index)?.files;
                let found = files.into_iter().rfind(|file| file.target == path)?;
                Some(Found { source: found.source, brought_by: index })
            })
        })
    }

    /// The file that the step's own bind mounts show at `path`.
    fn mounted(&self, step: &Step<'_>, path: &str) -> Option<Found> {
        let Taken::Files(files) = mounted(self.dockerfile, step.index, &self.context.files) else {
            return None;
        };
        let found = files.into_iter().find(|file| file.target == path)?;
        Some(Found { source: found.source, brought_by: step.index })
    }

    /// The file that the image, or a bind mount of the step, has at `path`.
    pub(crate) fn brought(&self, step: &Step<'_>, path: &str) -> Option<Found> {
        self.mounted(step, path).or_else(|| self.find(step, path))
    }

    /// What `install` reads: its requirements file, or the manifest of its project.
    pub(super) fn found(
        &self,
        steps: &Steps<'_>,
        step: &Step<'_>,
        install: &Install,
    ) -> Result<Found, Refusal> {
        let missing = |what: &str| {
            let text = format!("no COPY of this stage brings `{what}` from the context");
            Refusal::new("file-unknown", text, "copy it by name, directly before the step")
        };
        match &install.what {
            What::Wheels { folder } => Err(missing(folder)),
            What::Requirements { path, .. } => {
                self.mounted(step, path).or_else(|| self.find(step, path)).ok_or_else(|| missing(path))
            }
            What::Locked { managed, folder } => {
                let path = format!("{folder}/{}", managed.files().0).replace("//", "/");
                self.brought(step, &path).ok_or_else(|| missing(&path))
            }
            What::Exported { managed, export } => {
                let path = format!("{}/{}", export.folder, managed.files().0).replace("//", "/");
                let by = steps.at(export.by);
                by.and_then(|by| self.find(by, &path)).ok_or_else(|| missing(&path))
            }
            What::Project { folder, .. } => {
                let manifests = ["pyproject.toml", "setup.cfg"];
                let found = manifests
                    .iter()
                    .find_map(|name| self.find(step, &format!("{folder}/{name}").replace("//", "/")));
                found.ok_or_else(|| missing(&format!("{folder}/pyproject.toml").replace("//", "/")))
            }
        }
    }

    /// The text of a file of the context.
    pub(crate) fn text(&self, source: &str) -> Option<String> {
        self.context.text(source)
    }

    /// The files of a folder of the context.
    pub(super) fn files_in(&self, folder: &str) -> impl Iterator<Item = &str> {
        let parent = |path: &str| path.rsplit_once('/').map_or(0, |(parent, _)| parent.len());
        let inside = move |path: &&String| path.starts_with(folder) && parent(path) == folder.len();
        self.context.files.iter().filter(inside).map(String::as_str)
    }

    /// Whether the file was made by an earlier split.
    pub(super) fn is_made(&self, source: &str) -> bool {
        self.text(source).is_some_and(|text| text.trim_start_matches('\u{feff}').starts_with(MARK))
    }

    /// The ignore file, and the lines to add for these files of the context to get in.
    pub(super) fn let_in(&self, sources: &[&str]) -> Option<(RelPath, Vec<String>)> {
        let left_out = |source: &&&str| self.context.leaves_out(source);
        let lines: Vec<String> = sources.iter().filter(left_out).map(|source| format!("!{source}")).collect();
        (!lines.is_empty()).then(|| self.context.ignore_file.clone().map(|file| (file, lines)))?
    }
}
