//! Places as editors count them: lines and characters from 0, characters in UTF-16 or UTF-8 code units.
//!
//! Source: Language Server Protocol 3.17, "Position" and "Text Documents" (`\n`, `\r\n` and a lone `\r` end a line), read
//! 2026-11-24.

use dockfit_dockerfile::Span;
use serde::{Deserialize, Serialize};

/// What a character is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// As every client can.
    #[default]
    Utf16,
}

impl Encoding {
    /// Its name in the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
        }
    }

    fn units(self, char: char) -> u32 {
        let units = match self {
            Self::Utf8 => char.len_utf8(),
            Self::Utf16 => char.len_utf16(),
        };
        u32::try_from(units).unwrap_or(1)
    }
}

/// A place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) character: u32,
}

/// From one place to another, the end outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Range {
    pub(super) start: Position,
    pub(super) end: Position,
}

/// A text, with the offsets at which its lines start.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let is_end = |at: &usize| bytes.get(*at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n');
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes).filter(is_end);
        Self { text, starts: std::iter::once(0).chain(ends.map(|at| at + 1)).collect(), encoding }
    }

    /// The place of a byte; what lies beyond the end is the end.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        let character = before.chars().map(|char| self.encoding.units(char)).sum();
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), character }
    }

    /// The byte at a place. A character beyond the line's end is that end, as the protocol has it; a line beyond the last
    /// one is the end of the text; what points into a character is its start.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let next = self.starts.get(line.saturating_add(1)).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..next).unwrap_or_default();
        let line = line.trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, char) in line.char_indices() {
            units += self.encoding.units(char);
            if units > position.character {
                return start + at;
            }
        }
        start + line.len()
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end.max(span.start)) }
    }

    pub(super) fn span(&self, range: Range) -> Span {
        let (a, b) = (self.offset(range.start), self.offset(range.end));
        Span::new(a.min(b), a.max(b))
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Lines, Position};

    const TEXT: &str = "a😀é\r\nx\rlast\n";

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn characters_are_code_units() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        assert_eq!(lines.position(5), at(0, 3), "an emoji counts twice");
        assert_eq!(lines.offset(at(0, 3)), 5);
        assert_eq!(lines.offset(at(0, 2)), 1, "the middle of a character is its start");
        let bytes = Lines::new(TEXT, Encoding::Utf8);
        assert_eq!((bytes.position(5), bytes.offset(at(0, 5))), (at(0, 5), 5));
    }

    #[test]
    fn lines_end_as_editors_have_them() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        let offset = |needle: &str| TEXT.find(needle).expect("it is there");
        assert_eq!(lines.position(offset("x")), at(1, 0));
        assert_eq!(lines.position(offset("last")), at(2, 0), "a lone carriage return ends a line");
        assert_eq!(lines.position(TEXT.len()), at(3, 0));
        assert_eq!(lines.offset(at(0, 99)), offset("\r\n"), "beyond the line is its end");
        assert_eq!(lines.offset(at(99, 0)), TEXT.len());
        for offset in (0..=TEXT.len()).filter(|at| TEXT.is_char_boundary(*at)) {
            let between = TEXT.as_bytes().get(offset) == Some(&b'\n') && TEXT.as_bytes()[offset - 1] == b'\r';
            assert!(between || lines.offset(lines.position(offset)) == offset, "{offset}");
        }
    }
}
