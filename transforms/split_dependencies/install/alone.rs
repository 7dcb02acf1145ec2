//! What stands around an install in its step, and steps that need nothing of a project.

use dockfit_shell::ast::Node;
use dockfit_shell::{OperatorKind, Step as At};

use super::read_call;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{As, Call};
use crate::cache_mounts::step::Step;
use crate::split_dependencies::plan::Before;

/// What stands before the install in its script. An error where more than that stands there, so that the install cannot be
/// written several times.
pub(super) fn before(step: &Step<'_>, call: &Call<'_>) -> Result<Option<Before>, Refusal> {
    let more = || {
        let text = "the step does more than this one install";
        Refusal::new("not-alone", text, "give the install a RUN of its own")
    };
    let found = call.located()?;
    let [At::Item { list, index, chain }] = found.path.as_slice() else { return Err(more()) };
    let own = found.command;
    let plain = own.redirects.is_empty() && own.nested.is_none() && call.user == As::Same;
    if !plain || !call.assignments.is_empty() || *chain != (0..list.items.len()) || index + 1 != chain.end {
        return Err(more());
    }
    let ahead = list.items.get(..*index).unwrap_or_default();
    let joined = ahead.iter().all(|item| {
        matches!(item.node, Node::Command(_))
            && item.operator.as_ref().is_some_and(|operator| operator.kind == OperatorKind::And)
    });
    if !joined || !step.calls().iter().all(|other| std::ptr::eq(other, call) || is_harmless(step, other)) {
        return Err(more());
    }
    let end = ahead.last().map(|item| item.node.range().end);
    Ok(end.map(|end| Before { end, install: own.range.start }))
}

/// Programs that read nothing of a project, so that they may run before its files are there.
const HARMLESS: &[&str] = &[
    "apt-get",
    "apt",
    "apk",
    "mkdir",
    "useradd",
    "groupadd",
    "adduser",
    "addgroup",
    "venv",
    "virtualenv",
    "set",
];

/// Whether a command reads nothing of the project.
fn is_harmless(step: &Step<'_>, call: &Call<'_>) -> bool {
    match call.program.as_str() {
        // Lists and caches are named by absolute paths, the files of the project by relative ones.
        "rm" => call.args.iter().all(|arg| arg.text.starts_with(['-', '/']) && !arg.varies()),
        "pip" => call.args.iter().all(|arg| arg.value.is_some()) && read_call(step, call).is_none(),
        program => HARMLESS.contains(&program),
    }
}

/// Whether all commands of a step read nothing of the project.
pub(in crate::split_dependencies) fn is_harmless_step(step: &Step<'_>) -> bool {
    let readable =
        step.script().is_some_and(|script| !script.has_errors() && script.text().lines().count() > 0);
    let found = step.calls().iter().filter_map(|call| call.located().ok()).collect::<Vec<_>>();
    let plain = found.iter().all(|found| {
        matches!(found.path.as_slice(), [At::Item { .. }]) && found.command.redirects.is_empty()
    });
    readable
        && plain
        && !found.is_empty()
        && found.len() == step.calls().len()
        && step.calls().iter().all(|call| is_harmless(step, call))
        && step.document().instructions().get(step.index).is_some_and(|found| {
            found.flags("mount").all(|mount| mount.value().is_some_and(|value| value.contains("type=cache")))
        })
}
