//! What is taken from a stage.

use dockfit_dockerfile::model::{Base, CopiedSource, Origin, Stage, Taker};
use dockfit_dockerfile::operation::{MountKind, Operation};
use dockfit_dockerfile::values::path::clean;

use super::{Brought, otherwise};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;

/// Something that is taken from the stage.
pub(super) struct Taken {
    /// The instruction.
    pub(super) index: usize,
    pub(super) how: Brought,
    pub(super) source: String,
    /// Where that is, or what it is copied into.
    pub(super) target: String,
}

/// All that is taken from a stage.
pub(super) fn taken(build: &Step<'_>, stage: &Stage) -> Result<Vec<Taken>, Refusal> {
    let model = build.model();
    let mut all = Vec::new();
    for other in model.stages() {
        if other.base == Base::Stage(stage.index) {
            return Err(otherwise("another stage is built on the one with the wheels"));
        }
        for take in other.takes.iter().filter(|take| take.from == Origin::Stage(stage.index)) {
            let Taker::Instruction(index) = take.by else {
                return Err(otherwise("a deferred instruction takes from the stage of the wheels"));
            };
            let unclear = || {
                let line = build.line_of(index);
                otherwise(format!("it cannot be told what line {line} takes from the stage of the wheels"))
            };
            if take.copied {
                all.extend(copied(build, index).ok_or_else(unclear)?);
            } else if !all.iter().any(|taken: &Taken| taken.index == index) {
                all.extend(mounted(build, index, stage).ok_or_else(unclear)?);
            }
        }
    }
    Ok(all)
}

/// What a COPY takes from another stage.
fn copied(build: &Step<'_>, index: usize) -> Option<Vec<Taken>> {
    let model = build.model();
    let Some(Operation::Copy(copy)) = model.operation(index) else { return None };
    let copied = model.copied(build.document(), index)?;
    if copy.parents || !copy.exclude.is_empty() {
        return None;
    }
    let destination = copied.destination.as_known()?.to_string();
    let sources = copied.sources.iter().map(|source| {
        let CopiedSource::Path(path) = source else { return None };
        let path = path.as_known()?;
        let folder = path.strip_suffix("/*").or_else(|| path.strip_suffix("/*.whl"));
        let source = clean(&format!("/{}", folder.unwrap_or(path)));
        let target = clean(&format!("/{destination}"));
        (!source.contains(['*', '?', '['])).then_some(Taken {
            index,
            how: Brought::Copied(index),
            source,
            target,
        })
    });
    sources.collect()
}

/// What the mounts of a RUN show of a stage.
fn mounted(build: &Step<'_>, index: usize, stage: &Stage) -> Option<Vec<Taken>> {
    let model = build.model();
    let instruction = build.document().instructions().get(index)?;
    let flags = instruction.command.flags.iter().enumerate().filter(|(_, flag)| flag.name() == "mount");
    let mut all = Vec::new();
    for ((flag, _), mount) in flags.zip(model.mounts(index)) {
        let mount = mount.as_ref()?;
        let from = mount.from.as_deref().unwrap_or_default();
        let by_name = stage.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(from));
        if !by_name && from.parse::<usize>() != Ok(stage.index) {
            continue;
        }
        let target = mount.target.as_deref().filter(|target| target.starts_with('/'))?;
        if mount.kind != MountKind::Bind {
            return None;
        }
        let source = clean(&format!("/{}", mount.source.as_deref().unwrap_or_default()));
        all.push(Taken { index, how: Brought::Mounted(flag), source, target: clean(target) });
    }
    Some(all)
}
