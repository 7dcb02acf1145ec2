//! What can be wrong with an archive.

use std::{fmt, io};

/// Why an archive cannot be read.
#[derive(Debug)]
pub enum ImageError {
    /// The system says no.
    Io(io::Error),
    /// It is no image archive, or one that is damaged; what is missing or wrong.
    Malformed(String),
}

impl ImageError {
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::Malformed(message.into())
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the image archive cannot be read: {error}"),
            Self::Malformed(message) => write!(f, "the image archive cannot be used: {message}"),
        }
    }
}

impl std::error::Error for ImageError {}

impl From<io::Error> for ImageError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
