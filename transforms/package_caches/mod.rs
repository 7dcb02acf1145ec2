//! `package-caches`: what package managers download is kept in cache mounts.

mod job;
mod manager;
mod managers;
mod switch;
mod usage;
mod wanted;

use dockfit_rewrite::{
    Change, Consent, Decision, DecisionInfo, Declared, Dockerfile, Edit, Facet, FileEdit, Outcome, Pass,
    PassInfo, Place, Safety, Task,
};

use self::job::{Job, Plan};
use self::switch::Switch;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::{Step, is_sound};

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

static INFO: PassInfo = PassInfo {
    id: "package-caches",
    proposal: "1.2",
    summary: "a step that installs packages downloads all of them again when one changes; a cache mount keeps them",
    page: include_str!("README.md"),
    decisions: &[&MOUNT, &ENABLE, &LINK_MODE],
    facets: &[Facet::Env, Facet::Files, Facet::Layers],
    after: &[],
};

impl Pass for PackageCaches {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let dockerfiles = task.project.dockerfiles().iter().enumerate();
        dockerfiles
            .filter(|(_, dockerfile)| is_sound(dockerfile))
            .flat_map(|(index, dockerfile)| File { task, index, dockerfile }.decide())
            .collect()
    }
}

/// One Dockerfile under the pass.
struct File<'t> {
    task: &'t Task<'t>,
    index: usize,
    dockerfile: &'t Dockerfile,
}

impl File<'_> {
    fn decide(&self) -> Vec<Decision> {
        if self.task.consent(&MOUNT) == Consent::Withheld {
            return Vec::new();
        }
        let words: Vec<&str> =
            managers::MANAGERS.iter().flat_map(|manager| manager.programs).copied().collect();
        let steps = Step::all(self.dockerfile, &words);
        let mut jobs: Vec<Job<'_>> = steps.iter().flat_map(|step| job::jobs(step, MOUNT.id)).collect();
        if jobs.is_empty() {
            return Vec::new();
        }
        let consent = self.task.consent(&ENABLE) == Consent::Given;
        let switches = switch::judge(self.dockerfile, &mut jobs, ENABLE.id, consent);
        let mut decisions: Vec<Decision> = Vec::new();
        for switch in switches.iter().filter(|switch| switch.goes()) {
            decisions.push(self.enable(switch));
        }
        decisions.extend(self.link_modes(&jobs));
        for step in &steps {
            self.mounts(step, &jobs, &mut decisions);
        }
        decisions
    }

    fn decision(
        &self,
        info: &'static DecisionInfo,
        span: dockfit_dockerfile::Span,
        outcome: Outcome,
    ) -> Decision {
        let place = Place { file: self.dockerfile.path().clone(), span };
        Decision { info, dockerfile: self.index, place, outcome }
    }

    fn change(&self, edits: Vec<Edit>, declares: Vec<Declared>, note: Option<String>) -> Outcome {
        let file = self.dockerfile.path();
        let edits = edits.into_iter().map(|edit| FileEdit { file: file.clone(), edit }).collect();
        Outcome::Applied(Change { edits, declares, note })
    }

    fn enable(&self, switch: &Switch) -> Decision {
        let note = format!("any value of {} switches the cache off", switch.name);
        let note = (switch.when == manager::OffWhen::NotEmpty).then_some(note);
        let outcome = self.change(switch.edits.clone(), vec![Declared::Env(switch.name.clone())], note);
        self.decision(&ENABLE, switch.span, outcome)
    }

    fn link_modes(&self, jobs: &[Job<'_>]) -> Vec<Decision> {
        if self.task.consent(&LINK_MODE) != Consent::Given {
            return Vec::new();
        }
        wanted::wanted(self.dockerfile, jobs)
            .into_iter()
            .map(|wanted| {
                let outcome =
                    self.change(vec![wanted.edit], vec![Declared::Env(wanted.variable.to_owned())], None);
                self.decision(&LINK_MODE, wanted.span, outcome)
            })
            .collect()
    }

    /// One decision for the managers of a RUN whose cache is mounted or enabled, one for each that is refused.
    fn mounts(&self, step: &Step<'_>, jobs: &[Job<'_>], decisions: &mut Vec<Decision>) {
        let of_step: Vec<&Job<'_>> = jobs.iter().filter(|job| job.step.index == step.index).collect();
        let span = step.instruction.text_span();
        let plans: Vec<&Plan> = of_step.iter().filter_map(|job| job.plan.as_ref().ok()).collect();
        let changing: Vec<&Job<'_>> =
            of_step.iter().filter(|job| job.plan.as_ref().is_ok_and(Plan::changes)).copied().collect();
        if !changing.is_empty() {
            let outcome = match job::edits(step, &changing) {
                Ok(made) => self.change(made.edits, made.declares, None),
                Err(refusal) => refusal.into_outcome(),
            };
            decisions.push(self.decision(&MOUNT, span, outcome));
        } else if !plans.is_empty() {
            decisions.push(self.decision(&MOUNT, span, Outcome::Already));
        }
        let refused = of_step.iter().filter_map(|job| job.plan.as_ref().err());
        decisions.extend(
            refused.cloned().map(|refusal: Refusal| self.decision(&MOUNT, span, refusal.into_outcome())),
        );
    }
}
