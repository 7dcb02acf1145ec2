//! `apt-caches`: what apt downloads is kept in cache mounts.

mod apt;
mod keep;
mod stage;
mod wanted;

use std::collections::BTreeSet;

use dockfit_rewrite::surgery;
use dockfit_rewrite::{Consent, Decision, DecisionInfo, Facet, Outcome, Pass, PassInfo, Safety, Task};

use self::apt::Action;
use self::keep::keep_packages;
use self::stage::Stages;
use self::wanted::{Wanted, mounts_packages, wanted};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// The pass.
pub(crate) struct AptCaches;

static MOUNT: DecisionInfo = DecisionInfo {
    id: "apt-caches/mount",
    summary: "a cache mount for the packages and lists that apt downloads",
    safety: Safety::Safe,
};

static KEEP_PACKAGES: DecisionInfo = DecisionInfo {
    id: "apt-caches/keep-packages",
    summary: "no deletion of packages after each install, once per base image",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "apt-caches",
    proposal: "2.1",
    summary: "apt downloads its lists and packages again at each build of a step; a cache mount keeps them",
    page: include_str!("README.md"),
    decisions: &[&MOUNT, &KEEP_PACKAGES],
    facets: &[Facet::Files, Facet::Layers],
    after: &[],
};

impl Pass for AptCaches {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        if task.consent(&MOUNT) == Consent::Withheld {
            return Vec::new();
        }
        File::all(task).flat_map(|file| decide(&file)).collect()
    }
}

fn decide(file: &File<'_>) -> Vec<Decision> {
    let steps = Steps::of(file.dockerfile);
    let stages = Stages::of(&steps);
    let mut decisions = Vec::new();
    // Stages in which `docker-clean` goes in this run.
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    for step in steps.mentioning(&["apt", "APT"]) {
        let actions: Vec<Action> = step.calls().iter().filter_map(apt::action).collect();
        if !actions.iter().any(|action| matches!(action, Action::Install | Action::Update)) {
            if let Some(refusal) = apt::unread(step) {
                let outcome = step.refuses_edits(MOUNT.id).unwrap_or(refusal).into_outcome();
                decisions.push(file.decision(&MOUNT, step.instruction.text_span(), outcome));
            }
            continue;
        }
        let outcome = match wanted(&steps, &stages, step, &actions) {
            Err(refusal) => refusal.into_outcome(),
            Ok(wanted) => {
                // Packages that are kept without a mount would end up in the image.
                let keep = if mounts_packages(step, wanted.as_ref()) {
                    keep_packages(file, step, &stages, &mut kept)
                } else {
                    Ok(None)
                };
                match (wanted, keep) {
                    // The mount is there; what empties it may be, too.
                    (None, keep) => {
                        decisions.extend(keep.ok().flatten());
                        Outcome::Already
                    }
                    (Some(_), Err(refusal)) => refusal.into_outcome(),
                    (Some(wanted), Ok(keep)) => {
                        decisions.extend(keep);
                        change(file, step, wanted).unwrap_or_else(Refusal::into_outcome)
                    }
                }
            }
        };
        decisions.push(file.decision(&MOUNT, step.instruction.text_span(), outcome));
    }
    decisions
}

fn change(file: &File<'_>, step: &Step<'_>, wanted: Wanted) -> Result<Outcome, Refusal> {
    let mut edits = wanted.taken.edits;
    if !wanted.mounts.is_empty() {
        let flags: Vec<String> = wanted.mounts.iter().map(ToString::to_string).collect();
        let first = surgery::Side::First;
        edits.push(surgery::insert_flags(step.document(), step.instruction, &flags, first)?);
    }
    Ok(file.change(edits, wanted.taken.declares, wanted.note))
}
