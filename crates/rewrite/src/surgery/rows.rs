//! The lines of an instruction that carry its text, as an editor sees them.

use dockfit_dockerfile::{Document, Instruction, LineKind, Span};

/// A line that carries text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// The whole line, line end included.
    pub(super) line: Span,
    /// The text that counts: no line end, no continuation character. On the first line of an instruction the
    /// keyword is part of it.
    pub(super) content: Span,
    /// Where the continuation character stands.
    pub(super) continuation: Option<usize>,
}

/// The rows of an instruction: the lines that the engine joins, or, where the script is a here-document of
/// its own, the lines of that.
pub(super) fn rows(document: &Document, instruction: &Instruction, script_is_heredoc: bool) -> Vec<Row> {
    if script_is_heredoc {
        return heredoc_rows(document, instruction);
    }
    instruction
        .lines
        .iter()
        .filter_map(|line| match line.kind {
            LineKind::Text { content, continuation } => Some(Row { line: line.span, content, continuation }),
            LineKind::Comment | LineKind::Blank | LineKind::Heredoc(_) => None,
        })
        .collect()
}

/// In a here-document it is the shell that joins lines: at an odd number of backslashes directly before the
/// line feed.
fn heredoc_rows(document: &Document, instruction: &Instruction) -> Vec<Row> {
    let Some(heredoc) = instruction.heredocs.first() else { return Vec::new() };
    let lines = instruction.lines.iter().filter(|line| heredoc.body.encloses(line.span));
    lines
        .map(|line| {
            let bytes = document.bytes(line.span);
            let ended = bytes.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
            let backslashes = bytes[..ended].iter().rev().take_while(|byte| **byte == b'\\').count();
            let continuation = (backslashes % 2 == 1).then(|| line.span.start + ended - 1);
            let end = continuation.unwrap_or(line.span.start + ended);
            Row { line: line.span, content: Span::new(line.span.start, end), continuation }
        })
        .collect()
}
