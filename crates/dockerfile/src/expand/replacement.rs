//! The replacement of `${x//pattern/replacement}`, a template as Go's `Regexp.Expand` reads it.

use super::reference::{is_digit, is_letter};

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// This text.
    Text(String),
    /// `$0`: the match itself.
    Match,
}

impl Part {
    pub(super) fn write(&self, matched: &str, to: &mut String) {
        to.push_str(match self {
            Self::Text(text) => text,
            Self::Match => matched,
        });
    }
}

/// Splits a template at its references. There are no groups in a pattern, so every reference but `$0` is empty;
/// `$$` is a dollar, and a `$` that begins no reference stays.
pub(super) fn parse(template: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        if let Some(tail) = after.strip_prefix('$') {
            text.push('$');
            rest = tail;
        } else if let Some((name, tail)) = reference(after) {
            // A number with leading zeros names nothing.
            if name == "0" {
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Match);
            }
            rest = tail;
        } else {
            text.push('$');
            rest = after;
        }
    }
    text.push_str(rest);
    parts.push(Part::Text(text));
    parts
}

/// The name after a `$`, and what follows the reference.
fn reference(after: &str) -> Option<(&str, &str)> {
    let (braced, inner) = match after.strip_prefix('{') {
        Some(inner) => (true, inner),
        None => (false, after),
    };
    let length = inner.find(|c: char| !(is_letter(c) || is_digit(c) || c == '_')).unwrap_or(inner.len());
    let (name, tail) = inner.split_at(length);
    if name.is_empty() {
        return None;
    }
    if braced { tail.strip_prefix('}').map(|tail| (name, tail)) } else { Some((name, tail)) }
}
