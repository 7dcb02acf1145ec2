//! `workers = "auto"` where a start script starts the server: the module stands there before it.

use std::ops::Range;

use dockfit_rewrite::{Change, Decision, Declared, Facet, FileEdit, Outcome};

use super::limits::{self, New};
use super::{LIMITS, variable::refused};
use crate::dockerfiles::File;
use crate::servers::launch::{Form, Launch};
use crate::servers::script_edit;
use crate::servers::script_file::ScriptFile;
use crate::servers::words::ScriptPlace;

/// What is to say of the servers of these scripts, script by script: all of one change, or none.
pub(super) fn decisions(file: &File<'_>, launches: &[Launch]) -> Vec<Decision> {
    let mut scripts: Vec<(&ScriptFile, Vec<&Launch>)> = Vec::new();
    // A server that reloads is one process, of a developer.
    for launch in launches.iter().filter(|launch| !launch.has("--reload")) {
        let Some(script) = &launch.script else { continue };
        match scripts.iter_mut().find(|(other, _)| other.path == script.path) {
            Some((_, of_script)) => of_script.push(launch),
            None => scripts.push((script, vec![launch])),
        }
    }
    let found = scripts.into_iter().filter_map(|(script, launches)| {
        let outcome = outcome(file, script, &launches).unwrap_or_else(|outcome| outcome);
        launches.first()?.decision(file, &LIMITS, outcome)
    });
    found.collect()
}

fn outcome(file: &File<'_>, script: &ScriptFile, launches: &[&Launch]) -> Result<Outcome, Outcome> {
    let mut of_all: Vec<(&Launch, New)> = Vec::new();
    for launch in launches {
        match limits::wanted(file, launch) {
            Ok(new) => of_all.push((launch, new)),
            Err(Outcome::Already) => {}
            Err(other) => return Err(other),
        }
    }
    let Some((first, new)) = of_all.first() else { return Ok(Outcome::Already) };
    if let Some(other) = first.other_dockerfile(file) {
        let text = format!("{other} starts `{}`, too, and would have to copy the module", script.path);
        return refused("shared-script", text, "start the server with the module there by hand");
    }
    if of_all.iter().any(|(_, other)| other.names != new.names) {
        let text = format!("`{}` takes the number from different variables", script.path);
        return refused("several-counts", text, "take it from one in each branch");
    }
    let known: Vec<Range<usize>> = of_all.iter().flat_map(|(launch, new)| numbers(launch, new)).collect();
    if let Some(said) = new.names.iter().find_map(|name| script.speaks_elsewhere_of(name, &known)) {
        return refused("variable-set", said, "start the server with the module there by hand");
    }
    let (mut edits, mut lines, mut done) = (Vec::new(), Vec::new(), Vec::new());
    for (launch, new) in &of_all {
        // Several stages may start one script, and several branches of it a server.
        if !lines.contains(&launch.index) {
            lines.push(launch.index);
            edits.extend(limits::copy(file, launch.index, new).map(|edit| file.own(edit)));
        }
        let at = launch.words.first().map(|word| word.range.start);
        if !done.contains(&at) {
            done.push(at);
            let Some(of_command) = in_script(script, launch, new) else {
                let text = format!("something stands in the middle of the options of {}", launch.name());
                return refused("cannot-edit", text, "write redirections behind the options");
            };
            edits.extend(of_command);
        }
    }
    edits.extend(new.files(file.task));
    let declares = vec![Declared::Facet(Facet::Files), Declared::Facet(Facet::Layers)];
    Ok(Outcome::Applied(Change { edits, declares, note: Some(limits::NOTE.to_owned()) }))
}

/// Where a command says how many workers it wants: what a variable there sets is known.
fn numbers(launch: &Launch, new: &New) -> Vec<Range<usize>> {
    let words = new.going.clone().and_then(|going| launch.words.get(going)).unwrap_or_default();
    words.iter().map(|word| word.range.clone()).collect()
}

/// The command with the module before it, without the number, and with `exec` where the shell has nothing left to do.
fn in_script(script: &ScriptFile, launch: &Launch, new: &New) -> Option<Vec<FileEdit>> {
    let mut program = new.program.clone();
    let has_exec = launch.words.first().is_some_and(|word| word.written == "exec");
    let is_last =
        matches!(&launch.form, Form::Shell(shell) if !matches!(shell.place, ScriptPlace::Inside(_)));
    let mut edits = Vec::new();
    if is_last && !has_exec {
        if program.word == 0 {
            program.by.insert(0, "exec".to_owned());
        } else {
            edits.push(script_edit::with_exec(script, launch)?);
        }
    }
    edits.push(script_edit::instead(script, launch, &program)?);
    if let Some(going) = &new.going {
        edits.push(script_edit::without(script, launch, going)?);
    }
    Some(edits)
}
