//! The environments that managers install into, and what installs into them before the managers do.
//!
//! Sources: uv's "Using uv in Docker" and "Environment variables"; poetry's "Configuration" (`virtualenvs.create`,
//! `virtualenvs.in-project`); pdm's "Working with Virtual Environments"; pipenv's "Configuration"; read 2026-11-24.

use dockfit_dockerfile::model::Value;

use super::Chosen;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// The command that makes the environment, and the one that installs into it. Poetry and pdm compile no bytecode by
/// themselves, as pip would.
pub(super) type Commands = (Option<String>, String);

/// Where the interpreter of the image has its packages; `uv pip install` goes there with `--system`.
const OF_THE_IMAGE: &[&str] = &["/usr", "/usr/local"];

pub(super) fn uv(steps: &Steps<'_>, step: &Step<'_>, choice: &Chosen) -> Result<Commands, Refusal> {
    if variable(step, "UV_WORKING_DIRECTORY").is_some() {
        return Err(elsewhere("UV_WORKING_DIRECTORY names another folder"));
    }
    let known = |name: &str| match variable(step, name) {
        Some(value) if value.is_empty() || value.contains([' ', '"', '\'', '$', '\\']) => {
            Err(elsewhere(&format!("the environment that {name} names is not known")))
        }
        value => Ok(value.map(|value| value.trim_end_matches('/').to_owned())),
    };
    let active = known("VIRTUAL_ENV")?;
    let named = known("UV_PROJECT_ENVIRONMENT")?;
    let folder = match (&active, named) {
        (None, _) if choice.active => return Err(elsewhere("`--active` without VIRTUAL_ENV")),
        (Some(active), _) if choice.active => active.clone(),
        (_, Some(named)) if !in_folder(step, &named, ".venv") => named,
        _ => ".venv".to_owned(),
    };
    if OF_THE_IMAGE.contains(&folder.as_str()) {
        return Ok((None, "uv pip install --system".to_owned()));
    }
    let makes = |call: &Call<'_>| match call.program.as_str() {
        "uv" => call.values().next() == Some("venv"),
        "venv" | "virtualenv" => call.values().any(|word| word.trim_end_matches('/') == folder),
        _ => false,
    };
    let mut make = vec!["uv venv".to_owned()];
    make.extend(choice.make.iter().cloned());
    if folder != ".venv" {
        make.push(folder.clone());
    }
    let is_active = match &active {
        Some(active) => *active == folder || (folder == ".venv" && in_folder(step, active, ".venv")),
        None => folder == ".venv",
    };
    // These name the interpreter for every `uv pip`.
    let other = ["UV_PYTHON", "UV_SYSTEM_PYTHON"].iter().any(|name| variable(step, name).is_some());
    let python = if is_active && !other { String::new() } else { format!(" --python {folder}") };
    let make = (!earlier(steps, step).any(makes)).then(|| make.join(" "));
    Ok((make, format!("uv pip install{python}")))
}

pub(super) fn poetry(steps: &Steps<'_>, step: &Step<'_>) -> Result<Commands, Refusal> {
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
        let install = ".venv/bin/pip install --no-compile".to_owned();
        return Ok((Some("python -m venv .venv".to_owned()), install));
    }
    Err(elsewhere("poetry makes its environment in a folder of its own choice"))
}

pub(super) fn pdm(steps: &Steps<'_>, step: &Step<'_>) -> Result<Commands, Refusal> {
    let own = |name: &&str| variable(step, name).is_some();
    let configured = earlier(steps, step).any(|call| {
        call.program == "pdm"
            && call.values().any(|word| matches!(word, "config" | "use" | "venv" | "-g" | "--global"))
    });
    if ["PDM_USE_VENV", "PDM_IGNORE_SAVED_PYTHON", "PDM_PROJECT", "VIRTUAL_ENV"].iter().any(own) || configured
    {
        return Err(elsewhere("pdm is told which environment to use"));
    }
    let make = "python -m venv --without-pip .venv".to_owned();
    Ok((Some(make), "pip --python .venv/bin/python install --no-compile".to_owned()))
}

pub(super) fn pipenv(step: &Step<'_>, choice: &Chosen) -> Result<Commands, Refusal> {
    for name in ["PIPENV_PIPFILE", "PIPENV_PYTHON", "PIPENV_CUSTOM_VENV_NAME", "PIPENV_PYPI_MIRROR"] {
        if variable(step, name).is_some() {
            return Err(elsewhere(&format!("{name} is set")));
        }
    }
    if choice.system {
        return Ok((None, "pip install".to_owned()));
    }
    let in_project = variable(step, "PIPENV_VENV_IN_PROJECT").is_some_and(|value| is_true(&value));
    if in_project && variable(step, "VIRTUAL_ENV").is_none() {
        return Ok((Some("python -m venv .venv".to_owned()), ".venv/bin/pip install".to_owned()));
    }
    Err(Refusal::new(
        "environment-elsewhere",
        "pipenv makes its environment in a folder of its own choice",
        "install with --system, or set PIPENV_VENV_IN_PROJECT=1",
    ))
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
