//! What the journal tells its caller was done.

use std::fmt;
use std::path::PathBuf;

use crate::record::Kind;

/// What an apply wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The files that were replaced or made, relative to the root, in order; links followed to the file that
    /// was really written.
    pub files: Vec<PathBuf>,
    /// Those that had other names (hard links): the other names keep the old text. Worth a warning.
    pub hard_links: Vec<PathBuf>,
}

/// What an undo took back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The files that have their old text again, or are gone again, in the order in which that was done.
    pub files: Vec<PathBuf>,
    /// What was settled first of a run that had been killed.
    pub recovery: Option<Recovery>,
}

/// How a killed run was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What was left to do was done.
    Completed,
    /// What had been done was taken back.
    Undone,
}

/// What the next run did about one that was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// What the killed run was.
    pub of: Kind,
    /// Which way it was settled.
    pub outcome: Outcome,
    /// The files of that run, relative to the root, or absolute where they are outside of it.
    pub files: Vec<PathBuf>,
    /// Those among them that somebody changed after the kill: they were left alone.
    pub edited: Vec<PathBuf>,
}

impl fmt::Display for Recovery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match self.of {
            Kind::Apply => "an apply",
            Kind::Undo => "an undo",
        };
        let outcome = match self.outcome {
            Outcome::Completed => "completed",
            Outcome::Undone => "taken back",
        };
        write!(out, "{of} that was stopped half-way has been {outcome} ({} files)", self.files.len())?;
        for path in &self.edited {
            write!(out, "; {} was changed since and is left as it is", path.display())?;
        }
        Ok(())
    }
}
