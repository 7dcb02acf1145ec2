//! One pass after another, each on the last one's result, each judged before the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use dockfit_dockerfile::Span;

use crate::verify::{self, Breach};
use crate::{
    Decision, EditSet, FileEdit, Outcome, Pass, PassInfo, Place, PositionMap, Project, RelPath, Selection,
    Task,
};

/// What came of all passes.
#[derive(Debug)]
pub struct Report {
    /// The files as they were.
    pub before: Project,
    /// The files as they would be.
    pub after: Project,
    /// Each pass that ran, in order.
    pub passes: Vec<PassReport>,
    /// Every file that differs, first state against last.
    pub changes: Vec<FileChange>,
    /// Passes whose result broke a promise and was taken back: bugs of the pass.
    pub takebacks: Vec<Takeback>,
}

/// What came of one pass.
#[derive(Debug)]
pub struct PassReport {
    /// The pass.
    pub info: &'static PassInfo,
    /// Its decisions in the order of their places.
    pub decisions: Vec<PlacedDecision>,
    /// What this pass alone changed.
    pub changes: Vec<FileChange>,
}

/// A decision, with its place in the file on disk.
#[derive(Clone, Debug)]
pub struct PlacedDecision {
    /// The decision; its places are those of the text that the pass saw.
    pub decision: Decision,
    /// Its place in the file on disk.
    pub original: Place,
    /// What its edits replace, in the files on disk, edit by edit. Text that an earlier pass inserted stands
    /// at the place where it was put.
    pub original_edits: Vec<Span>,
}

/// A file before and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileChange {
    /// The file.
    pub path: RelPath,
    /// Its bytes before; `None` where the file is new.
    pub before: Option<Arc<[u8]>>,
    /// Its bytes after.
    pub after: Arc<[u8]>,
}

/// A pass whose result broke a promise.
#[derive(Clone, Debug)]
pub struct Takeback {
    /// The pass.
    pub pass: &'static str,
    /// The promise, and how it was broken.
    pub breach: Breach,
}

/// A decision that a pass would make, for someone to choose.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    /// The pass.
    pub pass: &'static PassInfo,
    /// The files as the pass saw them.
    pub project: &'a Project,
    /// The decision.
    pub decision: &'a Decision,
}

/// Runs `passes`, which stand in their total order, on `project`.
pub fn run(project: &Project, passes: &[&'static dyn Pass], selection: &Selection) -> Report {
    run_choosing(project, passes, selection, &mut |_| true)
}

/// As [`run`], with only those decisions that `keep` wants, whatever their outcome. A Dockerfile that the engine refuses is
/// left to its author.
pub fn run_choosing(
    project: &Project,
    passes: &[&'static dyn Pass],
    selection: &Selection,
    keep: &mut dyn FnMut(&Offer<'_>) -> bool,
) -> Report {
    let mut current = project.clone();
    let mut maps: BTreeMap<RelPath, PositionMap> = BTreeMap::new();
    let mut reports = Vec::new();
    let mut takebacks = Vec::new();
    for pass in passes.iter().filter(|pass| selection.runs(pass.info())) {
        let task = Task { project: &current, selection };
        let info = pass.info();
        let (decisions, declined): (Vec<_>, Vec<_>) = pass.run(&task).into_iter().partition(|decision| {
            is_sound(&current, decision) && keep(&Offer { pass: info, project: &current, decision })
        });
        let (next, edits) = match step(*pass, &task, &decisions, &declined) {
            Ok(step) => step,
            Err(breach) => {
                takebacks.push(Takeback { pass: pass.info().id, breach });
                continue;
            }
        };
        let changes = changed(&current, &next, edits.keys());
        let decisions = placed(decisions, &maps);
        reports.push(PassReport { info: pass.info(), decisions, changes });
        for (path, set) in &edits {
            maps.entry(path.clone()).or_default().push(set);
        }
        current = next;
    }
    let changes = changed(project, &current, maps.keys());
    Report { before: project.clone(), after: current, passes: reports, changes, takebacks }
}

/// Whether the engine takes the Dockerfile that a decision belongs to.
fn is_sound(project: &Project, decision: &Decision) -> bool {
    project.dockerfiles().get(decision.dockerfile).is_none_or(|file| file.errors().next().is_none())
}

/// The project after one pass, and its edits by file; or the promise that it broke.
fn step(
    pass: &'static dyn Pass,
    task: &Task<'_>,
    decisions: &[Decision],
    declined: &[Decision],
) -> Result<(Project, BTreeMap<RelPath, EditSet>), Breach> {
    let edits = edits_by_file(decisions)?;
    if edits.is_empty() {
        return Ok((task.project.clone(), edits));
    }
    let mut next = task.project.clone();
    for (path, set) in &edits {
        let before = task.project.read(path).map_err(|error| Breach::unreadable(path, &error))?;
        let before = before.unwrap_or_else(|| Arc::from([].as_slice()));
        next.write(path, set.apply(&before));
    }
    verify::step(pass, task, &next, decisions, declined, &edits)?;
    Ok((next, edits))
}

fn edits_by_file(decisions: &[Decision]) -> Result<BTreeMap<RelPath, EditSet>, Breach> {
    let mut edits: BTreeMap<RelPath, Vec<crate::Edit>> = BTreeMap::new();
    for decision in decisions {
        if let Outcome::Applied(change) = &decision.outcome {
            for FileEdit { file, edit } in &change.edits {
                edits.entry(file.clone()).or_default().push(edit.clone());
            }
        }
    }
    edits
        .into_iter()
        .map(|(path, edits)| match EditSet::new(edits) {
            Ok(set) => Ok((path, set)),
            Err(overlap) => Err(Breach::overlap(&path, &overlap)),
        })
        .collect()
}

fn placed(decisions: Vec<Decision>, maps: &BTreeMap<RelPath, PositionMap>) -> Vec<PlacedDecision> {
    let mut placed: Vec<PlacedDecision> = decisions
        .into_iter()
        .map(|decision| {
            let back =
                |file: &RelPath, span: Span| maps.get(file).map_or(span, |map| map.span_to_original(span));
            let Place { file, span } = &decision.place;
            let original = Place { file: file.clone(), span: back(file, *span) };
            let edits = match &decision.outcome {
                Outcome::Applied(change) => change.edits.as_slice(),
                _ => &[],
            };
            let original_edits = edits.iter().map(|edit| back(&edit.file, edit.edit.span)).collect();
            PlacedDecision { decision, original, original_edits }
        })
        .collect();
    placed.sort_by_key(|placed| (placed.decision.dockerfile, placed.original.span));
    placed
}

fn changed<'a>(
    before: &Project,
    after: &Project,
    paths: impl Iterator<Item = &'a RelPath>,
) -> Vec<FileChange> {
    paths
        .filter_map(|path| {
            let was = before.read(path).ok().flatten();
            let is = after.read(path).ok().flatten()?;
            (was.as_ref() != Some(&is)).then(|| FileChange { path: path.clone(), before: was, after: is })
        })
        .collect()
}
