//! What goes out of a RUN, and the mounts that come in.

use dockfit_rewrite::surgery;
use dockfit_shell::Script;

use super::asking;
use super::manager::Manager;
use super::options;
use super::plan::Plan;
use super::usage::{self, Action};
use crate::cache_mounts::call::{Call, Place};
use crate::cache_mounts::emptying::Emptying;
use crate::cache_mounts::path::Reach;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::{Refusal, TakenOut};

/// What in a RUN empties the caches of `managers`, which lie in `folders`. What empties that of another manager stays: that
/// has no mount here.
pub(super) fn emptying<'s>(
    calls: &[Call<'s>],
    managers: &[&'static Manager],
    folders: &[String],
) -> Result<Emptying<'s>, Refusal> {
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let is_own =
        |call: &Call<'s>| managers.iter().any(|manager| manager.programs.contains(&call.program.as_str()));
    let empties = |call: &Call<'s>| {
        is_own(call) && usage::manager(call).is_some_and(|(_, action)| action == Action::Empty)
    };
    let asks = |arg: &crate::cache_mounts::call::Arg| asking::reach(managers, arg);
    // `dir=$(pip cache dir); rm -rf "$dir"`
    let kept = calls.iter().find(|call| asking::is_printing(managers, call));
    let by_variable =
        calls.iter().filter(|call| call.program == "rm").flat_map(|call| &call.args).find(|arg| {
            arg.varies()
                && arg.value.is_none()
                && folders.iter().all(|folder| arg.reach(folder) == Reach::Outside)
        });
    if let (Some(printing), Some(arg)) = (kept, by_variable) {
        let text = format!(
            "`rm … {}` may delete the folder that `{}` was asked for, and would fail on a mount",
            arg.text, printing.program
        );
        return Err(Refusal::new("deletes-by-variable", text, "name the folder by a plain path"));
    }
    Emptying::find(calls, &folders, empties, |call| usage::manager(call).is_some(), asks)
}

fn edits_of(
    step: &Step<'_>,
    calls: &[Call<'_>],
    managers: &[&'static Manager],
    folders: &[String],
    switches: &[Place],
) -> Result<TakenOut, Refusal> {
    let emptying = emptying(calls, managers, folders)?;
    if emptying.is_empty() {
        return step.take_out(switches);
    }
    let script: Option<&Script> = step.script();
    match (script, step.text()) {
        (Some(script), Some(text)) => {
            emptying.edits(step.document(), step.instruction, script, text, switches)
        }
        _ => Err(Refusal::from(surgery::CannotEdit::Scattered)),
    }
}

/// The edits that take out what spoils the mounts of `plan`.
pub(super) fn edits_for(step: &Step<'_>, plan: &Plan) -> Result<TakenOut, Refusal> {
    edits_of(step, step.calls(), &[plan.manager], &plan.folders, &plan.switches)
}

/// The edits for all `plans` of one RUN together.
pub(super) fn edits(step: &Step<'_>, plans: &[&Plan]) -> Result<TakenOut, Refusal> {
    let managers: Vec<&'static Manager> = plans.iter().map(|plan| plan.manager).collect();
    let folders: Vec<String> = plans.iter().flat_map(|plan| plan.folders.clone()).collect();
    let switches: Vec<Place> = plans.iter().flat_map(|plan| plan.switches.clone()).collect();
    let mut taken = edits_of(step, step.calls(), &managers, &folders, &switches)?;
    for plan in plans {
        let put_in = options::edits(step, &plan.put_in)?;
        taken.edits.extend(put_in.edits);
        taken.declares.extend(put_in.declares);
    }
    let mut flags: Vec<String> =
        plans.iter().flat_map(|plan| plan.mounts.iter()).map(ToString::to_string).collect();
    flags.dedup();
    if !flags.is_empty() {
        taken.edits.push(surgery::insert_flags(
            step.document(),
            step.instruction,
            &flags,
            surgery::Side::Last,
        )?);
    }
    Ok(taken)
}
