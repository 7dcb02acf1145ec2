//! What a pass is.

use crate::{Consent, Decision, DecisionInfo, Facet, Project, Selection};

/// What a pass says of itself.
#[derive(Clone, Copy, Debug)]
pub struct PassInfo {
    /// Its name, kebab case, as on the command line.
    pub id: &'static str,
    /// The sections of a container audit that it applies.
    pub proposal: &'static str,
    /// One sentence on why: shown above its diff.
    pub summary: &'static str,
    /// The page that `dockfit explain` prints, markdown.
    pub page: &'static str,
    /// All that it can decide.
    pub decisions: &'static [&'static DecisionInfo],
    /// What it may change of an image.
    pub facets: &'static [Facet],
    /// The passes that must come before it, where they run at all.
    pub after: &'static [&'static str],
}

/// A transform: a pure function of the project and the selection. No clock, network, disk or environment.
pub trait Pass: Sync {
    /// What it says of itself.
    fn info(&self) -> &'static PassInfo;

    /// Finds every place where it could apply and gives each an outcome.
    fn run(&self, task: &Task<'_>) -> Vec<Decision>;
}

/// What a pass is given.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// The files as they stand before this pass.
    pub project: &'a Project,
    /// What the user consents to.
    pub selection: &'a Selection,
}

impl Task<'_> {
    /// Whether `decision` may be made.
    pub fn consent(&self, decision: &DecisionInfo) -> Consent {
        self.selection.consent(decision)
    }
}
