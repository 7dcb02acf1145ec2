//! From places in an edited text back to places in the text before.

use dockfit_dockerfile::Span;

use crate::EditSet;

/// Carries places back through the edits of one or more passes.
///
/// Text that an edit inserted has no place before; it is carried to the place where it was put.
#[derive(Clone, Debug, Default)]
pub struct PositionMap {
    steps: Vec<Vec<Shift>>,
}

/// One edit, as lengths.
#[derive(Clone, Copy, Debug)]
struct Shift {
    before: Span,
    after: Span,
}

impl PositionMap {
    /// Adds the edits of one more pass, made on the result of those before.
    pub fn push(&mut self, edits: &EditSet) {
        if edits.is_empty() {
            return;
        }
        let (mut added, mut removed) = (0, 0);
        let shifts = edits.edits().iter().map(|edit| {
            let start = edit.span.start + added - removed;
            added += edit.replacement.len();
            removed += edit.span.len();
            Shift { before: edit.span, after: Span::new(start, start + edit.replacement.len()) }
        });
        self.steps.push(shifts.collect());
    }

    /// The place in the first text of the byte at `offset` in the last.
    pub fn to_original(&self, offset: usize) -> usize {
        self.steps.iter().rev().fold(offset, |offset, shifts| back(shifts, offset))
    }

    /// The span in the first text of a span in the last.
    pub fn span_to_original(&self, span: Span) -> Span {
        let start = self.to_original(span.start);
        Span::new(start, self.to_original(span.end).max(start))
    }
}

fn back(shifts: &[Shift], offset: usize) -> usize {
    let index = shifts.partition_point(|shift| shift.after.start <= offset);
    let Some(shift) = index.checked_sub(1).and_then(|index| shifts.get(index)) else {
        return offset;
    };
    if offset < shift.after.end {
        return (shift.before.start + (offset - shift.after.start)).min(shift.before.end);
    }
    shift.before.end + (offset - shift.after.end)
}
