//! What can go wrong with an engine.

use std::{fmt, io};

use crate::BuildFailure;

/// Why an engine did not do what it was asked.
#[derive(Debug)]
pub enum EngineError {
    /// The user interrupted.
    Cancelled,
    /// The program cannot be started.
    Start {
        /// Its name.
        program: String,
        /// Why.
        error: io::Error,
    },
    /// The program ended with an error.
    Failed {
        /// What was asked of it, as one would type it.
        command: String,
        /// What it said last.
        said: String,
    },
    /// A build failed.
    Build(Box<BuildFailure>),
    /// The engine cannot do this.
    Unable(String),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("interrupted"),
            Self::Start { program, error } => write!(f, "{program} cannot be started: {error}"),
            Self::Failed { command, said } if said.is_empty() => write!(f, "`{command}` failed"),
            Self::Failed { command, said } => write!(f, "`{command}` failed: {said}"),
            Self::Build(failure) => failure.fmt(f),
            Self::Unable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for EngineError {}
