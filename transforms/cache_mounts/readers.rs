//! Who reads a folder later: what lies in a mount is not in the image.

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::{Base, Model, Origin};
use dockfit_dockerfile::operation::{Copy, Operation};

use super::Refusal;
use super::emptying::DEEP;
use super::path::{Reach, is_inside, overlaps};
use super::step::Step;

/// The refusal, if a later step, another stage or another image reads `folder` as `step` leaves it.
pub(crate) fn later_reader(step: &Step<'_>, folder: &str) -> Option<Refusal> {
    let model = step.model();
    let stage = model.stage_of(step.index)?.index;
    let heirs = heirs(model, stage);
    let document = step.document();
    for (index, instruction) in document.instructions().iter().enumerate() {
        let Some(at) = model.stage_of(index) else { continue };
        let line = document.position(instruction.span.start).line;
        if mounts_from(model, index, folder, &heirs) {
            return Some(read_later(folder, line, "a mount of the RUN"));
        }
        if at.index == stage && index < step.index && puts_into(model, index, folder) {
            let text = format!("line {line} puts files into `{folder}`; a mount would hide them");
            return Some(Refusal::new("cache-filled", text, "put them elsewhere"));
        }
        if let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index)
            && copies_from(model, index, copy, &heirs)
        {
            let reads = copy.sources.iter().any(|source| {
                let word = source.word();
                let path =
                    model.expand(index, &word.text).map_or_else(|_| word.text.clone(), |found| found.text);
                // A copy of the whole file system wants the system, not the caches in it.
                !path.trim_matches('/').is_empty() && overlaps(&format!("/{path}"), folder)
            });
            if reads {
                return Some(read_later(folder, line, "the COPY"));
            }
        }
        let later = heirs.contains(&at.index) && (at.index != stage || index > step.index);
        if later && instruction.keyword() == Keyword::Run && reads_in_run(step, index, folder) {
            return Some(read_later(folder, line, "the RUN"));
        }
    }
    None
}

fn read_later(folder: &str, line: usize, what: &str) -> Refusal {
    Refusal::new(
        "cache-used-later",
        format!("{what} in line {line} reads `{folder}`; in a mount it would not be in the image"),
        "keep what is needed in another folder",
    )
}

/// The stage and all that build on it.
fn heirs(model: &Model, stage: usize) -> Vec<usize> {
    let mut heirs = vec![stage];
    for later in model.stages().iter().filter(|later| later.index > stage) {
        if let Base::Stage(below) = later.base
            && heirs.contains(&below)
        {
            heirs.push(later.index);
        }
    }
    heirs
}

/// Whether a RUN mounts something of the folder out of one of `stages`.
fn mounts_from(model: &Model, index: usize, folder: &str, stages: &[usize]) -> bool {
    model.mounts(index).iter().flatten().any(|mount| {
        let from = mount.from.as_deref().and_then(|name| model.stage_named(name));
        let source = mount.source.as_deref().unwrap_or("/");
        from.is_some_and(|from| stages.contains(&from.index))
            && !source.trim_matches('/').is_empty()
            && overlaps(&format!("/{source}"), folder)
    })
}

/// Whether a COPY or ADD writes into the folder.
fn puts_into(model: &Model, index: usize, folder: &str) -> bool {
    let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index) else { return false };
    let word = &copy.destination.text;
    let path = model.expand(index, word).map_or_else(|_| word.clone(), |found| found.text);
    path.starts_with('/') && is_inside(&path, folder)
}

fn copies_from(model: &Model, index: usize, copy: &Copy, stages: &[usize]) -> bool {
    if copy.from.is_none() {
        return false;
    }
    let Some(stage) = model.stage_of(index) else { return false };
    stage.takes.iter().any(|take| {
        matches!(take.by, dockfit_dockerfile::model::Taker::Instruction(by) if by == index)
            && matches!(take.from, Origin::Stage(from) if stages.contains(&from))
    })
}

/// Whether a command of that RUN names something in the folder, other than to delete it.
fn reads_in_run(step: &Step<'_>, index: usize, folder: &str) -> bool {
    // Who reads the folder, or takes it along from above, names the folder above it.
    let above = folder.rsplit_once('/').map_or(folder, |(above, _)| above);
    let name = above.rsplit('/').next().filter(|name| name.starts_with('.')).unwrap_or(above);
    let Some(later) = Step::at(step.dockerfile, index, &[name]) else { return false };
    later.calls().iter().any(|call| {
        // The commands of a script that stands in the RUN are among the calls.
        !call.has_own_script()
            && !matches!(call.program.as_str(), "rm" | "mkdir" | "ls" | "du" | "echo" | "printf")
            && call.args.iter().any(|arg| match arg.reach(folder) {
                Reach::Inside => true,
                Reach::Around => DEEP.contains(&call.program.as_str()) && !arg.is_root(),
                Reach::Outside => arg.mentions(folder),
            })
    })
}
