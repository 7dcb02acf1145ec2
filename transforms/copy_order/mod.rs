//! `copy-order`: what changes rarely is copied first, and dependencies are installed before the source is there.

mod commute;
mod destination;
mod effect;
mod idle;
mod managers;
mod manifest;
mod manifest_lines;
mod segment;
mod stage;
mod tree;
mod write;

use dockfit_rewrite::{Consent, Decision, DecisionInfo, Facet, Pass, PassInfo, Safety, Task};

use crate::dockerfiles::File;

/// The pass.
pub(crate) struct CopyOrder;

static MANIFESTS_FIRST: DecisionInfo = DecisionInfo {
    id: "copy-order/manifests-first",
    summary: "the files that an install reads are copied before it, all others behind it",
    safety: Safety::Safe,
};

static INSTALL_FIRST: DecisionInfo = DecisionInfo {
    id: "copy-order/install-first",
    summary: "a step before the source that installs or downloads the dependencies alone",
    safety: Safety::Safe,
};

static SPLIT_STEP: DecisionInfo = DecisionInfo {
    id: "copy-order/split-step",
    summary: "a step of its own for what needs the source behind an install",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "copy-order",
    proposal: "3.1",
    summary: "an install that stands behind the source runs again at each change of any file; ahead of it, only when \
              a manifest or lock changes",
    page: include_str!("README.md"),
    decisions: &[&MANIFESTS_FIRST, &INSTALL_FIRST, &SPLIT_STEP],
    facets: &[Facet::Files, Facet::Layers],
    after: &[],
};

impl Pass for CopyOrder {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        if INFO.decisions.iter().all(|decision| task.consent(decision) == Consent::Withheld) {
            return Vec::new();
        }
        File::all(task).flat_map(|file| stage::decide(&file)).collect()
    }
}
