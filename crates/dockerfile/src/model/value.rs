//! Values that may depend on a base image that is not described.

use std::sync::Arc;

use crate::expand::{Expanded, Lookup};

/// A text of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// This text.
    Known(Arc<str>),
    /// This text, with references (`$PATH`, `${X:-y}`) that only the base image can resolve.
    Partial(Arc<str>),
    /// Nothing is known.
    Unknown,
}

impl Value {
    /// A known text.
    pub fn known(text: impl Into<Arc<str>>) -> Self {
        Self::Known(text.into())
    }

    /// The text, where all of it is known.
    pub fn as_known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Partial(_) | Self::Unknown => None,
        }
    }

    /// The text as far as it is known: with references where it is known in part.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Known(text) | Self::Partial(text) => Some(text),
            Self::Unknown => None,
        }
    }

    pub(crate) fn lookup(&self) -> Lookup<'_> {
        match self {
            Self::Known(text) => Lookup::Set(text),
            Self::Partial(text) => Lookup::Partial(text),
            Self::Unknown => Lookup::Unknown,
        }
    }
}

impl From<Expanded> for Value {
    fn from(expanded: Expanded) -> Self {
        if expanded.unknown.is_empty() {
            Self::Known(expanded.text.into())
        } else {
            Self::Partial(expanded.text.into())
        }
    }
}
