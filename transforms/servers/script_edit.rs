//! Edits of a start script: each touches one command, and leaves every other byte.

use std::ops::Range;

use dockfit_dockerfile::Span;
use dockfit_rewrite::{Edit, FileEdit};

use super::count::Count;
use super::edit::InPlace;
use super::launch::Launch;
use super::script_file::ScriptFile;
use super::words::Word;

/// Puts words behind the one with this index: plain ones, without blanks and quotes. Where the command has a line for
/// each of its options, they get one, too.
pub(crate) fn behind(
    script: &ScriptFile,
    launch: &Launch,
    word: usize,
    words: &[String],
) -> Option<FileEdit> {
    let text = script.script.text();
    let range = &launch.words.get(word)?.range;
    let start = text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let is_first_line = launch.words.first().is_some_and(|first| first.range.start >= start);
    let rest = text.get(range.end..)?.split('\n').next().unwrap_or_default();
    let is_last_of_line = matches!(rest.trim(), "" | "\\");
    let line = text.get(start..range.start)?;
    let indent = line.get(..line.len() - line.trim_start().len())?;
    let words = words.join(" ");
    let new =
        if !is_first_line && is_last_of_line { format!(" \\\n{indent}{words}") } else { format!(" {words}") };
    Some(edit(script, Edit::insert(range.end, new)))
}

/// The number comes from a variable, and is as before where nothing sets that.
pub(crate) fn from_variable(
    script: &ScriptFile,
    launch: &Launch,
    count: &Count,
    variable: &str,
    number: u32,
) -> Option<FileEdit> {
    let word = launch.words.get(count.words.clone())?.last()?;
    // `-w 4`: a word of its own; `-w4`, `--workers="4"`: the end of one.
    let option = word.written.trim_end_matches(|char: char| char.is_ascii_digit() || "\"'".contains(char));
    let length = if count.words.len() == 1 { word.written.len() - option.len() } else { word.written.len() };
    let span = Span::new(word.range.end.checked_sub(length)?, word.range.end);
    Some(edit(script, Edit::replace(span, format!("\"${{{variable}:-{number}}}\""))))
}

/// `exec` before the command.
pub(crate) fn with_exec(script: &ScriptFile, launch: &Launch) -> Option<FileEdit> {
    Some(edit(script, Edit::insert(launch.words.first()?.range.start, "exec ")))
}

/// The command without the words with these indices; nothing where something else stands among them.
pub(crate) fn without(script: &ScriptFile, launch: &Launch, words: &Range<usize>) -> Option<FileEdit> {
    let text = script.script.text();
    let with_one_before = launch.words.get(words.start.checked_sub(1)?..words.end)?;
    let is_blank = |pair: &[Word]| {
        let [one, next] = pair else { return false };
        let between = text.get(one.range.end..next.range.start).unwrap_or("?");
        between.chars().all(|char| matches!(char, ' ' | '\t' | '\\' | '\n'))
    };
    let (before, last) = (with_one_before.first()?, with_one_before.last()?);
    let span = Span::new(before.range.end, last.range.end);
    with_one_before.windows(2).all(is_blank).then(|| edit(script, Edit::replace(span, String::new())))
}

/// Words in the place of one: plain ones, without blanks and quotes.
pub(crate) fn instead(script: &ScriptFile, launch: &Launch, new: &InPlace) -> Option<FileEdit> {
    let range = &launch.words.get(new.word)?.range;
    Some(edit(script, Edit::replace(Span::new(range.start, range.end), new.by.join(" "))))
}

fn edit(script: &ScriptFile, edit: Edit) -> FileEdit {
    FileEdit { file: script.path.clone(), edit }
}
