//! ARG.

use crate::{RawWord, raw_words};

use super::{Problem, Request};

/// A build argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The name, as written: the engine expands nothing in it, and quotes are part of it.
    pub name: RawWord,
    /// The default, quotes and escapes as written.
    pub default: Option<RawWord>,
}

/// Mirrors buildkit `parseArg`; flags are not looked at.
pub(super) fn parse(request: &Request<'_>) -> Result<Vec<Argument>, Problem> {
    let words = raw_words(request.text(), request.command.arguments.start, request.escape);
    if words.is_empty() {
        return Err(
            Problem::arguments(request.range(), "ARG needs an argument").with_help("write ARG name=default")
        );
    }
    words
        .into_iter()
        .map(|word| {
            let Some((name, default)) = word.text.split_once('=') else {
                return Ok(Argument { name: word, default: None });
            };
            if name.is_empty() {
                return Err(Problem::arguments(word.range, "no name stands before `=`"));
            }
            let middle = word.range.start + name.len();
            Ok(Argument {
                name: RawWord { text: name.to_owned(), range: word.range.start..middle },
                default: Some(RawWord { text: default.to_owned(), range: middle + 1..word.range.end }),
            })
        })
        .collect()
}
