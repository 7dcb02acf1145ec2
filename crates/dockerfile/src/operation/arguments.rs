//! Arguments in their common shapes.

use std::ops::Range;

use crate::instruction::is_byte_space;
use crate::{JsonArray, RawWord};

use super::{Problem, Request};

impl Request<'_> {
    /// The text of the arguments.
    pub(super) fn text(&self) -> &str {
        self.instruction.slice(&self.command.arguments)
    }

    /// Where to point when an argument is missing: the arguments, or the keyword where there are none.
    pub(super) fn range(&self) -> Range<usize> {
        if self.command.arguments.is_empty() {
            self.command.keyword_range.clone()
        } else {
            self.command.arguments.clone()
        }
    }

    /// The arguments as one text. Mirrors buildkit `parseString`.
    pub(super) fn whole(&self) -> Result<RawWord, Problem> {
        if self.text().is_empty() {
            let keyword = self.command.keyword;
            return Err(Problem::arguments(self.range(), format!("{keyword} needs an argument")));
        }
        Ok(RawWord { text: self.text().to_owned(), range: self.command.arguments.clone() })
    }

    /// The arguments split at blanks; quotes mean nothing. Mirrors buildkit `parseStringsWhitespaceDelimited`.
    pub(super) fn blank_separated(&self) -> Vec<RawWord> {
        let text = self.text();
        let start = self.command.arguments.start;
        let mut words = Vec::new();
        let mut at = 0;
        for word in text.split(is_blank) {
            if !word.is_empty() {
                words.push(RawWord { text: word.to_owned(), range: start + at..start + at + word.len() });
            }
            // Every blank is one byte.
            at += word.len() + 1;
        }
        words
    }

    /// The strings of a JSON array, or the blank separated words. Mirrors buildkit `parseMaybeJSONToList`.
    pub(super) fn list(&self) -> Vec<RawWord> {
        self.command.json.as_ref().map_or_else(|| self.blank_separated(), strings)
    }

    /// Refuses a JSON array of something else than strings, which the document has reported.
    pub(super) fn check_json(&self) -> Result<(), Problem> {
        if self.command.json.is_none() && crate::json::is_array_of_other_things(self.json_text()) {
            let message = "the JSON array holds something else than strings";
            return Err(Problem::arguments(self.range(), message).with_help("put each item in double quotes"));
        }
        Ok(())
    }

    /// The part of the arguments that may be JSON.
    fn json_text(&self) -> &str {
        let text = self.text();
        if self.command.keyword == crate::Keyword::Healthcheck {
            let word = text.find(is_byte_space).unwrap_or(text.len());
            return text.get(word..).unwrap_or_default().trim_start_matches(is_byte_space);
        }
        text
    }
}

/// `[\t\v\f\r ]`, the engine's `reWhitespace`.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// The strings of an array as words.
pub(super) fn strings(array: &JsonArray) -> Vec<RawWord> {
    array.items.iter().map(|item| RawWord { text: item.value.clone(), range: item.range.clone() }).collect()
}
