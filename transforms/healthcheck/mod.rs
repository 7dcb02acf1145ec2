//! `healthcheck`: probes that give a starting service time, that need no program of their own, and that can run.

mod flags;
mod missing;
mod overridden;
mod programs;
pub(crate) mod request;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use dockfit_dockerfile::model::Model;
use dockfit_dockerfile::operation::{CommandLine, Healthcheck, Operation, Probe as Check};
use dockfit_dockerfile::{Instruction, Keyword};
use dockfit_rewrite::{
    Consent, Decision, DecisionInfo, Declared, Dockerfile, Edit, Facet, Outcome, Pass, PassInfo, Reason,
    Safety, Selection, Task, surgery,
};

use self::programs::Image;
use self::request::{Probe, Request};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::{File, decisions};

/// The pass.
pub(crate) struct HealthCheck;

static TIMEOUT: DecisionInfo = DecisionInfo {
    id: "healthcheck/timeout",
    summary: "a probe that takes longer than 3 s has failed",
    safety: Safety::Unsafe,
};

static START_PERIOD: DecisionInfo = DecisionInfo {
    id: "healthcheck/start-period",
    summary: "probes that fail in the first 30 s do not count",
    safety: Safety::Safe,
};

static PROBE: DecisionInfo = DecisionInfo {
    id: "healthcheck/probe",
    summary: "a probe by the image's own Python in place of curl or wget",
    safety: Safety::Unsafe,
};

static PROGRAM: DecisionInfo = DecisionInfo {
    id: "healthcheck/program",
    summary: "no probe by a program that the image lacks",
    safety: Safety::Safe,
};

static OVERRIDDEN: DecisionInfo = DecisionInfo {
    id: "healthcheck/overridden",
    summary: "where compose replaces the image's health check",
    safety: Safety::Safe,
};

static MISSING: DecisionInfo = DecisionInfo {
    id: "healthcheck/missing",
    summary: "a health check for a web server that has none",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "healthcheck",
    proposal: "4.3",
    summary: "a health check tells early and rightly whether a service works, and needs no curl in the image",
    page: include_str!("README.md"),
    decisions: &[&TIMEOUT, &START_PERIOD, &PROBE, &PROGRAM, &OVERRIDDEN, &MISSING],
    facets: &[Facet::HealthCheck],
    after: &[],
};

impl Pass for HealthCheck {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        decisions(task, decide)
    }
}

fn decide(file: &File<'_>) -> Vec<Decision> {
    let document = file.dockerfile.document();
    let all = document.instructions().iter().enumerate();
    let checks: Vec<(usize, &Instruction)> =
        all.filter(|(_, found)| found.effective().keyword == Keyword::Healthcheck).collect();
    // In each stage the last one counts.
    let model = file.dockerfile.model();
    let mut last: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, check) in checks.iter().filter(|(_, check)| check.onbuild.is_none()) {
        if let Some(stage) = model.stage_of(*index) {
            last.insert(stage.index, document.position(check.span.start).line);
        }
    }
    let steps = AllSteps { dockerfile: file.dockerfile, steps: OnceCell::new() };
    let mut decisions = Vec::new();
    let overriding = overridden::services(file, checks.is_empty());
    for (index, instruction) in &checks {
        decisions.extend(one(file, *index, instruction, &last, &steps));
        decisions.extend(overridden::advice(file, &OVERRIDDEN, *index, instruction, &overriding));
    }
    if checks.is_empty() {
        decisions.extend(missing::advice(file, &MISSING, &overriding));
    }
    decisions
}

/// The RUNs of a file, gathered when first asked for.
struct AllSteps<'d> {
    dockerfile: &'d Dockerfile,
    steps: OnceCell<Steps<'d>>,
}

impl<'d> AllSteps<'d> {
    fn get(&self) -> &Steps<'d> {
        self.steps.get_or_init(|| Steps::of(self.dockerfile))
    }
}

/// What is to say of one HEALTHCHECK.
fn one(
    file: &File<'_>,
    index: usize,
    instruction: &Instruction,
    last: &BTreeMap<usize, usize>,
    steps: &AllSteps<'_>,
) -> Vec<Decision> {
    let span = instruction.text_span();
    let say = |info, outcome| file.decision(info, span, outcome);
    let refuse = |code, text: String, way_out: &str| {
        vec![say(&START_PERIOD, Refusal::new(code, text, way_out).into_outcome())]
    };
    if file.dockerfile.is_ignored(index, INFO.id) {
        let text = "a comment above the health check keeps this pass away".to_owned();
        return refuse("ignored", text, "remove the comment");
    }
    if instruction.onbuild.is_some() {
        let text = "ONBUILD: the health check is that of another image".to_owned();
        return refuse("onbuild", text, "set it where the image is used");
    }
    let model = file.dockerfile.model();
    let Some(stage) = model.stage_of(index).map(|stage| stage.index) else { return Vec::new() };
    let line = file.dockerfile.document().position(instruction.span.start).line;
    if let Some(later) = last.get(&stage).filter(|later| **later != line) {
        let text = format!("the HEALTHCHECK in line {later} replaces this one");
        return refuse("replaced", text, "remove this one");
    }
    let check = match model.operation(index) {
        Some(Operation::Healthcheck(Healthcheck::Probe(check))) => check,
        Some(Operation::Healthcheck(Healthcheck::None)) => {
            let text = "HEALTHCHECK NONE switches the health check off".to_owned();
            return refuse("switched-off", text, "write a probe behind CMD, if one is wanted");
        }
        _ => return Vec::new(),
    };
    let mut decisions =
        vec![say(&TIMEOUT, timeout(file, instruction)), say(&START_PERIOD, start_period(file, instruction))];
    // Of one probe one thing is said: what was done, else what is wrong with it, else what could be done.
    let probe = probe(file, instruction, stage, check);
    let program = match &probe {
        Some(Outcome::Applied(_)) => None,
        _ => program(steps, stage, check),
    };
    decisions.extend(match (program, probe) {
        (Some(outcome), _) => Some(say(&PROGRAM, outcome)),
        (None, probe) => probe.map(|outcome| say(&PROBE, outcome)),
    });
    decisions
}

fn start_period(file: &File<'_>, instruction: &Instruction) -> Outcome {
    if instruction.flag("start-period").is_some() {
        return Outcome::Already;
    }
    let added = flags::add(file.dockerfile.document(), instruction, "--start-period=30s", None);
    changed(file, added.map(|edit| vec![edit]), None)
}

fn timeout(file: &File<'_>, instruction: &Instruction) -> Outcome {
    if instruction.flag("timeout").is_some() {
        return Outcome::Already;
    }
    if file.task.consent(&TIMEOUT) != Consent::Given {
        return advised(
            "no-timeout",
            "the engine waits 30 s for this probe, so that a service that hangs is noticed late".to_owned(),
            format!(
                "{} adds --timeout=3s; a probe that takes longer then fails",
                Selection::option_for(&TIMEOUT)
            ),
        );
    }
    let document = file.dockerfile.document();
    let added = flags::add(document, instruction, "--timeout=3s", Some("start-period"));
    changed(file, added.map(|edit| vec![edit]), None)
}

/// On an image with Python: the request of curl or wget, made by Python.
fn probe(file: &File<'_>, instruction: &Instruction, stage: usize, check: &Check) -> Option<Outcome> {
    let model = file.dockerfile.model();
    let image = Image::below(model, stage).filter(Image::has_python)?;
    let Probe::Http(program, request) = request::probe(&check.command) else { return None };
    let request = match request.and_then(|request| finds_python(model, stage).map(|()| request)) {
        Ok(request) => request,
        Err(why) => {
            let way_out = "write the probe in Python by hand, if curl and wget are to go";
            return Some(Refusal::new("not-understood", why, way_out).into_outcome());
        }
    };
    if file.task.consent(&PROBE) != Consent::Given {
        let text =
            format!("Python of `{}` can make this request; {program} is not needed for it", image.name());
        let way_out = format!("{} writes {}", Selection::option_for(&PROBE), request.in_python());
        return Some(advised("python-can", text, way_out));
    }
    let edits = in_python(file, instruction, &check.command, &request);
    let note = format!(
        "as `{program}` did, it fails on an HTTP error and where nobody answers; it follows redirects"
    );
    Some(changed(file, edits, Some(note)))
}

fn in_python(
    file: &File<'_>,
    instruction: &Instruction,
    command: &CommandLine,
    request: &Request,
) -> Result<Vec<Edit>, surgery::CannotEdit> {
    let range = match command {
        CommandLine::Shell(text) => text.range.clone(),
        CommandLine::Exec(array) => array.range.clone(),
    };
    let document = file.dockerfile.document();
    surgery::replace(document, instruction, &instruction.text, range, &request.in_python())
}

/// Whether `python` is found where official images and distroless ones have it.
fn finds_python(model: &Model, stage: usize) -> Result<(), String> {
    const FOLDERS: &[&str] = &["/usr/local/bin", "/usr/bin"];
    let path = model.environment_at_end(stage).value("PATH").cloned();
    let text = path.as_ref().and_then(|path| path.text());
    let found =
        text.is_none_or(|text| text.contains('$') || text.split(':').any(|folder| FOLDERS.contains(&folder)));
    if found { Ok(()) } else { Err("PATH leaves out the folder of Python".to_owned()) }
}

/// Advice where the image surely lacks what the probe needs.
fn program(steps: &AllSteps<'_>, stage: usize, check: &Check) -> Option<Outcome> {
    let image = Image::below(steps.dockerfile.model(), stage)?;
    let is_shell = matches!(check.command, CommandLine::Shell(_));
    if is_shell && !image.has_shell() && !brings(steps, stage, "sh") {
        let text = format!("`{}` has no shell, which this form of HEALTHCHECK needs", image.name());
        return Some(advised("no-shell", text, "write the probe as a JSON array".to_owned()));
    }
    let Probe::Http(program, request) = request::probe(&check.command) else { return None };
    if image.has(program) || brings(steps, stage, program) {
        return None;
    }
    let text = format!("`{program}` is not in `{}`, and no step of this stage names it", image.name());
    let way_out = match request {
        Ok(request) if image.has_python() => format!("write {}", request.in_python()),
        _ => format!("install {program}, or probe with a program that the image has"),
    };
    Some(advised("no-program", text, way_out))
}

/// Whether a step of the stage or of those below it may bring `program`: it names it, runs a script, or copies a whole
/// folder of programs.
fn brings(steps: &AllSteps<'_>, stage: usize, program: &str) -> bool {
    const FOLDERS: &[&str] = &["/", "/bin", "/usr", "/usr/bin", "/usr/local", "/usr/local/bin"];
    let (document, model) = (steps.dockerfile.document(), steps.dockerfile.model());
    let mut instructions = model.lineage(stage).flat_map(|stage| stage.instructions.clone());
    instructions.any(|index| {
        let Some(found) = document.instructions().get(index) else { return false };
        let heredocs = || found.heredocs.iter().map(|heredoc| document.text(heredoc.body));
        let named = || found.text.as_str().contains(program) || heredocs().any(|text| text.contains(program));
        match model.operation(index) {
            Some(Operation::Run(_)) => {
                let runs_script =
                    steps.get().at(index).is_none_or(|step| step.calls().iter().any(Call::runs_script));
                runs_script || (program != "sh" && named())
            }
            Some(Operation::Copy(copy) | Operation::Add(copy)) => {
                let folder = copy.destination.text.trim_end_matches('/');
                named() || FOLDERS.contains(&folder) || folder.is_empty()
            }
            _ => false,
        }
    })
}

fn changed(file: &File<'_>, edits: Result<Vec<Edit>, surgery::CannotEdit>, note: Option<String>) -> Outcome {
    match edits {
        Ok(edits) => file.change(edits, vec![Declared::Facet(Facet::HealthCheck)], note),
        Err(error) => Refusal::from(error).into_outcome(),
    }
}

fn advised(code: &'static str, text: String, way_out: String) -> Outcome {
    Outcome::Advised { reason: Reason { code, text }, way_out }
}
