//! Steps that install without a network, from what an earlier step downloaded.
//!
//! A cache can be emptied while the layer of the step that filled it stays: then the later step fails.

use std::collections::HashMap;

use super::manager::Manager;
use super::managers::MANAGERS;
use super::usage::{self, Action};
use crate::by_stage::ByStage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// The steps of a Dockerfile that rely on a filled cache, by the manager.
pub(super) struct Offline(HashMap<&'static str, ByStage>);

impl Offline {
    /// Those of a Dockerfile.
    pub(super) fn of(steps: &Steps<'_>) -> Self {
        let managers = MANAGERS.iter().filter(|manager| !manager.relies_by.is_empty());
        let found = managers.map(|manager| {
            let relies = |step: &Step<'_>| step.mentions(manager.relies_by) && relies(step, manager);
            (manager.name, steps.where_it_holds(relies))
        });
        Self(found.collect())
    }

    /// The refusal of a mount for `step`, if it relies on an earlier one, or a later one on it.
    pub(super) fn refuses(&self, step: &Step<'_>, manager: &Manager) -> Option<Refusal> {
        let stage = step.stages().next()?;
        let found = self.0.get(manager.name)?;
        let here = || relies(step, manager).then_some(step.index);
        let index = found.first_after(stage, step.index).or_else(here)?;
        let text = format!(
            "`{}` in line {} relies on what an earlier step downloaded; a cache can be emptied while the layer of that \
             step stays",
            manager.relies_by.first().copied().unwrap_or_default(),
            step.line_of(index)
        );
        Some(Refusal::new("used-offline", text, "have both in one RUN, or let it use the network"))
    }
}

/// Whether the first command of `step` that fills the cache takes all from it.
fn relies(step: &Step<'_>, manager: &Manager) -> bool {
    let mut fills = step.calls().iter().filter(|call| {
        usage::manager(call)
            .is_some_and(|(found, action)| found.name == manager.name && action == Action::Fill)
    });
    fills.next().is_some_and(|call| call.values().any(|value| manager.relies_by.contains(&value)))
}
