//! Variables of ENV that switch a cache off.

use dockfit_dockerfile::model::{Model, Value};
use dockfit_dockerfile::operation::{Operation, Pair};
use dockfit_dockerfile::{Keyword, Span};
use dockfit_rewrite::{Dockerfile, Edit, surgery};

use super::job::Job;
use super::manager::{Manager, OffWhen};
use super::managers::MANAGERS;
use super::usage::{self, Action};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;

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
    manager: &'static Manager,
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
}

/// Finds the switches, decides which of them go, and refuses the jobs whose cache stays off.
///
/// A switch goes only when every step that it governs has its mount: without one, the cache would end up in the image.
pub(super) fn judge(dockerfile: &Dockerfile, jobs: &mut [Job<'_>], pass: &str, consent: bool) -> Vec<Switch> {
    let mut switches = find(dockerfile, pass, consent);
    // A refused job keeps its switch, which refuses the other jobs that it governs, and so on.
    loop {
        let mut changed = false;
        for switch in &mut switches {
            if switch.stays.is_none()
                && let Some(stays) = stays_for(dockerfile, switch, jobs)
            {
                switch.stays = Some(stays);
                changed = true;
            }
        }
        for job in jobs.iter_mut().filter(|job| job.plan.is_ok()) {
            if let Some(refusal) = refuses(job, &switches) {
                job.plan = Err(refusal);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    for switch in &mut switches {
        switch.needed = jobs
            .iter()
            .any(|job| job.plan.is_ok() && governs(dockerfile.model(), switch, job.step, job.manager));
    }
    switches
}

fn find(dockerfile: &Dockerfile, pass: &str, consent: bool) -> Vec<Switch> {
    let (document, model) = (dockerfile.document(), dockerfile.model());
    let mut switches = Vec::new();
    for (index, instruction) in document.instructions().iter().enumerate() {
        let (Some(Operation::Env(pairs)), Some(stage)) = (model.operation(index), model.stage_of(index))
        else {
            continue;
        };
        for pair in pairs {
            let Some(manager) =
                MANAGERS.iter().find(|manager| manager.off.variables.contains(&pair.key.text.as_str()))
            else {
                continue;
            };
            let value = model.expand(index, &pair.value.text).map_or(Value::Unknown, Value::from);
            if value.as_known().is_some_and(|value| !manager.off.when.holds(value)) {
                continue;
            }
            let mut stays = None;
            if !consent {
                stays = Some("package-caches/enable was not asked for".to_owned());
            } else if dockerfile.is_ignored(index, pass) {
                stays = Some("a comment keeps this pass away from it".to_owned());
            } else if is_read(dockerfile, &pair.key.text) {
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
                manager,
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

/// Whether `step` sees the switch and uses its manager.
fn governs(model: &Model, switch: &Switch, step: &Step<'_>, manager: &Manager) -> bool {
    switch.manager.name == manager.name && reaches(model, switch, step.index)
}

/// Whether the switch is set where the instruction stands.
fn reaches(model: &Model, switch: &Switch, instruction: usize) -> bool {
    let stage = model.stage_of(instruction);
    let mut lineage = stage.into_iter().flat_map(|stage| model.lineage(stage.index));
    instruction > switch.instruction && lineage.any(|stage| stage.index == switch.stage)
}

/// Why the switch has to stay, as far as the steps that it governs say so.
fn stays_for(dockerfile: &Dockerfile, switch: &Switch, jobs: &[Job<'_>]) -> Option<String> {
    let model = dockerfile.model();
    let document = dockerfile.document();
    let line_of = |index: usize| {
        document.instructions().get(index).map_or(0, |found| document.position(found.span.start).line)
    };
    let refused = jobs.iter().find(|job| job.plan.is_err() && governs(model, switch, job.step, job.manager));
    if let Some(job) = refused {
        let reason = job.plan.as_ref().err().map_or("", |refusal| refusal.text.as_str());
        return Some(format!("the step in line {} has no mount ({reason})", line_of(job.step.index)));
    }
    let governed = document.instructions().iter().enumerate();
    let mut governed =
        governed.filter(|(index, found)| found.keyword() == Keyword::Run && reaches(model, switch, *index));
    let hidden = governed.find(|(index, _)| !is_understood(dockerfile, *index, switch.manager));
    hidden.map(|(index, _)| {
        format!("the step in line {} may use {} without a mount", line_of(index), switch.manager.name)
    })
}

/// Programs that use no package manager of the table themselves.
///
/// POSIX utilities and system tools, as their manual pages describe them; 2026-11-24.
const PLAIN: &[&str] = &[
    ".",
    ":",
    "[",
    "[[",
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-get",
    "apt-key",
    "apt-mark",
    "aptitude",
    "awk",
    "basename",
    "break",
    "cat",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "command",
    "continue",
    "cp",
    "curl",
    "cut",
    "date",
    "dirname",
    "dnf",
    "dpkg",
    "echo",
    "ensurepip",
    "exit",
    "export",
    "false",
    "fc-cache",
    "find",
    "gem",
    "git",
    "go",
    "gpg",
    "grep",
    "groupadd",
    "gunzip",
    "gzip",
    "hash",
    "head",
    "id",
    "install",
    "ldconfig",
    "ln",
    "locale-gen",
    "ls",
    "mkdir",
    "mv",
    "node",
    "npm",
    "pnpm",
    "printf",
    "pwd",
    "python",
    "read",
    "rm",
    "rmdir",
    "sed",
    "set",
    "shift",
    "sleep",
    "sort",
    "source",
    "tail",
    "tar",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "type",
    "ulimit",
    "umask",
    "uname",
    "uniq",
    "unset",
    "unzip",
    "update-alternatives",
    "update-ca-certificates",
    "useradd",
    "usermod",
    "venv",
    "wait",
    "wc",
    "wget",
    "which",
    "xargs",
    "yarn",
    "yum",
    "zip",
];

/// Whether a RUN surely does not fill the manager's cache, or is a job of its own.
fn is_understood(dockerfile: &Dockerfile, index: usize, manager: &Manager) -> bool {
    let Some(step) = Step::at(dockerfile, index, &[""]) else { return false };
    let Some(script) = step.script() else { return false };
    let named =
        |command: &dockfit_shell::Command| command.words.first().is_none_or(|word| word.value().is_some());
    if script.has_errors() || !script.commands().all(named) {
        return false;
    }
    step.calls().iter().all(|call| match usage::manager(call) {
        Some((found, action)) if found.name == manager.name => action != Action::MayFill,
        Some(_) => true,
        None => PLAIN.contains(&call.program.as_str()) && !call.runs_script() && !runs_pip(call),
    })
}

/// Python with a program that is read from a pipe, or with pip's own installer.
fn runs_pip(call: &Call<'_>) -> bool {
    let python = call.program == "python";
    python
        && (call.args.is_empty()
            || call.args.iter().any(|arg| arg.text.contains("get-pip") || arg.text == "-"))
}

/// The refusal of a job whose cache stays off.
fn refuses(job: &Job<'_>, switches: &[Switch]) -> Option<Refusal> {
    let model = job.step.model();
    let off = switches
        .iter()
        .find(|switch| switch.stays.is_some() && governs(model, switch, job.step, job.manager));
    if let Some(switch) = off {
        let why = switch.stays.as_deref().unwrap_or_default();
        return Some(Refusal::new(
            "cache-switched-off",
            format!("{} in line {} switches the cache off, and has to stay: {why}", switch.name, switch.line),
            format!("take {} away by hand", switch.name),
        ));
    }
    let by_argument = job.manager.off.variables.iter().find(|name| {
        let set = model.environment(job.step.index).and_then(|at| at.value(name).cloned());
        let here = switches
            .iter()
            .any(|switch| switch.name == **name && governs(model, switch, job.step, job.manager));
        !here
            && set
                .is_some_and(|value| value.as_known().is_some_and(|value| job.manager.off.when.holds(value)))
    });
    by_argument.map(|name| {
        let text = format!("{name} is set by an ARG or the base image, and switches the cache off");
        Refusal::new("cache-switched-off", text, format!("do without {name}"))
    })
}
