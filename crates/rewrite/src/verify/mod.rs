//! The judge: what a pass may not break, whatever it meant to do.
//!
//! It knows nothing of what passes do; it compares the project before and after with what was declared.

mod comments;
mod contained;
mod scripts;

use std::collections::BTreeMap;
use std::fmt;

use dockfit_dockerfile::Span;

use crate::{
    Decision, EditSet, Outcome, Overlap, Pass, Place, PositionMap, Project, ReadError, RelPath, Task,
};

/// Which promise was broken, where and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// The promise: `local`, `valid`, `contained`, `idempotent`, `comments`, `scripts`.
    pub promise: &'static str,
    /// Where, in the text that the pass made or saw.
    pub place: Place,
    /// How.
    pub message: String,
}

impl Breach {
    pub(crate) fn new(promise: &'static str, file: &RelPath, span: Span, message: impl Into<String>) -> Self {
        Self { promise, place: Place { file: file.clone(), span }, message: message.into() }
    }

    pub(crate) fn overlap(file: &RelPath, overlap: &Overlap) -> Self {
        Self::new("local", file, overlap.second.span, overlap.to_string())
    }

    pub(crate) fn unreadable(file: &RelPath, error: &ReadError) -> Self {
        Self::new("local", file, Span::default(), error.to_string())
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place.file, self.message, self.promise)
    }
}

/// Checks what one pass made of the project.
pub(crate) fn step(
    pass: &'static dyn Pass,
    task: &Task<'_>,
    after: &Project,
    decisions: &[Decision],
    declined: &[Decision],
    edits: &BTreeMap<RelPath, EditSet>,
) -> Result<(), Breach> {
    for (index, (old, new)) in task.project.dockerfiles().iter().zip(after.dockerfiles()).enumerate() {
        if !edits.contains_key(old.path()) {
            continue;
        }
        valid(new)?;
        comments::kept(old, new)?;
        let declared = declared(decisions, index);
        scripts::kept(old, new, &declared)?;
        contained::kept(old, new, &declared)?;
    }
    idempotent(pass, task, after, declined, edits)
}

fn declared(decisions: &[Decision], dockerfile: usize) -> Vec<&crate::Declared> {
    decisions
        .iter()
        .filter(|decision| decision.dockerfile == dockerfile)
        .filter_map(|decision| match &decision.outcome {
            Outcome::Applied(change) => Some(&change.declares),
            _ => None,
        })
        .flatten()
        .collect()
}

/// The result parses.
fn valid(new: &crate::Dockerfile) -> Result<(), Breach> {
    match new.document().errors().first() {
        Some(error) => Err(Breach::new("valid", new.path(), error.span, error.message.clone())),
        None => Ok(()),
    }
}

/// A second run of the pass changes nothing but what was declined.
fn idempotent(
    pass: &'static dyn Pass,
    task: &Task<'_>,
    after: &Project,
    declined: &[Decision],
    edits: &BTreeMap<RelPath, EditSet>,
) -> Result<(), Breach> {
    let again = pass.run(&Task { project: after, selection: task.selection });
    let applied = again.iter().find(|decision| match &decision.outcome {
        Outcome::Applied(change) => !change.edits.is_empty() && !was_declined(decision, declined, edits),
        _ => false,
    });
    match applied {
        Some(decision) => {
            let Place { file, span } = &decision.place;
            Err(Breach::new("idempotent", file, *span, format!("{} would be made again", decision.info.id)))
        }
        None => Ok(()),
    }
}

/// Whether the decision, in the text after `edits`, is one of `declined`, in the text before.
fn was_declined(decision: &Decision, declined: &[Decision], edits: &BTreeMap<RelPath, EditSet>) -> bool {
    if declined.is_empty() {
        return false;
    }
    let Place { file, span } = &decision.place;
    let mut map = PositionMap::default();
    if let Some(edits) = edits.get(file) {
        map.push(edits);
    }
    let start = map.to_original(span.start);
    declined.iter().any(|declined| {
        let Place { file: declined_file, span } = &declined.place;
        declined.info.id == decision.info.id && declined_file == file && span.start == start
    })
}
