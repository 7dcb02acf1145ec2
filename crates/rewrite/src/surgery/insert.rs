//! Putting flags and instructions in.

use dockfit_dockerfile::{Document, Instruction, LineKind, Span};

use super::{CannotEdit, Habits};
use crate::Edit;

/// Where new flags stand among those that an instruction has. Each pass has its side, so that their order does not
/// depend on which pass ran first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Before them.
    First,
    /// Behind them.
    Last,
}

/// The edit that puts flags before the arguments of an instruction, each on a line of its own.
///
/// Refused for what the engine would read as something else: it takes flags byte by byte, so that a letter beyond ASCII
/// falls apart, and ends them at blanks, quotes and escapes (buildkit `parser/split_command.go` `extractBuilderFlags`).
pub fn insert_flags(
    document: &Document,
    instruction: &Instruction,
    flags: &[String],
    side: Side,
) -> Result<Edit, CannotEdit> {
    if !instruction.text.is_exact() {
        return Err(CannotEdit::NotText);
    }
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'`');
    if !flags.iter().all(|flag| flag.bytes().all(plain)) {
        return Err(CannotEdit::NotAFlag);
    }
    let habits = document.habits();
    let command = &instruction.command;
    let first_flag = command.flags.first().map(|flag| flag.range.start).filter(|_| side == Side::First);
    // A lone `--` ends the flags and is none.
    let before = instruction.slice(&(command.keyword_range.end..command.arguments.start));
    let end_of_flags = before.len() - before.trim_start().len() + command.keyword_range.end;
    let arguments = if command.flags.is_empty() { end_of_flags } else { command.arguments.start };
    let start = instruction.text.to_file(first_flag.unwrap_or(arguments));
    if let Some(last) = command.flags.last().filter(|_| side == Side::Last) {
        // Behind the last flag, in the way that the flags stand: on lines of their own, or side by side.
        let end = instruction.text.end_to_file(last.range.end);
        let separator = separator_before(document, instruction, last.range.start)
            .unwrap_or_else(|| break_for(document, instruction, habits));
        let text: String = flags.iter().map(|flag| format!("{separator}{flag}")).collect();
        return Ok(Edit::insert(end, text));
    }
    let line = habits.line_break(&indent_at(document, instruction, start, habits));
    let separator = format!(" {line}");
    let text: String = flags.iter().map(|flag| format!("{flag}{separator}")).collect();
    Ok(Edit::insert(start, text))
}

fn break_for(document: &Document, instruction: &Instruction, habits: &Habits) -> String {
    let own = Habits::indent_of(document, instruction);
    format!(" {}", habits.line_break(&own.unwrap_or_else(|| habits.indent.clone())))
}

/// What stands between the flag at `at` and the one before it, if that is a line break and nothing else.
fn separator_before(document: &Document, instruction: &Instruction, at: usize) -> Option<String> {
    let flags = &instruction.command.flags;
    let index = flags.iter().position(|flag| flag.range.start == at)?;
    let before = flags.get(index.checked_sub(1)?)?;
    let span = Span::new(instruction.text.end_to_file(before.range.end), instruction.text.to_file(at));
    let text = document.text(span);
    let plain = text.trim_matches([' ', '\t', '\r', '\n']).chars().eq([document.escape()]);
    plain.then(|| text.into_owned())
}

/// The indent for the arguments that move to a line of their own: the one that they have, if they stand at
/// the start of a line, else that of the instruction's other lines, else the file's.
fn indent_at(document: &Document, instruction: &Instruction, start: usize, habits: &Habits) -> String {
    let row = instruction.lines.iter().find_map(|line| match line.kind {
        LineKind::Text { content, .. } if line.span.contains(start) => Some(content),
        _ => None,
    });
    if let Some(content) = row {
        let before = document.text(Span::new(content.start, start));
        if !before.is_empty() && before.trim_matches([' ', '\t']).is_empty() {
            return before.into_owned();
        }
    }
    Habits::indent_of(document, instruction).unwrap_or_else(|| habits.indent.clone())
}

/// The edit that puts new lines (without line ends) before the instruction with this index and the
/// comments that belong to it.
pub fn insert_before(document: &Document, index: usize, lines: &[String]) -> Edit {
    Edit::insert(document.comments_above(index).start, whole_lines(document, lines))
}

/// The edit that puts new lines directly behind the instruction with this index.
pub fn insert_behind(document: &Document, index: usize, lines: &[String]) -> Edit {
    let end = document.instructions().get(index).map_or(0, |found| found.span.end);
    Edit::insert(end, whole_lines(document, lines))
}

fn whole_lines(document: &Document, lines: &[String]) -> String {
    let end = document.line_end();
    lines.iter().map(|line| format!("{line}{end}")).collect()
}
