//! Flags of a HEALTHCHECK, put in as the file has them.

use dockfit_dockerfile::{Document, Instruction, LineKind, Span};
use dockfit_rewrite::Edit;
use dockfit_rewrite::surgery::{CannotEdit, Habits};

/// The edit that adds `flag`: before the flag named `before`, if that is there, else behind the last one.
pub(super) fn add(
    document: &Document,
    instruction: &Instruction,
    flag: &str,
    before: Option<&str>,
) -> Result<Edit, CannotEdit> {
    if !instruction.text.is_exact() {
        return Err(CannotEdit::NotText);
    }
    let text = &instruction.text;
    if let Some(found) = before.and_then(|name| instruction.flag(name)) {
        let start = text.to_file(found.range.start);
        return Ok(Edit::insert(start, format!("{flag}{}", separator(document, instruction, start))));
    }
    match instruction.command.flags.last() {
        Some(last) => {
            let separator = separator(document, instruction, text.to_file(last.range.start));
            Ok(Edit::insert(text.end_to_file(last.range.end), format!("{separator}{flag}")))
        }
        None => Ok(Edit::insert(text.end_to_file(instruction.command.keyword_range.end), format!(" {flag}"))),
    }
}

/// What stands between two flags: a line break where the flag at `start` begins a line.
fn separator(document: &Document, instruction: &Instruction, start: usize) -> String {
    let content = instruction.lines.iter().find_map(|line| match line.kind {
        LineKind::Text { content, .. } if line.span.contains(start) => Some(content),
        _ => None,
    });
    let before = content.map(|content| document.text(Span::new(content.start, start)).into_owned());
    match before.filter(|before| !before.is_empty() && before.trim_matches([' ', '\t']).is_empty()) {
        Some(indent) => format!(" {}", Habits::of(document).line_break(&indent)),
        None => " ".to_owned(),
    }
}
