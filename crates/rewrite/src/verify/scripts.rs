//! The RUN instructions say the same as before, but for what was declared.

use std::borrow::Cow;
use std::collections::HashMap;

use dockfit_dockerfile::{Keyword, RunForm, Span};
use dockfit_shell::Script;

use super::{Breach, Declarations};
use crate::{Dockerfile, Run};

/// No script becomes invalid, no RUN comes or goes, and the words of each are those of before, in their order, but for
/// what was declared to be taken out.
///
/// Answers with the indices of the RUNs of the old text and of those that they became.
pub(super) fn kept(
    old: &Dockerfile,
    new: &Dockerfile,
    declared: &Declarations<'_>,
) -> Result<Vec<(usize, usize)>, Breach> {
    let breach = |span: Span, message: &str| Err(Breach::new("scripts", new.path(), span, message));
    let mut was = runs(old);
    was.retain(|run| !declared.gone.contains(&run.span.start));
    let (mut moved, was): (Vec<_>, Vec<_>) =
        was.into_iter().partition(|run| declared.moved.contains(&run.span.start));
    let mut added = declared.added.clone();
    let mut same = Vec::new();
    let mut before = was.iter().peekable();
    for Found { index, span, run } in runs(new) {
        // The file may have had the same line elsewhere.
        let was_there = before.peek().is_some_and(|old| old.run.form.same_text(&run.form));
        if !was_there {
            if let Some(at) = moved.iter().position(|old| old.run.form.same_text(&run.form)) {
                same.push((moved.remove(at).index, index));
                continue;
            }
            if let Some(count) = added.get_mut(words(run).as_ref()).filter(|count| **count > 0) {
                *count -= 1;
                continue;
            }
        }
        let Some(old) = before.next() else { return breach(span, "a RUN was added") };
        same.push((old.index, index));
        if old.run.form.same_text(&run.form) {
            continue;
        }
        if has_errors(run) && !has_errors(old.run) {
            return breach(span, "the shell would not parse this RUN");
        }
        let of_run = |words: &HashMap<usize, Vec<&str>>| -> Vec<String> {
            words.get(&old.span.start).into_iter().flatten().flat_map(|words| split(words)).collect()
        };
        if !says_the_same(old.run, run, of_run(&declared.taken), of_run(&declared.put_in)) {
            return breach(span, "the RUN says something else than before");
        }
    }
    match before.next().or(moved.first()) {
        Some(run) => Err(Breach::new("scripts", old.path(), run.span, "a RUN was taken out")),
        None => Ok(same),
    }
}

/// The script, or the words of an exec form with blanks between them.
fn words(run: &Run) -> Cow<'_, str> {
    match &run.form {
        RunForm::Exec(array) => {
            let words: Vec<&str> = array.items.iter().map(|item| item.value.as_str()).collect();
            Cow::Owned(words.join(" "))
        }
        RunForm::Shell(text) | RunForm::File { text, .. } => Cow::Borrowed(text.as_str()),
    }
}

/// A RUN and where it stands.
struct Found<'a> {
    index: usize,
    span: Span,
    run: &'a Run,
}

fn runs(dockerfile: &Dockerfile) -> Vec<Found<'_>> {
    let instructions = dockerfile.document().instructions().iter().enumerate();
    instructions
        .filter(|(_, instruction)| instruction.effective().keyword == Keyword::Run)
        .filter_map(|(index, found)| Some(Found { index, span: found.span, run: dockerfile.run(index)? }))
        .collect()
}

fn has_errors(run: &Run) -> bool {
    run.script().is_some_and(Script::has_errors)
}

/// Whether the tokens of the new form are those of the old one, in their order, but for tokens of what was declared to be
/// taken out and the operators beside them, and those declared to be put in. `true` may stand in the place of the first.
fn says_the_same(old: &Run, new: &Run, taken: Vec<String>, put_in: Vec<String>) -> bool {
    let (old, new) = (tokens(old), tokens(new));
    old == new || matches(&old, &new, Left { taken, put_in }, false, MOST_GUESSES)
}

/// Declared words that were not met yet.
#[derive(Clone)]
struct Left {
    taken: Vec<String>,
    put_in: Vec<String>,
}

impl Left {
    /// Whether the first word of `tokens` was taken out.
    fn begins(&self, tokens: &[String]) -> bool {
        let word = tokens.iter().find(|token| !is_operator(token));
        word.is_some_and(|word| self.taken.contains(word))
    }
}

/// How often both readings of a `true` are tried: one that was there, and one in the place of what was taken out.
const MOST_GUESSES: usize = 8;

fn matches(
    mut old: &[String],
    mut new: &[String],
    mut left: Left,
    mut skipped: bool,
    guesses: usize,
) -> bool {
    // Whether the token before was taken out.
    let mut gap = skipped;
    while let [token, behind @ ..] = old {
        match new {
            [first, rest @ ..] if first == token => new = rest,
            [first, second, rest @ ..] if skipped && first == "true" && second == token => {
                if guesses > 0 && is_operator(token) && matches(behind, new, left.clone(), true, guesses - 1)
                {
                    return true;
                }
                new = rest;
            }
            [first, rest @ ..] if remove(&mut left.put_in, first) => {
                new = rest;
                continue;
            }
            // An operator goes with the words beside it, never alone.
            _ if remove(&mut left.taken, token) || (is_operator(token) && (gap || left.begins(behind))) => {
                (skipped, gap) = (true, true);
                old = behind;
                continue;
            }
            _ => return false,
        }
        gap = false;
        old = behind;
    }
    let is_put_in = |token: &String| remove(&mut left.put_in, token);
    new.iter().all(is_put_in) || (skipped && new == ["true"])
}

fn remove(taken: &mut Vec<String>, word: &str) -> bool {
    taken.iter().position(|other| other == word).map(|at| taken.remove(at)).is_some()
}

fn is_operator(token: &str) -> bool {
    matches!(token, ";" | "&" | "|")
}

/// The text split at white space and operators: layout and comments do not count.
fn tokens(run: &Run) -> Vec<String> {
    match &run.form {
        RunForm::Exec(array) => array.items.iter().map(|item| item.value.clone()).collect(),
        RunForm::File { text, .. } => split(text.as_str()),
        RunForm::Shell(text) => {
            let comments = run.script().map(Script::comments).unwrap_or_default();
            let mut code = String::new();
            let mut at = 0;
            for comment in comments {
                code.push_str(text.as_str().get(at..comment.start).unwrap_or_default());
                at = comment.end;
            }
            code.push_str(text.as_str().get(at..).unwrap_or_default());
            split(&code)
        }
    }
}

fn split(text: &str) -> Vec<String> {
    let spaced: String = text.chars().flat_map(spaced).collect();
    spaced.split_whitespace().filter(|token| *token != "\\").map(str::to_owned).collect()
}

/// A character that may stand directly beside a word, with blanks around it.
fn spaced(char: char) -> impl Iterator<Item = char> {
    let blank =
        matches!(char, ';' | '&' | '|' | '<' | '>' | '(' | ')' | '{' | '}' | '"' | '\'' | '`').then_some(' ');
    blank.into_iter().chain([char]).chain(blank)
}
