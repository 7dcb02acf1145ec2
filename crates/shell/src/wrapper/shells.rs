//! Shells that run a script given as an argument.

use super::table::{SHELL_VALUES, SHELLS, USER_SHELL_VALUES, USER_SHELLS};
use super::{RunAs, base_name};
use crate::ast::Word;

/// If the program at index `program` is a shell with a script as an argument: the script's index, and whether the
/// shell is told to stop at errors.
pub(crate) fn shell_script(words: &[Word], program: usize) -> Option<(usize, bool)> {
    let name = base_name(words.get(program)?.value()?);
    if USER_SHELLS.contains(&name) {
        return user_shell(words, program).script.map(|at| (at, false));
    }
    if !SHELLS.contains(&name) {
        return None;
    }
    let (mut script, mut errexit) = (false, false);
    let mut at = program + 1;
    loop {
        let word = words.get(at)?;
        let option = match word.value() {
            Some(option) if option.len() > 1 && option.starts_with(['-', '+']) => option,
            _ => return script.then_some((at, errexit)),
        };
        at += 1;
        if option == "--" {
            return script.then_some((at, errexit)).filter(|_| at < words.len());
        }
        if option.starts_with("--") {
            at += usize::from(SHELL_VALUES.contains(&option));
            continue;
        }
        let on = option.starts_with('-');
        script |= on && option.contains('c');
        if option.contains('e') {
            errexit = on;
        }
        if option.contains(['o', 'O']) {
            if words.get(at)?.value()? == "errexit" {
                errexit = on;
            }
            at += 1;
        }
    }
}

/// Whether the program at index `program` is a shell that reads its script from standard input; then, whether it is told to
/// stop at errors.
pub(crate) fn shell_reads_input(words: &[Word], program: usize) -> Option<bool> {
    if !SHELLS.contains(&base_name(words.get(program)?.value()?)) {
        return None;
    }
    let mut errexit = false;
    let mut options = words.get(program + 1..)?.iter().map(Word::value);
    while let Some(option) = options.next() {
        let letters = option?.strip_prefix('-')?;
        if letters.starts_with('-') || letters.contains(['c', 'n']) {
            return None;
        }
        errexit |= letters.contains('e');
        if letters.contains(['o', 'O']) {
            errexit |= options.next()?? == "errexit";
        }
    }
    Some(errexit)
}

/// The words of `su` and `runuser`.
pub(crate) struct UserShell<'w> {
    script: Option<usize>,
    /// `root` if none is named.
    pub(crate) run_as: RunAs<'w>,
}

/// Reads `su [-] [user] -c script`.
pub(crate) fn user_shell(words: &[Word], program: usize) -> UserShell<'_> {
    let mut found = UserShell { script: None, run_as: RunAs::User("root") };
    let mut named = false;
    let mut at = program + 1;
    while let Some(word) = words.get(at) {
        at += 1;
        match word.value() {
            Some("-c" | "--command") => {
                found.script = (at < words.len()).then_some(at);
                at += 1;
            }
            Some("-u" | "--user") => {
                found.run_as = RunAs::named(words.get(at).and_then(Word::value));
                named = true;
                at += 1;
            }
            Some(option) if USER_SHELL_VALUES.contains(&option) => at += 1,
            Some(option) if option.starts_with('-') => {}
            value if !named => {
                found.run_as = RunAs::named(value);
                named = true;
            }
            _ => {}
        }
    }
    found
}

/// Whether the program of this base name is read by [`user_shell`].
pub(crate) fn is_user_shell(name: &str) -> bool {
    USER_SHELLS.contains(&name)
}
