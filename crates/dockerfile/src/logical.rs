//! The one line that the engine makes of an instruction's physical lines, mapped back to the file.

use std::ops::Range;

use crate::Span;

/// A run of bytes that stand in the text as they stand in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Offset in the text.
    pub at: usize,
    /// Number of bytes in the text.
    pub len: usize,
    /// The bytes of the file. Shorter than `len` only where bytes that are no UTF-8 became U+FFFD.
    pub file: Span,
}

/// A text put together from pieces of a file.
///
/// For an instruction this is its lines joined: continuation characters, line ends, comments and blank lines
/// between them are gone. What is no UTF-8 stands as U+FFFD and makes the text inexact: it can be read,
/// not edited.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogicalText {
    text: String,
    pieces: Vec<Piece>,
    inexact: bool,
}

impl LogicalText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The runs of bytes it is made of, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether every byte of the text stands in the file as it is.
    pub fn is_exact(&self) -> bool {
        !self.inexact
    }

    /// Appends the bytes of `span`.
    pub fn push(&mut self, source: &[u8], span: Span) {
        let mut at = span.start;
        for chunk in source[span.range()].utf8_chunks() {
            let valid = chunk.valid();
            self.push_piece(valid, Span::new(at, at + valid.len()));
            at += valid.len();
            if !chunk.invalid().is_empty() {
                self.push_piece("\u{fffd}", Span::new(at, at + chunk.invalid().len()));
                at += chunk.invalid().len();
                self.inexact = true;
            }
        }
    }

    /// Appends text that stands nowhere in the file.
    pub fn push_synthetic(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn push_piece(&mut self, text: &str, file: Span) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { at: self.text.len(), len: text.len(), file });
        self.text.push_str(text);
    }

    /// The part `range` of the text, with its map. Offsets in the result start at 0.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or_default().to_owned();
        let pieces = self
            .pieces
            .iter()
            .filter_map(|piece| {
                let (start, end) = (piece.at.max(range.start), (piece.at + piece.len).min(range.end));
                (start < end).then(|| {
                    let file = if piece.len == piece.file.len() {
                        Span::new(piece.file.start + start - piece.at, piece.file.start + end - piece.at)
                    } else {
                        piece.file
                    };
                    Piece { at: start - range.start, len: end - start, file }
                })
            })
            .collect();
        Self { text, pieces, inexact: self.inexact }
    }

    /// Offset in the file of the byte at `offset` of the text. At the joint of two pieces, the start of
    /// the later one; at the end of the text, the end of the last.
    pub fn to_file(&self, offset: usize) -> usize {
        let index = self.pieces.partition_point(|piece| piece.at <= offset);
        let Some(piece) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return self.pieces.first().map_or(0, |piece| piece.file.start);
        };
        (piece.file.start + offset - piece.at).min(piece.file.end)
    }

    /// Offset in the file behind the byte that ends at `offset` of the text: at the joint of two pieces,
    /// the end of the earlier one.
    pub fn end_to_file(&self, offset: usize) -> usize {
        let index = self.pieces.partition_point(|piece| piece.at < offset);
        let Some(piece) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return self.to_file(offset);
        };
        (piece.file.start + offset - piece.at).min(piece.file.end)
    }

    /// The smallest span of the file that holds all of `range`; what vanished in between lies in it too.
    pub fn span(&self, range: Range<usize>) -> Span {
        if range.is_empty() {
            return Span::empty(self.to_file(range.start));
        }
        Span::new(self.to_file(range.start), self.end_to_file(range.end))
    }

    /// The spans of the file, in order, whose bytes are just those of `range`.
    pub fn spans(&self, range: Range<usize>) -> Vec<Span> {
        self.slice(range).pieces.iter().map(|piece| piece.file).collect()
    }

    /// The offset in the text of the byte at `offset` of the file, if it is part of the text.
    pub fn from_file(&self, offset: usize) -> Option<usize> {
        let index = self.pieces.partition_point(|piece| piece.file.start <= offset);
        let piece = self.pieces.get(index.checked_sub(1)?)?;
        piece.file.contains(offset).then(|| (piece.at + offset - piece.file.start).min(piece.at + piece.len))
    }
}
