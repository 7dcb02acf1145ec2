//! Files that a manager exports of its lock, and pip installs: `poetry export -o requirements.txt && pip install -r
//! requirements.txt`, in one step, in two, in a pipe, or by way of another stage.

use dockfit_dockerfile::model::{CopiedSource, Origin, Taker};
use dockfit_dockerfile::values::path::clean;
use dockfit_shell::Step as At;
use dockfit_shell::ast::RedirectKind;

use super::place::within;
use super::words::not_understood;
use super::{read_call, words};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{As, Call};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::split_dependencies::managers::{Export, PROGRAMS};
use crate::split_dependencies::plan::{Exported, Install, What};

/// The install of an exported file in a step, if it has one; why it cannot be split, if that is so.
pub(in crate::split_dependencies) fn read_exported(
    steps: &Steps<'_>,
    step: &Step<'_>,
) -> Option<Result<Install, Refusal>> {
    let call = step.calls().iter().find(|call| words(call).is_some())?;
    let Ok(install) = read_call(step, call)? else { return None };
    let What::Requirements { word, path } = &install.what else { return None };
    let path = (word != "-" && path != "/dev/stdin").then(|| path.clone());
    let found = find(steps, step, call, path.as_deref())?;
    Some(found.and_then(|(export, exported)| {
        if call.is_in_branch() || call.user != As::Same {
            let text = "the install does not run in each build, or runs as somebody else";
            return Err(Refusal::new("not-alone", text, "give the install a RUN of its own"));
        }
        let program = if call.program == "uv" { "uv" } else { "pip" };
        let managed = export.installed_by(without_operand(step, call, &install)?);
        let what = What::Exported { managed, export: exported };
        let (no_deps, require_hashes) = (false, false);
        Ok(Install { what, operand: 0..0, root: None, no_deps, require_hashes, program, parts: Vec::new() })
    }))
}

type Found = Result<(Export, Exported), Refusal>;

/// The export that makes the file at `path`, or what the install reads from a pipe.
fn find(steps: &Steps<'_>, step: &Step<'_>, install: &Call<'_>, path: Option<&str>) -> Option<Found> {
    let Some(path) = path else {
        let found = install.located().ok()?;
        let Some(At::Pipeline { pipeline, index }) = found.path.last() else { return None };
        let before = step.calls().iter().find(|call| {
            call.located().is_ok_and(|other| match other.path.last() {
                Some(At::Pipeline { pipeline: same, index: at }) => {
                    std::ptr::eq(*same, *pipeline) && at + 1 == *index
                }
                _ => false,
            })
        })?;
        return Some(Export::of(before)?.map(|export| with_place(export, step.index, None)));
    };
    if let Some(found) = made_by(steps, step, path, step.index + 1) {
        return Some(found.map(|(export, by)| with_place(export, by, None)));
    }
    let (copy, stage, source) = copied_from(step, path)?;
    let last = steps
        .all()
        .filter(|other| steps.model().stage_of(other.index).is_some_and(|found| found.index == stage))
        .last()?;
    let found = made_by(steps, last, &source, last.index + 1)?;
    Some(found.map(|(export, by)| with_place(export, by, Some(copy))))
}

fn with_place(export: Export, by: usize, copied_by: Option<usize>) -> (Export, Exported) {
    let folder = export.folder.clone();
    (export, Exported { folder, by, copied_by })
}

/// The export that writes `path` in the stage of `step`, or those below, before the instruction `end`; an error where
/// something else may change the file.
fn made_by(
    steps: &Steps<'_>,
    step: &Step<'_>,
    path: &str,
    end: usize,
) -> Option<Result<(Export, usize), Refusal>> {
    let stages: Vec<usize> = step.stages().collect();
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut found: Option<Result<(Export, usize), Refusal>> = None;
    let own = |other: &&Step<'_>| {
        other.index < end
            && other.mentions(&[name])
            && steps.model().stage_of(other.index).is_some_and(|stage| stages.contains(&stage.index))
    };
    for other in steps.all().filter(own) {
        for call in other.calls() {
            let export = if PROGRAMS.contains(&call.program.as_str()) { Export::of(call) } else { None };
            match export {
                Some(Ok(export)) if written(call, &export).as_deref() == Some(path) => {
                    found = Some(Ok((export, other.index)));
                }
                Some(Err(refusal))
                    if call.args.iter().any(|arg| arg.text.ends_with(name)) || redirected(call).is_some() =>
                {
                    found = Some(Err(refusal));
                }
                _ if found.is_some() && words(call).is_none() && names(call, name) => {
                    let text = format!("`{}` may change the file that is exported", call.program);
                    found = Some(Err(Refusal::new("not-alone", text, "install the file as it is exported")));
                }
                _ => {}
            }
        }
    }
    found
}

fn names(call: &Call<'_>, name: &str) -> bool {
    // What deletes it behind the install is no matter.
    call.program != "rm" && call.args.iter().any(|arg| arg.text.contains(name))
}

/// The path that an export writes.
fn written(call: &Call<'_>, export: &Export) -> Option<String> {
    let target = export.output.clone().or_else(|| redirected(call));
    within(call.folder.as_deref(), &target?)
}

/// Where the output goes with `>`.
fn redirected(call: &Call<'_>) -> Option<String> {
    let mut redirects = call.command().redirects.iter();
    let found = redirects.find(|redirect| {
        redirect.descriptor.is_none()
            && matches!(redirect.operator, RedirectKind::Output | RedirectKind::Clobber)
    })?;
    found.target.as_ref()?.value().map(str::to_owned)
}

/// The COPY before `step` that brings `path` from another stage of the file: its index, the stage, the path there.
fn copied_from(step: &Step<'_>, path: &str) -> Option<(usize, usize, String)> {
    let model = step.model();
    let own = model.stage_of(step.index)?;
    own.takes.iter().rev().find_map(|take| {
        let (Taker::Instruction(index), Origin::Stage(from)) = (&take.by, &take.from) else { return None };
        if *index >= step.index || !take.copied {
            return None;
        }
        let copied = model.copied(step.document(), *index)?;
        let destination = copied.destination.as_known()?;
        copied.sources.iter().find_map(|source| {
            let CopiedSource::Path(value) = source else { return None };
            let source = clean(&format!("/{}", value.as_known()?));
            let name = source.rsplit('/').next()?;
            let target = clean(&format!("/{destination}"));
            let into = clean(&format!("/{destination}/{name}"));
            (target == path || into == path).then(|| (*index, *from, source.clone()))
        })
    })
}

/// The words of an install without those that name its file.
fn without_operand(step: &Step<'_>, call: &Call<'_>, install: &Install) -> Result<String, Refusal> {
    let found = call.located()?;
    let script = step.script().ok_or_else(|| not_understood(&call.program))?;
    let operand = &install.operand;
    let all = found.command.words.iter();
    let kept = all.filter(|word| word.range.end <= operand.start || word.range.start >= operand.end);
    let mut words: Vec<&str> = kept.map(|word| script.slice(&word.range)).collect();
    words.retain(|word| !matches!(*word, "--no-deps" | "--require-hashes"));
    Ok(words.join(" "))
}
