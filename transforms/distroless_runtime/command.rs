//! Commands that start in an image without a shell: in exec form, and of programs that are there.

use dockfit_dockerfile::operation::CommandLine;
use dockfit_shell::ast::Node;
use dockfit_shell::{Script, Word};

use super::programs::START_DIRECTLY;
use crate::cache_mounts::Refusal;

/// Shells, by the names of their programs.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh"];

/// A command as the engine would start it without a shell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Direct {
    /// Its words.
    pub(super) words: Vec<String>,
    /// Whether it stands in the file in this form.
    pub(super) as_written: bool,
}

impl Direct {
    /// It as a JSON array.
    pub(super) fn to_json(&self) -> String {
        let quoted: Vec<String> = self.words.iter().map(|word| quoted(word)).collect();
        format!("[{}]", quoted.join(", "))
    }
}

/// `word` as a JSON string.
pub(super) fn quoted(word: &str) -> String {
    serde_json::Value::String(word.to_owned()).to_string()
}

/// What a command line of a Dockerfile starts, `what` being the instruction's name; why it needs a shell, if it does.
pub(super) fn direct(line: &CommandLine, what: &str) -> Result<Direct, Refusal> {
    match line {
        CommandLine::Exec(array) => {
            let words = array.items.iter().map(|item| item.value.clone()).collect();
            without_shell(words, what)
        }
        CommandLine::Shell(text) => {
            Ok(Direct { words: simple(&text.text, &shown(what, &text.text))?, as_written: false })
        }
    }
}

/// The same of words: `sh -c "a command"` is that command.
pub(super) fn without_shell(words: Vec<String>, what: &str) -> Result<Direct, Refusal> {
    let program = words.first().map(|word| dockfit_shell::base_name(word)).unwrap_or_default();
    if !SHELLS.contains(&program) {
        return Ok(Direct { words, as_written: true });
    }
    match words.get(1..) {
        Some([flags, text]) if is_command_flag(flags) => {
            Ok(Direct { words: simple(text, &shown(what, text))?, as_written: false })
        }
        Some([script, ..]) if !script.starts_with('-') => {
            let text =
                format!("{what} runs the script `{script}` in a shell, which the image would not have");
            Err(Refusal::new("shell-script", text, START_DIRECTLY))
        }
        _ => Err(Refusal::new(
            "needs-shell",
            format!("{what} starts a shell, which the image would not have"),
            "start the program itself in exec form",
        )),
    }
}

/// `-c`, `-ec`, `-lc`: options of which one says that the script follows.
fn is_command_flag(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|letters| {
        !letters.is_empty() && letters.chars().all(|letter| "celux".contains(letter)) && letters.contains('c')
    })
}

/// The instruction with its text, cut to what one reads at a glance.
fn shown(what: &str, text: &str) -> String {
    const LONGEST: usize = 60;
    let flat: Vec<&str> = text.split_whitespace().collect();
    let flat = flat.join(" ");
    let cut = flat.char_indices().nth(LONGEST).map(|(at, _)| at);
    match cut {
        Some(at) => format!("{what} `{}…`", flat.get(..at).unwrap_or_default()),
        None => format!("{what} `{flat}`"),
    }
}

/// The words of a script that is one plain command.
fn simple(text: &str, what: &str) -> Result<Vec<String>, Refusal> {
    let refuse =
        |why: &str, way_out: &str| Err(Refusal::new("needs-shell", format!("{what} {why}"), way_out));
    let script = Script::parse(text);
    let in_exec = "write one program with its arguments in exec form";
    let [item] = script.body.items.as_slice() else {
        return refuse("is more than one command, which only a shell runs", in_exec);
    };
    let Node::Command(command) = &item.node else {
        return refuse("is more than one command, which only a shell runs", in_exec);
    };
    if script.has_errors() || item.operator.is_some() || !command.redirects.is_empty() {
        return refuse("needs a shell for its operators or redirections", in_exec);
    }
    if !command.assignments.is_empty() {
        return refuse("sets variables, which only a shell does", "set them with ENV");
    }
    if command.words.iter().any(|word| word.is_glob() || word.has_braces()) {
        return refuse("has patterns, which only a shell replaces", "write the names out");
    }
    let words: Option<Vec<String>> =
        command.words.iter().map(|word| Word::value(word).map(str::to_owned)).collect();
    let Some(mut words) = words else {
        return refuse(
            "has variables, which only a shell puts in",
            "write the values, or leave the option out where the program reads it from the environment (uvicorn: UVICORN_PORT, gunicorn: PORT and WEB_CONCURRENCY)",
        );
    };
    if words.first().is_some_and(|word| word == "exec") {
        words.remove(0);
    }
    if words.is_empty() {
        return refuse("starts nothing", in_exec);
    }
    let program = dockfit_shell::base_name(words.first().map_or("", String::as_str)).to_owned();
    if BUILT_IN.contains(&program.as_str()) {
        return refuse("uses a command of the shell itself", in_exec);
    }
    if SHELLS.contains(&program.as_str()) {
        return without_shell(words, what).map(|direct| direct.words);
    }
    Ok(words)
}

/// Commands that a shell runs by itself and for which the image has no program.
const BUILT_IN: &[&str] = &[
    "cd", ".", "source", "eval", "export", "set", "ulimit", "umask", "trap", "wait", "read", "exit", "test",
    "[", ":",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Result<Vec<String>, &'static str> {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        without_shell(words, "CMD").map(|direct| direct.words).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_single_command_needs_no_shell() {
        let expected = Ok(vec!["uvicorn".to_owned(), "app:app".to_owned()]);
        assert_eq!(of(&["uvicorn", "app:app"]), expected);
        assert_eq!(of(&["sh", "-c", "uvicorn app:app"]), expected);
        assert_eq!(of(&["/bin/bash", "-ec", "exec 'uvicorn' app:app"]), expected);
        assert_eq!(of(&["sh", "-c", "sh -c 'uvicorn app:app'"]), expected);
    }

    #[test]
    fn what_a_shell_does_is_refused() {
        for text in [
            "a && b",
            "a | b",
            "a > /dev/null",
            "A=1 a",
            "a $B",
            "a *.txt",
            "cd /x",
            "a &",
            "",
            "if a; then b; fi",
        ] {
            assert_eq!(of(&["sh", "-c", text]), Err("needs-shell"), "{text}");
        }
        assert_eq!(of(&["sh", "start.sh"]), Err("shell-script"));
        assert_eq!(of(&["bash"]), Err("needs-shell"));
    }
}
