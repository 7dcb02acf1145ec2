//! Reads what a step installs from, and where to.

mod alone;
mod exported;
mod place;
mod wheels;
mod words;

use super::managers;
use super::plan::{Install, Part, Role, What};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, Call};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

use self::alone::{cleaners, parts};
pub(super) use self::alone::{is_harmless, is_harmless_step, is_plain};
pub(super) use self::exported::read_exported;
pub(crate) use self::place::{environment, within};
pub(super) use self::wheels::{Taking, builds, taking};

use self::words::{Mode, Reading, not_understood};

/// The install in a step, if it has one; why it cannot be split, if that is so. A step that only installs packages by name
/// has none.
pub(super) fn read(step: &Step<'_>) -> Option<Result<Install, Refusal>> {
    let either = |call| read_call(step, call).or_else(|| wheels::built(step, call));
    let mut found = step.calls().iter().filter_map(|call| Some((call, either(call)?)));
    let (call, install) = found.next()?;
    if found.next().is_some() {
        if step.calls().iter().any(wheels::builds) {
            return Some(Err(words::wheels("`pip wheel` builds")));
        }
        return Some(Err(Refusal::new(
            "several-installs",
            "the step installs more than once",
            "give each install a RUN of its own",
        )));
    }
    if step.exec_form().is_some() {
        return Some(Err(Refusal::new("exec-form", "the install is in exec form", "write it in shell form")));
    }
    Some(install.and_then(|install| Ok(Install { parts: parts(step, call, &install)?, ..install })))
}

/// The install of a manager from its own lock in a step, if it has one; why it cannot be split, if that is so.
pub(super) fn read_locked(steps: &Steps<'_>, step: &Step<'_>) -> Option<Result<Install, Refusal>> {
    let managed = managers::read(steps, step)?;
    Some(managed.and_then(|(managed, call)| {
        let folder = call.folder.clone();
        let parts =
            cleaners(step, call).into_iter().map(|range| Part { range, role: Role::Cleans }).collect();
        let program = managed.name;
        let folder = within(folder.as_deref(), ".").ok_or_else(|| workdir_unknown(program))?;
        let what = What::Locked { managed, folder };
        let (no_deps, require_hashes) = (false, false);
        Ok(Install { what, operand: 0..0, root: None, no_deps, require_hashes, program, parts })
    }))
}

fn workdir_unknown(word: &str) -> Refusal {
    let text =
        format!("the working directory is not known, so that it cannot be told which files `{word}` means");
    Refusal::new("workdir-unknown", text, "set WORKDIR before the step")
}

/// Options of pip itself, before the command, that take a value (`pip --help` of 26.3, 2026-11-24).
const OF_PIP: &[&str] = &[
    "--python",
    "--log",
    "--proxy",
    "--retries",
    "--timeout",
    "--exists-action",
    "--trusted-host",
    "--cert",
    "--client-cert",
    "--cache-dir",
    "--use-feature",
    "--use-deprecated",
    "--keyring-provider",
    "--resume-retries",
];

/// Where the command of pip stands among its words.
fn command_of_pip(call: &Call<'_>) -> usize {
    let mut at = 0;
    while let Some(option) = call.args.get(at).filter(|arg| arg.text.starts_with('-')) {
        at += if OF_PIP.contains(&option.text.as_str()) { 2 } else { 1 };
    }
    at
}

/// The words of `call` behind `pip install`, and who installs.
fn words<'c>(call: &'c Call<'_>) -> Option<(&'static str, &'c [Arg])> {
    let value = |at: usize| call.args.get(at).and_then(|arg| arg.value.as_deref());
    match call.program.as_str() {
        "pip" => {
            let at = command_of_pip(call);
            (value(at) == Some("install")).then(|| ("pip", call.args.get(at + 1..).unwrap_or_default()))
        }
        "uv" if value(0) == Some("pip") && value(1) == Some("install") => {
            Some(("uv", call.args.get(2..).unwrap_or_default()))
        }
        _ => None,
    }
}

fn read_call(step: &Step<'_>, call: &Call<'_>) -> Option<Result<Install, Refusal>> {
    let (program, args) = words(call)?;
    read_words(step, call, program, args, Mode::Install)
}

/// What `call` installs by its words behind the command.
fn read_words(
    step: &Step<'_>,
    call: &Call<'_>,
    program: &'static str,
    args: &[Arg],
    mode: Mode,
) -> Option<Result<Install, Refusal>> {
    let (reading, refusal) = reading(args, mode);
    if reading.operands.is_empty() {
        return None;
    }
    Some(refusal.map_or_else(|| reading.install(step, call, program), Err))
}

/// What the words say, and the first of them that is in the way.
fn reading(args: &[Arg], mode: Mode) -> (Reading, Option<Refusal>) {
    let mut reading = Reading::of(mode);
    let mut refusal = None;
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let Some(text) = arg.value.as_deref() else {
            refusal = refusal.or_else(|| Some(not_understood(&arg.text)));
            continue;
        };
        if let Err(found) = reading.take(text, arg, &mut rest) {
            refusal = refusal.or(Some(found));
        }
    }
    (reading, refusal)
}
