//! Taking commands out of a script without changing what else it does.
//!
//! A command that always succeeds, such as `rm -rf` or `apt-get clean`, can go if afterwards the same other commands
//! run in the same order and the script ends with the same status. What follows from POSIX 2.9.3 (lists), 2.8.1 and
//! `set -e`:
//!
//! - `a && X`: with or without `X` the list fails if `a` does and succeeds else. But under `errexit` a failing `a`
//!   ends the shell only if it is the last command of its and-or list, so that it must not become the last one
//!   unless the shell ends there anyway or `errexit` is ignored there. The same holds for the commands within `a`.
//! - `X && a`: `a` runs in any case.
//! - `a || X` cannot fail, so `X` becomes `true`. `X || a` never runs `a`.
//! - `a; X; b`: the status of `X` is nowhere used.
//! - `a; X` at the end of a list is 0 while `a` might not be: `X` becomes `true`, unless `errexit` has the shell left
//!   when `a` failed, or `a` cannot fail.

mod context;
mod planner;
mod reason;
mod status;

use std::ops::Range;

use self::planner::Planner;
pub use self::reason::RefusalReason;
use crate::Script;
use crate::flow::Located;

/// How one command can be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// Delete this range: the command with one operator and the blanks between.
    Delete(Range<usize>),
    /// Put `true` in place of this range.
    ReplaceWithTrue(Range<usize>),
    /// It has to stay.
    Refuse(RefusalReason),
}

/// What to do to a script to take several commands out of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// One for each command asked for, in their order. The ranges of deletions may overlap.
    pub outcomes: Vec<Removal>,
    /// The same as edits in order of text that do not overlap: what to put in place of which range.
    pub edits: Vec<(Range<usize>, &'static str)>,
}

impl Plan {
    /// `text` with the edits made.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, replacement) in &self.edits {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(replacement);
            at = range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// How to take `target`, which always succeeds, out of `script`.
///
/// To take out several commands of one script use [`removals`]: what is right for each alone need not be right for
/// all.
pub fn removal<'s>(script: &'s Script, target: &Located<'s>) -> Removal {
    let mut plan = removals(script, std::slice::from_ref(target));
    plan.outcomes.pop().unwrap_or(Removal::Refuse(RefusalReason::NotUnderstood))
}

/// How to take all of `targets` out of `script`, each of which always succeeds.
pub fn removals<'s>(script: &'s Script, targets: &[Located<'s>]) -> Plan {
    let mut planner = Planner::new(script);
    let mut order: Vec<usize> = (0..targets.len()).collect();
    order.sort_by_key(|at| targets.get(*at).map(|t| t.index));
    let mut outcomes = vec![Removal::Refuse(RefusalReason::NotUnderstood); targets.len()];
    let mut edits = Vec::new();
    for at in order {
        let (Some(target), Some(outcome)) = (targets.get(at), outcomes.get_mut(at)) else { continue };
        *outcome = planner.decide(target).unwrap_or_else(Removal::Refuse);
        if let Removal::ReplaceWithTrue(range) = outcome {
            edits.push((range.clone(), "true"));
        }
    }
    edits.extend(planner.deleted().map(|range| (range, "")));
    edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    // A command within another that goes (`sh -c 'rm x'`) goes with it.
    let mut end = 0;
    edits.retain(|(range, _)| {
        let apart = range.start >= end;
        end = end.max(range.end);
        apart
    });
    Plan { outcomes, edits }
}
