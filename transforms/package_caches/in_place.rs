//! Managers that work from their cache: what one step downloads, later ones use where it lies.
//!
//! In a mount it is in no layer. So the steps that see each other's files get the mount all, or none of them does; and
//! none where a step or the image itself would miss what is there.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_dockerfile::model::{Base, Fact, Model, Origin};
use dockfit_shell::Script;

use super::job::{Job, Setting};
use super::manager::{InPlace, Manager};
use super::plan;
use super::usage::{self, Action};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;

/// Programs that run what a file says, and so may run any manager.
///
/// Their manuals; 2026-11-24.
const RUNNERS: &[&str] = &["make", "gmake", "just", "task", "ninja", "cmake", "rake", "tox", "earthly"];

/// Programs that run a script.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh"];

/// Refuses the jobs whose mount would take something away, and adds those of steps that may run a manager indirectly.
pub(super) fn judge<'s, 'd>(setting: &Setting<'s, 'd>, jobs: &mut Vec<Job<'s, 'd>>) {
    let model = setting.steps.model();
    let families = Families::of(model);
    let mut managers: BTreeMap<&str, &'static Manager> = BTreeMap::new();
    for job in jobs.iter().filter(|job| job.manager.in_place.is_some()) {
        managers.insert(job.manager.name, job.manager);
    }
    for manager in managers.into_values() {
        let Some(in_place) = &manager.in_place else { continue };
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for job in jobs.iter().filter(|job| job.manager.name == manager.name) {
            first.entry(families.of_job(job)).or_insert(job.step.index);
        }
        follow(setting, jobs, manager, in_place, &families, &first);
        jobs.sort_by_key(|job| job.step.index);
        let mut by_family: BTreeMap<usize, Vec<&mut Job<'s, 'd>>> = BTreeMap::new();
        for job in jobs.iter_mut().filter(|job| job.manager.name == manager.name) {
            by_family.entry(families.of_job(job)).or_default().push(job);
        }
        for (family, of_family) in by_family {
            if !of_family.iter().any(|job| gets_mount(job)) {
                continue;
            }
            let refusal = offline(&of_family, in_place)
                .or_else(|| published(&of_family, manager, in_place))
                .or_else(|| {
                    // What is deleted again is needed by none.
                    let kept = of_family.iter().any(|job| job.plan.as_ref().is_ok_and(|plan| !plan.emptied));
                    kept.then(|| families.needed_at_run_time(model, family, manager, in_place)).flatten()
                })
                .or_else(|| without_mount(&of_family, manager));
            let Some(refusal) = refusal else { continue };
            for job in of_family {
                if gets_mount(job) {
                    job.plan = Err(refusal.clone());
                }
            }
        }
    }
}

fn gets_mount(job: &Job<'_, '_>) -> bool {
    job.plan.as_ref().is_ok_and(|plan| !plan.mounts.is_empty())
}

/// Adds a job for each step behind the first one of a family that may run the manager without naming it.
fn follow<'s, 'd>(
    setting: &Setting<'s, 'd>,
    jobs: &mut Vec<Job<'s, 'd>>,
    manager: &'static Manager,
    in_place: &InPlace,
    families: &Families,
    first: &BTreeMap<usize, usize>,
) {
    let own: BTreeSet<usize> =
        jobs.iter().filter(|job| job.manager.name == manager.name).map(|job| job.step.index).collect();
    for step in setting.steps.all() {
        let Some(from) = step.stages().next().and_then(|stage| first.get(&families.root(stage))) else {
            continue;
        };
        if step.index > *from && !own.contains(&step.index) {
            let runs = |call: &Call<'_>| may_run(call, in_place);
            if step.calls().iter().any(runs) {
                jobs.push(Job { step, manager, plan: plan::plan(setting, step, manager, &runs) });
            }
        }
    }
}

fn may_run(call: &Call<'_>, in_place: &InPlace) -> bool {
    let program = call.program.as_str();
    // What a shell reads from a pipe is somebody else's installer.
    let from_pipe = SHELLS.contains(&program)
        && call.values().take_while(|value| *value != "-s").all(|value| value.starts_with('-'));
    in_place.run_by.contains(&program) || RUNNERS.contains(&program) || (call.runs_script() && !from_pipe)
}

/// The refusal where a step relies on what an earlier one downloaded: a cache may be gone while the layer of that step
/// is still there.
fn offline(jobs: &[&mut Job<'_, '_>], in_place: &InPlace) -> Option<Refusal> {
    let first = jobs.first()?.step;
    jobs.iter().filter(|job| job.step.index > first.index).find_map(|job| {
        let step = job.step;
        let mut filled = false;
        step.calls().iter().find_map(|call| {
            let (manager, action) = usage::manager(call)?;
            if manager.name != job.manager.name || action != Action::Fill {
                return None;
            }
            let rule = in_place.offline.iter().find(|rule| usage::follows(step, call, rule));
            let Some(rule) = rule.filter(|_| !filled) else {
                filled = true;
                return None;
            };
            let words = if rule.option.is_empty() {
                format!("{}={}", rule.variable, rule.value.unwrap_or_default())
            } else {
                rule.option.to_owned()
            };
            let text = format!(
                "`{words}` in line {} relies on what an earlier step downloaded; a cache can be emptied while the layer \
                 of that step stays",
                step.line_of(step.index)
            );
            Some(Refusal::new("used-offline", text, format!("do without {words} there, or have both in one RUN")))
        })
    })
}

/// The refusal where a step puts what it builds into the cache, and a later one may want it.
fn published(jobs: &[&mut Job<'_, '_>], manager: &Manager, in_place: &InPlace) -> Option<Refusal> {
    let last = jobs.last()?.step.index;
    jobs.iter().filter(|job| job.step.index < last).find_map(|job| {
        let calls = job
            .step
            .calls()
            .iter()
            .filter(|call| usage::manager(call).is_some_and(|(found, _)| found.name == manager.name));
        let word = calls.flat_map(Call::values).find(|value| in_place.publishes.contains(value))?;
        let text = format!(
            "`{word}` in line {} puts what it builds into the cache, where a later step may look for it",
            job.step.line_of(job.step.index)
        );
        Some(Refusal::new("published-to-cache", text, format!("build in one RUN, or do without {word}")))
    })
}

/// The refusal where another step has no mount: it would download again what this one did, or not find it.
fn without_mount(jobs: &[&mut Job<'_, '_>], manager: &Manager) -> Option<Refusal> {
    let refused = jobs.iter().find_map(|job| Some((job.step, job.plan.as_ref().err()?)));
    let (step, refusal) = refused?;
    let text = format!(
        "{} works from what is downloaded, and the step in line {} has no mount: {}",
        manager.name,
        step.line_of(step.index),
        refusal.text
    );
    Some(Refusal::new("needed-without-mount", text, refusal.way_out.clone()))
}

/// Stages that see each other's files: those built on one and the same.
struct Families {
    /// For each stage the lowest one that it is built on.
    roots: Vec<usize>,
    /// Stages that another one builds on or takes from.
    used: BTreeSet<usize>,
}

impl Families {
    fn of(model: &Model) -> Self {
        let mut roots: Vec<usize> = Vec::new();
        let mut used = BTreeSet::new();
        for stage in model.stages() {
            let root = match stage.base {
                Base::Stage(below) => {
                    used.insert(below);
                    roots.get(below).copied().unwrap_or(stage.index)
                }
                _ => stage.index,
            };
            roots.push(root);
            used.extend(stage.takes.iter().filter_map(|take| match take.from {
                Origin::Stage(from) => Some(from),
                _ => None,
            }));
        }
        Self { roots, used }
    }

    fn root(&self, stage: usize) -> usize {
        self.roots.get(stage).copied().unwrap_or(stage)
    }

    fn of_job(&self, job: &Job<'_, '_>) -> usize {
        self.root(job.step.stages().next().unwrap_or_default())
    }

    /// The refusal where the family has an image for use, which may need what was downloaded.
    fn needed_at_run_time(
        &self,
        model: &Model,
        family: usize,
        manager: &Manager,
        in_place: &InPlace,
    ) -> Option<Refusal> {
        let target = model.target().map(|stage| stage.index);
        let ours = model.stages().iter().filter(|stage| self.root(stage.index) == family);
        let images = ours.filter(|stage| Some(stage.index) == target || !self.used.contains(&stage.index));
        images.into_iter().find_map(|stage| {
            let config = model.config(stage.index);
            let words = match (config.entrypoint, config.cmd) {
                (Fact::Known(entrypoint), Fact::Known(cmd)) => Some([entrypoint, cmd].concat()),
                // What a base image starts a command with runs that, as a rule.
                (Fact::Known(words), Fact::Unknown) | (Fact::Unknown, Fact::Known(words)) => Some(words),
                (Fact::Unknown, Fact::Unknown) => None,
            };
            let is_target = Some(stage.index) == target;
            let need = match words.as_deref() {
                // A stage beside the target without a command of its own is there for its steps.
                None | Some([]) if is_target => "what the image runs cannot be told".to_owned(),
                None | Some([]) => return None,
                Some(words) if is_run_by(words, manager, in_place) => {
                    format!("the image runs `{}`", words.join(" "))
                }
                Some(words) if is_shell(words) && is_target => {
                    "the image has a shell as its command".to_owned()
                }
                Some(_) => return None,
            };
            let text = format!("{need}, and may need what {} downloads here", manager.name);
            Some(Refusal::new(
                "needed-in-image",
                text,
                "build in a stage of its own, and copy the result out of it",
            ))
        })
    }
}

fn is_shell(words: &[String]) -> bool {
    matches!(words, [shell] if SHELLS.contains(&dockfit_shell::base_name(shell)))
}

/// Whether the command of an image runs the manager, or a script, which may.
fn is_run_by(words: &[String], manager: &Manager, in_place: &InPlace) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    let program = dockfit_shell::base_name(program);
    if SHELLS.contains(&program) {
        let Some(at) = arguments.iter().position(|word| word.starts_with('-') && word.ends_with('c')) else {
            return !arguments.is_empty();
        };
        return arguments.get(at + 1).is_none_or(|text| {
            let script = Script::parse(text);
            script.has_errors()
                || script.commands().any(|command| {
                    let words: Option<Vec<String>> = command
                        .words
                        .iter()
                        .map(|word| word.value().map(std::string::ToString::to_string))
                        .collect();
                    words.is_none_or(|words| is_run_by(&words, manager, in_place))
                })
        });
    }
    let is_script = program.rsplit_once('.').is_some_and(|(_, end)| end == "sh");
    if is_script || RUNNERS.contains(&program) || in_place.run_by.contains(&program) {
        return true;
    }
    let arguments: Vec<Option<&str>> = arguments.iter().map(|word| Some(word.as_str())).collect();
    manager.programs.contains(&dockfit_shell::strip_version(program))
        && usage::action(manager, &arguments) != Action::Other
}
