//! Who reads a folder later: what lies in a mount is not in the image.

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::{Base, Model, Origin};
use dockfit_dockerfile::operation::{Copy, Operation};

use super::Refusal;
use super::path::{Reach, overlaps};
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
    let last = folder.rsplit('/').next().unwrap_or(folder);
    let steps = Step::all(step.dockerfile, &[last]);
    let Some(later) = steps.iter().find(|later| later.index == index) else { return false };
    later.calls().iter().any(|call| {
        !matches!(call.program.as_str(), "rm" | "mkdir" | "ls" | "du" | "echo" | "printf")
            && call.args.iter().any(|arg| arg.reach(folder) == Reach::Inside)
    })
}
