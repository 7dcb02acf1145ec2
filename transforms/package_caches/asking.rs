//! Words that ask a manager where its cache is: `$(pip cache dir)`.

use dockfit_shell::{Script, base_name, strip_version};

use super::manager::Manager;
use super::usage;
use crate::cache_mounts::call::{Arg, Call};
use crate::cache_mounts::path::Reach;

/// How `arg` lies to the caches of `managers`, as far as it asks one of them.
pub(super) fn reach(managers: &[&'static Manager], arg: &Arg) -> Reach {
    let text = arg.text.trim_matches('"');
    if arg.value.is_some() || !text.contains(['$', '`']) {
        return Reach::Outside;
    }
    let inner = |open: &str, close: char| {
        let (inside, behind) = text.strip_prefix(open)?.split_once(close)?;
        Some((inside, behind.trim_start_matches('"')))
    };
    match inner("$(", ')').or_else(|| inner("`", '`')) {
        Some((inside, behind)) if prints(managers, inside) => {
            let within = behind.is_empty() || (behind.starts_with('/') && !behind.contains(".."));
            if within { Reach::Inside } else { Reach::Around }
        }
        // It stands somewhere in the word, or in a longer script.
        _ if mentions(managers, text) => Reach::Around,
        _ => Reach::Outside,
    }
}

/// Whether `call` prints where a cache of `managers` is.
pub(super) fn is_printing(managers: &[&'static Manager], call: &Call<'_>) -> bool {
    let program = call.program.as_str();
    let mut own = managers.iter().filter(|manager| manager.programs.contains(&program));
    own.any(|manager| usage::is_command(manager, call, manager.printing))
}

/// Whether the script is one command that prints where a cache is.
fn prints(managers: &[&'static Manager], script: &str) -> bool {
    let script = Script::parse(script);
    let mut commands = script.commands();
    let (Some(command), None) = (commands.next(), commands.next()) else { return false };
    let words: Vec<Option<String>> =
        command.words.iter().map(|word| word.value().map(std::string::ToString::to_string)).collect();
    let mut words: Vec<Option<&str>> = words.iter().map(Option::as_deref).collect();
    // `python -m pip`
    if words.get(1) == Some(&Some("-m")) && words.len() > 2 {
        words.drain(..2);
    }
    let Some((Some(program), rest)) = words.split_first() else { return false };
    let program = strip_version(base_name(program));
    managers.iter().any(|manager| {
        manager.programs.contains(&program) && usage::is_one_of(manager, rest, manager.printing)
    })
}

/// Whether the words of a printing command stand in `text`.
fn mentions(managers: &[&'static Manager], text: &str) -> bool {
    managers.iter().any(|manager| {
        manager.programs.iter().any(|program| text.contains(program))
            && manager.printing.iter().any(|command| text.contains(&command.join(" ")))
    })
}
