//! The parts of a word and what follows from them.

use std::ops::Range;

use crate::ast::{Word, WordPart};

/// The parts of a word while it is read.
#[derive(Debug, Default)]
pub(super) struct PartList {
    parts: Vec<Draft>,
    /// Whether anything in it is quoted.
    pub quoted: bool,
}

#[derive(Debug)]
enum Draft {
    Literal { range: Range<usize>, value: String, quoted: bool },
    Done(WordPart),
}

impl PartList {
    pub(super) fn push(&mut self, part: WordPart) {
        // The empty literal that an opening quote leaves says nothing in front of an expansion.
        if matches!(self.parts.last(), Some(Draft::Literal { value, .. }) if value.is_empty()) {
            self.parts.pop();
        }
        self.parts.push(Draft::Done(part));
    }

    pub(super) fn literal(&mut self, text: &str, at: Range<usize>, is_quoted: bool) {
        if let Some(Draft::Literal { range, value, quoted }) = self.parts.last_mut()
            && *quoted == is_quoted
        {
            value.push_str(text);
            range.end = at.end;
            return;
        }
        self.parts.push(Draft::Literal { range: at, value: text.to_owned(), quoted: is_quoted });
    }

    pub(super) fn ends_with_colon(&self) -> bool {
        matches!(self.parts.last(), Some(Draft::Literal { value, quoted: false, .. }) if value.ends_with(':'))
    }

    pub(super) fn finish(self, range: Range<usize>) -> Word {
        let unquoted = |wanted: fn(&str) -> bool| {
            self.parts
                .iter()
                .any(|p| matches!(p, Draft::Literal { value, quoted: false, .. } if wanted(value)))
        };
        let glob = unquoted(|v| v.contains(['*', '?', '[']));
        let braces = unquoted(|v| v.contains('{')) && self.has_brace_expansion();
        let parts: Vec<WordPart> = self.parts.into_iter().map(Draft::into_part).collect();
        let value = if braces {
            None
        } else {
            match parts.as_slice() {
                [WordPart::Literal { value, .. }] => Some(value.clone()),
                parts => parts
                    .iter()
                    .map(|p| if let WordPart::Literal { value, .. } = p { Some(&**value) } else { None })
                    .collect::<Option<String>>()
                    .map(String::into_boxed_str),
            }
        };
        Word { range, parts, value, quoted: self.quoted, glob, braces }
    }

    /// Whether unquoted braces with a comma or `..` between them stand in the word. Nesting is not looked at: a
    /// word taken for a brace expansion by mistake has no value, which is the safe side.
    fn has_brace_expansion(&self) -> bool {
        let (mut open, mut separated) = (false, false);
        for part in &self.parts {
            let Draft::Literal { value, quoted: false, .. } = part else { continue };
            for (at, byte) in value.bytes().enumerate() {
                match byte {
                    b'{' => (open, separated) = (true, false),
                    b',' => separated |= open,
                    b'.' if value.as_bytes().get(at + 1) == Some(&b'.') => separated |= open,
                    b'}' if separated => return true,
                    _ => {}
                }
            }
        }
        false
    }
}

impl Draft {
    fn into_part(self) -> WordPart {
        match self {
            Self::Literal { range, value, quoted } => {
                WordPart::Literal { range, value: value.into_boxed_str(), quoted }
            }
            Self::Done(part) => part,
        }
    }
}
