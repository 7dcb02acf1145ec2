//! Uses of a manager with which its cache must not be a mount.

use super::manager::{Manager, Unfit};
use super::told::{Answer, Told};
use super::usage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;

/// The refusal of a mount for `manager` because of what the RUN does, or what an earlier one said.
pub(super) fn refuses(step: &Step<'_>, manager: &Manager, told: &Told) -> Option<Refusal> {
    manager.unfit.iter().find_map(|unfit| {
        let here = step.calls().iter().find(|call| is_meant(unfit, manager, call));
        let what = here.map(|call| words_of(unfit, call)).or_else(|| said(unfit, step, manager, told))?;
        Some(Refusal::new(unfit.code, format!("`{what}` {}", unfit.why), unfit.way_out))
    })
}

fn is_meant(unfit: &Unfit, manager: &Manager, call: &Call<'_>) -> bool {
    if !unfit.programs.contains(&call.program.as_str()) || unfit.lasts {
        return false;
    }
    let mut given = call.values();
    (unfit.commands.is_empty() || usage::is_command(manager, call, unfit.commands))
        && (unfit.options.is_empty() || given.any(|value| unfit.options.contains(&value)))
        && !call.values().any(|value| unfit.unless.contains(&value))
}

/// The words that make it unfit.
fn words_of(unfit: &Unfit, call: &Call<'_>) -> String {
    let option = call.values().find(|value| unfit.options.contains(value));
    let first = call.values().find(|value| !value.starts_with('-'));
    let words = [Some(call.program.as_str()), first, option];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The words of an earlier step that make it unfit.
fn said(unfit: &Unfit, step: &Step<'_>, manager: &Manager, told: &Told) -> Option<String> {
    let command = unfit.commands.first().filter(|_| unfit.lasts)?;
    let all_right = match told.answer(step, manager, unfit.commands) {
        Answer::Nothing => true,
        Answer::Unknown => false,
        Answer::Known(value) => unfit.unless.contains(&value.as_str()),
    };
    (!all_right).then(|| format!("{} {}", manager.name, command.join(" ")))
}
