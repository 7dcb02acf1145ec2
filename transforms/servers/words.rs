//! The words of a command that starts a server, in exec form and in the text of a shell.

use std::ops::Range;

use dockfit_dockerfile::JsonArray;
use dockfit_dockerfile::model::Model;
use dockfit_shell::ast::{Command, List, Node, OperatorKind};
use dockfit_shell::{Script, base_name};

use super::table::Server;

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

/// The words of an array.
pub(super) fn items(instruction: usize, array: &JsonArray) -> Vec<Word> {
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
pub(super) fn shell_of(array: &JsonArray) -> Option<(bool, &dockfit_dockerfile::JsonString)> {
    let [shell, options, script] = array.items.as_slice() else { return None };
    let known = matches!(base_name(&shell.value), "sh" | "bash" | "dash" | "ash");
    let letters = options.value.strip_prefix('-').filter(|letters| letters.ends_with('c'))?;
    known.then_some((letters.chars().all(|letter| matches!(letter, 'c' | 'e' | 'u' | 'x')), script))
}

/// Whether the shell form of an instruction is read by a shell whose start changes nothing.
pub(super) fn is_plain_shell(model: &Model, index: usize) -> bool {
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

/// The command of a script that starts a server.
pub(super) struct InScript {
    pub(super) words: Vec<Word>,
    pub(super) place: ScriptPlace,
    /// Whether it does more than start a program.
    pub(super) more: bool,
    /// Whether no other command starts a server.
    pub(super) alone: bool,
}

/// The command of a script that starts a server. `at`: where the script begins in the instruction's text, if its bytes
/// are those of the file.
pub(super) fn script(text: &str, instruction: usize, at: Option<usize>) -> Option<InScript> {
    let script = Script::parse(text);
    let mut commands =
        script.commands().filter(|command| server(&words_of(command, &script, instruction, 0)).is_some());
    let command = commands.next()?;
    let alone = commands.next().is_none();
    let words = words_of(command, &script, instruction, at.unwrap_or_default());
    let place = match at {
        Some(_) => place(&script, command),
        None => ScriptPlace::Inside("its text is written with escapes"),
    };
    let more = !command.assignments.is_empty() || !command.redirects.is_empty();
    Some(InScript { words, place, more, alone })
}

/// The words of a command in a script that begins at `at`.
pub(super) fn words_of(command: &Command, script: &Script, instruction: usize, at: usize) -> Vec<Word> {
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

/// Where in a script a command stands.
pub(super) fn place(script: &Script, command: &Command) -> ScriptPlace {
    const DECIDES: ScriptPlace =
        ScriptPlace::Inside("the shell goes on after the server, or decides whether to start it");
    if script.has_errors() {
        return ScriptPlace::Inside("its text is not understood");
    }
    let Some((last, before)) = script.body.items.split_last() else {
        return ScriptPlace::Inside("its text is not understood");
    };
    if has_background(&script.body) {
        return ScriptPlace::Inside("the shell starts other processes beside the server");
    }
    if !is_last(&script.body, command) {
        return match &last.node {
            Node::Pipeline(_) => ScriptPlace::Inside("the shell reads the server's output"),
            _ => DECIDES,
        };
    }
    if script.commands().any(|found| found.name() == Some("trap")) {
        return ScriptPlace::Inside("the shell waits for signals");
    }
    let either =
        before.iter().any(|item| item.operator.as_ref().is_some_and(|found| found.kind == OperatorKind::Or));
    match &last.node {
        _ if either => DECIDES,
        Node::Command(_) if before.is_empty() => ScriptPlace::Alone,
        _ => ScriptPlace::Last,
    }
}

/// Whether nothing of `list` runs after the command: it is the last one, or the last one of a branch that is.
fn is_last(list: &List, command: &Command) -> bool {
    let Some(item) = list.items.last() else { return false };
    match &item.node {
        Node::Command(found) => std::ptr::eq(found, command),
        Node::Group(group) => group.redirects.is_empty() && is_last(&group.body, command),
        Node::If(found) => {
            let bodies = found.clauses.iter().map(|clause| &clause.body).chain(&found.otherwise);
            found.redirects.is_empty() && bodies.into_iter().any(|body| is_last(body, command))
        }
        Node::Case(found) => {
            found.redirects.is_empty() && found.arms.iter().any(|arm| is_last(&arm.body, command))
        }
        _ => false,
    }
}

/// Whether something of `list` is left running while the shell goes on.
fn has_background(list: &List) -> bool {
    list.items.iter().any(|item| {
        item.operator.as_ref().is_some_and(|found| found.kind == OperatorKind::Background)
            || below(&item.node).into_iter().any(has_background)
    })
}

/// The lists of a compound command.
fn below(node: &Node) -> Vec<&List> {
    match node {
        Node::Group(found) => vec![&found.body],
        Node::Subshell(found) => vec![&found.body],
        Node::If(found) => {
            let clauses = found.clauses.iter().flat_map(|clause| [&clause.condition, &clause.body]);
            clauses.chain(&found.otherwise).collect()
        }
        Node::Loop(found) => found.condition.iter().chain([&found.body]).collect(),
        Node::Case(found) => found.arms.iter().map(|arm| &arm.body).collect(),
        Node::Function(found) => below(&found.body),
        _ => Vec::new(),
    }
}

/// The server that words start: which of them names it, which is its first argument.
pub(super) fn server(words: &[Word]) -> Option<(usize, usize, &'static Server)> {
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

/// Whether a program is the interpreter.
pub(crate) fn is_python(name: &str) -> bool {
    name.strip_prefix("python")
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}
