//! Who reads a folder later: what lies in a mount is not in the image.

use dockfit_dockerfile::model::{Model, Origin, Taker};
use dockfit_dockerfile::operation::{Copy, Operation};
use dockfit_dockerfile::values::path::clean;

use super::Refusal;
use super::emptying::DEEP;
use super::path::{Reach, is_inside, overlaps};
use super::step::Step;
use super::steps::Steps;
use crate::by_stage::ByStage;

/// All of a Dockerfile that reads one folder, or fills it.
pub(crate) struct Readers {
    /// RUNs that mount something of it out of a stage, by that stage.
    mounts: ByStage,
    /// COPY and ADD that put files into it.
    fills: ByStage,
    /// COPY and ADD that take something of it out of a stage, by that stage.
    copies: ByStage,
    /// RUNs that name it other than to delete it.
    runs: ByStage,
}

impl Readers {
    /// Those of `folder`.
    pub(super) fn of(steps: &Steps<'_>, folder: &str) -> Self {
        let model = steps.model();
        let count = steps.dockerfile().document().instructions().len();
        let mounts = (0..count).flat_map(|index| mounted_from(model, index, folder));
        let mounts = ByStage::new(model, mounts);
        let fills = ByStage::of(model, (0..count).filter(|index| puts_into(model, *index, folder)));
        let takes = model.stages().iter().flat_map(|stage| &stage.takes);
        let mut pairs: Vec<(usize, usize)> = takes
            .filter_map(|take| match (&take.by, &take.from) {
                (Taker::Instruction(by), Origin::Stage(from)) if copies(model, *by, folder) => {
                    Some((*from, *by))
                }
                _ => None,
            })
            .collect();
        pairs.sort_by_key(|(_, by)| *by);
        let copies = ByStage::new(model, pairs);
        // Who reads the folder, or takes it along from above, names the folder above it.
        let above = folder.rsplit_once('/').map_or(folder, |(above, _)| above);
        let name = above.rsplit('/').next().filter(|name| name.starts_with('.')).unwrap_or(above);
        let runs = steps.where_it_holds(|step| {
            step.instruction.onbuild.is_none() && step.mentions(&[name]) && reads(step, folder)
        });
        Self { mounts, fills, copies, runs }
    }

    /// The refusal of a mount at `folder` for `step`, by the first that reads or fills it.
    pub(super) fn refusal(&self, step: &Step<'_>, folder: &str) -> Option<Refusal> {
        let stage = step.model().stage_of(step.index)?.index;
        let found = [
            (self.mounts.first_from(stage), "a mount of the RUN"),
            (self.fills.first_of(stage).filter(|index| *index < step.index), ""),
            (self.copies.first_from(stage), "the COPY"),
            (self.runs.first_after(stage, step.index), "the RUN"),
        ];
        let first = found.into_iter().filter_map(|(index, what)| Some((index?, what)));
        let (index, what) = first.min_by_key(|(index, _)| *index)?;
        let line = step.line_of(index);
        Some(if what.is_empty() {
            let text = format!("line {line} puts files into `{folder}`; a mount would hide them");
            Refusal::new("cache-filled", text, "put them elsewhere")
        } else {
            let text =
                format!("{what} in line {line} reads `{folder}`; in a mount it would not be in the image");
            Refusal::new("cache-used-later", text, "keep what is needed in another folder")
        })
    }
}

/// The stages out of which the RUN mounts something of the folder, with the RUN.
fn mounted_from(model: &Model, index: usize, folder: &str) -> Vec<(usize, usize)> {
    let mounts = model.mounts(index).iter().flatten();
    let from = mounts.filter_map(|mount| {
        let from = model.stage_named(mount.from.as_deref()?)?;
        let source = mount.source.as_deref().unwrap_or("/");
        let reads = !source.trim_matches('/').is_empty() && overlaps(&format!("/{source}"), folder);
        reads.then_some((from.index, index))
    });
    from.collect()
}

/// Whether a COPY or ADD writes into the folder. What is taken from another stage to a folder above may bring it along.
fn puts_into(model: &Model, index: usize, folder: &str) -> bool {
    let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index) else { return false };
    let path = expanded(model, index, &copy.destination.text);
    let from_stage = || {
        let takes = model.stage_of(index).map(|stage| stage.takes.as_slice()).unwrap_or_default();
        takes.iter().any(|take| take.by == Taker::Instruction(index) && matches!(take.from, Origin::Stage(_)))
    };
    path.starts_with('/')
        && (is_inside(&path, folder)
            || (overlaps(&path, folder) && from_stage() && !path.trim_matches('/').is_empty()))
}

/// Whether a COPY or ADD writes into the folder, which is there then.
pub(super) fn makes(model: &Model, index: usize, folder: &str) -> bool {
    let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index) else { return false };
    let path = expanded(model, index, &copy.destination.text);
    path.starts_with('/') && is_inside(&path, folder)
}

/// Whether a COPY or ADD writes the file at `path`, as far as the names of its sources tell.
pub(crate) fn puts_at(model: &Model, index: usize, path: &str) -> bool {
    let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index) else { return false };
    let target = expanded(model, index, &copy.destination.text);
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    let named = || {
        copy.sources.iter().any(|source| {
            let source = expanded(model, index, &source.word().text);
            source.trim_end_matches('/').rsplit('/').next() == Some(name)
        })
    };
    clean(&target) == path || (clean(&target) == folder && named())
}

/// Whether a COPY or ADD takes something of the folder, or the folder with others.
fn copies(model: &Model, index: usize, folder: &str) -> bool {
    let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index) else { return false };
    let Copy { from: Some(_), sources, .. } = copy else { return false };
    sources.iter().any(|source| {
        let path = expanded(model, index, &source.word().text);
        // A copy of the whole file system wants the system, not the caches in it.
        !path.trim_matches('/').is_empty() && overlaps(&format!("/{path}"), folder)
    })
}

fn expanded(model: &Model, index: usize, word: &str) -> String {
    model.expand(index, word).map_or_else(|_| word.to_owned(), |found| found.text)
}

/// Whether a command names something in the folder, other than to delete it.
fn reads(step: &Step<'_>, folder: &str) -> bool {
    step.calls().iter().any(|call| {
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
