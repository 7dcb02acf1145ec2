//! Taking text out of an instruction.

use std::ops::Range;

use dockfit_dockerfile::{
    Document, Instruction, JsonArray, Line, LineKind, LogicalText, Node, NodeKind, RunForm, Span,
};

use super::CannotEdit;
use super::rows::{Row, rows};
use crate::Edit;

/// The edits that take `ranges` (of `text`, the text of the instruction or of its script) out of the file.
///
/// A range is the bare words, operators included, without white space around them; the white space that
/// would be left over goes with it. Lines that lose all their text go whole. Where the last line goes, the
/// one before no longer continues.
pub fn delete(
    document: &Document,
    instruction: &Instruction,
    text: &LogicalText,
    ranges: &[Range<usize>],
) -> Result<Vec<Edit>, CannotEdit> {
    let (rows, in_heredoc) = prepare(document, instruction, text)?;
    let spans: Vec<Span> = ranges.iter().flat_map(|range| text.spans(range.clone())).collect();
    let removed = words_in_rows(document, &rows, &spans)?;
    let plan = Plan::new(document, &rows, &removed, in_heredoc);
    plan.edits(document, instruction)
}

/// The edits that put `replacement` in the place of `range`.
pub fn replace(
    document: &Document,
    instruction: &Instruction,
    text: &LogicalText,
    range: Range<usize>,
    replacement: &str,
) -> Result<Vec<Edit>, CannotEdit> {
    let (rows, in_heredoc) = prepare(document, instruction, text)?;
    // Without the blank before a continuation character, which goes where the lines behind it go.
    let words = words_in_rows(document, &rows, &text.spans(range))?;
    let Some((first, rest)) = words.split_first() else { return Err(CannotEdit::Scattered) };
    // The words on the first line are replaced; what went on over further lines is deleted from them, and the
    // first line is not to be dropped as empty.
    let mut edits = vec![Edit::replace(*first, replacement)];
    if !rest.is_empty() {
        let plan = Plan::new(document, &rows, rest, in_heredoc);
        edits.extend(plan.edits(document, instruction)?);
    }
    Ok(edits)
}

/// The edits that take the instruction with this index away. Comments inside it stay; where none does and blank
/// lines stand on both sides, one of them goes too.
pub fn delete_instruction(document: &Document, index: usize) -> Result<Vec<Edit>, CannotEdit> {
    let instruction = document.instructions().get(index).ok_or(CannotEdit::NothingLeft)?;
    let is_comment = |line: &&dockfit_dockerfile::Line| line.kind == LineKind::Comment;
    let mut edits: Vec<Edit> = instruction
        .lines
        .iter()
        .filter(|line| !is_comment(line))
        .map(|line| Edit::delete(line.span))
        .collect();
    let nodes = document.nodes();
    let at = nodes.partition_point(|node| node.span.start < instruction.span.start);
    let blank = |node: Option<&Node>| node.filter(|node| node.kind == NodeKind::Blank).map(|node| node.span);
    let before = at.checked_sub(1).and_then(|before| blank(nodes.get(before)));
    if let (Some(_), Some(after)) = (before, blank(nodes.get(at + 1)))
        && !instruction.lines.iter().any(|line| is_comment(&line))
    {
        edits.push(Edit::delete(after));
    }
    Ok(merge(edits))
}

/// The edits that take items out of an array in exec form.
pub fn delete_json_items(
    instruction: &Instruction,
    array: &JsonArray,
    items: &[usize],
) -> Result<Vec<Edit>, CannotEdit> {
    if !instruction.text.is_exact() {
        return Err(CannotEdit::NotText);
    }
    let mut edits = Vec::new();
    for index in items {
        let item = array.items.get(*index).ok_or(CannotEdit::Scattered)?;
        let range = match (
            index.checked_sub(1).and_then(|before| array.items.get(before)),
            array.items.get(index + 1),
        ) {
            (Some(before), _) => before.range.end..item.range.end,
            (None, Some(after)) => item.range.start..after.range.start,
            (None, None) => item.range.clone(),
        };
        let spans = instruction.text.spans(range);
        match spans.as_slice() {
            [span] => edits.push(Edit::delete(*span)),
            _ => return Err(CannotEdit::Scattered),
        }
    }
    Ok(edits)
}

/// The edits that put `words` in the place of an item of an array in exec form. The words are plain: no quote, no
/// backslash.
pub fn replace_json_item(
    instruction: &Instruction,
    array: &JsonArray,
    item: usize,
    words: &[&str],
) -> Result<Vec<Edit>, CannotEdit> {
    if !instruction.text.is_exact() {
        return Err(CannotEdit::NotText);
    }
    let item = array.items.get(item).ok_or(CannotEdit::Scattered)?;
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match instruction.text.spans(item.range.clone()).as_slice() {
        [span] => Ok(vec![Edit::replace(*span, quoted.join(", "))]),
        _ => Err(CannotEdit::Scattered),
    }
}

fn prepare(
    document: &Document,
    instruction: &Instruction,
    text: &LogicalText,
) -> Result<(Vec<Row>, bool), CannotEdit> {
    if !text.is_exact() {
        return Err(CannotEdit::NotText);
    }
    let first = text.pieces().first().map(|piece| piece.file);
    let script_is_heredoc = first.is_some_and(|first| {
        instruction.heredocs.first().is_some_and(|heredoc| heredoc.body.encloses(first))
            && !matches!(RunForm::of(document, instruction), RunForm::Exec(_))
    });
    Ok((rows(document, instruction, script_is_heredoc), script_is_heredoc))
}

/// The parts of `spans` that lie in rows, white space at their ends left out.
fn words_in_rows(document: &Document, rows: &[Row], spans: &[Span]) -> Result<Vec<Span>, CannotEdit> {
    let is_space = |at: usize| document.source()[at].is_ascii_whitespace();
    let mut words = Vec::new();
    for span in spans {
        let mut at = span.start;
        for row in rows.iter().filter(|row| row.line.start < span.end && span.start < row.line.end) {
            let (mut start, mut end) = (span.start.max(row.content.start), span.end.min(row.content.end));
            if (at..start).any(|at| !is_space(at)) {
                return Err(CannotEdit::HeredocBody);
            }
            at = end.max(row.continuation.map_or(at, |continuation| continuation + 1)).max(at);
            while start < end && is_space(start) {
                start += 1;
            }
            while start < end && is_space(end - 1) {
                end -= 1;
            }
            if start < end {
                words.push(Span::new(start, end));
            }
        }
        if (at..span.end).any(|at| !is_space(at)) {
            return Err(CannotEdit::HeredocBody);
        }
    }
    Ok(words)
}

/// What becomes of each row.
pub(super) struct Plan<'a> {
    pub(super) rows: &'a [Row],
    pub(super) fates: Vec<Fate>,
}

pub(super) enum Fate {
    /// It goes whole.
    Gone,
    /// These spans go.
    Cut(Vec<Span>),
    /// These spans go, and what is left is a comment: to the shell before, to the engine now.
    Comment(Vec<Span>),
}

impl<'a> Plan<'a> {
    fn new(document: &Document, rows: &'a [Row], removed: &[Span], in_heredoc: bool) -> Self {
        let fates = rows
            .iter()
            .enumerate()
            .map(|(index, row)| {
                let mut cuts: Vec<Span> =
                    removed.iter().copied().filter(|span| row.content.encloses(*span)).collect();
                cuts.sort();
                if cuts.is_empty() {
                    return Fate::Cut(cuts);
                }
                match first_left(document, row, &cuts) {
                    None => Fate::Gone,
                    Some(b'#') if index > 0 && !in_heredoc => Fate::Comment(cuts),
                    Some(_) => Fate::Cut(cuts),
                }
            })
            .collect();
        Self { rows, fates }
    }

    fn edits(&self, document: &Document, instruction: &Instruction) -> Result<Vec<Edit>, CannotEdit> {
        let mut edits = Vec::new();
        let mut last_kept: Option<usize> = None;
        // Rows behind it with nothing on them but a continuation, which would go on to nothing.
        let mut hollow: Vec<&Row> = Vec::new();
        let mut uncontinued = Vec::new();
        for (index, (row, fate)) in self.rows.iter().zip(&self.fates).enumerate() {
            let cut = |cuts: &[Span]| -> Vec<Edit> {
                cuts.iter()
                    .map(|cut| Edit::delete(with_space(document, instruction, row, cuts, *cut)))
                    .collect()
            };
            match fate {
                Fate::Gone => edits.push(Edit::delete(row.line)),
                // A comment that goes on in the next line would take that with it.
                Fate::Comment(_) if row.continuation.is_some() => return Err(CannotEdit::Scattered),
                Fate::Comment(cuts) => edits.extend(cut(cuts)),
                Fate::Cut(cuts) => {
                    edits.extend(cut(cuts));
                    if index == 0 {
                        edits.extend(self.pull_up(document, instruction, cuts));
                    } else if row.continuation.is_some() && first_left(document, row, &[]).is_none() {
                        hollow.push(row);
                        continue;
                    }
                    hollow.clear();
                    last_kept = Some(index);
                    continue;
                }
            }
            if row.continuation.is_none() {
                uncontinued.push(last_kept.ok_or(CannotEdit::NothingLeft)?);
                edits.extend(hollow.drain(..).map(|row| Edit::delete(row.line)));
            }
        }
        let set_apart = !uncontinued.is_empty() && self.leaves_comment(instruction, last_kept);
        for index in uncontinued {
            edits.extend(self.end_row(document, instruction, index)?);
        }
        edits.extend(self.end_of_file(document, instruction));
        let mut edits = merge(edits);
        edits.extend(blank_behind(document, instruction).filter(|_| set_apart));
        Ok(edits)
    }

    /// Whether a comment is left behind the row with which the instruction ends now.
    fn leaves_comment(&self, instruction: &Instruction, last_kept: Option<usize>) -> bool {
        let Some(last) = last_kept.and_then(|last| self.rows.get(last)) else { return false };
        let behind = |span: Span| span.start >= last.line.end;
        let comment = |(row, fate): (&Row, &Fate)| behind(row.line) && matches!(fate, Fate::Comment(_));
        self.rows.iter().zip(&self.fates).any(comment)
            || instruction.lines.iter().any(|line| line.kind == LineKind::Comment && behind(line.span))
    }

    /// Where the last line goes that had no line end, the line before it loses its own: the file still ends without.
    fn end_of_file(&self, document: &Document, instruction: &Instruction) -> Option<Edit> {
        let (last, rest) = instruction.lines.split_last()?;
        let is_gone = |line: &Line| {
            let row = self.rows.iter().position(|row| row.line == line.span);
            row.is_some_and(|row| matches!(self.fates.get(row), Some(Fate::Gone)))
        };
        if document.bytes(last.span).ends_with(b"\n") || !is_gone(last) {
            return None;
        }
        let before = rest.iter().rev().find(|line| !is_gone(line))?;
        let text = document.bytes(before.span);
        let end = text.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        Some(Edit::delete(Span::new(before.span.end - end, before.span.end)))
    }

    /// Takes the continuation off a row behind which nothing follows any more.
    fn end_row(
        &self,
        document: &Document,
        instruction: &Instruction,
        index: usize,
    ) -> Result<Option<Edit>, CannotEdit> {
        let row = self.rows[index];
        let Some(continuation) = row.continuation else { return Ok(None) };
        let between = instruction.lines.iter().any(|line| {
            line.span.start >= row.line.end && matches!(line.kind, LineKind::Comment | LineKind::Blank)
        });
        let heredoc_follows = instruction.heredocs.first().is_some_and(|doc| doc.body.start >= row.line.end);
        if between && heredoc_follows {
            return Err(CannotEdit::CommentBeforeHeredoc);
        }
        let content = document.bytes(row.content);
        let kept = content.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |last| last + 1);
        let behind = document.bytes(Span::new(continuation + 1, row.line.end));
        let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        Ok(Some(Edit::delete(Span::new(row.content.start + kept, continuation + 1 + blanks))))
    }
}

/// A blank line behind the instruction, if there is none: a comment at its end is not one on what follows.
fn blank_behind(document: &Document, instruction: &Instruction) -> Option<Edit> {
    let at = document.nodes().partition_point(|node| node.span.start < instruction.span.end);
    let next = document.nodes().get(at)?;
    (next.kind != NodeKind::Blank).then(|| Edit::insert(instruction.span.end, document.line_end()))
}

/// The first byte that is left of the row's content, white space apart.
fn first_left(document: &Document, row: &Row, cuts: &[Span]) -> Option<u8> {
    row.content
        .range()
        .filter(|at| !cuts.iter().any(|cut| cut.contains(*at)))
        .map(|at| document.source()[at])
        .find(|byte| !byte.is_ascii_whitespace())
}

/// The cut with the white space on one side of it, so that one blank stays between what is left.
fn with_space(document: &Document, instruction: &Instruction, row: &Row, cuts: &[Span], cut: Span) -> Span {
    // The blank behind keyword and flags belongs to them.
    let arguments = instruction.text.to_file(instruction.command.arguments.start);
    let start = if row.content.contains(arguments) { arguments } else { row.content.start };
    let is_space = |at: usize| document.source()[at].is_ascii_whitespace();
    let is_cut = |at: usize| cuts.iter().any(|other| other.contains(at));
    let text_before = (start..cut.start).any(|at| !is_space(at) && !is_cut(at));
    // A number that came to stand right before a redirection would be its file descriptor.
    let redirects =
        cut.end < row.content.end && matches!(document.source()[cut.end], b'<' | b'>') && !is_cut(cut.end);
    let mut span = cut;
    if text_before && redirects {
        return cut;
    }
    if text_before {
        while span.start > row.content.start && is_space(span.start - 1) {
            span.start -= 1;
        }
    } else {
        while span.end < row.content.end && is_space(span.end) {
            span.end += 1;
        }
    }
    span
}

/// Deletions that touch or overlap become one.
fn merge(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort();
    let mut merged: Vec<Edit> = Vec::new();
    for edit in edits {
        match merged.last_mut() {
            Some(last) if last.span.end >= edit.span.start => {
                last.span.end = last.span.end.max(edit.span.end);
            }
            _ => merged.push(edit),
        }
    }
    merged
}
