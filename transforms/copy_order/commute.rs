//! Whether copies may move behind an install: they do the same there, and the install the same without them.

use std::collections::BTreeMap;

use dockfit_dockerfile::RawWord;
use dockfit_dockerfile::operation::{Copy, MountKind, Operation, Source};
use dockfit_rewrite::Dockerfile;
use dockfit_rewrite::context::Taken;

use super::manifest::{Copied, is_setting};
use super::segment::{Planned, Segment};
use super::tree::{Tree, View};
use super::{MANIFESTS_FIRST, destination};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;
use crate::dockerfiles::File;

/// Checks all that stands against moving `movers` behind the step of `planned`.
pub(super) fn check(
    file: &File<'_>,
    tree: &Tree<'_>,
    view: &View,
    segment: &Segment,
    planned: &Planned,
    movers: &[usize],
    mounted: &Taken,
) -> Result<(), Refusal> {
    let dockerfile = file.dockerfile;
    let moved: Vec<&Copied> = movers.iter().filter_map(|at| segment.copies.get(*at)).collect();
    for index in moved.iter().map(|copied| copied.index).chain([planned.step]) {
        if dockerfile.is_ignored(index, planned.info.id) || dockerfile.is_ignored(index, MANIFESTS_FIRST.id) {
            let text = "a comment above the instruction keeps this pass away";
            return Err(Refusal::new("ignored", text, "remove the comment"));
        }
        let exact =
            dockerfile.document().instructions().get(index).is_some_and(|found| found.text.is_exact());
        if !exact {
            return Err(Refusal::from(dockfit_rewrite::surgery::CannotEdit::NotText));
        }
    }
    if let Some(refusal) = planned.installs.split.as_ref().and_then(|split| split.refusal.clone()) {
        return Err(refusal);
    }
    mounts(planned, mounted)?;
    for copied in &moved {
        same_words(dockerfile, copied, planned.step)?;
        if let Some(file) = copied.files.iter().find(|file| is_setting(&file.target)) {
            let line = dockerfile.document().line_of(copied.index);
            let text = format!("line {line} also copies `{}`, which the install may read", file.target);
            return Err(Refusal::new(
                "settings",
                text,
                "copy that file before the install by a line of its own",
            ));
        }
        if planned.installs.paths.iter().any(|path| copied.reaches(path)) {
            let text = "the step also touches what would move behind it";
            return Err(Refusal::new("touches-source", text, "give the install a RUN of its own"));
        }
    }
    stay_in_order(dockerfile, segment, planned, movers)?;
    for (_, install, _) in &planned.installs.found {
        for written in &install.writes {
            not_overwritten(dockerfile, tree, &moved, written)?;
        }
        for folder in &install.folders {
            if segment.copies.iter().all(|copied| !copied.reaches(folder)) && view.provider(folder).is_some()
            {
                return Err(Refusal::new("not-understood", "a folder is a file", "copy it first by hand"));
            }
        }
    }
    Ok(())
}

/// A bind mount that shows more than manifests makes the step depend on the source, wherever a COPY stands.
fn mounts(planned: &Planned, mounted: &Taken) -> Result<(), Refusal> {
    let shows_more = match mounted {
        Taken::Nothing => false,
        Taken::Files(files) => {
            let copied = Copied { index: planned.step, files: files.clone(), named: false, whole: false };
            !planned.installs.found.iter().any(|(_, install, _)| copied.is_for(install))
        }
        Taken::Unknown(_) => true,
    };
    if shows_more {
        let text = "the step has the source in a bind mount";
        return Err(Refusal::new("bind-mount", text, "mount the manifests alone"));
    }
    Ok(())
}

/// The words of a copy mean the same behind the step.
fn same_words(dockerfile: &Dockerfile, copied: &Copied, step: usize) -> Result<(), Refusal> {
    let model = dockerfile.model();
    let (Some(Operation::Copy(copy) | Operation::Add(copy)), document) =
        (model.operation(copied.index), dockerfile.document())
    else {
        return Ok(());
    };
    let line = document.line_of(copied.index);
    let sources = copy.sources.iter().map(Source::word);
    if sources.clone().any(|word| word.text.contains('$')) {
        let text = format!("a variable names what line {line} copies");
        return Err(Refusal::new("variable", text, "write the path itself"));
    }
    if copy.sources.iter().any(|source| matches!(source, Source::Heredoc { .. })) {
        let text = format!("line {line} also copies a here-document");
        return Err(Refusal::new("heredoc", text, "give the here-document a COPY of its own"));
    }
    let words = sources.chain([&copy.destination]).chain(&copy.chown).chain(&copy.chmod);
    let differs =
        |word: &RawWord| model.expand(copied.index, &word.text).ok() != model.expand(step, &word.text).ok();
    if words.into_iter().any(differs) {
        let text = format!("a variable that line {line} uses is set again before the install");
        return Err(Refusal::new("variable", text, "set it before the COPY"));
    }
    destination::at(dockerfile, copied.index, step)?;
    Ok(())
}

/// Copies that stay must not write the same files as those that pass them.
fn stay_in_order(
    dockerfile: &Dockerfile,
    segment: &Segment,
    planned: &Planned,
    movers: &[usize],
) -> Result<(), Refusal> {
    let Some(first) = movers.first() else { return Ok(()) };
    let mut moved: BTreeMap<&str, &str> = BTreeMap::new();
    for (at, copied) in
        segment.copies.iter().enumerate().skip(*first).filter(|(_, copied)| copied.index < planned.step)
    {
        for file in &copied.files {
            if movers.contains(&at) {
                moved.insert(&file.target, &file.source);
            } else if moved.get(file.target.as_str()).is_some_and(|source| *source != file.source) {
                let line = dockerfile.document().line_of(copied.index);
                let text = format!("line {line} writes `{}` over what would move behind it", file.target);
                return Err(Refusal::new("overwrites", text, "copy that file behind the source"));
            }
        }
    }
    Ok(())
}

/// What the install writes must not be written over by what is copied behind it: not now, and not where someone has
/// installed in the context itself.
fn not_overwritten(
    dockerfile: &Dockerfile,
    tree: &Tree<'_>,
    moved: &[&Copied],
    written: &str,
) -> Result<(), Refusal> {
    for copied in moved {
        let there = copied.files.iter().any(|file| is_inside(&file.target, written));
        let sources = sources_of(dockerfile, copied.index, written);
        let open = sources.iter().find(|source| !tree.excludes(source));
        let Some(path) = open.cloned().or_else(|| there.then(|| written.trim_start_matches('/').to_owned()))
        else {
            continue;
        };
        let name = written.rsplit('/').next().unwrap_or(written);
        let pattern = if path.contains('/') { format!("**/{name}") } else { path.clone() };
        let text = format!(
            "`{path}` is not left out by {}: the COPY behind the install would put a local one over what was installed",
            tree.ignore_name()
        );
        let way_out = format!("add `{pattern}` to {} (the pass dockerignore does)", tree.ignore_name());
        return Err(Refusal::new("not-ignored", text, way_out));
    }
    Ok(())
}

/// The paths of the context that a copy would put at `written`, if they were there.
fn sources_of(dockerfile: &Dockerfile, index: usize, written: &str) -> Vec<String> {
    let model = dockerfile.model();
    let Some(copied) = model.copied(dockerfile.document(), index) else { return Vec::new() };
    let Some(target) = copied.destination.as_known() else { return Vec::new() };
    let target = target.trim_end_matches("/.").trim_end_matches('/');
    let Some(rest) = written.strip_prefix(target).and_then(|rest| rest.strip_prefix('/')) else {
        return Vec::new();
    };
    let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index) else {
        return Vec::new();
    };
    let folders = copy.sources.iter().filter_map(|source| match source {
        Source::Path(word) => model.expand(index, &word.text).ok(),
        Source::Heredoc { .. } => None,
    });
    folders
        .map(|word| {
            // `--parents` keeps what stands behind the pivot.
            let pivot = word.text.split_once("/./").map_or("", |(base, _)| base);
            let from = if copy.parents { pivot } else { &word.text };
            let parts: Vec<&str> = from.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
            // Of a pattern such as `*` the folders' content is copied, not the folders.
            let folder = parts.join("/");
            if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") }
        })
        .filter(|path| !path.contains(['*', '?', '[']))
        .collect()
}

/// Whether a RUN keeps something in a cache mount.
pub(super) fn has_cache_mount(dockerfile: &Dockerfile, step: usize) -> bool {
    dockerfile.model().mounts(step).iter().flatten().any(|mount| mount.kind == MountKind::Cache)
}

/// The folder of the image that a COPY fills with a folder of the context, as far as the words alone can tell.
pub(super) fn copied_folder(dockerfile: &Dockerfile, index: usize) -> Option<String> {
    let model = dockerfile.model();
    let (Operation::Copy(Copy { from: None, sources, .. })
    | Operation::Add(Copy { from: None, sources, .. })) = model.operation(index)?
    else {
        return None;
    };
    let whole = sources
        .iter()
        .any(|source| matches!(source, Source::Path(word) if word.text.trim_matches(['.', '/']).is_empty()));
    let copied = model.copied(dockerfile.document(), index)?;
    let target = copied.destination.as_known()?.trim_end_matches('.').trim_end_matches('/').to_owned();
    whole.then_some(target)
}
