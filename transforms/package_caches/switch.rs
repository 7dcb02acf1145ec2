//! Variables of ENV that switch a cache off.

use std::collections::HashMap;
use std::hash::Hash;

use dockfit_dockerfile::model::{Model, Value};
use dockfit_dockerfile::operation::{Operation, Pair};
use dockfit_dockerfile::{Keyword, Span};
use dockfit_rewrite::{Dockerfile, Edit, surgery};

use super::job::Job;
use super::manager::{Manager, OffWhen};
use super::managers::MANAGERS;
use super::usage::{self, Action};
use crate::by_stage::ByStage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::programs;

/// One variable of one ENV that switches a manager's cache off.
pub(super) struct Switch {
    /// The variable.
    pub(super) name: String,
    /// Where it stands.
    pub(super) span: Span,
    /// Which values switch off.
    pub(super) when: OffWhen,
    /// The edits that take it away.
    pub(super) edits: Vec<Edit>,
    /// The managers that it switches off.
    managers: Vec<&'static Manager>,
    stage: usize,
    instruction: usize,
    line: usize,
    /// Why it has to stay.
    stays: Option<String>,
    /// Whether a job needs it gone.
    needed: bool,
}

impl Switch {
    /// Whether it goes.
    pub(super) fn goes(&self) -> bool {
        self.stays.is_none() && self.needed
    }

    /// Its stage and instruction.
    fn place(&self) -> (usize, usize) {
        (self.stage, self.instruction)
    }

    /// The first of these steps, given by the names of managers, that sees it, with the manager.
    fn first_of(&self, steps: &HashMap<&str, ByStage>) -> Option<(usize, &'static Manager)> {
        self.managers.iter().find_map(|manager| {
            let found = steps.get(manager.name)?.first_after(self.stage, self.instruction)?;
            Some((found, *manager))
        })
    }
}

/// Finds the switches, decides which of them go, and refuses the jobs whose cache stays off.
///
/// A switch goes only when every step that it governs has its mount: without one, the cache would end up in the image.
pub(super) fn judge(steps: &Steps<'_>, jobs: &mut [Job<'_, '_>], pass: &str, consent: bool) -> Vec<Switch> {
    let model = steps.model();
    let mut switches = find(steps.dockerfile(), pass, consent);
    let named = grouped(model, switches.iter().map(|switch| (switch.name.clone(), switch.place())));
    let mut hidden: HashMap<&str, ByStage> = HashMap::new();
    for manager in switches.iter().flat_map(|switch| &switch.managers) {
        hidden.entry(manager.name).or_insert_with(|| hiding(steps, manager));
    }
    // A refused job keeps its switch, which refuses the other jobs that it governs, and so on.
    loop {
        let mut changed = false;
        let refused = jobs.iter().filter(|job| job.plan.is_err());
        let refused = grouped(model, refused.map(|job| (job.manager.name, job.place())));
        for switch in switches.iter_mut().filter(|switch| switch.stays.is_none()) {
            if let Some((index, manager)) = switch.first_of(&refused) {
                switch.stays = Some(refused_at(index, manager, jobs));
            } else if let Some((index, manager)) = switch.first_of(&hidden) {
                let (line, name) = (steps.dockerfile().document().line_of(index), manager.name);
                switch.stays = Some(format!("the step in line {line} may use {name} without a mount"));
            }
            changed |= switch.stays.is_some();
        }
        let staying = switches.iter().filter(|switch| switch.stays.is_some());
        let staying = staying.flat_map(|switch| switch.managers.iter().map(|one| (one.name, switch.place())));
        let staying = grouped(model, staying);
        for job in jobs.iter_mut().filter(|job| job.plan.is_ok()) {
            let (stage, index) = job.place();
            let governing = staying.get(job.manager.name).and_then(|found| found.first_until(stage, index));
            let refusal = match governing {
                Some(switch) => stays_off(switch, job.manager, &switches),
                None => off_otherwise(job, &named),
            };
            if let Some(refusal) = refusal {
                job.plan = Err(refusal);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mounted = jobs.iter().filter(|job| job.plan.is_ok());
    let mounted = grouped(model, mounted.map(|job| (job.manager.name, job.place())));
    for switch in &mut switches {
        switch.needed = switch.first_of(&mounted).is_some();
    }
    switches
}

/// Stage and instruction of things, by what each is called.
fn grouped<K: Hash + Eq>(
    model: &Model,
    found: impl Iterator<Item = (K, (usize, usize))>,
) -> HashMap<K, ByStage> {
    let mut places: HashMap<K, Vec<(usize, usize)>> = HashMap::new();
    for (key, place) in found {
        places.entry(key).or_default().push(place);
    }
    places.into_iter().map(|(key, places)| (key, ByStage::new(model, places))).collect()
}

fn find(dockerfile: &Dockerfile, pass: &str, consent: bool) -> Vec<Switch> {
    let (document, model) = (dockerfile.document(), dockerfile.model());
    let mut switches = Vec::new();
    let mut read: HashMap<&str, bool> = HashMap::new();
    for (index, instruction) in document.instructions().iter().enumerate() {
        let (Some(Operation::Env(pairs)), Some(stage)) = (model.operation(index), model.stage_of(index))
        else {
            continue;
        };
        for pair in pairs {
            let name = pair.key.text.as_str();
            let managers = MANAGERS.iter().filter(|manager| manager.off.variables.contains(&name));
            let managers: Vec<&'static Manager> = managers.copied().collect();
            let Some(manager) = managers.first() else { continue };
            let value = model.expand(index, &pair.value.text).map_or(Value::Unknown, Value::from);
            if value.as_known().is_some_and(|value| !manager.off.when.holds(value)) {
                continue;
            }
            let mut stays = None;
            if !consent {
                stays = Some("package-caches/enable was not asked for".to_owned());
            } else if dockerfile.is_ignored(index, pass) {
                stays = Some("a comment keeps this pass away from it".to_owned());
            } else if *read
                .entry(pair.key.text.as_str())
                .or_insert_with(|| is_read(dockerfile, &pair.key.text))
            {
                stays = Some(format!("other instructions read ${}", pair.key.text));
            }
            let edits = edits(dockerfile, index, pairs, pair).unwrap_or_else(|error| {
                stays.get_or_insert_with(|| error.to_string());
                Vec::new()
            });
            let range = pair.key.range.start..pair.value.range.end.max(pair.key.range.end);
            let span = instruction.text.span(range);
            switches.push(Switch {
                name: pair.key.text.clone(),
                line: document.position(span.start).line,
                span,
                when: manager.off.when,
                edits,
                managers,
                stage: stage.index,
                instruction: index,
                stays,
                needed: false,
            });
        }
    }
    switches
}

/// Whether an instruction refers to the variable.
fn is_read(dockerfile: &Dockerfile, name: &str) -> bool {
    let document = dockerfile.document();
    let refers = |text: &str| text.contains(&format!("${name}")) || text.contains(&format!("${{{name}"));
    document.instructions().iter().any(|instruction| {
        refers(instruction.text.as_str())
            || instruction.heredocs.iter().any(|heredoc| refers(&document.text(heredoc.body)))
    })
}

fn edits(
    dockerfile: &Dockerfile,
    index: usize,
    pairs: &[Pair],
    pair: &Pair,
) -> Result<Vec<Edit>, surgery::CannotEdit> {
    let document = dockerfile.document();
    let instruction = document.instructions().get(index).ok_or(surgery::CannotEdit::NothingLeft)?;
    if pairs.len() == 1 {
        return surgery::delete_instruction(document, index);
    }
    // `NAME=` with nothing behind it has an empty value range.
    let end = pair.value.range.end.max(pair.key.range.end + 1);
    let range = pair.key.range.start..end;
    surgery::delete(document, instruction, &instruction.text, std::slice::from_ref(&range))
}

/// Why a switch stays that governs the refused job of this instruction.
fn refused_at(index: usize, manager: &Manager, jobs: &[Job<'_, '_>]) -> String {
    let behind = jobs.partition_point(|job| job.step.index < index);
    let mut of_step = jobs.iter().skip(behind).take_while(|job| job.step.index == index);
    let refusal =
        of_step.find_map(|job| job.plan.as_ref().err().filter(|_| job.manager.name == manager.name));
    let line = jobs.get(behind).map_or(0, |job| job.step.line_of(index));
    let reason = refusal.map_or("", |refusal| refusal.text.as_str());
    format!("the step in line {line} has no mount ({reason})")
}

/// The RUNs that may use the manager without it being seen.
fn hiding(steps: &Steps<'_>, manager: &Manager) -> ByStage {
    let runs = steps.dockerfile().document().instructions().iter().enumerate();
    let runs = runs.filter(|(_, found)| found.keyword() == Keyword::Run).map(|(index, _)| index);
    let hidden = runs.filter(|index| !steps.at(*index).is_some_and(|step| is_understood(step, manager)));
    ByStage::of(steps.model(), hidden)
}

/// Whether a RUN surely does not fill the manager's cache, or is a job of its own.
fn is_understood(step: &Step<'_>, manager: &Manager) -> bool {
    let Some(script) = step.script() else { return false };
    let named =
        |command: &dockfit_shell::Command| command.words.first().is_none_or(|word| word.value().is_some());
    if script.has_errors() || !script.commands().all(named) {
        return false;
    }
    step.calls().iter().all(|call| match usage::manager(call) {
        Some((found, action)) if found.name == manager.name => action != Action::MayFill,
        Some(_) => true,
        None => programs::is(&call.program, programs::PLAIN) && !call.runs_script() && !runs_pip(call),
    })
}

/// Python with a program that is read from a pipe, or with pip's own installer.
fn runs_pip(call: &Call<'_>) -> bool {
    let python = call.program == "python";
    python
        && (call.args.is_empty()
            || call.args.iter().any(|arg| arg.text.contains("get-pip") || arg.text == "-"))
}

/// The refusal of a job that sees a switch of this instruction which has to stay.
fn stays_off(instruction: usize, manager: &Manager, switches: &[Switch]) -> Option<Refusal> {
    let behind = switches.partition_point(|switch| switch.instruction < instruction);
    let mut of_instruction =
        switches.iter().skip(behind).take_while(|switch| switch.instruction == instruction);
    let switch = of_instruction.find(|switch| {
        switch.stays.is_some() && switch.managers.iter().any(|one| one.name == manager.name)
    })?;
    let why = switch.stays.as_deref().unwrap_or_default();
    Some(Refusal::new(
        "cache-switched-off",
        format!("{} in line {} switches the cache off, and has to stay: {why}", switch.name, switch.line),
        format!("take {} away by hand", switch.name),
    ))
}

/// The refusal of a job whose cache an ARG or the base image switches off. `named` holds the switches of ENV, by their
/// variable.
fn off_otherwise(job: &Job<'_, '_>, named: &HashMap<String, ByStage>) -> Option<Refusal> {
    let (stage, index) = job.place();
    let environment = job.step.model().environment(index)?;
    let name = job.manager.off.variables.iter().find(|name| {
        let is_off = environment
            .value(name)
            .and_then(|value| value.as_known())
            .is_some_and(|value| job.manager.off.when.holds(value));
        let by_env = || named.get(**name).and_then(|found| found.first_until(stage, index)).is_some();
        is_off && !by_env()
    })?;
    let text = format!("{name} is set by an ARG or the base image, and switches the cache off");
    Some(Refusal::new("cache-switched-off", text, format!("do without {name}")))
}
