//! What a pass decides at one place.

use dockfit_dockerfile::Span;

use crate::{Declared, Edit, RelPath};

/// How far a decision may change what the image does. Each class is defined by what may change; see
/// `docs/safety.md`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Safety {
    /// No installed version, base image, uid, command's meaning or application file changes.
    Safe,
    /// Applies an audit's proposal but may behave differently.
    Unsafe,
    /// Goes past an audit's proposals.
    Beyond,
    /// Changes application source, may make a server refuse work, or brings in another tool.
    ByName,
}

impl Safety {
    /// Its name, in kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Beyond => "beyond",
            Self::ByName => "by-name",
        }
    }
}

/// One kind of thing that a pass does, such as `package-caches/mount`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecisionInfo {
    /// The full name, `pass/what`.
    pub id: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// How far it may go.
    pub safety: Safety,
}

/// A place in a file of the project, as the pass saw it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file.
    pub file: RelPath,
    /// The bytes.
    pub span: Span,
}

/// An edit of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileEdit {
    /// The file.
    pub file: RelPath,
    /// The edit. For a file that does not exist yet: the whole text, inserted at 0.
    pub edit: Edit,
}

/// What an applied decision changes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Change {
    /// The edits, of any files of the project.
    pub edits: Vec<FileEdit>,
    /// What they change beyond layout; checked.
    pub declares: Vec<Declared>,
    /// What the reader should know of this change, if anything.
    pub note: Option<String>,
}

/// Why a decision was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// A stable word for machines, kebab case.
    pub code: &'static str,
    /// One sentence, without a full stop, with the words of the file.
    pub text: String,
}

/// What came of a decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is made.
    Applied(Change),
    /// The file has it so.
    Already,
    /// It might be wrong here.
    Refused {
        /// Why.
        reason: Reason,
        /// What the reader can do, one sentence.
        way_out: String,
    },
    /// Worth doing, not the tool's to do, or not without consent.
    Advised {
        /// What, and why.
        reason: Reason,
        /// What the reader can do, one sentence.
        way_out: String,
    },
}

impl Outcome {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Applied(_) => "applied",
            Self::Already => "already",
            Self::Refused { .. } => "refused",
            Self::Advised { .. } => "advised",
        }
    }
}

/// One thing a pass wants to do at one place, and what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// What it is.
    pub info: &'static DecisionInfo,
    /// The index of the Dockerfile that it belongs to.
    pub dockerfile: usize,
    /// Where.
    pub place: Place,
    /// What came of it.
    pub outcome: Outcome,
}
