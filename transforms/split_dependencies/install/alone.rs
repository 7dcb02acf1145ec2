//! What stands around an install in its step, and steps that need nothing of a project.

use std::ops::Range;

use dockfit_shell::ast::{Item, Node};
use dockfit_shell::{OperatorKind, Step as At};

use super::{builds, read_call};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, As, Call};
use crate::cache_mounts::step::Step;
use crate::split_dependencies::plan::{Install, Part, Role, What};

/// The commands of the script that `call` installs in, each with where it goes; empty where the install is alone. An error
/// where they cannot be taken apart.
pub(super) fn parts(step: &Step<'_>, call: &Call<'_>, install: &Install) -> Result<Vec<Part>, Refusal> {
    let found = call.located()?;
    let [At::Item { list, index, chain }] = found.path.as_slice() else { return Err(more()) };
    let own = found.command;
    let plain = own.redirects.is_empty() && own.nested.is_none() && call.user == As::Same;
    if let Some(assigned) = call.assignments.iter().find(|assigned| !stays(&assigned.name)) {
        let text = format!("`{}` in front of the install may say what it installs, or where", assigned.name);
        return Err(Refusal::new("option", text, "say it with an option, or with ENV"));
    }
    if !plain || *chain != (0..list.items.len()) {
        return Err(more());
    }
    let (_, joined) = list.items.split_last().ok_or_else(more)?;
    let and = |item: &Item| item.operator.as_ref().is_some_and(|operator| operator.kind == OperatorKind::And);
    let is_command = |item: &Item| matches!(item.node, Node::Command(_));
    if !joined.iter().all(and) || !list.items.iter().all(is_command) {
        return Err(more());
    }
    if list.items.len() == 1 {
        return Ok(Vec::new());
    }
    let mut parts: Vec<Part> = Vec::new();
    for (at, item) in list.items.iter().enumerate() {
        let calls: Vec<&Call<'_>> = step.calls().iter().filter(|call| call.item() == Some(at)).collect();
        let role = match calls.as_slice() {
            _ if at == *index => Role::Install,
            [call] if at < *index => before(step, call, &parts).ok_or_else(more)?,
            // Several: a wrapper's own, or a script in a word.
            calls if at < *index => {
                let harmless = !calls.is_empty() && calls.iter().all(|call| is_harmless(step, call));
                harmless.then_some(Role::Ahead).ok_or_else(more)?
            }
            [call] => behind(call, install),
            _ => Role::Behind,
        };
        parts.push(Part { range: item.node.range().clone(), role });
    }
    let has = |role: &Role| parts.iter().any(|part| part.role == *role);
    if has(&Role::Behind) {
        refuse_undoing(step, *index, has(&Role::Ahead))?;
        // What is behind may read the file, or need it gone.
        for part in &mut parts {
            if matches!(part.role, Role::Deletes(_)) {
                part.role = Role::Behind;
            }
        }
    }
    Ok(parts)
}

/// What installers read of their environment that says neither what they install nor where (pip's `PIP_<OPTION>`, uv's
/// reference of variables, `python --help-env`; 2026-11-24).
const INDIFFERENT: &[&str] = &[
    "PIP_BREAK_SYSTEM_PACKAGES",
    "PIP_CACHE_DIR",
    "PIP_COMPILE",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_DISABLE_PIP_VERSION_CHECK",
    "PIP_EXTRA_INDEX_URL",
    "PIP_INDEX_URL",
    "PIP_NO_CACHE_DIR",
    "PIP_NO_COMPILE",
    "PIP_NO_INPUT",
    "PIP_PROGRESS_BAR",
    "PIP_QUIET",
    "PIP_RETRIES",
    "PIP_ROOT_USER_ACTION",
    "PIP_TIMEOUT",
    "PIP_TRUSTED_HOST",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
    "UV_CACHE_DIR",
    "UV_COMPILE_BYTECODE",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_HTTP_TIMEOUT",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_LINK_MODE",
    "UV_NO_CACHE",
    "UV_NO_PROGRESS",
];

/// How the names of variables begin that say what is installed, or where, or what runs.
const DECIDING: &[&str] =
    &["PIP_", "UV_", "PYTHON", "VIRTUAL_ENV", "PATH", "HOME", "XDG_", "LD_", "BASH_ENV"];

/// Whether a variable in front of an install may stand in front of each group's: those that builds of packages read may.
fn stays(name: &str) -> bool {
    INDIFFERENT.contains(&name) || !DECIDING.iter().any(|start| name.starts_with(start))
}

/// What cleans up behind a manager's step: the places of its commands. Each group does the same.
pub(super) fn cleaners(step: &Step<'_>, call: &Call<'_>) -> Vec<Range<usize>> {
    let Ok(found) = call.located() else { return Vec::new() };
    let [At::Item { list, index, chain }] = found.path.as_slice() else { return Vec::new() };
    let behind = list.items.iter().enumerate().filter(|(at, _)| *at > *index && chain.contains(at));
    let cleaning = behind.filter(|(at, _)| {
        let calls: Vec<&Call<'_>> = step.calls().iter().filter(|call| call.item() == Some(*at)).collect();
        matches!(calls.as_slice(), [call] if cleans(call) == Some(Role::Cleans))
    });
    cleaning.map(|(_, item)| item.node.range().clone()).collect()
}

fn more() -> Refusal {
    let text = "the step does more than this one install";
    Refusal::new("not-alone", text, "give the install a RUN of its own")
}

/// Where a command before the install goes, if it may go before the files of the project are there.
fn before(step: &Step<'_>, call: &Call<'_>, parts: &[Part]) -> Option<Role> {
    if call.program == "cd" {
        let first = parts.iter().all(|part| part.role == Role::Folder);
        let known = call.args.len() == 1 && call.args.iter().all(|arg| arg.value.is_some() && !arg.varies());
        return (first && known).then_some(Role::Folder);
    }
    is_harmless(step, call).then_some(Role::Ahead)
}

/// Where a command behind the install goes.
fn behind(call: &Call<'_>, install: &Install) -> Role {
    if let What::Requirements { path, .. } = &install.what {
        let folder = path.rsplit_once('/').map_or("/", |(folder, _)| folder);
        if call.program == "rm" {
            let mut operands = call.args.iter().filter(|arg| !arg.text.starts_with('-'));
            let own = operands.next().filter(|_| operands.next().is_none());
            let own = own.filter(|arg| arg.path().is_some_and(|found| found == *path) && !arg.varies());
            if let Some(Ok(range)) = own.map(Arg::range) {
                return Role::Deletes(range);
            }
        }
        // What deletes the file, too, comes behind its last COPY.
        let near = |arg: &Arg| {
            arg.value
                .as_deref()
                .is_none_or(|value| path.starts_with(value.trim_end_matches('*')) || value == folder)
        };
        if cleans(call).is_some() && call.args.iter().any(|arg| !arg.text.starts_with('-') && near(arg)) {
            return Role::Behind;
        }
    }
    cleans(call).unwrap_or(Role::Behind)
}

/// Folders that only the package manager of the system fills.
const SYSTEM: &[&str] = &[
    "/var/lib/apt/",
    "/var/cache/apt",
    "/var/cache/debconf",
    "/var/cache/apk",
    "/etc/apk/cache",
    "/var/cache/dnf",
    "/var/cache/yum",
    "/var/cache/zypp",
];

/// Whether a command deletes what others leave behind, and may run as often as one likes.
fn cleans(call: &Call<'_>) -> Option<Role> {
    if call.user != As::Same || !call.assignments.is_empty() || !call.command().redirects.is_empty() {
        return None;
    }
    let words: Vec<&str> = call.values().filter(|word| !word.starts_with('-')).collect();
    match (call.program.as_str(), words.as_slice()) {
        ("apt-get" | "apt", ["clean" | "autoclean"])
        | ("dnf" | "yum" | "microdnf", ["clean", ..])
        | ("apk", ["cache", "clean"]) => Some(Role::CleansSystem),
        ("pip", ["cache", "purge"]) | ("uv", ["cache", "clean" | "prune"]) => Some(Role::Cleans),
        ("rm", paths) => {
            let force = call.args.iter().any(|arg| {
                arg.text == "--force"
                    || (arg.text.starts_with('-') && !arg.text.starts_with("--") && arg.text.contains('f'))
            });
            let absolute = call.args.iter().all(|arg| {
                let known = !arg.varies() && arg.value.as_deref().is_some_and(|value| value.starts_with('/'));
                arg.text.starts_with(['-', '~']) || known
            });
            let system = |path: &&str| SYSTEM.iter().any(|folder| path.starts_with(folder));
            if !force || !absolute || paths.is_empty() {
                return None;
            }
            Some(if paths.iter().all(system) { Role::CleansSystem } else { Role::Cleans })
        }
        // `find /usr/local -name '*.pyc' -delete`
        ("find", [folder, ..]) if folder.starts_with('/') => {
            let deletes = call.values().any(|word| word == "-delete")
                || call
                    .values()
                    .zip(call.values().skip(1))
                    .any(|(a, b)| matches!(a, "-exec" | "-execdir") && b == "rm");
            deletes.then_some(Role::Cleans)
        }
        _ => None,
    }
}

/// Refuses what takes away or changes, behind the install, what would lie in a layer below then.
fn refuse_undoing(step: &Step<'_>, install: usize, ahead: bool) -> Result<(), Refusal> {
    let behind = step.calls().iter().filter(|call| call.item().is_some_and(|at| at > install));
    for call in behind {
        let word = |words: &[&str]| call.values().any(|word| words.contains(&word));
        let removes = match call.program.as_str() {
            "apt-get" | "apt" | "aptitude" => word(&["purge", "remove", "autoremove"]),
            "apk" => word(&["del"]),
            "dnf" | "yum" | "microdnf" | "zypper" => word(&["remove", "erase", "autoremove"]),
            _ => false,
        };
        if removes && ahead {
            let text = format!(
                "`{}` takes away what the step brought before, which would stay in a layer below",
                call.program
            );
            return Err(Refusal::new(
                "not-alone",
                text,
                "build in another stage, and copy what was installed",
            ));
        }
        let all = call.args.iter().any(|arg| {
            arg.text == "--recursive"
                || (arg.text.starts_with('-') && !arg.text.starts_with("--") && arg.text.contains('R'))
        });
        if matches!(call.program.as_str(), "chown" | "chmod" | "chgrp") && all {
            let text = format!(
                "`{}` would store all that was installed once more, in a layer of its own",
                call.program
            );
            return Err(Refusal::new(
                "not-alone",
                text,
                "set the owner in a RUN that does not install, or with --chown",
            ));
        }
    }
    Ok(())
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
pub(in crate::split_dependencies) fn is_harmless(step: &Step<'_>, call: &Call<'_>) -> bool {
    match call.program.as_str() {
        // Lists and caches are named by absolute paths, the files of the project by relative ones.
        "rm" => call.args.iter().all(|arg| arg.text.starts_with(['-', '/']) && !arg.varies()),
        "pip" => {
            let known = call.args.iter().all(|arg| arg.value.is_some());
            known && read_call(step, call).is_none() && !builds(call)
        }
        program => HARMLESS.contains(&program),
    }
}

/// Whether all commands of a step read nothing of the project.
pub(in crate::split_dependencies) fn is_harmless_step(step: &Step<'_>) -> bool {
    is_plain(step) && step.calls().iter().all(|call| is_harmless(step, call))
}

/// Whether a step is a list of commands, and nothing is mounted but caches.
pub(in crate::split_dependencies) fn is_plain(step: &Step<'_>) -> bool {
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
        && step.document().instructions().get(step.index).is_some_and(|found| {
            found.flags("mount").all(|mount| mount.value().is_some_and(|value| value.contains("type=cache")))
        })
}
