//! Words as the engine's parser splits them: quotes and escapes kept.

use std::ops::Range;

/// A word of an ENV, LABEL or ARG, quotes and escapes as they stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawWord {
    /// The word without what the engine drops (an escape character at the very end).
    pub text: String,
    /// Its bytes in the text that was split.
    pub range: Range<usize>,
}

/// Splits `text` at white space outside quotes (buildkit `line_parsers.go` `parseWords`). Ranges count from
/// `offset`.
pub fn raw_words(text: &str, offset: usize, escape: char) -> Vec<RawWord> {
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut word: Option<(usize, String)> = None;
    let mut quote: Option<char> = None;
    let end = text.len();
    while let Some((at, char)) = chars.next() {
        if word.is_none() && char.is_whitespace() {
            continue;
        }
        if quote.is_none() && char.is_whitespace() {
            push(&mut words, word.take(), offset, at);
            continue;
        }
        let (_, buffer) = word.get_or_insert_with(|| (at, String::new()));
        if char == escape && quote != Some('\'') {
            // An escape character at the very end is dropped; elsewhere it takes the next one with it.
            if let Some((_, next)) = chars.next() {
                buffer.push(char);
                buffer.push(next);
            }
            continue;
        }
        match quote {
            Some(open) if char == open => quote = None,
            None if matches!(char, '\'' | '"') => quote = Some(char),
            _ => {}
        }
        buffer.push(char);
    }
    push(&mut words, word.take(), offset, end);
    words
}

fn push(words: &mut Vec<RawWord>, word: Option<(usize, String)>, offset: usize, end: usize) {
    if let Some((start, text)) = word
        && !text.is_empty()
    {
        words.push(RawWord { text, range: offset + start..offset + end });
    }
}
