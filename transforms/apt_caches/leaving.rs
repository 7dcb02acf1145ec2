//! Steps that would leave packages in the image, were `docker-clean` gone: without a mount nothing else deletes them.
//!
//! `apt-get update` leaves its index of them there, `pkgcache.bin`, which `docker-clean` has it do without.

use std::collections::BTreeSet;

use super::apt::{self, Action, DOCKER_CLEAN, PACKAGES};
use crate::by_stage::ByStage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::path::Reach;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// The steps of a Dockerfile that rely on `docker-clean`, or might.
pub(super) struct Leaving {
    /// Those that install or fetch lists without a mount for packages.
    runs_apt: ByStage,
    /// Those that run a script, which might.
    scripts: ByStage,
}

impl Leaving {
    /// Those of a Dockerfile; `mounted` are the steps that have a mount for packages, or can get it.
    pub(super) fn of(steps: &Steps<'_>, mounted: &BTreeSet<usize>) -> Self {
        let without = |step: &Step<'_>| !mounted.contains(&step.index);
        let runs_apt = steps.where_it_holds(|step| without(step) && leaves_some(step));
        let runs_script = |step: &Step<'_>| step.calls().iter().any(Call::runs_script);
        Self { runs_apt, scripts: steps.where_it_holds(|step| without(step) && runs_script(step)) }
    }

    /// The refusal to remove `docker-clean` before `step`, by the first that relies on it.
    pub(super) fn refusal(&self, step: &Step<'_>) -> Option<Refusal> {
        let index = self.runs_apt.first_after(step.stages().next()?, step.index)?;
        let line = step.line_of(index);
        let text = format!(
            "`{DOCKER_CLEAN}` would empty it, and has to stay: the step in line {line} runs apt without a mount for \
             packages, and what apt keeps would be left in the image"
        );
        Some(Refusal::new(
            "docker-clean-needed",
            text,
            format!("end the step in line {line} with apt-get clean"),
        ))
    }

    /// What to look at where `docker-clean` goes before `step`.
    pub(super) fn note(&self, step: &Step<'_>) -> Option<String> {
        let index = self.scripts.first_after(step.stages().next()?, step.index)?;
        let line = step.line_of(index);
        Some(format!(
            "the step in line {line} runs a script; if that installs with apt, have it end with apt-get clean"
        ))
    }
}

/// Whether the step has apt keep something and does not delete it again.
fn leaves_some(step: &Step<'_>) -> bool {
    let calls = step.calls();
    let fills = |call: &Call<'_>| {
        // What is downloaded only, `docker-clean` leaves, too.
        (matches!(apt::action(call), Some(Action::Install | Action::Update)) && !apt::only_downloads(call))
            || apt::has_installed(call)
    };
    let cleans = |call: &Call<'_>| {
        !call.is_in_branch()
            && (apt::action(call) == Some(Action::Clean)
                || (call.program == "rm"
                    && call.args.iter().any(|arg| arg.reach(PACKAGES) != Reach::Outside)))
    };
    let cleaned = calls.iter().rposition(cleans);
    match calls.iter().rposition(fills) {
        Some(filled) => cleaned.is_none_or(|cleaned| cleaned < filled),
        None => cleaned.is_none() && step.mentions(&["apt"]) && apt::unread(step).is_some(),
    }
}
