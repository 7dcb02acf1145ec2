//! What a stage has done about `docker-clean` before a step.

use super::apt::{self, DOCKER_CLEAN};
use crate::cache_mounts::call::Call;
use crate::cache_mounts::path::Reach;
use crate::cache_mounts::step::Step;

/// What is true of apt's configuration when a step runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Keeping {
    /// `docker-clean` was removed.
    pub(super) cleaned_off: bool,
    /// Packages that the `apt` command downloads are kept.
    pub(super) apt_keeps: bool,
}

/// The stages below (and with) that of the instruction, the stage itself first.
pub(super) fn chain(step: &Step<'_>) -> Vec<usize> {
    let stage = step.model().stage_of(step.index);
    stage.into_iter().flat_map(|stage| step.model().lineage(stage.index)).map(|stage| stage.index).collect()
}

/// What the steps of the chain up to and with `step` have configured. `steps` are those that mention apt.
pub(super) fn keeping(step: &Step<'_>, steps: &[Step<'_>]) -> Keeping {
    let chain = chain(step);
    let model = step.model();
    let mut keeping = Keeping::default();
    for earlier in steps.iter().filter(|earlier| earlier.index <= step.index && !earlier.is_deferred()) {
        let in_chain = model.stage_of(earlier.index).is_some_and(|stage| chain.contains(&stage.index));
        if !in_chain {
            continue;
        }
        keeping.apt_keeps |=
            earlier.text().is_some_and(|text| text.as_str().contains("Keep-Downloaded-Packages"));
        keeping.cleaned_off |= earlier.calls().iter().any(|call| {
            let removes = matches!(call.program.as_str(), "rm" | "unlink");
            removes && call.args.iter().any(|arg| arg.reach(DOCKER_CLEAN) != Reach::Outside)
        });
        keeping.cleaned_off |= earlier.text().is_some_and(|text| overwrites(text.as_str()));
    }
    keeping
}

/// Whether a redirection empties the file.
fn overwrites(text: &str) -> bool {
    text.contains(&format!("> {DOCKER_CLEAN}")) || text.contains(&format!(">{DOCKER_CLEAN}"))
}

/// A later step that needs the lists, by its index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Later {
    /// It installs without fetching them.
    Installs(usize),
    /// It runs a script that might.
    RunsScript(usize),
}

impl Later {
    /// The index of the instruction.
    pub(super) fn index(self) -> usize {
        let (Self::Installs(index) | Self::RunsScript(index)) = self;
        index
    }
}

/// The step after `step`, of its stage or one built on it, that needs the lists which `step` leaves in the image.
pub(super) fn lists_used_later(step: &Step<'_>) -> Option<Later> {
    let model = step.model();
    let stage = model.stage_of(step.index)?.index;
    let words = ["apt", "rosdep", "gdebi", "ansible", "tasksel", "build-deps", "buildpackage"];
    let all = Step::all(step.dockerfile, &words);
    let later = all.iter().filter(|later| later.index > step.index).find(|later| {
        chain(later).contains(&stage) && {
            let calls = later.calls();
            let first = calls.iter().find(|call| {
                apt::reads_lists(call)
                    || matches!(apt::action(call), Some(apt::Action::Update | apt::Action::Install))
            });
            first.is_some_and(|call| apt::action(call) != Some(apt::Action::Update) || call.is_in_branch())
        }
    });
    later
        .map(|later| Later::Installs(later.index))
        .or_else(|| script_later(step, stage).map(Later::RunsScript))
}

/// A later step that runs a script, which might install from the lists.
fn script_later(step: &Step<'_>, stage: usize) -> Option<usize> {
    let scripts = Step::all(step.dockerfile, &[""]);
    let later = scripts.iter().filter(|later| later.index > step.index && chain(later).contains(&stage));
    later.filter(|later| later.calls().iter().any(Call::runs_script)).map(|later| later.index).next()
}
