//! pip and pipenv. Sources: pip's "Requirements File Format", pip 26.3 `pip install --help`; pipenv 2026 "Pipfile"; read
//! 2026-11-24.

use std::collections::BTreeSet;

use toml::Table;

use super::{Install, Manager, Reading, Words, is_on, no_lock, toml_paths};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;
use dockfit_shell::Lookup;

/// pip, also as `python -m pip`.
pub(super) static PIP: Manager = Manager { name: "pip", programs: &["pip"], read: pip };

/// pipenv.
pub(super) static PIPENV: Manager = Manager { name: "pipenv", programs: &["pipenv"], read: pipenv };

/// Options of `pip install`, `wheel` and `download` with a value.
pub(super) const WITH_VALUE: &[&str] = &[
    "-r",
    "--requirement",
    "-c",
    "--constraint",
    "-e",
    "--editable",
    "-t",
    "--target",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--prefix",
    "--root",
    "-w",
    "--wheel-dir",
    "-d",
    "--dest",
    "--src",
    "--trusted-host",
    "--timeout",
    "--default-timeout",
    "--retries",
    "--cache-dir",
    "--platform",
    "--python-version",
    "--implementation",
    "--abi",
    "--no-binary",
    "--only-binary",
    "--progress-bar",
    "--upgrade-strategy",
    "--proxy",
    "--cert",
    "--client-cert",
    "--log",
    "--python",
    "-C",
    "--config-settings",
    "--global-option",
    "--root-user-action",
    "--exists-action",
    "--report",
    "--group",
    "-p",
    "--build-constraint",
    "--use-feature",
    "--keyring-provider",
    "--torch-backend",
    "--resolution",
    "--prerelease",
    "--index-strategy",
    "--index",
    "--default-index",
    "--link-mode",
    "--override",
];

const OWN_STEP: &str = "install from a requirements file of its own, and the project behind its source";

fn pip(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let words = match Words::of(call, WITH_VALUE, &["install"]) {
        Ok(words) => words,
        Err(reading) => return reading,
    };
    match words.plain.first() {
        Some(&("install" | "wheel" | "download")) => {
            requirements(&words, folder, 1, named_by(call, folder, &["PIP_CONSTRAINT", "PIP_REQUIREMENT"]))
        }
        Some(&("config" | "cache" | "--version" | "list" | "check")) => Reading::Idle,
        _ => Reading::Other,
    }
}

/// The files of the context that variables name, which have lists of files (pip "Environment Variables").
pub(super) fn named_by(call: &Call<'_>, folder: &Folder<'_>, variables: &[&str]) -> Vec<String> {
    let values = variables.iter().filter_map(|name| match folder.variable(call, name) {
        Lookup::Set(value) => Some(value),
        Lookup::Unset | Lookup::Unknown => None,
    });
    values
        .flat_map(|value| value.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .filter(|path| folder.has(path))
        .collect()
}

/// An install as pip's: from requirements files, with `skip` words of the subcommand in front. `also`: the files that
/// variables name.
pub(super) fn requirements(
    words: &Words<'_>,
    folder: &Folder<'_>,
    skip: usize,
    also: Vec<String>,
) -> Reading {
    let named: Vec<&str> = words.plain.iter().skip(skip).copied().collect();
    // The project alone, behind its source: as it should be.
    let local = words.has(&["-e", "--editable"]) || named.iter().any(|word| is_local(word));
    if local && words.has(&["--no-deps"]) && !words.has(&["-r", "--requirement"]) {
        return Reading::Other;
    }
    if let Some(path) = words.value(&["-e", "--editable"]) {
        return Reading::needs_source(format!("`-e {path}` installs the source itself"), OWN_STEP);
    }
    if let Some(path) = named.iter().find(|word| is_local(word)) {
        return Reading::needs_source(format!("`{path}` is installed from the source"), OWN_STEP);
    }
    if let Some(path) = words.value(&["-f", "--find-links"]).filter(|path| !path.contains("://")) {
        let text = format!("`--find-links {path}` takes packages from a folder");
        return Reading::needs_source(text, "copy that folder first by hand");
    }
    if words.has(&["--group"]) {
        return Reading::needs_source("`--group` reads pyproject.toml", OWN_STEP);
    }
    let mut install = Install::default();
    let mut todo: Vec<String> =
        words.values(&["-r", "--requirement", "-c", "--constraint"]).map(str::to_owned).collect();
    todo.extend(also);
    if todo.is_empty() {
        return if words.plain.len() > skip { Reading::Idle } else { Reading::Other };
    }
    todo.reverse();
    let mut seen = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if name.contains("://") || !seen.insert(name.clone()) {
            continue;
        }
        let Some(text) = folder.text(&name) else { return Reading::no_manifest(folder, &name) };
        install.files.push(folder.at(&name));
        match included(&text, &name, folder) {
            Ok(more) => todo.extend(more.into_iter().rev()),
            Err(refusal) => return Reading::Refused(refusal),
        }
    }
    if install.files.is_empty() {
        return Reading::Idle;
    }
    let targets = words.values(&["-t", "--target", "--prefix", "-w", "--wheel-dir", "-d", "--dest"]);
    install.writes = targets.map(|path| folder.at(path)).collect();
    if words.plain.first() == Some(&"wheel") && !words.has(&["-w", "--wheel-dir"]) {
        return Reading::Other;
    }
    Reading::Installs(install)
}

/// The files that a requirements file includes, as paths from the command's folder.
fn included(text: &str, name: &str, folder: &Folder<'_>) -> Result<Vec<String>, Refusal> {
    let at = folder.at(name);
    let parent = at.rsplit_once('/').map_or("", |(parent, _)| parent);
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim().trim_end_matches('\\').trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let includes = ["-r", "--requirement", "-c", "--constraint"].iter().find_map(|option| {
            let rest = line.strip_prefix(option)?;
            let glued = option.len() == 2 || rest.starts_with([' ', '\t', '=']);
            glued.then(|| rest.trim_start_matches(['=', ' ', '\t']).split(" #").next().unwrap_or_default())
        });
        if let Some(path) = includes {
            // Paths count from the file that names them.
            let local = !path.contains("://") && !path.starts_with('/');
            found.push(if local { format!("{parent}/{path}") } else { path.to_owned() });
            continue;
        }
        let editable =
            ["-e", "--editable"].iter().find_map(|option| line.strip_prefix(option)).map(str::trim);
        let local = match editable {
            Some(path) => !path.contains("://"),
            None => is_local(line.split([';', '#']).next().unwrap_or_default().trim()),
        };
        if local || line.contains("@ file:") {
            let text = format!("`{line}` in {name} is installed from the source");
            return Err(Refusal::new(
                "needs-source",
                text,
                "move that line into a file that is installed later",
            ));
        }
        let links = ["-f", "--find-links"].iter().find_map(|option| line.strip_prefix(option));
        if links.is_some_and(|links| !links.contains("://")) {
            let text = format!("`{line}` in {name} takes packages from a folder");
            return Err(Refusal::new("needs-source", text, "copy that folder first by hand"));
        }
    }
    Ok(found)
}

/// Whether pip takes a word for a path (pip `req/constructors.py` `_looks_like_path`, or an archive's name).
pub(super) fn is_local(word: &str) -> bool {
    let word = word.split(" @ ").nth(1).unwrap_or(word);
    if word.contains("://") && !word.starts_with("file:") {
        return false;
    }
    let path = word.split('[').next().unwrap_or_default();
    let archive = [".whl", ".tar.gz", ".zip"].iter().any(|suffix| word.ends_with(suffix));
    path.starts_with('.')
        || path.starts_with('/')
        || path.contains('/')
        || word.starts_with("file:")
        || archive
}

fn pipenv(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let value = &["-r", "--requirements", "--python", "--categories", "--extra-pip-args", "-i", "--index"];
    let Ok(words) = Words::of(call, value, &[]) else { return Reading::Other };
    if !matches!(words.plain.first(), Some(&("install" | "sync"))) || words.plain.len() > 1 {
        return Reading::Other;
    }
    if let Some(path) = words.value(&["-r", "--requirements"]) {
        return Reading::needs_source(format!("`-r {path}` writes a new Pipfile"), "commit the Pipfile");
    }
    let Some(text) = folder.text("Pipfile") else { return Reading::no_manifest(folder, "Pipfile") };
    let Ok(table) = text.parse::<Table>() else {
        return Reading::refused("not-understood", "the Pipfile is no valid TOML", "mend it");
    };
    if let Some(path) = toml_paths::local(&toml::Value::Table(table)) {
        let text = format!("the Pipfile installs `{path}`, which is part of the source");
        return Reading::needs_source(text, OWN_STEP);
    }
    let in_project = match folder.variable(call, "PIPENV_VENV_IN_PROJECT") {
        Lookup::Set(value) => is_on(&value),
        Lookup::Unset | Lookup::Unknown => false,
    };
    let writes = if in_project { vec![folder.at(".venv")] } else { Vec::new() };
    let files = folder.present(&["Pipfile", "Pipfile.lock"]);
    let unlocked = !folder.has("Pipfile.lock");
    let note = unlocked.then(|| no_lock("Pipfile.lock"));
    Reading::Installs(Install { files, writes, note, ..Install::default() })
}
