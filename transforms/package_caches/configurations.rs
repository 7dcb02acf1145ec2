//! Steps that write the configuration of a package manager.

use std::collections::HashMap;

use super::manager::Manager;
use super::managers::MANAGERS;
use super::usage;
use crate::by_stage::ByStage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// The steps of a Dockerfile that move a manager's cache or switch it off by its configuration, by the manager.
pub(super) struct Configurations<'s, 'd> {
    steps: &'s Steps<'d>,
    found: HashMap<&'static str, ByStage>,
}

impl<'s, 'd> Configurations<'s, 'd> {
    pub(super) fn of(steps: &'s Steps<'d>) -> Self {
        let configured = MANAGERS.iter().filter(|manager| manager.configuration.is_some());
        let found = configured.map(|manager| {
            (manager.name, steps.where_it_holds(|step| usage::configures(step, manager).is_some()))
        });
        Self { steps, found: found.collect() }
    }

    /// The refusal of a mount for `step`, if it or an earlier one has configured the manager's cache.
    pub(super) fn refusal(&self, step: &Step<'_>, manager: &Manager) -> Option<Refusal> {
        let stage = step.stages().next()?;
        let index = self.found.get(manager.name)?.first_until(stage, step.index)?;
        let setting = usage::configures(self.steps.at(index)?, manager)?;
        let name = manager.name;
        let text = format!("line {} writes `{setting}` into {name}'s configuration", step.line_of(index));
        Some(Refusal::new("cache-configured", text, format!("do without `{setting}` there")))
    }
}
