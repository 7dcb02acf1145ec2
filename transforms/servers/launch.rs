//! The commands of an image that start a server.

use std::ops::Range;

use dockfit_dockerfile::model::{Model, Stage};
use dockfit_dockerfile::operation::{CommandLine, Operation};
use dockfit_dockerfile::{JsonArray, Keyword};
use dockfit_rewrite::{Decision, Dockerfile};
use dockfit_shell::ast::{Command, Node, OperatorKind};
use dockfit_shell::{Script, base_name};

use super::compose::Started;
use super::table::{SERVERS, Server};
use crate::dockerfiles::File;

/// A CMD or ENTRYPOINT that counts in its stage, and the server that it starts.
pub(crate) struct Launch {
    /// The server.
    pub(crate) server: &'static Server,
    /// The stage that the command stands in.
    pub(crate) stage: usize,
    /// The instruction that names the server.
    pub(crate) index: usize,
    /// CMD or ENTRYPOINT.
    pub(crate) keyword: Keyword,
    /// The words of the command that starts the server; those of a CMD behind an ENTRYPOINT are among them.
    pub(crate) words: Vec<Word>,
    /// Which of them names the server.
    pub(crate) program: usize,
    /// Which of them is the server's first argument.
    pub(crate) first: usize,
    /// How the command is written.
    pub(crate) form: Form,
}

/// One word of a command.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// The instruction that it stands in.
    pub(crate) instruction: usize,
    /// The item of the array in exec form.
    pub(crate) item: Option<usize>,
    /// Its value, if that is the same on every start.
    pub(crate) value: Option<String>,
    /// As written.
    pub(crate) written: String,
    /// Its bytes in the text of the instruction.
    pub(crate) range: Range<usize>,
    /// Whether a shell hands it on as it is: no pattern, no braces.
    pub(crate) plain: bool,
}

/// How a command is written.
pub(crate) enum Form {
    /// As an array that is executed as it is.
    Exec,
    /// As text for a shell.
    Shell(Shell),
}

/// Text for a shell.
pub(crate) struct Shell {
    /// The array that runs the shell, if it is not the shell form of the instruction.
    pub(crate) array: Option<JsonArray>,
    /// Where in the text the command stands.
    pub(crate) place: ScriptPlace,
    /// Whether the command does more than start a program: redirections, variables set for it.
    pub(crate) more: bool,
    /// Whether the shell is one whose words are read here, and whose start changes nothing.
    pub(crate) known: bool,
    /// Whether the bytes of its text are those of the file.
    pub(crate) exact: bool,
}

/// Where in a script a command stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ScriptPlace {
    /// It is the whole script.
    Alone,
    /// It is the last one of a list, and nothing else goes on beside it.
    Last,
    /// The shell has to stay; why.
    Inside(&'static str),
}

/// Programs that run the command behind them as it is, or with more around it, and leave the environment alone.
const LAUNCHERS: &[&str] = &[
    "exec",
    "uv",
    "poetry",
    "pdm",
    "pipenv",
    "hatch",
    "tini",
    "dumb-init",
    "catatonit",
    "gosu",
    "su-exec",
    "nice",
    "ionice",
    "stdbuf",
    "ddtrace-run",
    "opentelemetry-instrument",
    "newrelic-admin",
    "time",
];

/// Programs that start the command behind them with the arguments that they got, so that the form of a CMD is the same to
/// them.
const INITS: &[&str] = &["tini", "dumb-init", "catatonit"];

impl Launch {
    /// Those of `dockerfile`: in each stage the last CMD and the last ENTRYPOINT.
    pub(crate) fn all(dockerfile: &Dockerfile) -> Vec<Self> {
        // Most files name none: those need no look at their commands.
        let source = dockerfile.document().source();
        let named = |server: &Server| contains(source, server.name.as_bytes());
        if !SERVERS.iter().any(named) {
            return Vec::new();
        }
        let stages = dockerfile.model().stages().iter();
        stages.flat_map(|stage| of_stage(dockerfile, stage)).collect()
    }

    /// What `decide` says of each of a file.
    pub(crate) fn decisions(file: &File<'_>, decide: fn(&File<'_>, &Self) -> Vec<Decision>) -> Vec<Decision> {
        Self::all(file.dockerfile).iter().flat_map(|launch| decide(file, launch)).collect()
    }

    /// The words behind the program.
    pub(crate) fn arguments(&self) -> &[Word] {
        self.words.get(self.first..).unwrap_or_default()
    }

    /// The option named `name` is there, with or without a value behind `=`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.arguments().iter().any(|word| {
            let rest = word.written.trim_start_matches(['"', '\'']).strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['=', '"', '\'']))
        })
    }

    /// The value of the option named `name`: what is written last counts.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let arguments = self.arguments();
        arguments.iter().enumerate().rev().find_map(|(at, word)| {
            let value = word.value.as_deref()?;
            if value == name {
                return arguments.get(at + 1)?.value.as_deref();
            }
            value.strip_prefix(name)?.strip_prefix('=')
        })
    }

    /// Whether everything before the server's name is known to hand the command on.
    pub(crate) fn is_handed_on(&self) -> bool {
        let before = self.words.get(..self.program).unwrap_or_default();
        before.first().is_none_or(|word| {
            let name = word.value.as_deref().map(base_name).unwrap_or_default();
            LAUNCHERS.contains(&name) || is_python(name)
        })
    }

    /// The application that the server is told to serve: `app.main:app`.
    pub(crate) fn application(&self) -> Option<&str> {
        let plain = |char: char| char.is_alphanumeric() || matches!(char, '_' | '.');
        let is_module = |text: &str| {
            text.split_once(':').is_some_and(|(module, name)| {
                !module.is_empty()
                    && module.chars().all(plain)
                    && name.starts_with(|char: char| !char.is_ascii_digit())
            })
        };
        let mut values = self.arguments().iter().filter_map(|word| word.value.as_deref());
        let last = self.arguments().last().and_then(|word| word.value.as_deref());
        let lone = last.filter(|text| {
            text.contains('.')
                && text.chars().all(plain)
                && !text.starts_with(|char: char| char.is_ascii_digit())
        });
        values.find(|text| is_module(text)).or(lone)
    }

    /// Whether its words can be edited where they stand.
    pub(crate) fn is_exact(&self) -> bool {
        match &self.form {
            Form::Exec => true,
            Form::Shell(shell) => shell.exact,
        }
    }

    /// The command as it is shown: the program and its subcommand.
    pub(crate) fn name(&self) -> String {
        match self.server.subcommand {
            Some(subcommand) => format!("{} {subcommand}", self.server.name),
            None => self.server.name.to_owned(),
        }
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

fn of_stage(dockerfile: &Dockerfile, stage: &Stage) -> Vec<Launch> {
    let model = dockerfile.model();
    let last = |keyword: Keyword| {
        stage.instructions.clone().rev().find(|index| {
            matches!(
                (model.operation(*index), keyword),
                (Some(Operation::Cmd(_)), Keyword::Cmd)
                    | (Some(Operation::Entrypoint(_)), Keyword::Entrypoint)
            )
        })
    };
    let (cmd, entrypoint) = (last(Keyword::Cmd), last(Keyword::Entrypoint));
    let mut found = Vec::new();
    if let Some(index) = entrypoint
        && let Some(mut launch) = of_instruction(dockerfile, stage, index, Keyword::Entrypoint)
    {
        if let (Form::Exec, Some(cmd)) = (&launch.form, cmd)
            && let Some(Operation::Cmd(CommandLine::Exec(array))) = model.operation(cmd)
        {
            launch.words.extend(items(cmd, array));
        }
        found.push(launch);
        return found;
    }
    found.extend(cmd.and_then(|index| of_instruction(dockerfile, stage, index, Keyword::Cmd)));
    found
}

fn of_instruction(dockerfile: &Dockerfile, stage: &Stage, index: usize, keyword: Keyword) -> Option<Launch> {
    let model = dockerfile.model();
    let (Operation::Cmd(line) | Operation::Entrypoint(line)) = model.operation(index)? else { return None };
    let launch = |words: Vec<Word>, form| {
        let (program, first, server) = server(&words)?;
        Some(Launch { server, stage: stage.index, index, keyword, words, program, first, form })
    };
    match line {
        CommandLine::Exec(array) => match shell_of(array) {
            Some((known, item)) => {
                let (words, place, more) =
                    script(&item.value, index, item.verbatim.then_some(item.range.start + 1))?;
                let shell = Shell { array: Some(array.clone()), place, more, known, exact: item.verbatim };
                launch(words, Form::Shell(shell))
            }
            None => launch(items(index, array), Form::Exec),
        },
        CommandLine::Shell(text) => {
            let (words, place, more) = script(&text.text, index, Some(text.range.start))?;
            let known = is_plain_shell(model, index);
            let shell = Shell { array: None, place, more, known, exact: true };
            launch(words, Form::Shell(shell))
        }
    }
}

fn items(instruction: usize, array: &JsonArray) -> Vec<Word> {
    let word = |(at, item): (usize, &dockfit_dockerfile::JsonString)| Word {
        instruction,
        item: Some(at),
        value: Some(item.value.clone()),
        written: item.value.clone(),
        range: item.range.clone(),
        plain: true,
    };
    array.items.iter().enumerate().map(word).collect()
}

/// The script of `["sh", "-c", "…"]`, and whether the shell starts as it is: not as that of a login.
fn shell_of(array: &JsonArray) -> Option<(bool, &dockfit_dockerfile::JsonString)> {
    let [shell, options, script] = array.items.as_slice() else { return None };
    let known = matches!(base_name(&shell.value), "sh" | "bash" | "dash" | "ash");
    let letters = options.value.strip_prefix('-').filter(|letters| letters.ends_with('c'))?;
    known.then_some((letters.chars().all(|letter| matches!(letter, 'c' | 'e' | 'u' | 'x')), script))
}

/// Whether the shell form of an instruction is read by a shell whose start changes nothing.
fn is_plain_shell(model: &Model, index: usize) -> bool {
    let Some(state) = model.state(index) else { return false };
    let Some(words) = state.shell.as_deref() else { return !state.windows };
    let Some((shell, options)) = words.split_first() else { return !state.windows };
    let plain = |option: &String| {
        option == "pipefail"
            || option
                .strip_prefix('-')
                .is_some_and(|letters| letters.chars().all(|letter| "ceuxo".contains(letter)))
    };
    matches!(base_name(shell), "sh" | "bash" | "dash" | "ash") && options.iter().all(plain)
}

type InScript = (Vec<Word>, ScriptPlace, bool);

/// The command of a script that starts a server. `at`: where the script begins in the instruction's text, if its bytes
/// are those of the file.
fn script(text: &str, instruction: usize, at: Option<usize>) -> Option<InScript> {
    let script = Script::parse(text);
    let command =
        script.commands().find(|command| server(&words_of(command, &script, instruction, 0)).is_some())?;
    let words = words_of(command, &script, instruction, at.unwrap_or_default());
    let place = match at {
        Some(_) => place(&script, command),
        None => ScriptPlace::Inside("its text is written with escapes"),
    };
    let more = !command.assignments.is_empty() || !command.redirects.is_empty();
    Some((words, place, more))
}

fn words_of(command: &Command, script: &Script, instruction: usize, at: usize) -> Vec<Word> {
    let word = |word: &dockfit_shell::Word| Word {
        instruction,
        item: None,
        value: word.value().map(str::to_owned),
        written: script.slice(&word.range).to_owned(),
        range: word.range.start + at..word.range.end + at,
        plain: word.value().is_some() && !word.is_glob() && !word.has_braces(),
    };
    command.words.iter().map(word).collect()
}

fn place(script: &Script, command: &Command) -> ScriptPlace {
    if script.has_errors() {
        return ScriptPlace::Inside("its text is not understood");
    }
    let Some((last, before)) = script.body.items.split_last() else {
        return ScriptPlace::Inside("its text is not understood");
    };
    let is_it = |node: &Node| matches!(node, Node::Command(found) if std::ptr::eq(found, command));
    let beside =
        script.body.items.iter().any(|item| {
            item.operator.as_ref().is_some_and(|operator| operator.kind == OperatorKind::Background)
        });
    if beside {
        return ScriptPlace::Inside("the shell starts other processes beside the server");
    }
    if !is_it(&last.node) {
        return match &last.node {
            Node::Pipeline(_) => ScriptPlace::Inside("the shell reads the server's output"),
            _ => ScriptPlace::Inside("the shell goes on after the server, or decides whether to start it"),
        };
    }
    let traps = script.commands().any(|found| found.name() == Some("trap"));
    if traps {
        return ScriptPlace::Inside("the shell waits for signals");
    }
    let either = before
        .iter()
        .any(|item| item.operator.as_ref().is_some_and(|operator| operator.kind == OperatorKind::Or));
    match (before.is_empty(), either) {
        (true, _) => ScriptPlace::Alone,
        (false, false) => ScriptPlace::Last,
        (false, true) => {
            ScriptPlace::Inside("the shell goes on after the server, or decides whether to start it")
        }
    }
}

/// The server that words start: which of them names it, which is its first argument.
fn server(words: &[Word]) -> Option<(usize, usize, &'static Server)> {
    let name = |word: &Word| word.value.as_deref().map(base_name).map(str::to_owned);
    let (at, server) =
        words.iter().enumerate().find_map(|(at, word)| Some((at, Server::named(&name(word)?)?)))?;
    // What is installed is not started.
    let before = words.get(..at).unwrap_or_default();
    if before.iter().any(|word| matches!(word.written.as_str(), "install" | "add" | "sync" | "which")) {
        return None;
    }
    let first = match server.subcommand {
        None => at + 1,
        Some(subcommand) => {
            let is_it = words.get(at + 1).and_then(|word| word.value.as_deref()) == Some(subcommand);
            is_it.then_some(at + 2)?
        }
    };
    Some((at, first, server))
}

/// The server that the words of another file's command start, and what it is told.
pub(crate) fn started(words: &[String]) -> Option<Started> {
    let word = |(at, word): (usize, &String)| Word {
        instruction: 0,
        item: Some(at),
        value: Some(word.clone()),
        written: word.clone(),
        range: 0..0,
        plain: true,
    };
    let words = match words {
        [shell, option, text]
            if option.ends_with('c') && matches!(base_name(shell), "sh" | "bash" | "ash" | "dash") =>
        {
            script(text, 0, None)?.0
        }
        words => words.iter().enumerate().map(word).collect(),
    };
    let (program, first, server) = server(&words)?;
    let (keyword, form) = (Keyword::Cmd, Form::Exec);
    let launch = Launch { server, stage: 0, index: 0, keyword, words, program, first, form };
    Some(Started { server, counted: !launch.counts().is_empty(), reloads: launch.has("--reload") })
}

pub(crate) fn is_python(name: &str) -> bool {
    name.strip_prefix("python")
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// Whether a CMD in shell form means the same to what stands in ENTRYPOINT when it is written in exec form.
pub(crate) fn takes_any_form(entrypoint: &[String]) -> bool {
    entrypoint.first().is_none_or(|word| INITS.contains(&base_name(word)))
}
