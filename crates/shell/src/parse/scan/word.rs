//! One word: quotes, escapes and expansions.

use super::parts::PartList;
use super::{Scanned, Scanner, ends_word};
use crate::ast::{OpaqueReason, Word, WordPart};
use crate::parse::expansion::{is_name_byte, is_name_start};

impl Scanner<'_, '_, '_> {
    /// One word from `start` on; in an assignment's value a tilde may also follow a colon.
    pub(super) fn word(&mut self, start: usize, is_value: bool) -> Scanned<Word> {
        let mut parts = PartList::default();
        if !is_value || self.peek() == Some(b'~') {
            self.tilde(&mut parts);
        }
        let mut end = self.pos;
        while let Some(byte) = self.peek() {
            if let Some(found) = self.take_found()? {
                parts.push(self.builder.expansion(&found, false, self.depth)?);
                end = self.pos;
                // An array is all of a value.
                if is_value && found.is_array() && self.peek().is_some_and(|b| !ends_word(b)) {
                    return Err(OpaqueReason::Ambiguous);
                }
                continue;
            }
            if byte == b'\\' && self.peek_at(1) == Some(b'\n') {
                self.pos += 2;
                continue;
            }
            match byte {
                b'\'' => self.single_quoted(&mut parts)?,
                b'"' => self.double_quoted(&mut parts)?,
                b'`' => return Err(OpaqueReason::Ambiguous),
                b'\\' => self.backslash(&mut parts),
                b'$' => self.dollar(&mut parts, false)?,
                _ if ends_word(byte) => break,
                b'~' if is_value && parts.ends_with_colon() => {
                    let range = self.pos..self.pos + 1;
                    parts.push(WordPart::Other { range, quoted: false, substitutions: Vec::new() });
                    self.pos += 1;
                }
                _ => self.plain(&mut parts),
            }
            end = self.pos;
        }
        // A line joined to the next behind the word is no part of it.
        self.pos = end.max(start);
        Ok(parts.finish(start..self.pos))
    }

    /// A `~` or `~user` at the start of a word.
    fn tilde(&mut self, parts: &mut PartList) {
        if self.peek() != Some(b'~') {
            return;
        }
        let mut ahead = 1;
        while self.peek_at(ahead).is_some_and(|b| is_name_byte(b) || matches!(b, b'-' | b'.' | b'+')) {
            ahead += 1;
        }
        let stops = self.peek_at(ahead).is_none_or(|b| b == b'/' || b == b':' || ends_word(b));
        if !stops {
            return;
        }
        let range = self.pos..self.pos + ahead;
        let user = (ahead > 1).then(|| self.slice(range.start + 1..range.end).into());
        self.pos = range.end;
        parts.push(WordPart::Tilde { range, user });
    }

    fn single_quoted(&mut self, parts: &mut PartList) -> Scanned<()> {
        let start = self.pos + 1;
        self.pos = start;
        while self.peek().is_some_and(|b| b != b'\'') {
            self.pos += 1;
        }
        if self.peek().is_none() {
            return Err(OpaqueReason::Syntax);
        }
        parts.literal(self.slice(start..self.pos), start..self.pos, true);
        parts.quoted = true;
        self.pos += 1;
        Ok(())
    }

    fn double_quoted(&mut self, parts: &mut PartList) -> Scanned<()> {
        self.pos += 1;
        parts.quoted = true;
        parts.literal("", self.pos..self.pos, true);
        loop {
            if let Some(found) = self.take_found()? {
                parts.push(self.builder.expansion(&found, true, self.depth)?);
                continue;
            }
            match (self.peek(), self.peek_at(1)) {
                (None, _) => return Err(OpaqueReason::Syntax),
                (Some(b'"'), _) => {
                    self.pos += 1;
                    return Ok(());
                }
                (Some(b'`'), _) => return Err(OpaqueReason::Ambiguous),
                (Some(b'\\'), Some(b'\n')) => self.pos += 2,
                (Some(b'\\'), Some(b'$' | b'`' | b'"' | b'\\')) => {
                    parts.literal(self.slice(self.pos + 1..self.pos + 2), self.pos..self.pos + 2, true);
                    self.pos += 2;
                }
                (Some(b'$'), Some(b'\'' | b'"')) => {
                    parts.literal("$", self.pos..self.pos + 1, true);
                    self.pos += 1;
                }
                (Some(b'$'), _) => self.dollar(parts, true)?,
                (Some(_), _) => {
                    let start = self.pos;
                    self.pos += 1;
                    while self.peek().is_some_and(|b| !matches!(b, b'"' | b'`' | b'\\' | b'$')) {
                        self.pos += 1;
                    }
                    parts.literal(self.slice(start..self.pos), start..self.pos, true);
                }
            }
        }
    }

    /// An unquoted backslash quotes the next character.
    fn backslash(&mut self, parts: &mut PartList) {
        let start = self.pos;
        let quoted = self.slice(start + 1..self.end).chars().next();
        let Some(quoted) = quoted else {
            parts.literal("\\", start..start + 1, true);
            self.pos += 1;
            return;
        };
        self.pos += 1 + quoted.len_utf8();
        parts.literal(self.slice(start + 1..self.pos), start..self.pos, true);
        parts.quoted = true;
    }

    /// A `$` where the grammar sees no braces or parentheses behind it.
    fn dollar(&mut self, parts: &mut PartList, quoted: bool) -> Scanned<()> {
        let start = self.pos;
        let next = self.peek_at(1);
        let length = match next {
            Some(b) if is_name_start(b) => {
                let mut length = 1;
                while self.peek_at(1 + length).is_some_and(is_name_byte) {
                    length += 1;
                }
                length
            }
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => 1,
            Some(b'{' | b'(' | b'[' | b'`') => return Err(OpaqueReason::Ambiguous),
            Some(b'\'' | b'"') if !quoted => {
                self.dollar_quoted(parts)?;
                return Ok(());
            }
            _ => {
                parts.literal("$", start..start + 1, quoted);
                self.pos += 1;
                return Ok(());
            }
        };
        self.pos = start + 1 + length;
        parts.push(WordPart::Variable {
            range: start..self.pos,
            name: self.slice(start + 1..self.pos).into(),
            operation: None,
            quoted,
            substitutions: Vec::new(),
        });
        Ok(())
    }

    /// `$'…'` and `$"…"`: what they mean depends on the shell.
    fn dollar_quoted(&mut self, parts: &mut PartList) -> Scanned<()> {
        let start = self.pos;
        let quote = self.peek_at(1);
        self.pos += 2;
        loop {
            match self.peek() {
                None => return Err(OpaqueReason::Syntax),
                Some(b'$' | b'`') if quote == Some(b'"') => return Err(OpaqueReason::Ambiguous),
                Some(b'\\') => self.pos += 2,
                found if found == quote => break,
                Some(_) => self.pos += 1,
            }
        }
        if self.pos > self.end {
            return Err(OpaqueReason::Syntax);
        }
        self.pos += 1;
        parts.push(WordPart::Other { range: start..self.pos, quoted: true, substitutions: Vec::new() });
        parts.quoted = true;
        Ok(())
    }

    fn plain(&mut self, parts: &mut PartList) {
        let start = self.pos;
        self.pos += 1;
        while self.peek().is_some_and(|b| {
            !ends_word(b) && !matches!(b, b'\'' | b'"' | b'`' | b'\\' | b'$' | b'~') && !self.starts_found()
        }) {
            self.pos += 1;
        }
        parts.literal(self.slice(start..self.pos), start..self.pos, false);
    }
}
