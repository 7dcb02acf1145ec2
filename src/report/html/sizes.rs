//! What a build sends and makes, as far as the files tell.

use std::collections::HashMap;

use dockfit_rewrite::context::{DockerIgnore, context_files, ignore_file};
use dockfit_rewrite::{Context, Dockerfile, FileSource as _, Project, RelPath};

use super::graph::layer_count;

/// Files of a context that reach the engine, and their bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) files: usize,
    pub(super) bytes: u64,
}

/// Contexts that were counted: Dockerfiles of one project share them.
#[derive(Default)]
pub(super) struct Contexts(HashMap<(RelPath, Option<RelPath>), Option<Sent>>);

impl Contexts {
    /// What a build of `file` sends; nothing where it cannot be told.
    pub(super) fn sent(&mut self, file: &Dockerfile, project: &Project) -> Option<Sent> {
        let Context::Known(context) = file.context() else { return None };
        let path = ignore_file(file.path(), context, project);
        let key = (context.clone(), path.clone());
        *self.0.entry(key).or_insert_with(|| {
            let ignore = match &path {
                None => DockerIgnore::default(),
                Some(path) => DockerIgnore::parse(&project.read(path).ok()??).ok()?,
            };
            let files = context_files(context, &ignore, project).ok()?;
            let bytes =
                files.iter().filter_map(|file| context.join(file)).map(|path| project.size(&path)).sum();
            Some(Sent { files: files.len(), bytes })
        })
    }
}

/// Layers that this file adds to the image that a build makes by default.
pub(super) fn layers(file: &Dockerfile) -> Option<usize> {
    let model = file.model();
    let target = model.target()?;
    Some(model.lineage(target.index).map(|stage| layer_count(file.document(), stage)).sum())
}

/// In words, in powers of a thousand.
#[allow(clippy::cast_precision_loss, reason = "to be read")]
pub(super) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
