//! Variables that a manager wants when its cache is a mount.

use std::collections::{HashMap, HashSet};

use dockfit_dockerfile::{Keyword, Span};
use dockfit_rewrite::surgery::{self, Habits};
use dockfit_rewrite::{Dockerfile, Edit};
use dockfit_shell::Lookup;

use super::folder as place;
use super::job::Job;
use super::manager;
use super::usage::{self, Action};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;

/// A variable to set, and the edit that does.
pub(super) struct Wanted {
    pub(super) variable: &'static str,
    /// Whether nothing is kept without it.
    pub(super) needed: bool,
    pub(super) span: Span,
    pub(super) edit: Edit,
}

/// Refuses the jobs that would keep nothing in their mount: the variable for it may not be set, or not to one value.
pub(super) fn judge(jobs: &mut [Job<'_, '_>], consent: bool) {
    let mut folders: HashMap<&str, HashSet<String>> = HashMap::new();
    for job in jobs.iter().filter(|job| wants(job).is_some_and(|wants| wants.value.is_none())) {
        folders.entry(job.manager.name).or_default().extend(folder(job).map(str::to_owned));
    }
    // Steps whose own folder is not known: with the variable it would be that of another user.
    let homeless: Vec<(&str, Vec<usize>)> = jobs
        .iter()
        .filter(|job| {
            job.plan.as_ref().is_err_and(|refusal| matches!(refusal.code, "home-unknown" | "user-unknown"))
        })
        .map(|job| (job.manager.name, job.step.stages().collect()))
        .collect();
    for job in jobs {
        let (stage, _) = job.place();
        let seen_by_another =
            || homeless.iter().any(|(name, stages)| *name == job.manager.name && stages.contains(&stage));
        let gets_mount = job.plan.as_ref().is_ok_and(|plan| !plan.mounts.is_empty());
        let Some(wants) = wants(job).filter(|wants| wants.needed && gets_mount) else { continue };
        let (name, variable) = (job.manager.name, wants.variable);
        if !consent {
            let text = format!("{name} keeps nothing in a mount without {variable}");
            job.plan = Err(Refusal::new("not-kept", text, "consent to package-caches/keep"));
        } else if wants.value.is_none()
            && (folders.get(name).is_some_and(|folders| folders.len() > 1) || seen_by_another())
        {
            let text = format!("{name} has several cache folders in this file, as several users run it");
            job.plan = Err(Refusal::new("cache-unknown", text, format!("set {variable}")));
        }
    }
}

/// What the manager of a job with a mount wants, where nothing says it yet.
fn wants(job: &Job<'_, '_>) -> Option<&'static manager::Wanted> {
    let wants = job.manager.wants.as_ref()?;
    job.plan.as_ref().ok().filter(|plan| plan.is_mounted())?;
    if wants.value.is_none()
        && job.manager.caches.iter().any(|cache| place::on_image(job.step, cache).is_some())
    {
        return None;
    }
    let says_so = |call: &Call<'_>| {
        !matches!(usage::option_value(call, wants.option), usage::OptionValue::Absent)
            || [wants.variable]
                .iter()
                .chain(wants.unless)
                .any(|name| matches!(usage::value(job.step, call, name), Lookup::Set(_)))
    };
    let mut fills = job.step.calls().iter().filter(|call| {
        usage::manager(call)
            .is_some_and(|(found, action)| found.name == job.manager.name && action == Action::Fill)
    });
    (!fills.all(says_so)).then_some(wants)
}

fn folder<'j>(job: &'j Job<'_, '_>) -> Option<&'j str> {
    job.plan.as_ref().ok()?.folders.first().map(String::as_str)
}

/// What the jobs with a mount want, whether they have it already or get it now; once for a stage and those that build on
/// it.
pub(super) fn wanted(dockerfile: &Dockerfile, jobs: &[Job<'_, '_>]) -> Vec<Wanted> {
    let (document, model) = (dockerfile.document(), dockerfile.model());
    let mut done: HashSet<(&str, usize)> = HashSet::new();
    let mut all = Vec::new();
    for job in jobs {
        let Some(wants) = wants(job) else { continue };
        let Some(stage) = model.stage_of(job.step.index) else { continue };
        if job.step.stages().any(|stage| done.contains(&(wants.variable, stage))) {
            continue;
        }
        let Some(value) = wants.value.or(folder(job)) else { continue };
        done.insert((wants.variable, stage.index));
        let line = format!("{} {}={value}", Habits::of(document).keyword(Keyword::Env), wants.variable);
        let lines = [format!("# {}", wants.why), line];
        let edit = surgery::insert_behind(document, stage.from, &lines);
        all.push(Wanted {
            variable: wants.variable,
            needed: wants.needed,
            span: job.step.instruction.text_span(),
            edit,
        });
    }
    all
}
