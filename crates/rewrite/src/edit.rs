//! Edits: a range of bytes and what stands there afterwards.

use std::collections::HashSet;
use std::fmt;

use dockfit_dockerfile::Span;

/// One replacement in a file.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Edit {
    /// The bytes that go; empty for an insertion.
    pub span: Span,
    /// The text that stands there afterwards; empty for a deletion.
    pub replacement: String,
}

impl Edit {
    /// Puts `replacement` in the place of `span`.
    pub fn replace(span: Span, replacement: impl Into<String>) -> Self {
        Self { span, replacement: replacement.into() }
    }

    /// Puts `text` before the byte at `offset`.
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(Span::empty(offset), text)
    }

    /// Takes `span` away.
    pub fn delete(span: Span) -> Self {
        Self::replace(span, String::new())
    }
}

/// Edits of one file, in order, none of which touches the bytes of another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EditSet {
    edits: Vec<Edit>,
}

/// Two edits want the same bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Overlap {
    /// The edit that was there.
    pub first: Edit,
    /// The edit that did not fit.
    pub second: Edit,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = (self.first.span, self.second.span);
        write!(f, "two edits overlap: {}..{} and {}..{}", first.start, first.end, second.start, second.end)
    }
}

impl std::error::Error for Overlap {}

impl EditSet {
    /// Orders `edits`; the same edit twice counts once. Two insertions at one place keep their order; an
    /// insertion at the edge of a replacement stands outside it.
    pub fn new(edits: impl IntoIterator<Item = Edit>) -> Result<Self, Overlap> {
        let mut seen = HashSet::new();
        let mut ordered: Vec<Edit> = edits.into_iter().filter(|edit| seen.insert(edit.clone())).collect();
        ordered.sort_by_key(|edit| (edit.span.start, edit.span.end));
        for pair in ordered.windows(2) {
            if pair[0].span.end > pair[1].span.start {
                return Err(Overlap { first: pair[0].clone(), second: pair[1].clone() });
            }
        }
        Ok(Self { edits: ordered })
    }

    /// The edits in order.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Whether nothing is edited.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// `source` with the edits made. Spans beyond its end are cut to it.
    pub fn apply(&self, source: &[u8]) -> Vec<u8> {
        let grown: usize = self.edits.iter().map(|edit| edit.replacement.len()).sum();
        let mut out = Vec::with_capacity(source.len() + grown);
        let mut at = 0;
        for edit in &self.edits {
            let start = edit.span.start.clamp(at, source.len());
            out.extend_from_slice(&source[at..start]);
            out.extend_from_slice(edit.replacement.as_bytes());
            at = edit.span.end.clamp(start, source.len());
        }
        out.extend_from_slice(&source[at..]);
        out
    }
}
