//! What is wrong with a file, where, and what to do about it.

use std::fmt;

/// The place in a file that an [`Error`] speaks of. Lines and columns count from 1; a column counts characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file, relative to the project, with `/`.
    pub path: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Place {
    /// The start of a file: for what concerns all of it.
    pub fn file(path: &str) -> Self {
        Self { path: path.to_owned(), line: 1, column: 1 }
    }

    /// The place of the byte `offset` of `text`.
    pub fn at(path: &str, text: &str, offset: usize) -> Self {
        let (line, column) = line_column(text, offset);
        Self { path: path.to_owned(), line, column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// Where the lines of a text start: places without a scan for each.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(ends).collect() }
    }

    pub(crate) fn place(&self, path: &str, text: &str, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let before = text.get(start..offset.min(text.len())).unwrap_or_default();
        Place { path: path.to_owned(), line, column: before.chars().count() + 1 }
    }
}

/// Line and column (from 1) of a byte offset.
pub(crate) fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// What kind of mistake it is. [`code`](Self::code) is stable: passes and JSON use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file that is needed is not there.
    MissingFile,
    /// A file could not be read.
    Unreadable,
    /// The bytes are no text of this format.
    Syntax,
    /// A field has another type than the format says.
    WrongType,
    /// A field that must be there is not.
    MissingField,
    /// A value is not one that the format allows.
    InvalidValue,
    /// A version of the lock format that is not known.
    UnknownVersion,
    /// One name stands for two things.
    Duplicate,
    /// Files or groups include each other.
    Cycle,
    /// A package is named that the lock does not hold.
    MissingPackage,
    /// Some packages have hashes and others have none: an installer that sees one hash wants all.
    MissingHash,
    /// Two versions of one package would be installed together.
    Conflict,
    /// The lock was made from another manifest.
    Stale,
    /// There is no lock: nothing was resolved.
    NoLock,
    /// A form that is understood but cannot be carried over.
    Unsupported,
    /// The configuration of groups is wrong.
    Configuration,
}

impl ErrorKind {
    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingFile => "missing-file",
            Self::Unreadable => "unreadable",
            Self::Syntax => "syntax",
            Self::WrongType => "wrong-type",
            Self::MissingField => "missing-field",
            Self::InvalidValue => "invalid-value",
            Self::UnknownVersion => "unknown-lock-version",
            Self::Duplicate => "duplicate",
            Self::Cycle => "cycle",
            Self::MissingPackage => "missing-package",
            Self::MissingHash => "missing-hash",
            Self::Conflict => "conflict",
            Self::Stale => "stale-lock",
            Self::NoLock => "no-lock",
            Self::Unsupported => "unsupported",
            Self::Configuration => "configuration",
        }
    }
}

/// One mistake in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where.
    pub place: Place,
    /// The field, as a path of keys (`package[3].wheels[0].hash`); empty where the format has no fields.
    pub field: String,
    /// What kind of mistake.
    pub kind: ErrorKind,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it, often a command.
    pub way_out: Option<String>,
}

impl Error {
    /// A mistake at a place.
    pub fn new(kind: ErrorKind, place: Place, message: impl Into<String>) -> Self {
        Self { place, field: String::new(), kind, message: message.into(), way_out: None }
    }

    /// The same, in a field.
    #[must_use]
    pub fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }

    /// The same, with a way out.
    #[must_use]
    pub fn with_way_out(mut self, way_out: impl Into<String>) -> Self {
        self.way_out = Some(way_out.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)?;
        match &self.way_out {
            Some(way_out) => write!(f, "; {way_out}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// What reading gives.
pub type Result<T> = std::result::Result<T, Error>;
