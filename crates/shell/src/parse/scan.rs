//! The word scanner: the shell's token rules (POSIX 2.3) over the text of one simple command.
//!
//! It is a second opinion beside the grammar. The grammar says where a command and the substitutions in it begin and
//! end; the scanner splits the text between into words itself. Wherever the two do not fit together the command
//! becomes opaque.

use std::ops::Range;

use super::build::Builder;
use super::expansion::{Found, is_name_byte, is_name_start};
use crate::ast::{Assignment, OpaqueReason, Redirect, RedirectKind, Word, WordPart};

/// Result of reading text that the grammar and the scanner should agree on.
pub(super) type Scanned<T> = Result<T, OpaqueReason>;

/// What a stretch of text between two operators holds.
#[derive(Debug, Default)]
pub(super) struct Segment {
    pub assignments: Vec<Assignment>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
    /// The end of the last token.
    pub end: usize,
}

/// Which words may be assignments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assigning {
    /// Those in front of the command's name.
    Prefix,
    /// All of them (`export A=b`).
    Everywhere,
    /// None (the words behind `in`).
    Never,
}

pub(super) struct Scanner<'b, 's, 't> {
    builder: &'b Builder<'s, 't>,
    bytes: &'s [u8],
    pos: usize,
    end: usize,
    found: &'b [Found<'t>],
    next: usize,
    depth: usize,
    over_lines: bool,
}

fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>')
}

impl<'b, 's, 't> Scanner<'b, 's, 't> {
    pub(super) fn new(
        builder: &'b Builder<'s, 't>,
        range: Range<usize>,
        found: &'b [Found<'t>],
        depth: usize,
    ) -> Self {
        let bytes = builder.text.as_bytes();
        let end = range.end.min(bytes.len());
        Self { builder, bytes, pos: range.start.min(end), end, found, next: 0, depth, over_lines: false }
    }

    /// Line ends between the words are blanks.
    pub(super) fn over_lines(mut self) -> Self {
        self.over_lines = true;
        self
    }

    fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        let at = self.pos + ahead;
        (at < self.end).then(|| self.bytes.get(at).copied()).flatten()
    }

    fn slice(&self, range: Range<usize>) -> &'s str {
        self.builder.text.get(range).unwrap_or_default()
    }

    /// Reads the whole range.
    pub(super) fn segment(mut self, assigning: Assigning) -> Scanned<Segment> {
        let mut out = Segment { end: self.pos, ..Segment::default() };
        loop {
            self.skip_blanks();
            let Some(byte) = self.peek() else { break };
            match byte {
                b'\n' => {
                    self.line_end()?;
                    continue;
                }
                b'#' => {
                    self.comment()?;
                    continue;
                }
                b'`' if self.inline_comment() => continue,
                b';' | b'|' | b')' => return Err(OpaqueReason::Ambiguous),
                _ => {}
            }
            if let Some(redirect) = self.redirect()? {
                out.redirects.push(redirect);
            } else if byte == b'&' || byte == b'(' {
                return Err(OpaqueReason::Ambiguous);
            } else {
                let prefix = assigning == Assigning::Prefix && out.words.is_empty();
                if (prefix || assigning == Assigning::Everywhere)
                    && let Some(assignment) = self.assignment()?
                {
                    out.assignments.push(assignment);
                } else {
                    out.words.push(self.word(self.pos, false)?);
                }
            }
            out.end = self.pos;
        }
        if self.next == self.found.len() { Ok(out) } else { Err(OpaqueReason::Ambiguous) }
    }

    /// A line end within the range: what ends the command stands behind it only if a here-document's body is between
    /// the two. Else the grammar has skipped it (`a`, line end, `&& b` is an error to a shell).
    fn line_end(&mut self) -> Scanned<()> {
        match self.builder.survey.after_body(self.pos) {
            Some(end) if end <= self.end => self.pos = end,
            _ if self.over_lines => self.pos += 1,
            _ => return Err(OpaqueReason::Syntax),
        }
        Ok(())
    }

    fn comment(&mut self) -> Scanned<()> {
        let rest = self.slice(self.pos..self.end);
        let end = self.pos + rest.find('\n').unwrap_or(rest.len());
        self.builder.expect_blank(self.pos..end)?;
        self.pos = end;
        Ok(())
    }

    /// `` `# comment` ``: a substitution without a command, which gives no word.
    fn inline_comment(&mut self) -> bool {
        let rest = self.slice(self.pos..self.end);
        let Some(comment) = rest.strip_prefix("`#") else { return false };
        let Some(length) = comment.find(['`', '\n', '\\']) else { return false };
        let end = self.pos + 2 + length;
        let alone = self.bytes.get(end + 1).is_none_or(|b| ends_word(*b)) || end + 1 >= self.end;
        if self.bytes.get(end) != Some(&b'`') || self.starts_found() || !alone {
            return false;
        }
        self.builder.comments.borrow_mut().push(self.pos + 1..end);
        self.pos = end + 1;
        true
    }

    fn skip_blanks(&mut self) {
        loop {
            match (self.peek(), self.peek_at(1)) {
                (Some(b' ' | b'\t'), _) => self.pos += 1,
                (Some(b'\\'), Some(b'\n')) => self.pos += 2,
                _ => return,
            }
        }
    }

    /// The expansion that starts here, if the grammar found one.
    fn take_found(&mut self) -> Scanned<Option<Found<'t>>> {
        let Some(found) = self.found.get(self.next) else { return Ok(None) };
        if found.range.start > self.pos {
            return Ok(None);
        }
        if found.range.start < self.pos || found.range.end > self.end {
            return Err(OpaqueReason::Ambiguous);
        }
        self.next += 1;
        self.pos = found.range.end;
        Ok(Some(found.clone()))
    }

    fn starts_found(&self) -> bool {
        self.found.get(self.next).is_some_and(|f| f.range.start == self.pos)
    }

    /// `name=`, `name+=`, `name[…]=` with the value behind it.
    fn assignment(&mut self) -> Scanned<Option<Assignment>> {
        let start = self.pos;
        if !self.peek().is_some_and(is_name_start) {
            return Ok(None);
        }
        let mut ahead = 0;
        while self.peek_at(ahead).is_some_and(is_name_byte) {
            ahead += 1;
        }
        let name_range = start..start + ahead;
        let subscript = self.peek_at(ahead) == Some(b'[');
        if subscript {
            while self.peek_at(ahead).is_some_and(|b| b != b']') {
                if self.peek_at(ahead).is_some_and(|b| ends_word(b) || matches!(b, b'\'' | b'"' | b'\\')) {
                    return Ok(None);
                }
                ahead += 1;
            }
            ahead += 1;
        }
        let append = self.peek_at(ahead) == Some(b'+');
        ahead += usize::from(append);
        if self.peek_at(ahead) != Some(b'=') {
            return Ok(None);
        }
        if self.found.get(self.next).is_some_and(|f| f.range.start <= start + ahead) {
            return Err(OpaqueReason::Ambiguous);
        }
        self.pos = start + ahead + 1;
        let name = self.slice(name_range.clone()).into();
        let value = self.word(self.pos, true)?;
        Ok(Some(Assignment { range: start..self.pos, name, name_range, append, subscript, value }))
    }

    fn redirect(&mut self) -> Scanned<Option<Redirect>> {
        if self.starts_found() {
            return Ok(None);
        }
        let start = self.pos;
        let mut ahead = 0;
        if self.peek() == Some(b'{') {
            ahead = 1;
            while self.peek_at(ahead).is_some_and(is_name_byte) {
                ahead += 1;
            }
            if self.peek_at(ahead) != Some(b'}') {
                return Ok(None);
            }
            ahead += 1;
        } else {
            while self.peek_at(ahead).is_some_and(|b| b.is_ascii_digit()) {
                ahead += 1;
            }
        }
        let Some((operator, length)) = self.redirect_operator(ahead) else { return Ok(None) };
        let descriptor = (ahead > 0).then(|| start..start + ahead);
        self.pos = start + ahead + length;
        let operator_end = self.pos;
        self.skip_blanks();
        if self.peek().is_none_or(|b| ends_word(b) && !self.starts_found()) {
            return Err(OpaqueReason::Ambiguous);
        }
        let target = self.word(self.pos, false)?;
        let heredoc = if operator == RedirectKind::Heredoc {
            let dash = self.slice(start..operator_end).ends_with('-');
            Some(self.builder.heredoc(&target, dash, self.depth)?)
        } else {
            None
        };
        Ok(Some(Redirect { range: start..self.pos, descriptor, operator, target: Some(target), heredoc }))
    }

    fn redirect_operator(&self, ahead: usize) -> Option<(RedirectKind, usize)> {
        let at = |n: usize| self.peek_at(ahead + n);
        Some(match (at(0)?, at(1), at(2)) {
            (b'<', Some(b'<'), Some(b'<')) => (RedirectKind::Herestring, 3),
            (b'<', Some(b'<'), Some(b'-')) => (RedirectKind::Heredoc, 3),
            (b'<', Some(b'<'), _) => (RedirectKind::Heredoc, 2),
            (b'<', Some(b'&'), _) => (RedirectKind::DuplicateInput, 2),
            (b'<', Some(b'>'), _) => (RedirectKind::ReadWrite, 2),
            (b'<', ..) => (RedirectKind::Input, 1),
            (b'>', Some(b'>'), _) => (RedirectKind::Append, 2),
            (b'>', Some(b'|'), _) => (RedirectKind::Clobber, 2),
            (b'>', Some(b'&'), _) => (RedirectKind::DuplicateOutput, 2),
            (b'>', ..) => (RedirectKind::Output, 1),
            (b'&', Some(b'>'), Some(b'>')) if ahead == 0 => (RedirectKind::AppendOutputAndError, 3),
            (b'&', Some(b'>'), _) if ahead == 0 => (RedirectKind::OutputAndError, 2),
            _ => return None,
        })
    }

    /// One word from `start` on; in an assignment's value a tilde may also follow a colon.
    fn word(&mut self, start: usize, is_value: bool) -> Scanned<Word> {
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

/// The parts of a word while it is read.
#[derive(Debug, Default)]
struct PartList {
    parts: Vec<Draft>,
    quoted: bool,
}

#[derive(Debug)]
enum Draft {
    Literal { range: Range<usize>, value: String, quoted: bool },
    Done(WordPart),
}

impl PartList {
    fn push(&mut self, part: WordPart) {
        // The empty literal that an opening quote leaves says nothing in front of an expansion.
        if matches!(self.parts.last(), Some(Draft::Literal { value, .. }) if value.is_empty()) {
            self.parts.pop();
        }
        self.parts.push(Draft::Done(part));
    }

    fn literal(&mut self, text: &str, at: Range<usize>, is_quoted: bool) {
        if let Some(Draft::Literal { range, value, quoted }) = self.parts.last_mut()
            && *quoted == is_quoted
        {
            value.push_str(text);
            range.end = at.end;
            return;
        }
        self.parts.push(Draft::Literal { range: at, value: text.to_owned(), quoted: is_quoted });
    }

    fn ends_with_colon(&self) -> bool {
        matches!(self.parts.last(), Some(Draft::Literal { value, quoted: false, .. }) if value.ends_with(':'))
    }

    fn finish(self, range: Range<usize>) -> Word {
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
