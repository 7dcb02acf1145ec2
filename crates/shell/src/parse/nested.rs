//! Scripts that a command hands to another shell: `sudo bash -ec '…'`.

use super::build::Builder;
use super::parse_region;
use crate::Script;
use crate::ast::{Nested, NestedBody, Word, WordPart};
use crate::wrapper::{peel, shell_script};

/// The script in `words`, if they start a shell with `-c` and its text is known.
pub(super) fn nested(builder: &Builder<'_, '_>, words: &[Word], depth: usize) -> Option<Nested> {
    let program = peel(words).program?;
    let (at, errexit) = shell_script(words, program)?;
    let word = words.get(at)?;
    let raw = builder.slice(word.range.clone());
    let body = match inner_range(word, raw) {
        Some((inner, expanded)) => {
            let parsed = parse_region(builder.text, inner, depth + 1);
            builder.comments.borrow_mut().extend(parsed.comments);
            if expanded { NestedBody::Expanded(parsed.body) } else { NestedBody::Exact(parsed.body) }
        }
        None => NestedBody::Unescaped(Box::new(Script::at_depth(word.value()?, depth + 1))),
    };
    Some(Nested { word: at, errexit, body })
}

/// The text between the quotes if the inner shell reads it as it stands, and whether variables are put in first.
fn inner_range(word: &Word, raw: &str) -> Option<(std::ops::Range<usize>, bool)> {
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
