//! `apt-caches`: what apt downloads is kept in cache mounts.

mod apt;
mod keep;
mod leaving;
mod stage;
mod wanted;

use std::collections::BTreeSet;

use dockfit_rewrite::surgery;
use dockfit_rewrite::{Consent, Decision, DecisionInfo, Facet, Outcome, Pass, PassInfo, Safety, Task};

use self::apt::Action;
use self::keep::keep_packages;
use self::leaving::Leaving;
use self::stage::Stages;
use self::wanted::{Wanted, has_packages, wanted};
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
    let all: Vec<Use<'_, '_>> =
        steps.mentioning(&["apt", "APT"]).filter_map(|step| Use::of(&steps, &stages, step)).collect();
    let mounted = all.iter().filter(|one| one.mounts_packages()).map(|one| one.step.index).collect();
    let leaving = Leaving::of(&steps, &mounted);
    let mut decisions = Vec::new();
    // Stages in which `docker-clean` goes in this run.
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    for one in all {
        let step = one.step;
        // Packages that are kept without a mount would end up in the image.
        let keep = if one.wanted.is_ok() && one.mounts_packages() {
            keep_packages(file, step, &stages, &leaving, &mut kept)
        } else {
            Ok(None)
        };
        let outcome = match (one.wanted, keep) {
            // The mount is there; what empties it may be, too.
            (Ok(None), keep) => {
                let asked = file.task.consent(&KEEP_PACKAGES) == Consent::Given;
                let refused = |refusal: Refusal| {
                    let outcome = refusal.into_outcome();
                    asked.then(|| file.decision(&KEEP_PACKAGES, step.instruction.text_span(), outcome))
                };
                decisions.extend(keep.unwrap_or_else(refused));
                Outcome::Already
            }
            (Ok(Some(wanted)), Ok(keep)) => {
                decisions.extend(keep);
                change(file, step, wanted).unwrap_or_else(Refusal::into_outcome)
            }
            (Ok(Some(given)), Err(refusal)) if given.adds_packages() => {
                let rest = wanted(&steps, &stages, step, &one.actions, Some(&refusal));
                rest.and_then(|rest| rest.map_or(Err(refusal), |rest| change(file, step, rest)))
                    .unwrap_or_else(Refusal::into_outcome)
            }
            (Err(refusal), _) | (Ok(Some(_)), Err(refusal)) => refusal.into_outcome(),
        };
        decisions.push(file.decision(&MOUNT, step.instruction.text_span(), outcome));
    }
    let not_read = apt::run_as_files(file).into_iter();
    decisions.extend(not_read.map(|(span, refusal)| file.decision(&MOUNT, span, refusal.into_outcome())));
    decisions
}

/// A RUN that uses apt.
struct Use<'s, 'd> {
    step: &'s Step<'d>,
    actions: Vec<Action>,
    /// What it can have, whatever becomes of `docker-clean`.
    wanted: Result<Option<Wanted>, Refusal>,
}

impl<'s, 'd> Use<'s, 'd> {
    /// That of `step`, if it downloads anything.
    fn of(steps: &Steps<'d>, stages: &Stages<'_, 'd>, step: &'s Step<'d>) -> Option<Self> {
        let actions: Vec<Action> = step.calls().iter().filter_map(apt::action).collect();
        let wanted = if actions.iter().any(|action| matches!(action, Action::Install | Action::Update)) {
            wanted(steps, stages, step, &actions, None)
        } else {
            let refusal = apt::unread(step)?;
            Err(step.refuses_edits(MOUNT.id).unwrap_or(refusal))
        };
        Some(Self { step, actions, wanted })
    }

    /// Whether the RUN has a mount for packages, or can get it.
    fn mounts_packages(&self) -> bool {
        has_packages(self.step) || matches!(&self.wanted, Ok(Some(wanted)) if wanted.adds_packages())
    }
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
