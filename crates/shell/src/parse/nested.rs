//! Scripts that a command hands to another shell: `sudo bash -ec '…'`, `bash <<EOF`.

use std::ops::Range;

use super::build::Builder;
use super::parse_region;
use crate::Script;
use crate::ast::{Nested, NestedBody, Redirect, RedirectKind, Word, WordPart};
use crate::wrapper::{peel, shell_reads_input, shell_script};

/// The script that `words` start a shell with, by `-c` or as its standard input, where its text is known.
pub(super) fn nested(
    builder: &Builder<'_, '_>,
    words: &[Word],
    redirects: &[Redirect],
    depth: usize,
) -> Option<Nested> {
    let program = peel(words, &|_| None).program?;
    let Some((at, errexit)) = shell_script(words, program) else {
        return on_standard_input(builder, words, program, redirects, depth);
    };
    let word = words.get(at)?;
    let raw = builder.slice(word.range.clone());
    let body = match inner_range(word, raw) {
        Some((inner, expanded)) => parsed(builder, inner, expanded, depth),
        None => NestedBody::Unescaped(Box::new(Script::at_depth(word.value()?, depth + 1))),
    };
    Some(Nested { word: Some(at), errexit, body })
}

fn parsed(builder: &Builder<'_, '_>, inner: Range<usize>, expanded: bool, depth: usize) -> NestedBody {
    let parsed = parse_region(builder.text, inner, depth + 1);
    builder.comments.borrow_mut().extend(parsed.comments);
    if expanded { NestedBody::Expanded(parsed.body) } else { NestedBody::Exact(parsed.body) }
}

/// The script of `bash -e <<EOF`.
fn on_standard_input(
    builder: &Builder<'_, '_>,
    words: &[Word],
    program: usize,
    redirects: &[Redirect],
    depth: usize,
) -> Option<Nested> {
    let errexit = shell_reads_input(words, program)?;
    let is_input = |redirect: &&Redirect| {
        let zero = redirect.descriptor.as_ref().is_none_or(|range| builder.slice(range.clone()) == "0");
        zero && matches!(
            redirect.operator,
            RedirectKind::Input
                | RedirectKind::ReadWrite
                | RedirectKind::DuplicateInput
                | RedirectKind::Heredoc
                | RedirectKind::Herestring
        )
    };
    let heredoc = redirects.iter().rfind(is_input)?.heredoc.as_ref()?;
    let expanded = if heredoc.quoted { Some(false) } else { expanded(builder.slice(heredoc.body.clone())) };
    Some(Nested { word: None, errexit, body: parsed(builder, heredoc.body.clone(), expanded?, depth) })
}

/// Whether the outer shell puts variables into the body of a here-document; `None` where it does more to it (POSIX 2.7.4).
/// Lines that it joins the inner shell would join as well.
fn expanded(body: &str) -> Option<bool> {
    let mut variables = false;
    let mut bytes = body.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'`' => return None,
            b'\\' if matches!(bytes.peek(), Some(b'$' | b'`' | b'\\')) => return None,
            b'$' if bytes.peek() == Some(&b'(') => return None,
            b'$' => variables = true,
            _ => {}
        }
    }
    Some(variables)
}

/// The text between the quotes if the inner shell reads it as it stands, and whether variables are put in first.
fn inner_range(word: &Word, raw: &str) -> Option<(Range<usize>, bool)> {
    let quote = raw.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let inner = match quote {
        Some(quote) => raw.get(1..)?.strip_suffix(quote)?,
        None => raw,
    };
    let literal = match quote {
        Some('\'') => !inner.contains('\''),
        Some(_) => !inner.contains(['"', '\\', '`']),
        None => !inner.contains(['\'', '"', '\\', '`', '*', '?', '[', '{']),
    };
    if !literal {
        return None;
    }
    let expanded = match word.parts.as_slice() {
        [] | [WordPart::Literal { .. }] => false,
        parts => {
            let known = |p: &WordPart| matches!(p, WordPart::Literal { .. } | WordPart::Variable { .. });
            if quote.is_none() || !parts.iter().all(known) {
                return None;
            }
            true
        }
    };
    let start = word.range.start + usize::from(quote.is_some());
    Some((start..start + inner.len(), expanded))
}
