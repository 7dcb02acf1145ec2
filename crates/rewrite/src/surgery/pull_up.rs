//! What is left of an instruction moves up to a keyword that would stand alone.

use dockfit_dockerfile::{Document, Instruction, Line, LineKind, Span};

use super::delete::{Fate, Plan};
use crate::Edit;

impl Plan<'_> {
    /// Where only keyword and flags are left of the first line, the next one moves up to them, unless something stands
    /// between. Comments that do, and are on all that is left, come to stand above the instruction.
    pub(super) fn pull_up(&self, document: &Document, instruction: &Instruction, cuts: &[Span]) -> Vec<Edit> {
        self.next_line_up(document, instruction, cuts)
            .map(|edit| vec![edit])
            .or_else(|| self.comments_up(document, instruction, cuts))
            .unwrap_or_default()
    }

    /// The one line that is left moves up to a keyword that stands alone, and the comments between go above.
    fn comments_up(
        &self,
        document: &Document,
        instruction: &Instruction,
        cuts: &[Span],
    ) -> Option<Vec<Edit>> {
        let row = self.rows.first()?;
        let arguments = instruction.text.to_file(instruction.command.arguments.start);
        let is_first = document.instructions().first().is_none_or(|first| first.span == instruction.span);
        if is_first || !instruction.command.flags.is_empty() || !instruction.heredocs.is_empty() {
            return None;
        }
        let is_cut = |at: usize| cuts.iter().any(|cut| cut.contains(at));
        let is_left = |at: usize| !document.source()[at].is_ascii_whitespace() && !is_cut(at);
        if cuts.is_empty() || !row.content.contains(arguments) || (arguments..row.content.end).any(is_left) {
            return None;
        }
        let rest = self.rows.iter().zip(&self.fates).skip(1);
        let mut kept = rest.filter(|(_, fate)| !matches!(fate, Fate::Gone));
        let (Some((next, Fate::Cut(own))), None) = (kept.next(), kept.next()) else { return None };
        let moves = |at: &usize| {
            !document.source()[*at].is_ascii_whitespace() && !own.iter().any(|cut| cut.contains(*at))
        };
        let start = next.content.range().find(moves)?;
        let between: Vec<&Line> = instruction
            .lines
            .iter()
            .filter(|line| line.span.start >= row.line.end && line.span.end <= next.line.start)
            .collect();
        if between.iter().any(|line| line.kind == LineKind::Blank) {
            return None;
        }
        let indent = document.text(Span::new(row.content.start, instruction.text.to_file(0)));
        let indent = if indent.trim().is_empty() { &*indent } else { "" };
        let comments = between.iter().filter(|line| line.kind == LineKind::Comment);
        let above: String =
            comments.map(|line| format!("{indent}{}", document.text(line.span).trim_start())).collect();
        Some(vec![Edit::insert(row.line.start, above), Edit::delete(Span::new(arguments, start))])
    }

    /// Where only keyword and flags are left of the first line, the next one moves up to them, unless something stands
    /// between.
    fn next_line_up(&self, document: &Document, instruction: &Instruction, cuts: &[Span]) -> Option<Edit> {
        let (row, next) = (self.rows.first()?, self.rows.get(1)?);
        let arguments = instruction.text.to_file(instruction.command.arguments.start);
        let is_left = |at: usize| {
            !document.source()[at].is_ascii_whitespace() && !cuts.iter().any(|cut| cut.contains(at))
        };
        let Some(Fate::Cut(next_cuts)) = self.fates.get(1) else { return None };
        if cuts.is_empty() || next.line.start != row.line.end || !row.content.contains(arguments) {
            return None;
        }
        if (arguments..row.content.end).any(is_left) {
            return None;
        }
        let moves = |at: &usize| {
            !document.source()[*at].is_ascii_whitespace() && !next_cuts.iter().any(|cut| cut.contains(*at))
        };
        let end = next.content.range().find(moves)?;
        Some(Edit::delete(Span::new(arguments, end)))
    }
}
