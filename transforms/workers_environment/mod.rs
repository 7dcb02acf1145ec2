//! `workers-environment`: the number of a server's workers comes from a variable, and the server gets the signals itself.

mod consumers;
mod form;
mod limits;
mod limits_in_scripts;
mod scripts;
mod variable;

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::operation::{CommandLine, Operation};
use dockfit_rewrite::{
    Change, Consent, Decision, DecisionInfo, Declared, Edit, Facet, FileEdit, Outcome, Pass, PassInfo,
    Safety, Task,
};

use self::consumers::Consumers;
use self::form::NewForm;
use self::variable::Move;
use crate::cache_mounts::Refusal;
use crate::dockerfiles::{File, decisions};
use crate::servers::edit;
use crate::servers::launch::Launch;

/// The pass.
pub(crate) struct WorkersEnvironment;

static VARIABLE: DecisionInfo = DecisionInfo {
    id: "workers-environment/variable",
    summary: "the number of workers in a variable, not on the command line",
    safety: Safety::Safe,
};

static EXEC: DecisionInfo = DecisionInfo {
    id: "workers-environment/exec",
    summary: "no shell between the engine's signals and the server",
    safety: Safety::Safe,
};

static LIMITS: DecisionInfo = DecisionInfo {
    id: "workers-environment/limits",
    summary: "as many workers as the container's limits allow, found at each start",
    safety: Safety::ByName,
};

static COMPOSE: DecisionInfo = DecisionInfo {
    id: "workers-environment/compose",
    summary: "the variable in the compose files' environments",
    safety: Safety::Unsafe,
};

static SCRIPT: DecisionInfo = DecisionInfo {
    id: "workers-environment/script",
    summary: "in a start script, the number from a variable, and exec before the server",
    safety: Safety::Unsafe,
};

static OVERRULED: DecisionInfo = DecisionInfo {
    id: "workers-environment/overruled",
    summary: "where a command of a compose file overrules the variable",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "workers-environment",
    proposal: "5.1",
    summary: "how many workers fit is a matter of the machine: a variable tells it without another image",
    page: include_str!("README.md"),
    decisions: &[&VARIABLE, &EXEC, &LIMITS, &SCRIPT, &COMPOSE, &OVERRULED],
    facets: &[Facet::Env, Facet::Cmd, Facet::Entrypoint, Facet::Files, Facet::Layers],
    after: &["server-options", "max-requests"],
};

impl Pass for WorkersEnvironment {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        decisions(task, decide)
    }
}

fn decide(file: &File<'_>) -> Vec<Decision> {
    let launches = Launch::all(file);
    let mut decisions = scripts::decisions(file);
    if !launches.is_empty() {
        let consumers = Consumers::of(file);
        decisions.extend(launches.iter().flat_map(|launch| one(file, launch, &launches, &consumers)));
    }
    decisions
}

/// What is to say of one command that starts a server.
fn one(file: &File<'_>, launch: &Launch, launches: &[Launch], consumers: &Consumers) -> Vec<Decision> {
    let Some(instruction) = file.dockerfile.document().instructions().get(launch.index) else {
        return Vec::new();
    };
    let span = instruction.text_span();
    let say = |info, outcome| file.decision(info, span, outcome);
    let given = |info| file.task.consent(info) == Consent::Given;
    if limits::are_wanted(file.task) {
        return by_limits(file, launch);
    }
    let moved = variable::wanted(file, launch, launches, consumers);
    let going = match &moved {
        Some(Ok(Move::To { words, .. })) if given(&VARIABLE) => Some(words),
        _ => None,
    };
    let form = form::wanted(file, launch, going);
    let mut decisions = Vec::new();
    // A command that gets another form is written once, with or without the number.
    let in_exec_form = matches!(form, Some(Ok(NewForm::Exec))) && given(&EXEC);
    let is_merged = in_exec_form && given(&VARIABLE) && matches!(moved, Some(Ok(Move::To { .. })));
    let mut number = None;
    match moved {
        None => {}
        Some(Ok(Move::Already(known))) => {
            number = known;
            decisions.push(say(&VARIABLE, Outcome::Already));
        }
        Some(Ok(Move::To { words, variable, set, number: count, service_edits })) => {
            let edits = if is_merged {
                edit::in_exec_form(file.dockerfile, launch, Some(&words), None)
            } else {
                edit::without(file.dockerfile, launch, &words)
            };
            let outcome = match edits {
                Ok(mut edits) => {
                    let at = launch.words.get(words.start).map_or(launch.index, |word| word.instruction);
                    let at = at.min(launch.index);
                    let pair = set.map(|value| format!("{variable}={value}"));
                    edits.extend(pair.and_then(|pair| {
                        edit::line_before(file.dockerfile, at, Keyword::Env, &pair, SUBJECT)
                    }));
                    number = given(&VARIABLE).then_some(count).flatten();
                    changed(
                        file,
                        launch,
                        edits,
                        service_edits,
                        Some(variable),
                        is_merged.then(|| SIGNALS.to_owned()),
                    )
                }
                Err(error) => Refusal::from(error).into_outcome(),
            };
            decisions.push(say(&VARIABLE, outcome));
        }
        Some(Err(outcome)) => decisions.push(say(&VARIABLE, outcome)),
    }
    if !is_merged {
        decisions.extend(form.map(|form| say(&EXEC, form_outcome(file, launch, form))));
    }
    if let Some(variable) = launch.server.count.variable {
        decisions.extend(consumers.decisions(file, launch, span, variable, number));
    }
    decisions
}

/// What is to say where the number is found at each start.
fn by_limits(file: &File<'_>, launch: &Launch) -> Vec<Decision> {
    let Some(instruction) = file.dockerfile.document().instructions().get(launch.index) else {
        return Vec::new();
    };
    let say = |info, outcome| file.decision(info, instruction.text_span(), outcome);
    let wanted = limits::wanted(file, launch);
    let form = form::wanted(file, launch, wanted.as_ref().ok().and_then(|new| new.going.as_ref()));
    let in_exec_form = matches!(form, Some(Ok(NewForm::Exec)))
        && file.task.consent(&EXEC) == Consent::Given
        && wanted.is_ok();
    let outcome = match wanted {
        Ok(new) => limits::outcome(file, launch, new, in_exec_form),
        Err(outcome) => outcome,
    };
    let mut decisions = vec![say(&LIMITS, outcome)];
    if !in_exec_form {
        decisions.extend(form.map(|form| say(&EXEC, form_outcome(file, launch, form))));
    }
    decisions
}

/// Comments that speak of one of these are on the number of workers.
const SUBJECT: &[&str] = &["worker", "process", "core", "cpu", "concurren"];

const SIGNALS: &str = "in exec form: no shell stands between the engine's signals and the server";

fn form_outcome(file: &File<'_>, launch: &Launch, form: Result<NewForm, Outcome>) -> Outcome {
    let edits = match form {
        Ok(NewForm::Exec) => edit::in_exec_form(file.dockerfile, launch, None, None),
        Ok(NewForm::WithExec) => edit::with_exec(file.dockerfile, launch),
        Err(outcome) => return outcome,
    };
    match edits {
        Ok(edits) => changed(file, launch, edits, Vec::new(), None, None),
        Err(error) => Refusal::from(error).into_outcome(),
    }
}

fn changed(
    file: &File<'_>,
    launch: &Launch,
    edits: Vec<Edit>,
    others: Vec<FileEdit>,
    variable: Option<&str>,
    note: Option<String>,
) -> Outcome {
    let mut all: Vec<FileEdit> = edits.into_iter().map(|edit| file.own(edit)).collect();
    all.extend(others);
    let mut declares = vec![Declared::Facet(match launch.keyword {
        Keyword::Entrypoint => Facet::Entrypoint,
        _ => Facet::Cmd,
    })];
    // Behind an ENTRYPOINT the words may stand in CMD.
    let model = file.dockerfile.model();
    let has_cmd = launch
        .words
        .iter()
        .any(|word| matches!(model.operation(word.instruction), Some(Operation::Cmd(CommandLine::Exec(_)))));
    if has_cmd && launch.keyword == Keyword::Entrypoint {
        declares.push(Declared::Facet(Facet::Cmd));
    }
    declares.extend(variable.map(|name| Declared::Env(name.to_owned())));
    Outcome::Applied(Change { edits: all, declares, note })
}
