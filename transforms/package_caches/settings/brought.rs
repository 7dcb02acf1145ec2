//! Which settings files come into an image.

use std::collections::BTreeSet;

use dockfit_dockerfile::model::CopiedSource;
use dockfit_dockerfile::operation::Operation;
use dockfit_rewrite::context::{Reach, Taken, local_sources, taken, within};
use dockfit_rewrite::{Context, Project, RelPath};
use dockfit_shell::Lookup;

use super::Brought;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::package_caches::manager::{Manager, Spot};
use crate::package_caches::managers::MANAGERS;
use crate::package_caches::usage;

/// The files that are looked for.
pub(super) struct Asked {
    /// By their names.
    pub(super) names: BTreeSet<&'static str>,
    /// By their paths in the image, whatever they are called.
    pub(super) paths: BTreeSet<String>,
}

impl Asked {
    fn is_meant(&self, path: &str) -> bool {
        self.paths.contains(path) || path.rsplit('/').next().is_some_and(|name| self.names.contains(name))
    }
}

/// The paths that variables name for commands.
pub(super) fn named_by_variables(steps: &Steps<'_>) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for step in steps.all() {
        for call in step.calls() {
            let Some((manager, _)) = usage::manager(call) else { continue };
            for spot in manager.files.iter().flat_map(|file| file.read) {
                let Spot::NamedBy(variable) = spot else { continue };
                if let Lookup::Set(path) = usage::value(step, call, variable) {
                    paths.insert(path);
                }
            }
        }
    }
    paths
}

/// The rows of the table, and what else goes by the same names.
pub(super) fn tables() -> impl Iterator<Item = &'static Manager> {
    MANAGERS.iter().flat_map(|manager| {
        [Some(*manager), manager.edition.as_ref().map(|edition| edition.row)].into_iter().flatten()
    })
}

/// Files that a COPY has as here-documents.
pub(super) fn written_there(steps: &Steps<'_>, asked: &Asked) -> Vec<Brought> {
    let (model, document) = (steps.model(), steps.dockerfile().document());
    let mut all = Vec::new();
    for index in 0..document.instructions().len() {
        let (Some(copied), Some(stage)) = (model.copied(document, index), model.stage_of(index)) else {
            continue;
        };
        let Some(destination) = copied.destination.as_known() else { continue };
        for source in &copied.sources {
            let CopiedSource::Text { name, text } = source else { continue };
            let folder = destination.ends_with('/') || copied.sources.len() > 1;
            let target = if folder {
                format!("{}/{name}", destination.trim_end_matches('/'))
            } else {
                destination.to_owned()
            };
            let known = text.as_known().filter(|_| asked.is_meant(&target));
            if let Some(text) = known {
                all.push(Brought { stage: stage.index, instruction: index, target, text: text.to_owned() });
            }
        }
    }
    all
}

/// Files that COPY and ADD take out of the context.
pub(super) fn out_of_the_context(
    project: &Project,
    steps: &Steps<'_>,
    asked: &Asked,
) -> Option<Vec<Brought>> {
    let dockerfile = steps.dockerfile();
    let Context::Known(context) = dockerfile.context() else { return None };
    let sources = local_sources(dockerfile);
    if sources.is_empty() {
        return None;
    }
    // Below a folder that is copied, those that commands are started in.
    let mut below: BTreeSet<String> = BTreeSet::from([String::new()]);
    for folder in steps.all().flat_map(Step::calls).filter_map(|call| call.folder.as_deref()) {
        let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for start in 0..parts.len() {
            below.extend((start + 1..=parts.len()).map(|end| format!("{}/", parts[start..end].join("/"))));
        }
    }
    let mut candidates: BTreeSet<String> = BTreeSet::new();
    let mut looked: BTreeSet<String> = BTreeSet::new();
    for source in sources.iter().map(|source| within(&source.path)) {
        let above = source.rsplit_once('/').map_or("", |(above, _)| above);
        for folder in [above, source.as_str()] {
            let slash = if folder.is_empty() { "" } else { "/" };
            for below in &below {
                let folder = format!("{folder}{slash}{below}");
                if looked.insert(folder.clone()) {
                    candidates.extend(lying_in(project, context, &folder, &asked.names));
                }
            }
        }
        if !asked.paths.is_empty() || asked.is_meant(&format!("/{source}")) {
            candidates.insert(source);
        }
    }
    if candidates.is_empty() {
        return None;
    }
    let reach = Reach::of(dockerfile, context, project).ok()?;
    let candidates: Vec<String> = candidates.into_iter().filter(|path| reach.reaches(path)).collect();
    let mut all = Vec::new();
    for index in 0..dockerfile.document().instructions().len() {
        let Some(Operation::Copy(_) | Operation::Add(_)) = dockerfile.model().operation(index) else {
            continue;
        };
        let Some(stage) = dockerfile.model().stage_of(index) else { continue };
        let Taken::Files(files) = taken(dockerfile, index, &candidates) else { continue };
        for file in files {
            if !asked.is_meant(&file.target) {
                continue;
            }
            let Some(bytes) = context.join(&file.source).and_then(|path| project.read(&path).ok().flatten())
            else {
                continue;
            };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            all.push(Brought { stage: stage.index, instruction: index, target: file.target, text });
        }
    }
    Some(all)
}

/// The files of these names in a folder of the context; `folder` ends with a slash, or is the context.
fn lying_in(project: &Project, context: &RelPath, folder: &str, names: &BTreeSet<&str>) -> Vec<String> {
    let listed = context.join(folder.trim_end_matches('/')).and_then(|folder| project.list(&folder).ok());
    let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
    let files = listed.unwrap_or_default().into_iter().filter(|name| names.contains(name.as_str()));
    files.map(|name| format!("{folder}{slash}{name}")).collect()
}
