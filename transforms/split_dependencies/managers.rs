//! Managers that install from their own lock: `uv sync`, `poetry install`, `pdm install`.
//!
//! Their step stays as it is, behind the groups: it finds what the groups have installed in its environment, and adds what
//! is missing, so that the image holds what it held before.
//!
//! Sources: `uv sync --help` of 0.9 and uv's "Using uv in Docker"; poetry 2.2 `poetry install --help` and "Configuration"
//! (`virtualenvs.create`, `virtualenvs.in-project`); pdm 2.26 `pdm install --help` and "Working with Virtual Environments";
//! read 2026-11-24.

use std::collections::BTreeSet;

use dockfit_dockerfile::model::Value;
use dockfit_python::{Choice, Manifest, Name, Wanted};

use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{As, Call};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// What a manager's step installs, and how the groups are installed for it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Managed {
    /// Its name.
    pub(super) name: &'static str,
    /// The command that makes the environment, if the groups have to.
    pub(super) make: Option<&'static str>,
    /// The command that installs a requirements file, up to the options.
    pub(super) install: String,
    choice: Chosen,
}

/// What a step asks for, in its own words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent options")]
struct Chosen {
    without_main: bool,
    extras: Vec<String>,
    all_extras: bool,
    no_defaults: bool,
    with: Vec<String>,
    without: Vec<String>,
    all_groups: bool,
}

/// What an option says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Says {
    Nothing,
    NoDev,
    NoDefaults,
    Extra,
    AllExtras,
    With,
    AllGroups,
    Without,
    Only,
    Pass(&'static str),
}

struct Row {
    program: &'static str,
    commands: &'static [&'static str],
    options: &'static [(&'static [&'static str], bool, Says)],
}

const ROWS: &[Row] = &[
    Row {
        program: "uv",
        commands: &["sync"],
        options: &[
            (
                &["--frozen", "--locked", "--no-install-project", "--no-editable", "--inexact"],
                false,
                Says::Nothing,
            ),
            (&["-q", "--quiet", "-v", "--verbose", "--no-progress", "--dev"], false, Says::Nothing),
            (&["--link-mode"], true, Says::Nothing),
            (&["--no-dev", "--production"], false, Says::NoDev),
            (&["--no-default-groups"], false, Says::NoDefaults),
            (&["--extra"], true, Says::Extra),
            (&["--all-extras"], false, Says::AllExtras),
            (&["--group"], true, Says::With),
            (&["--all-groups"], false, Says::AllGroups),
            (&["--no-group"], true, Says::Without),
            (&["--only-group"], true, Says::Only),
            (&["--compile-bytecode"], false, Says::Pass("--compile-bytecode")),
            (&["--no-cache", "-n"], false, Says::Pass("--no-cache")),
        ],
    },
    Row {
        program: "poetry",
        commands: &["install"],
        options: &[
            (
                &["--no-root", "--no-directory", "--no-interaction", "-n", "--no-ansi", "--ansi"],
                false,
                Says::Nothing,
            ),
            (&["-q", "--quiet", "-v", "-vv", "-vvv", "--verbose"], false, Says::Nothing),
            (&["--no-dev"], false, Says::NoDev),
            (&["-E", "--extras"], true, Says::Extra),
            (&["--all-extras"], false, Says::AllExtras),
            (&["--with"], true, Says::With),
            (&["--all-groups"], false, Says::AllGroups),
            (&["--without"], true, Says::Without),
            (&["--only"], true, Says::Only),
            (&["--no-cache"], false, Says::Pass("--no-cache-dir")),
        ],
    },
    Row {
        program: "pdm",
        commands: &["install", "sync"],
        options: &[
            (
                &["--check", "--frozen-lockfile", "--no-lock", "--no-self", "--no-editable"],
                false,
                Says::Nothing,
            ),
            (&["-q", "--quiet", "-v", "--verbose"], false, Says::Nothing),
            (&["--prod", "--production", "--no-default-groups"], false, Says::NoDefaults),
            (&["-G", "--group", "--with"], true, Says::With),
            (&["--without"], true, Says::Without),
        ],
    },
];

/// The step of a manager, if it is one: its command's words are understood, or why not.
pub(super) fn read(steps: &Steps<'_>, step: &Step<'_>) -> Option<Result<Managed, Refusal>> {
    let found = step.calls().iter().find_map(|call| {
        let row = ROWS.iter().find(|row| row.program == call.program)?;
        let at = call.args.iter().position(|arg| !arg.text.starts_with('-'))?;
        let command = call.args.get(at)?.value.as_deref()?;
        row.commands.contains(&command).then_some((row, call, at))
    });
    let (row, call, at) = found?;
    Some(managed(steps, step, row, call, at))
}

fn managed(
    steps: &Steps<'_>,
    step: &Step<'_>,
    row: &Row,
    call: &Call<'_>,
    at: usize,
) -> Result<Managed, Refusal> {
    if call.is_in_branch() || call.user != As::Same {
        let text = "the install does not run in each build, or runs as somebody else";
        return Err(Refusal::new("not-alone", text, "give the install a RUN of its own"));
    }
    if row.program == "uv" && step.calls().iter().any(|other| other.program != "uv") {
        let text = "uv may only be there in this step, which does more than the install";
        return Err(Refusal::new("not-alone", text, "give the install a RUN of its own"));
    }
    let (choice, passed) = chosen(row, call, at)?;
    let (make, mut install) = match row.program {
        "uv" => uv(steps, step)?,
        "poetry" => poetry(steps, step)?,
        _ => pdm(steps, step)?,
    };
    for option in passed {
        install = format!("{install} {option}");
    }
    Ok(Managed { name: row.program, make, install, choice })
}

fn chosen(row: &Row, call: &Call<'_>, at: usize) -> Result<(Chosen, Vec<&'static str>), Refusal> {
    let mut choice = Chosen::default();
    let mut passed = Vec::new();
    let mut rest = call.args.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, arg)| arg);
    while let Some(arg) = rest.next() {
        let not_understood = || {
            let text =
                format!("`{}` of `{} {}` is not understood", arg.text, row.program, row.commands.join("/"));
            Refusal::new("not-understood", text, "write the step with plain options")
        };
        let word = arg.value.as_deref().ok_or_else(not_understood)?;
        let (name, joined) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let option =
            row.options.iter().find(|(names, _, _)| names.contains(&name)).ok_or_else(not_understood)?;
        let value = match (option.1, joined) {
            (false, None) => String::new(),
            (true, Some(value)) => value.to_owned(),
            (true, None) => rest.next().and_then(|arg| arg.value.clone()).ok_or_else(not_understood)?,
            (false, Some(_)) => return Err(not_understood()),
        };
        let names = || value.split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned);
        match option.2 {
            Says::Nothing => {}
            Says::NoDev => choice.without.push("dev".to_owned()),
            Says::NoDefaults => choice.no_defaults = true,
            Says::Extra => choice.extras.extend(names()),
            Says::AllExtras => choice.all_extras = true,
            Says::With => choice.with.extend(names()),
            Says::AllGroups => choice.all_groups = true,
            Says::Without => choice.without.extend(names()),
            Says::Only => {
                choice.no_defaults = true;
                choice.without_main = !names().any(|name| name == "main");
                choice.with.extend(names().filter(|name| name != "main"));
            }
            Says::Pass(option) => passed.push(option),
        }
    }
    Ok((choice, passed))
}

impl Managed {
    /// What of `manifest` the step installs.
    pub(super) fn wanted(&self, manifest: &Manifest) -> Wanted {
        let choice = &self.choice;
        let names =
            |list: &[String]| -> BTreeSet<Name> { list.iter().filter_map(|name| Name::new(name)).collect() };
        let mut groups = if choice.no_defaults { BTreeSet::new() } else { manifest.default_groups.clone() };
        if choice.all_groups {
            groups.extend(manifest.groups.keys().cloned());
        }
        groups.extend(names(&choice.with));
        // pdm's optional groups are the project's extras.
        let mut extras = names(&choice.extras);
        if self.name == "pdm" {
            extras.extend(groups.iter().filter(|name| manifest.extras.contains_key(*name)).cloned());
            groups.retain(|name| !extras.contains(name));
        }
        for name in names(&choice.without) {
            groups.remove(&name);
        }
        let extras = if choice.all_extras { Choice::All } else { Choice::Only(extras) };
        Wanted { main: !choice.without_main, extras, groups: Choice::Only(groups) }
    }
}

/// The command that makes the environment, and the one that installs into it. Poetry and pdm compile no bytecode by
/// themselves, as pip would.
type Commands = (Option<&'static str>, String);

fn uv(steps: &Steps<'_>, step: &Step<'_>) -> Result<Commands, Refusal> {
    for name in ["UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV", "UV_PYTHON", "UV_WORKING_DIRECTORY"] {
        let value = variable(step, name);
        let same = value.as_deref().is_some_and(|value| in_folder(step, value, ".venv"));
        if value.is_some() && !(same && matches!(name, "UV_PROJECT_ENVIRONMENT" | "VIRTUAL_ENV")) {
            return Err(elsewhere(&format!("{name} names another environment than `.venv`")));
        }
    }
    let is_made =
        earlier(steps, step).any(|call| call.program == "uv" && call.values().next() == Some("venv"));
    Ok(((!is_made).then_some("uv venv"), "uv pip install".to_owned()))
}

fn poetry(steps: &Steps<'_>, step: &Step<'_>) -> Result<Commands, Refusal> {
    let set = |key: &str, name: &str| -> Option<bool> {
        if let Some(value) = variable(step, name) {
            return Some(is_true(&value));
        }
        let config = earlier(steps, step).filter(|call| call.program == "poetry").filter_map(|call| {
            let words: Vec<&str> = call.values().filter(|word| !word.starts_with('-')).collect();
            match words.as_slice() {
                ["config", found, value] if *found == key => Some(is_true(value)),
                _ => None,
            }
        });
        config.last()
    };
    if set("virtualenvs.create", "POETRY_VIRTUALENVS_CREATE") == Some(false) {
        return Ok((None, "pip install --no-compile".to_owned()));
    }
    if set("virtualenvs.in-project", "POETRY_VIRTUALENVS_IN_PROJECT") == Some(true) {
        return Ok((Some("python -m venv .venv"), ".venv/bin/pip install --no-compile".to_owned()));
    }
    Err(elsewhere("poetry makes its environment in a folder of its own choice"))
}

fn pdm(steps: &Steps<'_>, step: &Step<'_>) -> Result<Commands, Refusal> {
    let own = |name: &&str| variable(step, name).is_some();
    let configured = earlier(steps, step).any(|call| {
        call.program == "pdm"
            && call.values().any(|word| matches!(word, "config" | "use" | "venv" | "-g" | "--global"))
    });
    if ["PDM_USE_VENV", "PDM_IGNORE_SAVED_PYTHON", "PDM_PROJECT", "VIRTUAL_ENV"].iter().any(own) || configured
    {
        return Err(elsewhere("pdm is told which environment to use"));
    }
    let make = "python -m venv --without-pip .venv";
    Ok((Some(make), "pip --python .venv/bin/python install --no-compile".to_owned()))
}

fn elsewhere(why: &str) -> Refusal {
    Refusal::new("environment-elsewhere", why, "keep the environment in `.venv` of the project")
}

/// The commands of the stage, and of those below, up to the step and in it.
fn earlier<'s>(steps: &'s Steps<'_>, step: &'s Step<'_>) -> impl Iterator<Item = &'s Call<'s>> {
    let stages: Vec<usize> = step.stages().collect();
    let of_stage = move |index: usize| {
        steps.model().stage_of(index).is_some_and(|stage| stages.contains(&stage.index))
            && index <= step.index
    };
    steps.all().filter(move |other| of_stage(other.index)).flat_map(|other| other.calls().iter())
}

fn variable(step: &Step<'_>, name: &str) -> Option<String> {
    match step.model().environment(step.index)?.value(name)? {
        Value::Known(value) if value.is_empty() => None,
        Value::Known(value) => Some(value.to_string()),
        Value::Partial(_) => Some(String::new()),
        // A base that is not described hardly sets one of these.
        Value::Unknown => None,
    }
}

fn is_true(value: &str) -> bool {
    ["1", "true", "yes", "on"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
}

/// Whether `path` is `name` in the folder of the step.
fn in_folder(step: &Step<'_>, path: &str, name: &str) -> bool {
    let folder = step.model().state(step.index).map(dockfit_dockerfile::model::State::current_dir);
    let folder = folder.as_ref().and_then(Value::as_known).unwrap_or("/").trim_end_matches('/');
    path == name || path.trim_end_matches('/') == format!("{folder}/{name}")
}
