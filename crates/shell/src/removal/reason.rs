//! Why a command has to stay.

use std::fmt;

/// Why a command cannot be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalReason {
    /// It is part of a pipeline.
    Pipeline,
    /// Its output is used: `$(…)`.
    Substitution,
    /// It is part of a condition.
    Condition,
    /// Its status is inverted by `!`.
    Negated,
    /// It runs in the background.
    Background,
    /// It writes to, or reads from, a file other than `/dev/null`.
    Redirected,
    /// Its words run other commands or change variables.
    RunsOthers,
    /// The script defines a function or an alias of that name, or of `true`.
    Shadowed,
    /// The script for another shell in which it stands is put together at run time.
    Expanded,
    /// The script reads `$_` or `PIPESTATUS`, which the command sets.
    ReadsTrace,
    /// The script around it was not understood.
    NotUnderstood,
}

impl RefusalReason {
    /// The end of a sentence that begins "the command cannot be taken out: …".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pipeline => "it is part of a pipeline",
            Self::Substitution => "its output is used by another command",
            Self::Condition => "it is part of a condition",
            Self::Negated => "its status is inverted by `!`",
            Self::Background => "it runs in the background",
            Self::Redirected => "its input or output is a file",
            Self::RunsOthers => "its words run other commands or change variables",
            Self::Shadowed => "the script defines a function or an alias of that name",
            Self::Expanded => "it stands in a script that is put together at run time",
            Self::ReadsTrace => "the script reads `$_` or `PIPESTATUS`, which the command sets",
            Self::NotUnderstood => "the script around it was not understood",
        }
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
