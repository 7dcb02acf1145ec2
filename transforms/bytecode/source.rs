//! The application's own Python source in the final stage: where it lies, and which files of the context it is.

use std::collections::BTreeMap;

use dockfit_dockerfile::model::{CopiedSource, Model};
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::values::path::clean;
use dockfit_rewrite::Dockerfile;
use dockfit_rewrite::context::{CopiedFile, Taken, taken};

use crate::build_context::BuildContext;
use crate::cache_mounts::path::is_inside;

/// Where a step finds what it needs and the application does not: for files that may go at any time (Filesystem Hierarchy
/// Standard 3.0, `/tmp`, `/var/tmp`).
const PASSING: &[&str] = &["/tmp", "/var/tmp"];

/// What a stage has of the application's source.
#[derive(Default, Debug)]
pub(crate) struct Source {
    /// The folders and files of the image that hold it; none lies in another.
    pub(crate) roots: Vec<String>,
    /// The instruction that brings the last of it.
    pub(crate) last: usize,
    /// Its files: their paths in the image and in the context.
    pub(crate) files: BTreeMap<String, String>,
    /// Why not all of it is known.
    pub(crate) unknown: Option<&'static str>,
}

impl Source {
    /// What a stage holds at its end.
    pub(crate) fn of(dockerfile: &Dockerfile, stage: usize, context: &BuildContext<'_>) -> Self {
        let model = dockerfile.model();
        let mut found = Self::default();
        for index in of_lineage(model, stage) {
            let copied = match model.operation(index) {
                Some(Operation::Copy(copy) | Operation::Add(copy)) if copy.from.is_some() => {
                    from_stage(dockerfile, context, index)
                }
                Some(Operation::Copy(_) | Operation::Add(_)) => taken(dockerfile, index, &context.files),
                _ => continue,
            };
            match copied {
                Taken::Nothing => {}
                Taken::Unknown(why) => found.unknown = found.unknown.or(Some(why)),
                Taken::Files(files) => found.add(&files, index),
            }
        }
        found.roots.sort();
        found.roots.dedup();
        let all = found.roots.clone();
        found.roots.retain(|root| !all.iter().any(|other| other != root && is_inside(root, other)));
        found
    }

    fn add(&mut self, files: &[CopiedFile], index: usize) {
        let is_source = |file: &&CopiedFile| {
            file.target.rsplit('.').next() == Some("py")
                && !file.target.contains("-packages/")
                && !PASSING.iter().any(|folder| is_inside(&file.target, folder))
        };
        for file in files.iter().filter(is_source) {
            let root = file.target.strip_suffix(&file.below).map(|root| root.trim_end_matches('/'));
            self.roots.push(root.map_or_else(|| file.target.clone(), str::to_owned));
            self.files.insert(file.target.clone(), file.source.clone());
            self.last = index;
        }
    }
}

/// The instructions of a stage and of those below it, the lowest first.
pub(crate) fn of_lineage(model: &Model, stage: usize) -> impl Iterator<Item = usize> {
    let mut stages: Vec<_> = model.lineage(stage).collect();
    stages.reverse();
    stages.into_iter().flat_map(|stage| stage.instructions.clone())
}

/// What a COPY takes of a stage that has it from the context.
pub(crate) fn from_stage(dockerfile: &Dockerfile, context: &BuildContext<'_>, index: usize) -> Taken {
    let model = dockerfile.model();
    let Some(Operation::Copy(copy)) = model.operation(index) else { return Taken::Nothing };
    let Some(from) = copy.from.as_ref() else { return Taken::Nothing };
    let by_number = from.text.parse::<usize>().ok().and_then(|number| model.stages().get(number));
    let Some(stage) = by_number.or_else(|| model.stage_named(&from.text)) else { return Taken::Nothing };
    let Some(copied) = model.copied(dockerfile.document(), index) else {
        return Taken::Unknown("its words cannot be expanded");
    };
    let Some(destination) = copied.destination.as_known().map(clean) else {
        return Taken::Unknown("a variable names where it copies to");
    };
    let paths: Vec<String> = (copied.sources.iter())
        .filter_map(|source| match source {
            CopiedSource::Path(value) => value.as_known().map(|path| clean(&format!("/{path}"))),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for inner in of_lineage(model, stage.index) {
        let Taken::Files(files) = taken(dockerfile, inner, &context.files) else { continue };
        for file in files {
            let Some(path) = paths.iter().find(|path| is_inside(&file.target, path)) else { continue };
            let rest = file.target.strip_prefix(path.as_str()).unwrap_or_default().trim_start_matches('/');
            let target = match rest {
                "" => destination.clone(),
                rest => format!("{}/{rest}", destination.trim_end_matches('/')),
            };
            let below = if rest.len() < file.below.len() { rest.to_owned() } else { file.below };
            found.push(CopiedFile { source: file.source, target, below });
        }
    }
    if found.is_empty() { Taken::Nothing } else { Taken::Files(found) }
}
