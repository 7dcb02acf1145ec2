//! Poetry and PDM. Sources: Poetry 2.2 "Commands: install", "Configuration"; PDM 2.26 "CLI: install, sync"; read 2026-11-24.

use toml::Table;

use super::{Ahead, DYNAMIC, Install, Manager, Reading, Words, is_on, no_lock, toml_paths};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;
use dockfit_shell::Lookup;

/// Poetry.
pub(super) static POETRY: Manager = Manager { name: "poetry", programs: &["poetry"], read: poetry };

/// PDM.
pub(super) static PDM: Manager = Manager { name: "pdm", programs: &["pdm"], read: pdm };

const WITH_VALUE: &[&str] = &[
    "-C",
    "--directory",
    "-P",
    "--project",
    "--with",
    "--without",
    "--only",
    "-E",
    "--extras",
    "-G",
    "--group",
    "-p",
    "-L",
    "--lockfile",
    "--venv",
];

struct Files {
    text: Table,
    install: Install,
}

fn files(folder: &Folder<'_>, lock: &str, others: &[&str]) -> Result<Files, Reading> {
    let Some(text) = folder.text("pyproject.toml") else {
        return Err(Reading::no_manifest(folder, "pyproject.toml"));
    };
    let Ok(text) = text.parse::<Table>() else {
        return Err(Reading::refused("not-understood", "pyproject.toml is no valid TOML", "mend it"));
    };
    let mut files = folder.present(&["pyproject.toml", lock]);
    files.extend(folder.present(others));
    let note = (!folder.has(lock)).then(|| no_lock(lock));
    Ok(Files { text, install: Install { files, note, ..Install::default() } })
}

fn poetry(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let words = match Words::of(call, WITH_VALUE, &["install", "sync"]) {
        Ok(words) => words,
        Err(reading) => return reading,
    };
    match words.plain.first() {
        Some(&("install" | "sync")) => {}
        Some(&"config") if !words.has(&["--local"]) => return Reading::Idle,
        Some(&("self" | "cache")) => return Reading::Idle,
        _ if words.has(&["--version", "-V"]) => return Reading::Idle,
        _ => return Reading::Other,
    }
    if words.has(&["--only-root"]) {
        return Reading::Other;
    }
    let folder = folder.folder(words.value(&["-C", "--directory", "-P", "--project"]).unwrap_or("."));
    let Files { text, mut install } = match files(&folder, "poetry.lock", &["poetry.toml"]) {
        Ok(files) => files,
        Err(reading) => return reading,
    };
    let local = toml_paths::local_in(
        &text,
        &[
            "tool.poetry.dependencies",
            "tool.poetry.dev-dependencies",
            "tool.poetry.group",
            "project.dependencies",
        ],
    );
    if let Some(path) = local.filter(|_| !words.has(&["--no-directory"])) {
        let text = format!("`{path}` in pyproject.toml is installed from the source");
        return Reading::needs_source(text, "install with --no-directory first by hand");
    }
    let is_package = toml_paths::flag(&text, "tool.poetry", "package-mode").unwrap_or(true);
    if is_package && !words.has(&["--no-root"]) {
        install.ahead = Ahead::WithOption("--no-root");
    }
    if in_project(call, &folder) {
        install.writes.push(folder.at(".venv"));
    }
    Reading::Installs(install)
}

/// Whether the environment may be `.venv` of the project: where a setting says so (Poetry "Configuration",
/// `virtualenvs.in-project`).
fn in_project(call: &Call<'_>, folder: &Folder<'_>) -> bool {
    let set = match folder.variable(call, "POETRY_VIRTUALENVS_IN_PROJECT") {
        Lookup::Set(value) => is_on(&value),
        Lookup::Unset | Lookup::Unknown => false,
    };
    let settings = folder.text("poetry.toml").unwrap_or_default();
    let in_file = settings.lines().any(|line| line.replace(' ', "") == "in-project=true");
    set || in_file || folder.stage_says("virtualenvs.in-project")
}

fn pdm(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let words = match Words::of(call, WITH_VALUE, &["install", "sync"]) {
        Ok(words) => words,
        Err(reading) => return reading,
    };
    match words.plain.first() {
        Some(&("install" | "sync")) => {}
        Some(&("self" | "cache" | "config")) => return Reading::Idle,
        _ => return Reading::Other,
    }
    let folder = folder.folder(words.value(&["-p", "--project"]).unwrap_or("."));
    let Files { text, mut install } = match files(&folder, "pdm.lock", &["pdm.toml", ".pdm-python"]) {
        Ok(files) => files,
        Err(reading) => return reading,
    };
    if toml_paths::is_dynamic(&text) {
        return Reading::needs_source(DYNAMIC, "name the dependencies in pyproject.toml");
    }
    let tables = ["tool.pdm.dev-dependencies", "project.dependencies", "project.optional-dependencies"];
    let local = toml_paths::local_in(&text, &tables);
    let editable = toml_paths::table(&text, "tool.pdm.dev-dependencies").is_some_and(|table| {
        let strings = table.values().filter_map(toml::Value::as_array).flatten();
        strings.filter_map(toml::Value::as_str).any(|text| text.starts_with("-e"))
    });
    if local.is_some() || editable {
        let text = "pyproject.toml names packages that are part of the source";
        return Reading::needs_source(text, "install the others first by hand");
    }
    let is_package = toml_paths::flag(&text, "tool.pdm", "distribution")
        .unwrap_or_else(|| text.contains_key("build-system"));
    if is_package && !words.has(&["--no-self"]) {
        install.ahead = Ahead::WithOption("--no-self");
    }
    install.writes = vec![folder.at(".venv"), folder.at("__pypackages__")];
    Reading::Installs(install)
}
