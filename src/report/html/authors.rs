//! Which pass made which line.
//!
//! Each pass works on the text of the one before, so that the versions of a file form a chain. Lines are followed along it:
//! a line of the last version knows the passes that wrote it, a line of the first one the pass that took it out.

use dockfit_rewrite::RelPath;
use dockfit_rewrite::pipeline::Report;
use similar::{DiffOp, TextDiff};

/// Passes, as bits: their places among those of the report.
type Set = u64;

/// The passes behind the lines of one file.
pub(super) struct Authors {
    names: Vec<&'static str>,
    /// Of each line of the first version, the pass that took it out.
    removed: Vec<Set>,
    /// Of each line of the last version, the passes that wrote it; none for a line that was there.
    added: Vec<Set>,
}

/// A line on its way through the versions.
#[derive(Clone, Copy)]
struct Line {
    /// Its number in the first version, where it was there.
    first: Option<usize>,
    by: Set,
}

/// Of so few lines each one's passes count for what stands in their place.
const FEW: usize = 3;

impl Authors {
    /// Follows the lines of `path` through what each pass of the report made of it.
    pub(super) fn of(report: &Report, path: &RelPath) -> Self {
        let names = report.passes.iter().map(|pass| pass.info.id).collect();
        let mut versions = report
            .passes
            .iter()
            .enumerate()
            .filter_map(|(at, pass)| {
                pass.changes.iter().find(|change| change.path == *path).map(|it| (at, it))
            })
            .peekable();
        let first = versions.peek().and_then(|(_, change)| change.before.as_deref()).unwrap_or_default();
        let count = TextDiff::from_lines(first, first).iter_old_slices().count();
        let mut removed = vec![0; count];
        let mut lines: Vec<Line> = (0..count).map(|line| Line { first: Some(line), by: 0 }).collect();
        for (at, change) in versions {
            let pass = u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or(0);
            let before = change.before.as_deref().unwrap_or_default();
            let diff = TextDiff::from_lines(before, &*change.after);
            let mut next = Vec::with_capacity(lines.len());
            for op in diff.ops() {
                step(&lines, op, pass, &mut next, &mut removed);
            }
            lines = next;
        }
        Self { names, removed, added: lines.into_iter().map(|line| line.by).collect() }
    }

    /// The passes behind an operation between the first version and the last, in their order.
    pub(super) fn behind(&self, op: &DiffOp) -> Vec<&'static str> {
        let of = |sets: &[Set], range: std::ops::Range<usize>| {
            sets.get(range).unwrap_or_default().iter().fold(0, |all, set| all | set)
        };
        let set = of(&self.removed, op.old_range()) | of(&self.added, op.new_range());
        let bit = |at: usize| u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or(0);
        let named = self.names.iter().enumerate().filter(|(at, _)| set & bit(*at) != 0);
        named.map(|(_, name)| *name).collect()
    }
}

fn step(lines: &[Line], op: &DiffOp, pass: Set, next: &mut Vec<Line>, removed: &mut [Set]) {
    let gone = lines.get(op.old_range()).unwrap_or_default();
    if let DiffOp::Equal { .. } = op {
        next.extend_from_slice(gone);
        return;
    }
    for line in gone {
        if let Some(slot) = line.first.and_then(|first| removed.get_mut(first)) {
            *slot |= pass | line.by;
        }
    }
    let all = gone.iter().fold(0, |all, line| all | line.by);
    let come = op.new_range().len();
    for at in 0..come {
        let before = match gone.get(at) {
            Some(line) if come == gone.len() => line.by,
            _ if gone.len() <= FEW => all,
            _ => 0,
        };
        next.push(Line { first: None, by: pass | before });
    }
}
