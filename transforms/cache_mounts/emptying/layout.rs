//! Which of two operators goes with a command, so that whole lines go.

use std::ops::Range;

use dockfit_dockerfile::{Document, LogicalText};
use dockfit_shell::{List, Located, Step};

/// The ranges to delete for commands that go, each given with the range that goes with the operator before it.
///
/// Between two equal operators it does not matter which one goes. Where a row of commands begins a line and ends one
/// with its operator, the one behind is taken, so that the lines go whole.
pub(super) fn tidy(
    document: &Document,
    text: &LogicalText,
    deleted: &[(&Located<'_>, Range<usize>)],
) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut rest = deleted;
    while let Some(((first, range), _)) = rest.split_first() {
        let count = row_length(rest);
        let (row, behind) = rest.split_at(count);
        rest = behind;
        match row.last().and_then(|(last, _)| with_operator_behind(document, text, first, last)) {
            Some(whole) if range.start < whole.start => ranges.push(whole),
            _ => ranges.extend(row.iter().map(|(_, range)| range.clone())),
        }
    }
    ranges
}

fn item<'s>(located: &Located<'s>) -> Option<(&'s List, usize)> {
    match located.path.last() {
        Some(Step::Item { list, index, .. }) => Some((list, *index)),
        _ => None,
    }
}

/// How many of the commands at the start follow each other in one list.
fn row_length(commands: &[(&Located<'_>, Range<usize>)]) -> usize {
    let follows = |pair: &&[(&Located<'_>, Range<usize>)]| match (item(pair[0].0), item(pair[1].0)) {
        (Some((list, index)), Some((next_list, next))) => std::ptr::eq(list, next_list) && next == index + 1,
        _ => false,
    };
    1 + commands.windows(2).take_while(follows).count()
}

/// From the first command to the operator behind the last, where that operator is the same as the one before the first
/// and both ends are those of lines.
fn with_operator_behind(
    document: &Document,
    text: &LogicalText,
    first: &Located<'_>,
    last: &Located<'_>,
) -> Option<Range<usize>> {
    let (items, index) = item(first)?;
    let before = items.items.get(index.checked_sub(1)?)?.operator.as_ref()?;
    let (_, last_index) = item(last)?;
    let behind = items.items.get(last_index)?.operator.as_ref()?;
    items.items.get(last_index + 1)?;
    let whole = first.command.range.start..behind.range.end;
    let lines =
        starts_line(document, text.to_file(whole.start)) && ends_line(document, text.end_to_file(whole.end));
    (before.kind == behind.kind && lines).then_some(whole)
}

fn starts_line(document: &Document, offset: usize) -> bool {
    let before = document.source().get(..offset).unwrap_or_default();
    let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    matches!(before.len().checked_sub(blanks + 1).and_then(|at| before.get(at)), None | Some(b'\n'))
}

fn ends_line(document: &Document, offset: usize) -> bool {
    let behind = document.source().get(offset..).unwrap_or_default();
    let line = behind.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text: String = String::from_utf8_lossy(line).chars().filter(|char| !char.is_whitespace()).collect();
    text.is_empty() || text.chars().eq([document.escape()])
}
