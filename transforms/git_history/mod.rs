//! `git-history`: the history of the repository stays out of a build in which no step can read it.
//!
//! It writes the ignore file with the means of `dockerignore`. It is a pass of its own because it runs behind `copy-order`:
//! a step can read the history only behind the COPY that brings it.

use dockfit_rewrite::{Consent, Decision, DecisionInfo, Facet, Pass, PassInfo, Safety, Task};

use crate::dockerignore::{One, of_histories};

/// The pass.
pub(crate) struct GitHistory;

static LEAVE_OUT: DecisionInfo = DecisionInfo {
    id: "git-history/leave-out",
    summary: "the repository's history stays out of a build in which no step can read it",
    safety: Safety::Safe,
};

static LEAVE_OUT_OF_IMAGE: DecisionInfo = DecisionInfo {
    id: "git-history/leave-out-of-image",
    summary: "the repository's history stays out of an image in which a git program might read it",
    safety: Safety::Unsafe,
};

static INFO: PassInfo = PassInfo {
    id: "git-history",
    proposal: "3.2",
    summary: "the history is sent with each build, and each commit builds layers again",
    page: include_str!("README.md"),
    decisions: &[&LEAVE_OUT, &LEAVE_OUT_OF_IMAGE],
    facets: &[Facet::Files],
    after: &[],
};

impl Pass for GitHistory {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let decide = |one: &One<'_>| one.of_history(&LEAVE_OUT, &LEAVE_OUT_OF_IMAGE);
        let mut decisions = of_histories(task, INFO.id, &LEAVE_OUT, decide);
        decisions.retain(|decision| task.consent(decision.info) != Consent::Withheld);
        decisions
    }
}
