//! What is wrong with a file.

use std::fmt;

use crate::Span;

/// The kind of a [`SyntaxError`], as a stable word for machines.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SyntaxErrorKind {
    /// A line is longer than the engine reads.
    LineTooLong,
    /// A parser directive stands twice or has a value that is none.
    Directive,
    /// The first word is no instruction.
    UnknownInstruction,
    /// A here-document has no terminator.
    UnterminatedHeredoc,
    /// The arguments of an instruction are not what it takes.
    Arguments,
    /// An instruction has no such flag, or the flag has another value than it takes.
    Flag,
    /// A word that cannot be expanded.
    Expansion,
    /// A stage that does not exist, or takes from itself.
    Stage,
    /// The base of a stage is no image's name, or its platform none.
    Base,
    /// A build argument that has no value decides about a base: a build that gives it one may be right.
    MissingArgument,
    /// The file has no instruction.
    Empty,
}

impl SyntaxErrorKind {
    /// The word, in kebab case.
    pub fn code(self) -> &'static str {
        match self {
            Self::LineTooLong => "line-too-long",
            Self::Directive => "directive",
            Self::UnknownInstruction => "unknown-instruction",
            Self::UnterminatedHeredoc => "unterminated-heredoc",
            Self::Arguments => "arguments",
            Self::Flag => "flag",
            Self::Expansion => "expansion",
            Self::Stage => "stage",
            Self::Base => "base",
            Self::MissingArgument => "missing-argument",
            Self::Empty => "empty",
        }
    }
}

/// What the engine would not accept, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// Its kind.
    pub kind: SyntaxErrorKind,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do, where that can be said.
    pub help: Option<String>,
    /// The bytes that are wrong.
    pub span: Span,
}

impl SyntaxError {
    /// An error of `kind` at `span`.
    pub fn new(kind: SyntaxErrorKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None, span }
    }

    /// With a hint.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}
