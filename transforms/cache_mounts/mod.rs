//! What every pass that adds cache mounts needs: the commands of a RUN, what in it empties or reads a folder, whose
//! home it is, and who reads the folder later.

pub(crate) mod account;
pub(crate) mod call;
pub(crate) mod emptying;
pub(crate) mod home;
pub(crate) mod mount;
pub(crate) mod path;
pub(crate) mod readers;
pub(crate) mod step;
pub(crate) mod steps;
pub(crate) mod unread;

use dockfit_rewrite::{Declared, Edit, Outcome, Reason};

/// Edits of a RUN that take words out, and those words.
#[derive(Default)]
pub(crate) struct TakenOut {
    pub(crate) edits: Vec<Edit>,
    pub(crate) declares: Vec<Declared>,
}

/// Why a mount is not added, and what the reader can do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    /// A stable word for machines.
    pub(crate) code: &'static str,
    /// Why, one sentence without a full stop.
    pub(crate) text: String,
    /// What the reader can do, one sentence without a full stop.
    pub(crate) way_out: String,
}

impl Refusal {
    /// With these words.
    pub(crate) fn new(code: &'static str, text: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { code, text: text.into(), way_out: way_out.into() }
    }

    /// As the outcome of a decision.
    pub(crate) fn into_outcome(self) -> Outcome {
        Outcome::Refused { reason: Reason { code: self.code, text: self.text }, way_out: self.way_out }
    }
}

impl From<dockfit_rewrite::surgery::CannotEdit> for Refusal {
    fn from(error: dockfit_rewrite::surgery::CannotEdit) -> Self {
        Self::new("cannot-edit", error.to_string(), "write the instruction in a simpler form")
    }
}
