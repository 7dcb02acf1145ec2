//! Commands that a RUN runs in a way that is not read: named by a variable, or handed to another program as text.

use dockfit_dockerfile::{RunForm, Span};
use dockfit_shell::{Script, base_name, strip_version};

use super::Refusal;
use super::call::Call;
use super::step::Step;
use crate::dockerfiles::File;

/// Programs that run what their words, or their standard input, say (their manuals).
const CARRIERS: &[&str] = &[
    "eval",
    "find",
    "su",
    "runuser",
    "chroot",
    "unshare",
    "nsenter",
    "ssh",
    "script",
    "parallel",
    "watch",
    "env",
    "sudo",
    "doas",
    "sh",
    "bash",
    "dash",
    "ash",
    "zsh",
    "ksh",
    "python",
    "cmd",
    "powershell",
    "pwsh",
];

/// Programs that only print, compare or write what their words say.
const PRINTERS: &[&str] =
    &["echo", "printf", "cat", "tee", "grep", "egrep", "sed", "awk", ":", "true", "test", "git"];

/// The shells that read a script from a pipe.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh"];

/// Words of a shell behind which a command begins (POSIX 2.4).
const BEFORE_COMMANDS: &[&str] = &["then", "do", "else", "if", "elif", "while", "until", "!"];

/// Why a command of `programs` with one of the subcommands `commands` is not seen among the calls of `step`, if its words
/// stand somewhere in it. `knows` tells the calls that are read already.
pub(crate) fn unread(
    step: &Step<'_>,
    programs: &[&str],
    commands: &[&[&str]],
    knows: impl Fn(&Call<'_>) -> bool,
) -> Option<Refusal> {
    let mentions = |text: &str| mentions(text, programs, commands, false);
    let way_out = "write the command directly into the RUN";
    let script = step.script()?;
    let calls = step.calls();
    let piped = calls.iter().any(|call| SHELLS.contains(&call.program.as_str()) && call.reads_pipe());
    for call in calls.iter().filter(|call| !knows(call)) {
        let program = call.program.as_str();
        let words: Vec<&str> = call.args.iter().map(|arg| arg.text.as_str()).collect();
        let carries = CARRIERS.contains(&program) && !call.has_own_script();
        let is_printer = PRINTERS.contains(&program);
        let runs = if carries || (is_printer && piped) {
            mentions(&words.join(" ")) || (carries && mentions(&here_documents(call, script)))
        } else {
            !is_printer && !call.has_own_script() && named_by_words(&words, programs, commands)
        };
        if runs {
            let text = if carries || is_printer {
                format!("`{program}` hands on a command as text, which is not read")
            } else {
                format!("`{program}` is no wrapper that is known, and may run its words as a command")
            };
            return Some(Refusal::new("not-understood", text, way_out));
        }
    }
    for command in script.commands() {
        let is_read = calls.iter().any(|call| std::ptr::eq(call.command(), command));
        let Some(first) = command.words.first().filter(|_| !is_read) else { continue };
        let said = script.slice(&command.range).to_ascii_lowercase();
        if mentions(&said) {
            let text = format!("the program is in a variable: `{}`", script.slice(&first.range));
            return Some(Refusal::new("program-unknown", text, "name the program itself"));
        }
    }
    if script.has_errors() && self::mentions(&without_comments(script), programs, commands, true) {
        let text = "part of the script was not understood";
        return Some(Refusal::new("not-understood", text, "add the mount by hand"));
    }
    None
}

/// Programs and their subcommands.
pub(crate) type Searched<'c> = (&'c [&'c str], &'c [&'c [&'c str]]);

/// For each of `searched` the RUNs that have it in a here-document which starts with `#!`, and why it is not read: the engine
/// runs the whole as a file of its own (buildkit `dockerfile2llb/convert.go` `dispatchRun`).
pub(crate) fn run_as_files(file: &File<'_>, searched: &[Searched<'_>]) -> Vec<(Span, Refusal)> {
    let mut found = Vec::new();
    for (index, instruction) in file.dockerfile.document().instructions().iter().enumerate() {
        let Some(RunForm::File { text, interpreter }) = file.dockerfile.run(index).map(|run| &run.form)
        else {
            continue;
        };
        if file.dockerfile.model().stage_of(index).is_none() {
            continue;
        }
        let said =
            searched.iter().filter(|(programs, commands)| mentions(text.as_str(), programs, commands, false));
        found.extend(said.map(|_| {
            let text = format!("`{interpreter}` runs this here-document as a file, which is not read");
            let way_out = "leave the line with #! out, if the shell of the image can run the rest";
            (instruction.text_span(), Refusal::new("run-as-a-file", text, way_out))
        }));
    }
    found
}

/// The bodies of the here-documents that a call reads.
fn here_documents(call: &Call<'_>, script: &Script) -> String {
    let bodies = call.command().redirects.iter().filter_map(|redirect| redirect.heredoc.as_ref());
    bodies.map(|heredoc| script.slice(&heredoc.body)).collect()
}

fn without_comments(script: &Script) -> String {
    let mut code = String::new();
    let mut at = 0;
    for comment in script.comments() {
        code.push_str(script.slice(&(at..comment.start)));
        at = comment.end;
    }
    code.push_str(script.slice(&(at..script.text().len())));
    code
}

/// Whether the arguments of a program that is not known are a command: `wrapper pip install`.
fn named_by_words(words: &[&str], programs: &[&str], commands: &[&[&str]]) -> bool {
    let start = words.iter().position(|word| is_program(word, programs));
    start.and_then(|at| words.get(at + 1..)).is_some_and(|behind| is_subcommand(behind, commands))
}

/// Whether a command stands in a text that is some kind of script; `at_start` where it can begin in that.
fn mentions(text: &str, programs: &[&str], commands: &[&[&str]], at_start: bool) -> bool {
    let breaks = |char: char| char.is_whitespace() || "\"'`(){}[];|&,$\\".contains(char);
    let mut rest = text;
    let mut offset = 0;
    let mut words: Vec<(usize, &str)> = Vec::new();
    while let Some(start) = rest.find(|char| !breaks(char)) {
        let behind = &rest[start..];
        let end = behind.find(breaks).unwrap_or(behind.len());
        words.push((offset + start, &behind[..end]));
        offset += start + end;
        rest = &behind[end..];
    }
    let begins = |index: usize, at: usize| {
        let before = text[..at].trim_end_matches([' ', '\t']);
        let last = before.chars().next_back();
        let keyword = index.checked_sub(1).and_then(|last| words.get(last));
        last.is_none_or(|last| ";|&{(\n\"'`".contains(last))
            || keyword.is_some_and(|(_, word)| BEFORE_COMMANDS.contains(word))
    };
    words.iter().enumerate().any(|(index, (at, word))| {
        is_program(word, programs) && (!at_start || begins(index, *at)) && {
            let behind: Vec<&str> = words.iter().skip(index + 1).take(12).map(|(_, word)| *word).collect();
            is_subcommand(&behind, commands)
        }
    })
}

fn is_program(word: &str, programs: &[&str]) -> bool {
    programs.contains(&strip_version(base_name(word)))
}

/// Whether `words`, options left out, begin with one of `commands`.
fn is_subcommand(words: &[&str], commands: &[&[&str]]) -> bool {
    let operands: Vec<&str> = words.iter().filter(|word| !word.starts_with('-')).copied().collect();
    commands.iter().any(|command| !command.is_empty() && operands.starts_with(command))
}
