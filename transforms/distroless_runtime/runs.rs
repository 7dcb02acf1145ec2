//! What the RUNs of the final stage do, and how the same comes about without a shell.

use dockfit_dockerfile::values::path::clean;
use dockfit_rewrite::Dockerfile;

use super::accounts::Accounts;
use super::table::Image;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, As, Call};
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::step::Step;

/// A folder that a RUN makes or hands over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Folder {
    pub(super) path: String,
    /// Its owner, where that is not root.
    pub(super) owner: Option<(u32, u32)>,
    /// Whether everything in it was handed over as well.
    pub(super) recursive: bool,
    /// The RUN.
    pub(super) run: usize,
    /// Where the command stands in the RUN's script.
    pub(super) at: usize,
}

/// What the RUNs of a stage do.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// The RUNs that go, by their index.
    pub(super) runs: Vec<usize>,
    /// Those that do nothing but install packages: what is said of them goes with them.
    pub(super) only_packages: Vec<usize>,
    pub(super) folders: Vec<Folder>,
    /// RUNs that need no shell, which stay: they start the language's own program.
    pub(super) kept: Vec<(usize, Vec<String>)>,
    /// Debian packages with the RUN that installs them.
    pub(super) packages: Vec<(String, usize)>,
}

/// Folders that hold nothing that a container needs: what is deleted there need not be.
const THROWN_AWAY: &[&str] = &[
    "/var/lib/apt",
    "/var/cache/apt",
    "/var/cache/debconf",
    "/etc/apt",
    "/var/cache/apk",
    "/tmp",
    "/var/tmp",
    "/root/.cache",
    "/var/log",
];

/// apt's words that install nothing.
const APT_OTHER: &[&str] =
    &["update", "clean", "autoclean", "autoremove", "upgrade", "dist-upgrade", "purge", "remove"];

/// Options of apt that take a value.
const APT_VALUED: &[&str] =
    &["-o", "--option", "-c", "--config-file", "-t", "--target-release", "--default-release"];

/// Reads a RUN of the final stage.
pub(super) fn read(
    dockerfile: &Dockerfile,
    step: &Step<'_>,
    image: &Image,
    accounts: &mut Accounts,
    effects: &mut Effects,
) -> Result<(), Refusal> {
    if let Some(array) = step.exec_form().filter(|_| !step.is_deferred()) {
        let words: Vec<String> = array.items.iter().map(|item| item.value.clone()).collect();
        let program = words.first().map(|word| dockfit_shell::base_name(word));
        if image.programs.iter().any(|known| Some(dockfit_shell::base_name(known)) == program) {
            const OLD_LIBRARY: &str = "/usr/local/lib/python3";
            let names_it = |word: &&String| word.contains(OLD_LIBRARY) && !word.contains("-packages");
            if let Some(word) = words.iter().find(names_it).filter(|_| !image.is_copied) {
                let line = dockerfile.document().line_of(step.index);
                let text = format!("line {line}: the RUN names `{word}`, where the new base has no library");
                return Err(Refusal::new(
                    "run-in-final-stage",
                    text,
                    "ask the interpreter for the folder (`sysconfig`)",
                ));
            }
            effects.kept.push((step.index, words));
            return Ok(());
        }
    }
    let line = dockerfile.document().line_of(step.index);
    if let Some(refusal) = step.refuses_edits("distroless-runtime") {
        return Err(refusal);
    }
    let calls = step.calls();
    let commands = step.script().map_or(0, |script| script.commands().count());
    if commands != calls.len() || calls.iter().any(Call::is_in_branch) {
        return Err(needs_shell(line, "has commands that run only now and then"));
    }
    let mut only_packages = true;
    for call in calls {
        if call.user != As::Same {
            return Err(needs_shell(line, &format!("runs `{}` as another user", call.program)));
        }
        only_packages &= one(line, step, call, accounts, effects)?;
    }
    effects.runs.push(step.index);
    if only_packages {
        effects.only_packages.push(step.index);
    }
    Ok(())
}

fn needs_shell(line: usize, what: &str) -> Refusal {
    Refusal::new(
        "run-in-final-stage",
        format!("line {line}: the RUN {what}, in the stage that would have no shell"),
        "move it to the stage that builds, and copy what it makes",
    )
}

/// Takes one command in. Answers whether it concerns packages alone.
fn one(
    line: usize,
    step: &Step<'_>,
    call: &Call<'_>,
    accounts: &mut Accounts,
    effects: &mut Effects,
) -> Result<bool, Refusal> {
    if let Some(made) = accounts.take(call) {
        made.map_err(|refusal| Refusal { text: format!("line {line}: {}", refusal.text), ..refusal })?;
        return Ok(false);
    }
    let unfit = || needs_shell(line, &format!("runs `{}`", call.program));
    let paths = || operands(call).map(|arg| path(arg).ok_or_else(unfit)).collect::<Result<Vec<_>, _>>();
    match call.program.as_str() {
        "apt-get" | "apt" => {
            for package in packages(call).ok_or_else(unfit)? {
                effects.packages.push((package, step.index));
            }
            Ok(true)
        }
        "apk" => {
            for package in alpine_packages(call).ok_or_else(unfit)? {
                effects.packages.push((package, step.index));
            }
            Ok(true)
        }
        "rm" => {
            let thrown = |path: &String| THROWN_AWAY.iter().any(|folder| is_inside(path, folder));
            let all = call.args.iter().filter(|arg| !is_option(arg)).map(Arg::path);
            let all: Option<Vec<String>> = all.collect();
            if all.is_some_and(|all| all.iter().all(thrown)) { Ok(true) } else { Err(unfit()) }
        }
        "echo" | "printf" => {
            let into = |redirect: &dockfit_shell::Redirect| {
                let target = redirect.target.as_ref().and_then(dockfit_shell::Word::value);
                target.is_some_and(|target| is_inside(target, "/etc/apt"))
            };
            let redirects = &call.command().redirects;
            if redirects.iter().all(into) { Ok(true) } else { Err(unfit()) }
        }
        "set" | "true" | ":" => Ok(true),
        "pip" if renews_installer(call) => Ok(true),
        "pip" | "uv" | "poetry" | "pdm" | "npm" | "yarn" | "pnpm" | "go" | "cargo" | "mvn" | "gradle" => {
            let text =
                format!("line {line}: `{}` installs or builds in the final stage itself", call.program);
            let way_out = "do so in a stage of its own and copy the result from there";
            Err(Refusal::new("no-builder", text, way_out))
        }
        "mkdir" => {
            if !options(call, &["-p", "--parents", "-v"]) {
                return Err(unfit());
            }
            let owner = step
                .owner()
                .map_err(|refusal| Refusal { text: format!("line {line}: {}", refusal.text), ..refusal })?;
            let (run, at) = (step.index, call.command().range.start);
            for path in paths()? {
                effects.folders.push(Folder { path, owner, recursive: false, run, at });
            }
            Ok(false)
        }
        "chown" => {
            if !options(call, &["-R", "--recursive", "-v", "-h"]) {
                return Err(unfit());
            }
            let mut operands = operands(call);
            let owner = operands.next().and_then(|arg| arg.value.as_deref()).ok_or_else(unfit)?;
            let Some(owner) = accounts.numbers(owner) else {
                let text = format!("line {line}: the numbers of `{owner}` cannot be told from this file");
                return Err(Refusal::new("user-unknown", text, "create user and group with fixed numbers"));
            };
            let recursive = call.values().any(|value| matches!(value, "-R" | "--recursive"));
            let (run, at) = (step.index, call.command().range.start);
            for arg in operands {
                let path = path(arg).ok_or_else(unfit)?;
                let owner = (owner != (0, 0)).then_some(owner);
                effects.folders.push(Folder { path, owner, recursive, run, at });
            }
            Ok(false)
        }
        _ => Err(unfit()),
    }
}

fn is_option(arg: &Arg) -> bool {
    arg.text.starts_with('-')
}

fn operands<'c>(call: &'c Call<'_>) -> impl Iterator<Item = &'c Arg> {
    call.args.iter().filter(|arg| !is_option(arg))
}

/// Whether all options are among these.
fn options(call: &Call<'_>, known: &[&str]) -> bool {
    call.args.iter().filter(|arg| is_option(arg)).all(|arg| known.contains(&arg.text.as_str()))
}

/// The one path that an argument names.
fn path(arg: &Arg) -> Option<String> {
    let plain = !arg.text.contains(['*', '?', '[', '{']);
    arg.path().filter(|_| plain).map(|path| clean(&path))
}

/// `pip install --upgrade pip`: the image that it concerns has none.
fn renews_installer(call: &Call<'_>) -> bool {
    let mut words = call.values().filter(|value| !value.starts_with('-'));
    words.next() == Some("install")
        && words.all(|word| {
            let name = word.split(['=', '<', '>', '~', '!']).next().unwrap_or_default();
            matches!(name, "pip" | "setuptools" | "wheel")
        })
}

/// The packages that a call of apt installs; nothing where that is not read.
fn packages(call: &Call<'_>) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        let value = arg.value.as_deref()?;
        if APT_VALUED.contains(&value) {
            args.next();
        } else if !value.starts_with('-') {
            words.push(value);
        }
    }
    match words.split_first() {
        Some((&"install", packages)) => {
            packages.iter().map(|word| word.split(['=', '/', ':']).next().map(str::to_owned)).collect()
        }
        Some((word, _)) if APT_OTHER.contains(word) => Some(Vec::new()),
        _ => None,
    }
}

/// The packages that a call of apk installs; nothing where that is not read.
fn alpine_packages(call: &Call<'_>) -> Option<Vec<String>> {
    const VALUED: &[&str] = &["-t", "--virtual", "-X", "--repository"];
    let mut words = Vec::new();
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        let value = arg.value.as_deref()?;
        if VALUED.contains(&value) {
            args.next();
        } else if !value.starts_with('-') {
            words.push(value);
        }
    }
    match words.split_first() {
        Some((&"add", packages)) => packages
            .iter()
            .map(|word| word.split(['=', '<', '>', '~', '@']).next().map(str::to_owned))
            .collect(),
        Some((&("update" | "upgrade" | "cache" | "del"), _)) => Some(Vec::new()),
        _ => None,
    }
}
