//! Where in a Dockerfile and in its start scripts servers are started.

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::Stage;
use dockfit_dockerfile::operation::{CommandLine, Operation};
use dockfit_shell::Script;
use dockfit_shell::ast::Node;

use super::launch::{Form, Launch, Shell};
use super::launcher::Launcher;
use super::script_file::{ScriptFile, Scripts};
use super::words::{InScript, Word, is_plain_shell, items, place, script, server, shell_of, words_of};

/// The last CMD and the last ENTRYPOINT of a stage.
pub(super) fn commands(scripts: &Scripts<'_>, stage: &Stage) -> (Option<usize>, Option<usize>) {
    let model = scripts.dockerfile.model();
    let last = |keyword: Keyword| {
        stage.instructions.clone().rev().find(|index| {
            matches!(
                (model.operation(*index), keyword),
                (Some(Operation::Cmd(_)), Keyword::Cmd)
                    | (Some(Operation::Entrypoint(_)), Keyword::Entrypoint)
            )
        })
    };
    (last(Keyword::Cmd), last(Keyword::Entrypoint))
}

/// The server that a stage's own text starts.
pub(super) fn of_stage(scripts: &Scripts<'_>, stage: &Stage) -> Option<Launch> {
    let model = scripts.dockerfile.model();
    let (cmd, entrypoint) = commands(scripts, stage);
    if let Some(index) = entrypoint
        && let Some(mut launch) = of_instruction(scripts, stage, index, Keyword::Entrypoint)
    {
        if let (Form::Exec, Some(cmd)) = (&launch.form, cmd)
            && let Some(Operation::Cmd(CommandLine::Exec(array))) = model.operation(cmd)
        {
            launch.words.extend(items(cmd, array));
        }
        return Some(launch);
    }
    let mut launch = of_instruction(scripts, stage, cmd?, Keyword::Cmd)?;
    if matches!(launch.launcher, Launcher::Known) {
        launch.launcher = Launcher::of_cmd(scripts, model, stage.index);
    }
    Some(launch)
}

fn of_instruction(scripts: &Scripts<'_>, stage: &Stage, index: usize, keyword: Keyword) -> Option<Launch> {
    let model = scripts.dockerfile.model();
    let (Operation::Cmd(line) | Operation::Entrypoint(line)) = model.operation(index)? else { return None };
    let launch = |words: Vec<Word>, form, alone| {
        let (program, first, server) = server(&words)?;
        let launcher = Launcher::in_front(scripts, stage.index, &words, program);
        let (stage, script) = (stage.index, None);
        Some(Launch { server, stage, index, keyword, words, program, first, form, launcher, script, alone })
    };
    match line {
        CommandLine::Exec(array) => match shell_of(array) {
            Some((known, item)) => {
                let at = item.verbatim.then_some(item.range.start + 1);
                let InScript { words, place, more, alone } = script(&item.value, index, at)?;
                let (array, exact) = (Some(array.clone()), item.verbatim);
                launch(words, Form::Shell(Shell { array, place, more, known, exact }), alone)
            }
            None => launch(items(index, array), Form::Exec, true),
        },
        CommandLine::Shell(text) => {
            let InScript { words, place, more, alone } = script(&text.text, index, Some(text.range.start))?;
            let known = is_plain_shell(model, index);
            launch(words, Form::Shell(Shell { array: None, place, more, known, exact: true }), alone)
        }
    }
}

/// The servers that the script starts which a stage's ENTRYPOINT, or else its CMD, runs.
pub(super) fn of_script(scripts: &Scripts<'_>, stage: &Stage) -> Vec<Launch> {
    let (cmd, entrypoint) = commands(scripts, stage);
    let (index, keyword) = match (entrypoint, cmd) {
        (Some(index), _) => (index, Keyword::Entrypoint),
        (None, Some(index)) => (index, Keyword::Cmd),
        (None, None) => return Vec::new(),
    };
    let Some(file) = started_script(scripts, stage.index, index) else { return Vec::new() };
    let mut found = Vec::new();
    for command in file.script.commands() {
        let words = words_of(command, &file.script, index, 0);
        let Some((program, first, server)) = server(&words) else { continue };
        let launcher = Launcher::in_front(scripts, stage.index, &words, program);
        let more = !command.assignments.is_empty() || !command.redirects.is_empty();
        let place = place(&file.script, command);
        let form = Form::Shell(Shell { array: None, place, more, known: true, exact: true });
        let (stage, script, alone) = (stage.index, Some(file.clone()), true);
        found.push(Launch {
            server,
            stage,
            index,
            keyword,
            words,
            program,
            first,
            form,
            launcher,
            script,
            alone,
        });
    }
    found
}

/// The script that a command runs: alone, or as the last one of a shell's list.
pub(super) fn started_script(scripts: &Scripts<'_>, stage: usize, index: usize) -> Option<ScriptFile> {
    let model = scripts.dockerfile.model();
    let (Operation::Cmd(line) | Operation::Entrypoint(line)) = model.operation(index)? else { return None };
    let of_text = |text: &str| {
        let script = Script::parse(text);
        let last = script.body.items.last()?;
        let Node::Command(command) = &last.node else { return None };
        let words: Vec<&str> = command.words.iter().map_while(|word| word.value()).collect();
        scripts.started_by(stage, &words)
    };
    match line {
        CommandLine::Exec(array) => {
            if let Some((_, item)) = shell_of(array) {
                return of_text(&item.value);
            }
            let words: Vec<&str> = array.items.iter().map(|item| item.value.as_str()).collect();
            scripts.started_by(stage, &words)
        }
        CommandLine::Shell(text) => of_text(&text.text),
    }
}
