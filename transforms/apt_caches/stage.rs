//! What the steps of a stage, and of those below it, mean for apt in another step.

use std::cell::OnceCell;

use super::apt::{self, DOCKER_CLEAN};
use crate::by_stage::ByStage;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::path::Reach;
use crate::cache_mounts::readers::puts_at;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// What is true of apt's configuration when a step runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Keeping {
    /// `docker-clean` was removed.
    pub(super) cleaned_off: bool,
    /// Packages that the `apt` command downloads are kept.
    pub(super) apt_keeps: bool,
}

/// The steps of a Dockerfile that matter to apt in others.
pub(super) struct Stages<'s, 'd> {
    steps: &'s Steps<'d>,
    /// Those that remove or empty `docker-clean`.
    cleaned_off: ByStage,
    /// COPYs that put a `docker-clean` of their own there.
    replaced: ByStage,
    /// Those that have the `apt` command keep its packages.
    apt_keeps: ByStage,
    /// Those that use the `apt` command.
    use_apt: ByStage,
    /// Those that need lists which they do not fetch.
    need_lists: OnceCell<ByStage>,
    /// Those that run a script, which might install from the lists.
    run_scripts: OnceCell<ByStage>,
}

impl<'s, 'd> Stages<'s, 'd> {
    pub(super) fn of(steps: &'s Steps<'d>) -> Self {
        let on_apt = |holds: &dyn Fn(&Step<'d>) -> bool| {
            steps.where_it_holds(|step| step.mentions(&["apt"]) && holds(step))
        };
        Self {
            steps,
            cleaned_off: on_apt(&|step| !step.is_deferred() && cleans_off(step)),
            replaced: ByStage::of(
                steps.model(),
                (0..steps.dockerfile().document().instructions().len())
                    .filter(|index| puts_at(steps.model(), *index, DOCKER_CLEAN)),
            ),
            apt_keeps: on_apt(&|step| !step.is_deferred() && step.mentions(&["Keep-Downloaded-Packages"])),
            use_apt: on_apt(&|step| step.calls().iter().any(apt::deletes_by_itself)),
            need_lists: OnceCell::new(),
            run_scripts: OnceCell::new(),
        }
    }

    /// What the steps up to and with `step` have configured.
    pub(super) fn keeping(&self, step: &Step<'_>) -> Keeping {
        let holds = |found: &ByStage| {
            step.stages().next().is_some_and(|stage| found.first_until(stage, step.index).is_some())
        };
        Keeping { cleaned_off: holds(&self.cleaned_off), apt_keeps: holds(&self.apt_keeps) }
    }

    /// The COPY before `step` that puts a `docker-clean` of its own into the image.
    pub(super) fn replaced(&self, step: &Step<'_>) -> Option<usize> {
        self.replaced.first_until(step.stages().next()?, step.index)
    }

    /// Whether a step of the stage, or of one built on it, uses the `apt` command.
    pub(super) fn use_apt(&self, stage: usize) -> bool {
        self.use_apt.first_from(stage).is_some()
    }

    /// The step after `step`, of its stage or one built on it, that needs the lists which `step` leaves in the image.
    pub(super) fn lists_used_later(&self, step: &Step<'_>) -> Option<Later> {
        let stage = step.stages().next()?;
        let need_lists = self.need_lists.get_or_init(|| {
            let words = ["apt", "rosdep", "gdebi", "ansible", "tasksel", "build-deps", "buildpackage"];
            self.steps.where_it_holds(|step| step.mentions(&words) && needs_lists(step))
        });
        if let Some(index) = need_lists.first_after(stage, step.index) {
            return Some(Later::Installs(index));
        }
        let run_scripts = self
            .run_scripts
            .get_or_init(|| self.steps.where_it_holds(|step| step.calls().iter().any(Call::runs_script)));
        run_scripts.first_after(stage, step.index).map(Later::RunsScript)
    }
}

/// Whether the step removes `docker-clean`, or empties it.
fn cleans_off(step: &Step<'_>) -> bool {
    let removes = step.calls().iter().any(|call| {
        matches!(call.program.as_str(), "rm" | "unlink")
            && call.args.iter().any(|arg| arg.reach(DOCKER_CLEAN) != Reach::Outside)
    });
    removes || step.text().is_some_and(|text| overwrites(text.as_str()))
}

/// Whether a redirection empties the file.
fn overwrites(text: &str) -> bool {
    text.contains(&format!("> {DOCKER_CLEAN}")) || text.contains(&format!(">{DOCKER_CLEAN}"))
}

/// Whether the step reads the lists before it surely fetched them.
fn needs_lists(step: &Step<'_>) -> bool {
    let first = step.calls().iter().find(|call| {
        apt::reads_lists(call)
            || matches!(apt::action(call), Some(apt::Action::Update | apt::Action::Install))
    });
    first.is_some_and(|call| apt::action(call) != Some(apt::Action::Update) || call.is_in_branch())
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
