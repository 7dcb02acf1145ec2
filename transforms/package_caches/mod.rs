//! `package-caches`: what package managers download is kept in cache mounts.

mod asking;
mod bases;
mod configurations;
mod edition;
mod folder;
mod in_place;
mod job;
mod manager;
mod managers;
mod offline;
mod options;
mod plan;
mod prefix;
mod refusals;
mod settings;
#[cfg(test)]
mod shapes;
mod switch;
mod taking_out;
mod told;
mod unfit;
mod usage;
mod wanted;

use dockfit_rewrite::{
    Consent, Decision, DecisionInfo, Declared, Facet, Outcome, Pass, PassInfo, Safety, Task,
};

use self::configurations::Configurations;
use self::edition::Copied;
use self::folder::Clues;
use self::job::{Job, Setting};
use self::offline::Offline;
use self::options::Configured;
use self::plan::Plan;
use self::prefix::Prefixes;
use self::settings::Settings;
use self::switch::Switch;
use self::told::Told;
use self::wanted::Wanted;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::steps::Steps;
use crate::cache_mounts::unread::{Searched, run_as_files};
use crate::dockerfiles::File;

/// The pass.
pub(crate) struct PackageCaches;

static MOUNT: DecisionInfo = DecisionInfo {
    id: "package-caches/mount",
    summary: "a cache mount for what a package manager downloads",
    safety: Safety::Safe,
};

static ENABLE: DecisionInfo = DecisionInfo {
    id: "package-caches/enable",
    summary: "no variable that switches the cache off",
    safety: Safety::Safe,
};

static LINK_MODE: DecisionInfo = DecisionInfo {
    id: "package-caches/link-mode",
    summary: "uv copies out of the mount, from which it cannot link",
    safety: Safety::Safe,
};

static KEEP: DecisionInfo = DecisionInfo {
    id: "package-caches/keep",
    summary: "a variable that has a manager keep its downloads where the mount is",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "package-caches",
    proposal: "1.2",
    summary: "a step that installs packages downloads all of them again when one changes; a cache mount keeps them",
    page: include_str!("README.md"),
    decisions: &[&MOUNT, &ENABLE, &LINK_MODE, &KEEP],
    facets: &[Facet::Env, Facet::Files, Facet::Layers],
    after: &[],
};

/// Whether the pass may take the variable out of ENV.
pub(crate) fn may_take_away(variable: &str) -> bool {
    managers::MANAGERS.iter().any(|manager| manager.off.variables.contains(&variable))
}

/// Whether the pass may put the variable behind a FROM, in an ENV of its own.
pub(crate) fn may_set(variable: &str) -> bool {
    let wants = managers::MANAGERS.iter().filter_map(|manager| manager.wants.as_ref());
    wants.into_iter().any(|wants| wants.variable == variable)
}

impl Pass for PackageCaches {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        if task.consent(&MOUNT) == Consent::Withheld {
            return Vec::new();
        }
        let searched: Vec<Searched<'_>> =
            managers::MANAGERS.iter().map(|manager| (manager.programs, manager.commands)).collect();
        File::all(task)
            .flat_map(|file| {
                let mut decisions = decide(&file);
                let not_read = run_as_files(&file, &searched).into_iter();
                decisions.extend(
                    not_read.map(|(span, refusal)| file.decision(&MOUNT, span, refusal.into_outcome())),
                );
                decisions
            })
            .collect()
    }
}

fn decide(file: &File<'_>) -> Vec<Decision> {
    let programs = || managers::MANAGERS.iter().flat_map(|manager| manager.programs);
    // `$PIP install` is one, too.
    let in_capitals: Vec<String> = programs().map(|program| program.to_ascii_uppercase()).collect();
    let words: Vec<&str> = programs().copied().chain(in_capitals.iter().map(String::as_str)).collect();
    let steps = Steps::of(file.dockerfile);
    let setting = Setting {
        project: file.task.project,
        copied: Copied::of(&steps),
        steps: &steps,
        configured: Configured::of(file.dockerfile),
        configurations: Configurations::of(&steps),
        clues: Clues {
            told: Told::of(&steps),
            settings: Settings::of(file.task.project, &steps),
            prefixes: Prefixes::of(&steps),
        },
        offline: Offline::of(&steps),
        pass: MOUNT.id,
    };
    let mut jobs: Vec<Job<'_, '_>> =
        steps.mentioning(&words).flat_map(|step| job::jobs(&setting, step)).collect();
    if jobs.is_empty() {
        return Vec::new();
    }
    in_place::judge(&setting, &mut jobs);
    wanted::judge(&mut jobs, file.task.consent(&KEEP) == Consent::Given);
    let consent = file.task.consent(&ENABLE) == Consent::Given;
    let switches = switch::judge(&steps, &mut jobs, ENABLE.id, consent);
    let mut decisions: Vec<Decision> =
        switches.iter().filter(|switch| switch.goes()).map(|switch| enable(file, switch)).collect();
    decisions.extend(variables(file, &jobs));
    for of_step in jobs.chunk_by(|job, next| job.step.index == next.step.index) {
        mounts(file, of_step, &mut decisions);
    }
    decisions
}

fn enable(file: &File<'_>, switch: &Switch) -> Decision {
    let note = format!("any value of {} switches the cache off", switch.name);
    let note = (switch.when == manager::OffWhen::NotEmpty).then_some(note);
    let outcome = file.change(switch.edits.clone(), vec![Declared::Env(switch.name.clone())], note);
    file.decision(&ENABLE, switch.span, outcome)
}

fn variables(file: &File<'_>, jobs: &[Job<'_, '_>]) -> Vec<Decision> {
    let decision = |wanted: &Wanted| if wanted.needed { &KEEP } else { &LINK_MODE };
    wanted::wanted(file.dockerfile, jobs)
        .into_iter()
        .filter(|wanted| file.task.consent(decision(wanted)) == Consent::Given)
        .map(|wanted| {
            let info = decision(&wanted);
            let outcome = file.change([wanted.edit], vec![Declared::Env(wanted.variable.to_owned())], None);
            file.decision(info, wanted.span, outcome)
        })
        .collect()
}

/// One decision for the managers of a RUN whose cache is mounted or enabled, one for each that is refused.
fn mounts(file: &File<'_>, of_step: &[Job<'_, '_>], decisions: &mut Vec<Decision>) {
    let Some(step) = of_step.first().map(|job| job.step) else { return };
    let span = step.instruction.text_span();
    let plans: Vec<&Plan> = of_step.iter().filter_map(|job| job.plan.as_ref().ok()).collect();
    let changing: Vec<&Plan> = plans.iter().filter(|plan| plan.changes()).copied().collect();
    if !changing.is_empty() {
        let outcome = match taking_out::edits(step, &changing) {
            Ok(made) => {
                file.change(made.edits, made.declares, changing.iter().find_map(|plan| plan.note.clone()))
            }
            Err(refusal) => refusal.into_outcome(),
        };
        decisions.push(file.decision(&MOUNT, span, outcome));
    } else if !plans.is_empty() {
        decisions.push(file.decision(&MOUNT, span, Outcome::Already));
    }
    let refused = of_step.iter().filter_map(|job| job.plan.as_ref().err());
    decisions
        .extend(refused.cloned().map(|refusal: Refusal| file.decision(&MOUNT, span, refusal.into_outcome())));
}
