//! One manager in one RUN.

use dockfit_rewrite::Project;

use super::configurations::Configurations;
use super::edition::Copied;
use super::folder::{self, Clues};
use super::manager::Manager;
use super::managers::MANAGERS;
use super::offline::Offline;
use super::options::Configured;
use super::plan::{Plan, plan};
use super::taking_out;
use super::usage::{self, Action};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::account;
use crate::cache_mounts::call::{As, Call};
use crate::cache_mounts::mount::{Covered, covered, has_cache_at};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::cache_mounts::unread::unread;

/// What the jobs of one Dockerfile are worked out from.
pub(super) struct Setting<'s, 'd> {
    pub(super) project: &'s Project,
    pub(super) copied: Copied,
    pub(super) steps: &'s Steps<'d>,
    pub(super) configured: Configured,
    pub(super) configurations: Configurations<'s, 'd>,
    pub(super) clues: Clues,
    pub(super) offline: Offline,
    /// The pass, as comments name it that keep it away.
    pub(super) pass: &'static str,
}

/// The use of one manager in one RUN.
pub(super) struct Job<'s, 'd> {
    pub(super) step: &'s Step<'d>,
    pub(super) manager: &'static Manager,
    /// What is to be done, or why nothing is.
    pub(super) plan: Result<Plan, Refusal>,
}

impl Job<'_, '_> {
    /// Its stage and instruction.
    pub(super) fn place(&self) -> (usize, usize) {
        let stage = self.step.stages().next().unwrap_or_default();
        (stage, self.step.index)
    }
}

/// The jobs of a RUN, one for each manager that fills its cache there.
pub(super) fn jobs<'s, 'd>(setting: &Setting<'s, 'd>, step: &'s Step<'d>) -> Vec<Job<'s, 'd>> {
    let mut jobs: Vec<Job<'s, 'd>> = Vec::new();
    for call in step.calls() {
        if let Some((manager, Action::Fill)) = usage::manager(call)
            && !jobs.iter().any(|job| job.manager.name == manager.name)
        {
            let fills = |call: &Call<'_>| {
                usage::manager(call)
                    .is_some_and(|(found, action)| found.name == manager.name && action == Action::Fill)
            };
            let plan = plan(setting, step, manager, &fills).or_else(|refusal| {
                let done = if STILL_WRONG.contains(&refusal.code) {
                    None
                } else {
                    done(step, manager, &setting.clues, &fills)
                };
                done.ok_or(refusal)
            });
            jobs.push(Job { step, manager, plan });
        }
    }
    for manager in MANAGERS {
        if jobs.iter().any(|job| job.manager.name == manager.name) {
            continue;
        }
        let knows = |call: &Call<'_>| usage::manager(call).is_some();
        if let Some(refusal) = unread(step, manager.programs, manager.commands, knows) {
            let plan = Err(step.refuses_edits(setting.pass).unwrap_or(refusal));
            jobs.push(Job { step, manager, plan });
        }
    }
    jobs
}

/// What is wrong of a RUN that has its mount, too, by the words for machines.
const STILL_WRONG: &[&str] =
    &["links-into-cache", "cache-switched-off", "cache-configured", "not-kept", "not-understood"];

/// The plan for a RUN that has all mounts for the manager and nothing that spoils them: what speaks against adding them
/// does not matter.
fn done(
    step: &Step<'_>,
    manager: &'static Manager,
    clues: &Clues,
    uses: &dyn Fn(&Call<'_>) -> bool,
) -> Option<Plan> {
    let (mut folders, mut by_end) = (Vec::new(), false);
    let image = account::base_image(step);
    for call in step.calls().iter().filter(|call| uses(call)) {
        if !usage::switches(call, manager).is_empty() {
            return None;
        }
        let caches = folder::caches(step, call, manager, &clues.told);
        let caches = caches.iter().filter(|cache| {
            usage::uses(call, manager, cache)
                && (cache.on.holds(image) || clues.prefixes.find(step, call, manager).is_some())
        });
        for cache in caches {
            match folder::folder(step, call, manager, cache, clues) {
                Ok(folder) if call.user == As::Same => {
                    if covered(step, &folder) == Covered::ByCache {
                        folders.push(folder);
                    } else if !cache.minor || folders.is_empty() {
                        return None;
                    }
                }
                _ if has_cache_at(step, cache.below_home) => by_end = true,
                _ => return None,
            }
        }
    }
    let emptied = !taking_out::emptying(step.calls(), &[manager], &folders).ok()?.is_empty();
    let is_there = by_end || !folders.is_empty();
    (is_there && !emptied).then(|| Plan { folders, mounted: true, ..Plan::of(manager) })
}
