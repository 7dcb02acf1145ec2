//! Where a manager keeps its cache, as a command uses it.

use dockfit_shell::Lookup;

use super::manager::{Cache, Manager};
use super::prefix::Prefixes;
use super::settings::Settings;
use super::told::{Answer, Told};
use super::usage::{OptionValue, option_value, value};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::account;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;

/// What says where caches are, beside the command that uses them.
pub(super) struct Clues {
    pub(super) told: Told,
    pub(super) settings: Settings,
    pub(super) prefixes: Prefixes,
}

/// The caches of `manager` as `call` uses it.
pub(super) fn caches(
    step: &Step<'_>,
    call: &Call<'_>,
    manager: &'static Manager,
    told: &Told,
) -> &'static [Cache] {
    let Some(sole) = &manager.sole else { return manager.caches };
    let by_variable = sole.when.iter().any(|(name, values)| {
        matches!(value(step, call, name), Lookup::Set(value) if values.contains(&value.to_lowercase().as_str()))
    });
    let by_command = || {
        sole.set_by.iter().any(|command| {
            let Some((wanted, key)) = command.split_last() else { return false };
            matches!(told.answer(step, manager, &[key]), Answer::Known(value) if value == *wanted)
        })
    };
    if by_variable || by_command() { sole.caches } else { manager.caches }
}

/// The folder of `cache` as `call` uses it.
pub(super) fn folder(
    step: &Step<'_>,
    call: &Call<'_>,
    manager: &Manager,
    cache: &Cache,
    clues: &Clues,
) -> Result<String, Refusal> {
    let moved = |what: &str| {
        Refusal::new(
            "cache-unknown",
            format!("{what} names {}'s cache folder by a value that is not known here", manager.name),
            "name the folder by a plain path",
        )
    };
    if let Some(option) = cache.option {
        match option_value(call, option) {
            OptionValue::Known(value) => return absolute(&value).ok_or_else(|| moved(option)),
            OptionValue::Unknown => return Err(moved(option)),
            OptionValue::Absent => {}
        }
    }
    if let (Some(option), false) = (cache.option, cache.options_in.is_empty()) {
        for variable in cache.options_in {
            match value(step, call, variable) {
                Lookup::Set(options) => {
                    let named = options
                        .split_whitespace()
                        .find_map(|word| word.strip_prefix(option)?.strip_prefix('='));
                    if let Some(path) = named {
                        return absolute(path).ok_or_else(|| moved(variable));
                    }
                }
                Lookup::Unknown if set_here(step, call, variable) => return Err(moved(variable)),
                Lookup::Unset | Lookup::Unknown => {}
            }
        }
    }
    // Variables that name the folder itself are stronger than what the manager was told, and that than other folders.
    let (own, others): (Vec<_>, Vec<_>) =
        cache.variables.iter().partition(|(_, behind)| behind.is_empty() || cache.set_by.is_empty());
    if let Some(found) = by_variables(step, call, &own) {
        return found.map_err(moved);
    }
    // A file of the project is stronger than what the user told the manager.
    if let Some(found) = clues.settings.folder(step, call, manager, cache) {
        return found;
    }
    if let Some(found) = told_folder(step, manager, cache, &clues.told) {
        return found.map_err(moved);
    }
    if let Some(found) = by_variables(step, call, &others) {
        return found.map_err(moved);
    }
    if let (Some(prefix), Some(installer)) = (clues.prefixes.find(step, call, manager), &manager.installer) {
        return absolute(&format!("{prefix}/{}", installer.below)).ok_or_else(|| moved("the installation"));
    }
    if let Some(of_root) = cache.of_root
        && step.account()?.owner.is_none()
    {
        return Ok(of_root.to_owned());
    }
    if cache.is_fixed() {
        return Ok(cache.below_home.to_owned());
    }
    if let Some(folder) = on_image(step, cache) {
        return Ok(folder.to_owned());
    }
    if let Some(home) = call.own_variable("HOME") {
        let Lookup::Set(home) = home else { return Err(moved("HOME")) };
        return absolute(&format!("{home}/{}", cache.below_home)).ok_or_else(|| moved("HOME"));
    }
    let account = step.account()?;
    absolute(&format!("{}/{}", account.home.trim_end_matches('/'), cache.below_home))
        .ok_or_else(|| moved("HOME"))
}

/// The folder that variables name, or the variable that names it by a value that is not known.
fn by_variables(
    step: &Step<'_>,
    call: &Call<'_>,
    variables: &[&(&'static str, &'static str)],
) -> Option<Result<String, &'static str>> {
    variables.iter().find_map(|(variable, behind)| match value(step, call, variable) {
        Lookup::Set(value) if !value.is_empty() => {
            Some(absolute(&format!("{value}{behind}")).ok_or(*variable))
        }
        // Only what this file sets counts: base images do not move these folders.
        Lookup::Unknown if set_here(step, call, variable) => Some(Err(*variable)),
        Lookup::Set(_) | Lookup::Unset | Lookup::Unknown => None,
    })
}

/// The folder that the manager was told to use, or the command by which it was told one that is not known.
fn told_folder(
    step: &Step<'_>,
    manager: &Manager,
    cache: &Cache,
    told: &Told,
) -> Option<Result<String, &'static str>> {
    let what = cache.set_by.first().and_then(|words| words.last())?;
    match told.answer(step, manager, cache.set_by) {
        Answer::Nothing => None,
        Answer::Unknown => Some(Err(what)),
        Answer::Known(path) => Some(absolute(&format!("{path}{}", cache.behind)).ok_or(*what)),
    }
}

/// The folder of `cache` where the base image has a name that tells it.
pub(super) fn on_image(step: &Step<'_>, cache: &Cache) -> Option<&'static str> {
    let path = &account::base_image(step)?.path;
    let name = path.rsplit('/').next()?;
    cache.on_images.iter().find(|(image, _)| *image == name).map(|(_, folder)| *folder)
}

/// `path`, if it is an absolute one that means the same in a flag, whatever the escape character.
pub(super) fn absolute(path: &str) -> Option<String> {
    let harmless = |char: char| char.is_alphanumeric() || "/._-+@~:%".contains(char);
    let plain = path.starts_with('/') && path.chars().all(harmless);
    plain.then(|| path.trim_end_matches('/').to_owned()).filter(|path| !path.is_empty())
}

fn set_here(step: &Step<'_>, call: &Call<'_>, name: &str) -> bool {
    call.own_variable(name).is_some()
        || step.model().environment(step.index).is_some_and(|at| at.is_named(name))
}
