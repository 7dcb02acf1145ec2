//! Instructions with something else in the place of some of their bytes.

use dockfit_dockerfile::{Document, Instruction, LineKind, RunForm, Span};
use dockfit_rewrite::surgery::Habits;
use dockfit_rewrite::{Declared, Edit, EditSet};

use super::Written;
use crate::cache_mounts::Refusal;
use crate::split_dependencies::plan::Plan;

impl Plan<'_, '_> {
    pub(super) fn document(&self) -> &Document {
        self.step.document()
    }

    pub(super) fn habits(&self) -> &Habits {
        self.document().habits()
    }

    pub(super) fn instruction(&self, index: usize) -> Option<&Instruction> {
        self.document().instructions().get(index)
    }

    /// Declares a RUN that is new.
    pub(super) fn declare(&self, run: &str, written: &mut Written) -> Result<(), Refusal> {
        let escape = self.document().escape();
        let text = if escape == '\\' { run.to_owned() } else { format!("# escape={escape}\n{run}") };
        let parsed = Document::parse(text);
        let script = parsed.instructions().first().and_then(|instruction| {
            RunForm::of(&parsed, instruction).shell_text().map(|script| script.as_str().to_owned())
        });
        written.declares.push(Declared::RunAdded(script.ok_or_else(gone)?));
        Ok(())
    }

    /// An instruction with something else in the place of some of its bytes.
    pub(super) fn whole(
        &self,
        index: usize,
        changes: Vec<(Span, String)>,
        comments: bool,
    ) -> Result<String, Refusal> {
        let instruction = self.instruction(index).ok_or_else(gone)?;
        self.lines(instruction, changes, comments)
    }

    pub(super) fn lines(
        &self,
        instruction: &Instruction,
        changes: Vec<(Span, String)>,
        comments: bool,
    ) -> Result<String, Refusal> {
        let mut edits: Vec<Edit> =
            changes.into_iter().map(|(span, text)| Edit::replace(span, text)).collect();
        let covered = |span: Span| edits.iter().any(|edit| edit.span.encloses(span));
        let left_out = instruction.lines.iter().filter(|line| line.kind == LineKind::Comment && !comments);
        let left_out: Vec<Edit> =
            left_out.map(|line| line.span).filter(|span| !covered(*span)).map(Edit::delete).collect();
        edits.extend(left_out);
        let start = instruction.span.start;
        let moved = edits.into_iter().map(|edit| {
            let span = Span::new(edit.span.start.saturating_sub(start), edit.span.end.saturating_sub(start));
            Edit::replace(span, edit.replacement)
        });
        let set = EditSet::new(moved).map_err(|_| gone())?;
        let bytes = set.apply(self.document().bytes(instruction.span));
        let mut text = String::from_utf8(bytes).map_err(|_| gone())?;
        if !text.ends_with('\n') {
            text.push_str(self.habits().line_end);
        }
        Ok(text)
    }
}

pub(super) fn gone() -> Refusal {
    Refusal::new(
        "cannot-edit",
        "the step is not written in a way that can be edited",
        "write the step in a simpler form",
    )
}
