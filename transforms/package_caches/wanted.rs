//! Variables that a manager wants when its cache is a mount.

use std::collections::HashSet;

use dockfit_dockerfile::{Keyword, Span};
use dockfit_rewrite::surgery::{self, Habits};
use dockfit_rewrite::{Dockerfile, Edit};
use dockfit_shell::Lookup;

use super::job::{Job, Plan};
use super::usage::{self, Action};

/// A variable to set, and the edit that does.
pub(super) struct Wanted {
    pub(super) variable: &'static str,
    /// Whether nothing is kept without it.
    pub(super) needed: bool,
    pub(super) span: Span,
    pub(super) edit: Edit,
}

/// What the jobs with a mount want, whether they have it already or get it now; once for a stage and those that build on
/// it.
pub(super) fn wanted(dockerfile: &Dockerfile, jobs: &[Job<'_, '_>]) -> Vec<Wanted> {
    let (document, model) = (dockerfile.document(), dockerfile.model());
    let mut done: HashSet<(&str, usize)> = HashSet::new();
    let mut all = Vec::new();
    for job in jobs.iter().filter(|job| job.plan.as_ref().is_ok_and(Plan::is_mounted)) {
        let Some(wants) = &job.manager.wants else { continue };
        let Some(stage) = model.stage_of(job.step.index) else { continue };
        if job.step.stages().any(|stage| done.contains(&(wants.variable, stage))) {
            continue;
        }
        let calls = job.step.calls();
        let mut fills = calls.iter().filter(|call| {
            usage::manager(call)
                .is_some_and(|(found, action)| found.name == job.manager.name && action == Action::Fill)
        });
        let says_so = |call: &crate::cache_mounts::call::Call<'_>| {
            !matches!(usage::option_value(call, wants.option), usage::OptionValue::Absent)
                || [wants.variable]
                    .iter()
                    .chain(wants.unless)
                    .any(|name| matches!(usage::value(job.step, call, name), Lookup::Set(_)))
        };
        if fills.all(says_so) {
            continue;
        }
        done.insert((wants.variable, stage.index));
        let folder = job.plan.as_ref().ok().and_then(|plan| plan.folders.first()).map(String::as_str);
        let Some(value) = wants.value.or(folder) else { continue };
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
