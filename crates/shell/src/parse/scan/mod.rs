//! The word scanner: the shell's token rules (POSIX 2.3) over the text of one simple command.
//!
//! It is a second opinion beside the grammar. The grammar says where a command and the substitutions in it begin and
//! end; the scanner splits the text between into words itself. Wherever the two do not fit together the command
//! becomes opaque.

mod parts;
mod word;

use std::ops::Range;

use super::build::Builder;
use super::expansion::{Found, is_name_byte, is_name_start};
use crate::ast::{Assignment, OpaqueReason, Redirect, RedirectKind, Word};

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
        if self.peek().is_none_or(|b| (ends_word(b) || b == b'#') && !self.starts_found()) {
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
}
