//! Servers that a start script starts: the number comes from a variable there, and `exec` stands before the server.

use dockfit_rewrite::{Change, Consent, Decision, Outcome};

use super::consumers::Consumers;
use super::variable::{computed, refused};
use super::{INFO, SCRIPT, limits, limits_in_scripts};
use crate::cache_mounts::Refusal;
use crate::dockerfiles::{File, ask};
use crate::servers::count::{Count, Given};
use crate::servers::in_image;
use crate::servers::launch::{Form, Launch};
use crate::servers::script_edit;
use crate::servers::script_file::ScriptFile;
use crate::servers::words::ScriptPlace;

/// The variable, where the server itself reads none: the shell puts its value in.
const VARIABLE: &str = "WEB_CONCURRENCY";

/// What is to say of the servers of the scripts that a Dockerfile starts.
pub(super) fn decisions(file: &File<'_>) -> Vec<Decision> {
    let mut decisions: Vec<Decision> = unclear(file);
    let launches = Launch::in_scripts(file);
    if limits::are_wanted(file.task) {
        decisions.extend(limits_in_scripts::decisions(file, &launches));
    } else if !launches.is_empty() {
        let consumers = Consumers::of(file);
        decisions.extend(launches.iter().flat_map(|launch| one(file, launch, &consumers)));
    }
    decisions
}

/// Scripts that may start a server, and cannot be read.
fn unclear(file: &File<'_>) -> Vec<Decision> {
    if file.task.consent(&SCRIPT) != Consent::Given {
        return Vec::new();
    }
    let found = Launch::unclear_scripts(file).into_iter().filter_map(|(index, script)| {
        let span = file.dockerfile.document().instructions().get(index)?.text_span();
        let text = format!("`{}` speaks of a server, and is not understood", script.path);
        let refusal = Refusal::new("script-unclear", text, "write it as a plain shell script");
        Some(file.decision(&SCRIPT, span, refusal.into_outcome()))
    });
    found.collect()
}

fn one(file: &File<'_>, launch: &Launch, consumers: &Consumers) -> Vec<Decision> {
    let Some(script) = &launch.script else { return Vec::new() };
    let say = |outcome| Some(ask(file.task, &INFO, launch.decision(file, &SCRIPT, outcome)?));
    if file.dockerfile.is_ignored(launch.index, SCRIPT.id) {
        let text = "a comment above the command keeps this pass away";
        return say(Refusal::new("ignored", text, "remove the comment").into_outcome()).into_iter().collect();
    }
    let (mut edits, mut others, mut already, mut number) = (Vec::new(), Vec::new(), false, None);
    match count(file, launch, script, consumers) {
        None => {}
        Some(Ok(Number::FromVariable(known))) => (already, number) = (true, known),
        Some(Ok(Number::Written(count, written))) => {
            let variable = launch.server.count.variable.unwrap_or(VARIABLE);
            edits.extend(script_edit::from_variable(script, launch, &count, variable, written));
            number = Some(written);
        }
        Some(Err(outcome)) => others.push(outcome),
    }
    match exec(launch) {
        Ok(true) => edits.extend(script_edit::with_exec(script, launch)),
        Ok(false) => already = true,
        Err(outcome) => others.push(outcome),
    }
    let given = file.task.consent(&SCRIPT) == Consent::Given;
    if !edits.is_empty() {
        others.insert(0, Outcome::Applied(Change { edits, declares: Vec::new(), note: None }));
        number = number.filter(|_| given);
    } else if others.is_empty() && already {
        others.push(Outcome::Already);
    }
    // What would not be done is said to those who want it done; what may be wrong in any case, to all.
    others.retain(|outcome| given || !matches!(outcome, Outcome::Refused { .. }));
    let mut decisions: Vec<Decision> = others.into_iter().filter_map(say).collect();
    let variable = launch.server.count.variable.unwrap_or(VARIABLE);
    if let Some(instruction) = file.dockerfile.document().instructions().get(launch.index) {
        decisions.extend(consumers.decisions(file, launch, instruction.text_span(), variable, number));
    }
    decisions
}

/// Where the number comes from.
enum Number {
    /// A variable; the number where it is known.
    FromVariable(Option<u32>),
    /// It is written there.
    Written(Count, u32),
}

fn count(
    file: &File<'_>,
    launch: &Launch,
    script: &ScriptFile,
    consumers: &Consumers,
) -> Option<Result<Number, Outcome>> {
    let counts = launch.counts();
    let count = match counts.as_slice() {
        [] => return None,
        [count] => count,
        _ => {
            let text = "the command gives the number of workers more than once".to_owned();
            return Some(refused("several-counts", text, "leave one of them"));
        }
    };
    let number = match &count.given {
        Given::Number(number) => *number,
        Given::Variable(_, default) => return Some(Ok(Number::FromVariable(*default))),
        Given::Computed(written) => return Some(Err(computed(written))),
    };
    let variable = launch.server.count.variable.unwrap_or(VARIABLE);
    // Each image that starts the script keeps its number.
    let keeps = |other: &File<'_>, launch: &Launch, consumers: &Consumers| {
        set_to_another(other, launch, script, variable, number)?;
        consumers.kept_in_script(other, launch, variable, number).map_err(Refusal::into_outcome)
    };
    if let Err(outcome) = keeps(file, launch, consumers) {
        return Some(Err(outcome));
    }
    for other in File::all(file.task).filter(|other| other.dockerfile.path() != file.dockerfile.path()) {
        let launches = Launch::in_scripts(&other);
        let same = launches
            .iter()
            .find(|launch| launch.script.as_ref().is_some_and(|found| found.path == script.path));
        let Some(same) = same else { continue };
        if let Err(outcome) = keeps(&other, same, &Consumers::of(&other)) {
            return Some(Err(outcome));
        }
    }
    Some(Ok(Number::Written(count.clone(), number)))
}

/// Where the variable has a value that has no effect now: in the image, in the script.
fn set_to_another(
    file: &File<'_>,
    launch: &Launch,
    script: &ScriptFile,
    variable: &str,
    number: u32,
) -> Result<(), Outcome> {
    if let Some(value) = in_image(file.dockerfile.model(), launch.stage, variable)
        && value.as_known().and_then(|value| value.parse().ok()) != Some(number)
    {
        let (path, value) = (file.dockerfile.path(), value.as_known().unwrap_or("…"));
        let text = format!("{path} sets {variable}={value}, which the command line overrules now");
        return refused("variable-set", text, "set it to the number that is wanted");
    }
    match script.speaks_of(variable) {
        Some(said) => refused("variable-set", said, "write the variable at the option by hand"),
        None => Ok(()),
    }
}

/// Whether `exec` has to be put before the command.
fn exec(launch: &Launch) -> Result<bool, Outcome> {
    if launch.words.first().is_some_and(|word| word.written == "exec") {
        return Ok(false);
    }
    let Form::Shell(shell) = &launch.form else { return Ok(false) };
    match shell.place {
        ScriptPlace::Inside(why) => {
            let text = format!("{why}, so that a signal for {} ends at the shell", launch.name());
            refused("shell-needed", text, "have the script start the server last, with exec in front")
        }
        ScriptPlace::Alone | ScriptPlace::Last => Ok(true),
    }
}
