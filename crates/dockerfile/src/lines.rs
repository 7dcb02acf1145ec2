//! Physical lines: where they end, which of them continue, which vanish.

use crate::Span;

/// The longest line that the engine's scanner reads, in bytes without the line feed
/// (Go `bufio.MaxScanTokenSize` less one).
pub(crate) const LONGEST_LINE: usize = 65_535;

/// One physical line of an instruction; the lines of an instruction tile its span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The whole line, line end included.
    pub span: Span,
    /// What it is to the engine.
    pub kind: LineKind,
}

/// What a physical line inside an instruction is to the engine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LineKind {
    /// Part of the instruction's text.
    Text {
        /// The bytes that the engine joins: without line end, without the continuation character and what
        /// follows it; on the first line also without leading white space.
        content: Span,
        /// Offset of the continuation character.
        continuation: Option<usize>,
    },
    /// A comment inside a continuation: vanishes.
    Comment,
    /// A blank line inside a continuation: vanishes (the engine warns).
    Blank,
    /// A line of the here-document with this index, its terminator included.
    Heredoc(usize),
}

/// Splits `source` at `\n`, line ends kept (buildkit parser.go `scanLines`).
pub(crate) struct Lines<'a> {
    source: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(source: &'a [u8], at: usize) -> Self {
        Self { source, at }
    }
}

impl Iterator for Lines<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let rest = self.source.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest).map_or(self.source.len(), |found| self.at + found + 1);
        let span = Span::new(self.at, end);
        self.at = end;
        Some(span)
    }
}

/// `span` without `\r` and `\n` at its end (buildkit `trimNewline`).
pub(crate) fn without_line_end(source: &[u8], span: Span) -> Span {
    let text = &source[span.range()];
    let kept = text.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    Span::new(span.start, span.start + kept)
}

/// `span` without leading white space as Go's `unicode.IsSpace` has it.
pub(crate) fn without_leading_space(source: &[u8], span: Span) -> Span {
    let text = &source[span.range()];
    Span::new(span.start + leading_space(text), span.end)
}

fn leading_space(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | b' ' => at += 1,
            0x00..=0x7f => break,
            _ => match first_char(&text[at..]) {
                Some(char) if char.is_whitespace() => at += char.len_utf8(),
                _ => break,
            },
        }
    }
    at
}

fn first_char(text: &[u8]) -> Option<char> {
    let chunk = &text[..text.len().min(4)];
    let valid = match std::str::from_utf8(chunk) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&chunk[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next()
}

/// Whether the first byte behind white space is `#`.
pub(crate) fn is_comment(source: &[u8], span: Span) -> bool {
    source[span.range()].get(leading_space(&source[span.range()])) == Some(&b'#')
}

/// Offset of the continuation character, where the line (without its end) has one: the escape character,
/// not preceded by another, then only blanks and tabs (buildkit `lineContinuationRegex`).
pub(crate) fn continuation(source: &[u8], span: Span, escape: u8) -> Option<usize> {
    let text = &source[span.range()];
    let last = text.iter().rposition(|byte| !matches!(byte, b' ' | b'\t'))?;
    let escaped = last > 0 && text[last - 1] == escape;
    (text[last] == escape && !escaped).then_some(span.start + last)
}
