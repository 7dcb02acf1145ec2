//! What is wrong with an instruction, before its place in the file is looked up.

use std::ops::Range;

use crate::{LogicalText, SyntaxError, SyntaxErrorKind};

/// A [`SyntaxError`] whose place is still a range of the instruction's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    kind: SyntaxErrorKind,
    message: String,
    help: Option<String>,
    range: Range<usize>,
}

impl Problem {
    pub(crate) fn new(kind: SyntaxErrorKind, range: Range<usize>, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None, range }
    }

    /// Wrong arguments.
    pub(crate) fn arguments(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(SyntaxErrorKind::Arguments, range, message)
    }

    pub(crate) fn unknown_instruction(word: &str, range: Range<usize>) -> Self {
        Self::new(SyntaxErrorKind::UnknownInstruction, range, format!("unknown instruction `{word}`"))
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn at(self, text: &LogicalText) -> SyntaxError {
        let error = SyntaxError::new(self.kind, text.span(self.range), self.message);
        match self.help {
            Some(help) => error.with_help(help),
            None => error,
        }
    }
}
