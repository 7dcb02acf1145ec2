//! Edits of a command that starts a server.

use std::collections::BTreeMap;
use std::ops::Range;

use dockfit_dockerfile::operation::{CommandLine, Operation};
use dockfit_dockerfile::{Document, Instruction, JsonArray, Keyword, LineKind};
use dockfit_rewrite::surgery::{self, CannotEdit, Habits};
use dockfit_rewrite::{Dockerfile, Edit};

use super::launch::{Form, Launch};
use super::words::Word;

/// Takes the words with these indices out of the command.
pub(crate) fn without(
    dockerfile: &Dockerfile,
    launch: &Launch,
    words: &Range<usize>,
) -> Result<Vec<Edit>, CannotEdit> {
    let mut by_instruction: BTreeMap<usize, Vec<&Word>> = BTreeMap::new();
    for word in launch.words.get(words.clone()).unwrap_or_default() {
        by_instruction.entry(word.instruction).or_default().push(word);
    }
    let document = dockerfile.document();
    let mut edits = Vec::new();
    for (index, words) in by_instruction {
        let instruction = document.instructions().get(index).ok_or(CannotEdit::NothingLeft)?;
        let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
        let range = match (array(dockerfile, index), first.item, last.item) {
            (Some(array), Some(from), Some(to)) => {
                if array.items.len() == to - from + 1 {
                    // Only a CMD behind an ENTRYPOINT of its stage: without it the image has none, too, unless an
                    // earlier one of the stage would come to light.
                    if has_earlier_cmd(dockerfile, index) {
                        return Err(CannotEdit::NothingLeft);
                    }
                    edits.extend(surgery::delete_instruction(document, index)?);
                    continue;
                }
                in_array(instruction, array, from, to)?
            }
            _ => first.range.start..last.range.end,
        };
        edits.extend(surgery::delete(document, instruction, &instruction.text, &[range])?);
    }
    Ok(edits)
}

fn has_earlier_cmd(dockerfile: &Dockerfile, index: usize) -> bool {
    let model = dockerfile.model();
    let Some(stage) = model.stage_of(index) else { return false };
    let earlier = stage.instructions.clone().take_while(|other| *other < index);
    earlier.into_iter().any(|other| matches!(model.operation(other), Some(Operation::Cmd(_))))
}

/// The bytes of some items of an array, with one comma.
fn in_array(
    instruction: &Instruction,
    array: &JsonArray,
    from: usize,
    to: usize,
) -> Result<Range<usize>, CannotEdit> {
    let at =
        |index: usize| array.items.get(index).map(|item| item.range.clone()).ok_or(CannotEdit::Scattered);
    let (first, last) = (at(from)?, at(to)?);
    match array.items.get(to + 1) {
        Some(_) => {
            let comma = instruction.text.as_str().get(last.end..).and_then(|rest| rest.find(','));
            Ok(first.start..last.end + comma.ok_or(CannotEdit::Scattered)? + 1)
        }
        None => Ok(at(from.checked_sub(1).ok_or(CannotEdit::NothingLeft)?)?.end..last.end),
    }
}

fn array(dockerfile: &Dockerfile, index: usize) -> Option<&JsonArray> {
    match dockerfile.model().operation(index)? {
        Operation::Cmd(CommandLine::Exec(array)) | Operation::Entrypoint(CommandLine::Exec(array)) => {
            Some(array)
        }
        _ => None,
    }
}

/// Puts words behind the one with this index: plain ones, without blanks and quotes.
pub(crate) fn behind(
    dockerfile: &Dockerfile,
    launch: &Launch,
    word: usize,
    words: &[String],
) -> Result<Vec<Edit>, CannotEdit> {
    let document = dockerfile.document();
    let after = launch.words.get(word).ok_or(CannotEdit::NothingLeft)?;
    let instruction = document.instructions().get(after.instruction).ok_or(CannotEdit::NothingLeft)?;
    if !instruction.text.is_exact() {
        return Err(CannotEdit::NotText);
    }
    let (comma, words) = match after.item {
        Some(_) => (",", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")),
        None => ("", words.join(" ")),
    };
    let blank = line_break(document, launch, instruction, word).unwrap_or_default();
    let end = instruction.text.end_to_file(after.range.end);
    Ok(vec![Edit::insert(end, format!("{comma} {blank}{words}"))])
}

/// The break by which new words get a line of their own, where the word is the last one on a line that goes on another.
fn line_break(
    document: &Document,
    launch: &Launch,
    instruction: &Instruction,
    word: usize,
) -> Option<String> {
    if matches!(&launch.form, Form::Shell(shell) if shell.array.is_some()) {
        return None;
    }
    let line_of = |word: &Word| {
        let start = instruction.text.to_file(word.range.start);
        let mut lines = instruction.lines.iter().enumerate();
        lines.find_map(|(at, line)| match line.kind {
            LineKind::Text { content, .. } if line.span.contains(start) => Some((at, content)),
            _ => None,
        })
    };
    let (at, content) = line_of(launch.words.get(word)?)?;
    let next = launch.words.get(word + 1).filter(|next| next.instruction == launch.words[word].instruction);
    let is_last = next.and_then(line_of).is_none_or(|(next, _)| next != at);
    let text = document.text(content).into_owned();
    let indent = text.get(..text.len() - text.trim_start().len())?;
    (at > 0 && is_last && !indent.is_empty()).then(|| Habits::of(document).line_break(indent))
}

/// Words that take the place of one word of a command: plain ones, without blanks and quotes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct InPlace {
    /// The word, by its index.
    pub(crate) word: usize,
    /// The words.
    pub(crate) by: Vec<String>,
}

/// Puts words in the place of one.
pub(crate) fn instead(
    dockerfile: &Dockerfile,
    launch: &Launch,
    new: &InPlace,
) -> Result<Vec<Edit>, CannotEdit> {
    let word = launch.words.get(new.word).ok_or(CannotEdit::NothingLeft)?;
    let document = dockerfile.document();
    let instruction = document.instructions().get(word.instruction).ok_or(CannotEdit::NothingLeft)?;
    if let (Some(item), Some(array)) = (word.item, array(dockerfile, word.instruction)) {
        let words: Vec<&str> = new.by.iter().map(String::as_str).collect();
        return surgery::replace_json_item(instruction, array, item, &words);
    }
    surgery::replace(document, instruction, &instruction.text, word.range.clone(), &new.by.join(" "))
}

/// Writes the command in exec form, without the words of `left_out`, and with those of `new` in the place of one. In shell form each word becomes a string where it
/// stands; a script in an array is written in the place of the array.
pub(crate) fn in_exec_form(
    dockerfile: &Dockerfile,
    launch: &Launch,
    left_out: Option<&Range<usize>>,
    new: Option<&InPlace>,
) -> Result<Vec<Edit>, CannotEdit> {
    let document = dockerfile.document();
    let instruction = document.instructions().get(launch.index).ok_or(CannotEdit::NothingLeft)?;
    if !instruction.text.is_exact() {
        return Err(CannotEdit::NotText);
    }
    let is_exec = |(at, word): &(usize, &Word)| *at == 0 && word.written == "exec";
    let is_out = |(at, _): &(usize, &Word)| left_out.is_some_and(|range| range.contains(at));
    let words = || launch.words.iter().enumerate();
    let kept: Vec<(usize, &Word)> = words().filter(|word| !is_exec(word) && !is_out(word)).collect();
    let quoted = |(at, word): &(usize, &Word)| match new.filter(|new| new.word == *at) {
        Some(new) => new.by.iter().map(|word| quote(word)).collect::<Vec<_>>().join(", "),
        None => quote(word.value.as_deref().unwrap_or(&word.written)),
    };
    if let Form::Shell(shell) = &launch.form
        && let Some(array) = &shell.array
    {
        let items: Vec<String> = kept.iter().map(quoted).collect();
        let text = format!("[{}]", items.join(", "));
        return surgery::replace(document, instruction, &instruction.text, array.range.clone(), &text);
    }
    let gone: Vec<Range<usize>> =
        words().filter(|word| is_exec(word) || is_out(word)).map(|(_, word)| word.range.clone()).collect();
    let mut edits = if gone.is_empty() {
        Vec::new()
    } else {
        surgery::delete(document, instruction, &instruction.text, &joined(&gone))?
    };
    let last = kept.len().saturating_sub(1);
    for (at, word) in kept.iter().enumerate() {
        let spans = instruction.text.spans(word.1.range.clone());
        let [span] = spans.as_slice() else { return Err(CannotEdit::Scattered) };
        let (open, close) = (if at == 0 { "[" } else { "" }, if at == last { "]" } else { "," });
        edits.push(Edit::replace(*span, format!("{open}{}{close}", quoted(word))));
    }
    Ok(edits)
}

/// Ranges with nothing but blanks between them, as one: only the words themselves are deleted, and the blanks that are
/// left over go with them.
fn joined(ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match found.last_mut() {
            Some(last) if range.start <= last.end + 1 => last.end = range.end,
            _ => found.push(range.clone()),
        }
    }
    found
}

/// Puts `exec` before the command.
pub(crate) fn with_exec(dockerfile: &Dockerfile, launch: &Launch) -> Result<Vec<Edit>, CannotEdit> {
    let document = dockerfile.document();
    let instruction = document.instructions().get(launch.index).ok_or(CannotEdit::NothingLeft)?;
    let first = launch.words.first().ok_or(CannotEdit::NothingLeft)?;
    if !instruction.text.is_exact() {
        return Err(CannotEdit::NotText);
    }
    Ok(vec![Edit::insert(instruction.text.to_file(first.range.start), "exec ")])
}

/// Puts an instruction directly before another one: below the comments that speak of `subject`, else above all comments.
pub(crate) fn line_before(
    dockerfile: &Dockerfile,
    index: usize,
    keyword: Keyword,
    arguments: &str,
    subject: &[&str],
) -> Option<Edit> {
    let document = dockerfile.document();
    let instruction = document.instructions().get(index)?;
    let habits = Habits::of(document);
    let line = format!("{} {arguments}{}", habits.keyword(keyword), habits.line_end);
    let above = document.comments_above(index);
    let comments = document.text(above).to_lowercase();
    let directive = comments.contains("dockfit:");
    let at = if !directive && subject.iter().any(|word| comments.contains(word)) {
        instruction.span.start
    } else {
        above.start
    };
    Some(Edit::insert(at, line))
}

fn quote(word: &str) -> String {
    serde_json::to_string(word).unwrap_or_else(|_| format!("\"{word}\""))
}
