//! How a command uses a package manager.

use dockfit_shell::Lookup;

use super::manager::{Cache, Manager, Rule};
use super::managers::MANAGERS;
use crate::cache_mounts::call::{Call, Place};
use crate::cache_mounts::step::Step;

/// What a command does with a manager's cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    /// Fills it.
    Fill,
    /// May fill it a little.
    MayFill,
    /// Empties it.
    Empty,
    /// Neither.
    Other,
}

/// The manager that `call` runs, and what it does.
pub(super) fn manager(call: &Call<'_>) -> Option<(&'static Manager, Action)> {
    let manager = MANAGERS.iter().find(|manager| manager.programs.contains(&call.program.as_str()))?;
    let words: Vec<Option<&str>> = call.args.iter().map(|arg| arg.value.as_deref()).collect();
    Some((manager, action(manager, &words)))
}

/// What the manager does when it gets these words; `None` for one that is not known.
pub(super) fn action(manager: &Manager, words: &[Option<&str>]) -> Action {
    let is = |commands: &[&[&str]]| is_one_of(manager, words, commands);
    if words.iter().flatten().any(|word| manager.asking.contains(word)) {
        Action::Other
    } else if is(manager.emptying) {
        Action::Empty
    } else if is(manager.commands) {
        // The command line of a manager that has no subcommands may just ask for its version.
        let only_options = || words.iter().flatten().all(|word| word.starts_with('-'));
        let idle = manager.commands.contains(&&[][..]) && !words.is_empty() && only_options();
        if idle { Action::Other } else { Action::Fill }
    } else if fills_bare(manager, words) {
        Action::Fill
    } else if is(manager.also_fill) {
        Action::MayFill
    } else {
        Action::Other
    }
}

/// Whether a call with these words has no subcommand, and fills the cache all the same.
fn fills_bare(manager: &Manager, words: &[Option<&str>]) -> bool {
    manager.bare && operands(manager, words).is_empty()
}

/// The words of `call`, which is one of the manager, that are no options nor their values; `None` for one that is not
/// known.
pub(super) fn plain_words<'c>(manager: &Manager, call: &'c Call<'_>) -> Vec<Option<&'c str>> {
    let words: Vec<Option<&str>> = call.args.iter().map(|arg| arg.value.as_deref()).collect();
    operands(manager, &words).into_iter().map(|(_, word)| word).collect()
}

/// Whether `call`, which is one of the manager, is one of these subcommands.
pub(super) fn is_command(manager: &Manager, call: &Call<'_>, commands: &[&[&str]]) -> bool {
    let words: Vec<Option<&str>> = call.args.iter().map(|arg| arg.value.as_deref()).collect();
    is_one_of(manager, &words, commands)
}

/// Whether `call` uses `cache`. What runs the manager without naming it may use each.
pub(super) fn uses(call: &Call<'_>, manager: &Manager, cache: &Cache) -> bool {
    let program = call.program.as_str();
    if !manager.programs.contains(&program) {
        return cache.programs.is_empty();
    }
    (cache.programs.is_empty() || cache.programs.contains(&program))
        && (cache.commands.is_empty() || is_command(manager, call, cache.commands))
}

/// The place of the subcommand among the arguments of `call`.
pub(super) fn subcommand(manager: &Manager, call: &Call<'_>) -> Option<usize> {
    let words: Vec<Option<&str>> = call.args.iter().map(|arg| arg.value.as_deref()).collect();
    operands(manager, &words).first().map(|(index, _)| *index)
}

/// An option in a command may stand anywhere behind its program.
pub(super) fn is_one_of(manager: &Manager, words: &[Option<&str>], commands: &[&[&str]]) -> bool {
    let operands = operands(manager, words);
    commands.iter().any(|command| {
        let (options, command): (Vec<&str>, Vec<&str>) =
            command.iter().partition(|word| word.starts_with('-'));
        operands.len() >= command.len()
            && command.iter().zip(&operands).all(|(want, (_, have))| *have == Some(*want))
            && options.iter().all(|option| words.contains(&Some(*option)))
    })
}

/// The words that are no options nor their values, nor the name of a toolchain (`+nightly`), with their places; `None`
/// for one that is not known.
fn operands<'w>(manager: &Manager, words: &[Option<&'w str>]) -> Vec<(usize, Option<&'w str>)> {
    let mut operands = Vec::new();
    let mut words = words.iter().enumerate();
    while let Some((index, word)) = words.next() {
        match word {
            Some(option) if option.starts_with('-') => {
                if manager.valued_options.contains(option) {
                    words.next();
                }
            }
            Some(toolchain) if toolchain.starts_with('+') => {}
            word => operands.push((index, *word)),
        }
    }
    operands
}

/// The value of a variable where `call` runs.
pub(super) fn value(step: &Step<'_>, call: &Call<'_>, name: &str) -> Lookup {
    call.own_variable(name).unwrap_or_else(|| step.variable(name))
}

/// What an option of a command says.
pub(super) enum OptionValue {
    /// It is not there.
    Absent,
    /// It is there, with a value that is not known.
    Unknown,
    /// It has this value.
    Known(String),
}

impl OptionValue {
    fn of(value: Option<String>) -> Self {
        value.map_or(Self::Unknown, Self::Known)
    }

    /// Whether it is `wanted`.
    fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Known(value) if value == wanted)
    }
}

/// The value of an option that takes one, glued or as the next word.
pub(super) fn option_value(call: &Call<'_>, option: &str) -> OptionValue {
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        let text = arg.value.as_deref().unwrap_or(arg.text.as_str());
        if text == option {
            return OptionValue::of(args.next().and_then(|next| next.value.clone()));
        }
        if let Some(rest) = text.strip_prefix(option).and_then(|rest| rest.strip_prefix('=')) {
            return OptionValue::of(arg.value.is_some().then(|| rest.to_owned()));
        }
    }
    OptionValue::Absent
}

/// The words of `call` that switch the cache off. One that comes out of a variable cannot be taken out.
pub(super) fn switches(call: &Call<'_>, manager: &Manager) -> Vec<Place> {
    let is_off = |text: &str| manager.off.options.contains(&text);
    let mut places: Vec<Place> = Vec::new();
    for arg in &call.args {
        if arg.varies() {
            let held = arg.held.iter().any(|value| value.split_whitespace().any(is_off));
            places.extend(held.then_some(Place::Nowhere));
        } else if arg.value.as_deref().is_some_and(is_off) {
            places.push(arg.place());
        }
    }
    let assigned = call.assignments.iter().filter(|assigned| {
        manager.off.variables.contains(&assigned.name.as_str())
            && assigned.value.as_deref().is_none_or(|value| manager.off.when.holds(value))
    });
    places.extend(assigned.map(|assigned| assigned.place.clone()));
    places
}

/// Whether a variable switches the cache off where `call` runs.
pub(super) fn is_switched_off(step: &Step<'_>, call: &Call<'_>, manager: &Manager) -> bool {
    let off =
        |name: &&str| matches!(value(step, call, name), Lookup::Set(value) if manager.off.when.holds(&value));
    manager.off.variables.iter().any(off)
}

/// The variable by which the script itself (`export NAME=…`) switches the cache off.
pub(super) fn switched_off_by_script(call: &Call<'_>, manager: &Manager) -> Option<&'static str> {
    let own = |name: &&&str| call.assignments.iter().any(|assigned| assigned.name == **name);
    manager.off.variables.iter().filter(|name| !own(name)).copied().find(|name| {
        match call.own_variable(name) {
            Some(Lookup::Set(value)) => manager.off.when.holds(&value),
            Some(Lookup::Unknown) => true,
            Some(Lookup::Unset) | None => false,
        }
    })
}

/// Whether `call` downloads nothing, so that there is nothing to keep.
pub(super) fn is_offline(step: &Step<'_>, call: &Call<'_>, manager: &Manager) -> bool {
    // Packages may still be named by an address.
    let by_address = call.values().any(|value| value.contains("://"));
    !by_address && manager.offline.iter().any(|rule| follows(step, call, rule))
}

/// The setting by which a step writes the manager's configuration so that the cache is moved or switched off.
pub(super) fn configures(step: &Step<'_>, manager: &Manager) -> Option<&'static str> {
    let configuration = manager.configuration.as_ref()?;
    // As an option (`--no-cache-dir`) it configures nothing.
    let configures = |setting: &&str| step.mentions_where(setting, |before| !before.ends_with('-'));
    let setting = configuration.settings.iter().copied().find(configures)?;
    let by_command = || {
        step.calls().iter().any(|call| {
            let is_setting = |word: &str| word.contains(setting);
            manager.programs.contains(&call.program.as_str())
                && is_command(manager, call, &[configuration.command])
                && call.values().any(is_setting)
        })
    };
    (step.mentions(configuration.files) || by_command()).then_some(setting)
}

/// Whether `call` may keep packages that it built itself.
pub(super) fn may_build(step: &Step<'_>, call: &Call<'_>, manager: &Manager) -> bool {
    let Some(builds) = &manager.keeps_builds else { return false };
    !builds.ruled_out_by.iter().any(|rule| follows(step, call, rule))
}

/// The rule by which `call` builds packages against others that are installed.
pub(super) fn builds_against_installed(
    step: &Step<'_>,
    call: &Call<'_>,
    manager: &Manager,
) -> Option<&'static str> {
    let rules = manager.keeps_builds.as_ref().map(|builds| builds.against_installed).unwrap_or_default();
    rules.iter().find(|rule| follows(step, call, rule)).map(|rule| rule.option)
}

/// Whether an option of `call`, or the variable that says the same, follows `rule`.
pub(super) fn follows(step: &Step<'_>, call: &Call<'_>, rule: &Rule) -> bool {
    let by_option = match rule.value {
        None => !rule.option.is_empty() && call.values().any(|value| value == rule.option),
        Some(wanted) => option_value(call, rule.option).is(wanted),
    };
    by_option
        || match (value(step, call, rule.variable), rule.value) {
            (Lookup::Set(value), Some(wanted)) => value == wanted,
            // pip reads such a variable the wrong way round in some versions: any value counts.
            (Lookup::Set(value), None) => !value.is_empty(),
            _ => false,
        }
}

/// The setting that makes installed files point into the cache, if there is one.
pub(super) fn links(step: &Step<'_>, call: &Call<'_>, manager: &Manager) -> Option<&'static str> {
    let link = manager.links.iter().find(|link| {
        option_value(call, link.option).is(link.value)
            || matches!(value(step, call, link.variable), Lookup::Set(value) if value == link.value)
    });
    link.map(|link| if link.variable.is_empty() { link.option } else { link.variable })
}
