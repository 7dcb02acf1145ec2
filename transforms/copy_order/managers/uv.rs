//! uv. Sources: uv's "Using uv in Docker" (intermediate layers), "Locking and syncing", `uv sync --help` of 0.9; read
//! 2026-11-24.

use toml::Table;

use super::{Ahead, DYNAMIC, Install, Manager, Reading, Words, no_lock, pip, toml_paths};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;
use dockfit_shell::Lookup;

/// uv.
pub(super) static UV: Manager = Manager { name: "uv", programs: &["uv"], read };

const WITH_VALUE: &[&str] = &[
    "--directory",
    "--project",
    "--python",
    "--extra",
    "--group",
    "--no-group",
    "--only-group",
    "--package",
    "--no-install-package",
    "--index",
    "--default-index",
    "--index-url",
    "--extra-index-url",
    "--cache-dir",
    "--link-mode",
    "--config-file",
    "--no-extra",
    "--python-platform",
];

fn read(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let subcommand: Vec<&str> = call.values().filter(|value| !value.starts_with('-')).take(2).collect();
    match subcommand.as_slice() {
        ["pip", "install" | "sync" | "compile"] => {
            let words = match Words::of(call, pip::WITH_VALUE, &["pip"]) {
                Ok(words) => words,
                Err(reading) => return reading,
            };
            // `uv pip sync` names the files themselves.
            if words.plain.get(1) == Some(&"sync") {
                let files: Vec<&str> = words.plain.iter().skip(2).copied().collect();
                if let Some(missing) = files.iter().find(|file| !folder.has(file)) {
                    return Reading::no_manifest(folder, missing);
                }
                let files = files.iter().map(|file| folder.at(file)).collect();
                return Reading::Installs(Install { files, ..Install::default() });
            }
            if words.plain.get(1) == Some(&"compile") {
                return Reading::Other;
            }
            let named = ["UV_CONSTRAINT", "UV_OVERRIDE", "UV_BUILD_CONSTRAINT"];
            pip::requirements(&words, folder, 2, pip::named_by(call, folder, &named))
        }
        ["sync", ..] => sync(call, folder),
        ["tool", ..] if call.values().any(pip::is_local) => Reading::Other,
        ["venv" | "python" | "cache" | "self" | "tool", ..] => Reading::Idle,
        _ => Reading::Other,
    }
}

fn sync(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    let words = match Words::of(call, WITH_VALUE, &["sync"]) {
        Ok(words) => words,
        Err(reading) => return reading,
    };
    if words.has(&["--script"]) {
        return Reading::Other;
    }
    let folder = folder.folder(words.value(&["--directory", "--project"]).unwrap_or("."));
    let Some(text) = folder.text("pyproject.toml") else {
        return Reading::no_manifest(&folder, "pyproject.toml");
    };
    let Ok(table) = text.parse::<Table>() else {
        return Reading::refused("not-understood", "pyproject.toml is no valid TOML", "mend it");
    };
    let mut install = Install {
        files: folder.present(&["pyproject.toml", "uv.lock", "uv.toml", ".python-version"]),
        ..Install::default()
    };
    if !folder.has("uv.lock") {
        install.note = Some(no_lock("uv.lock"));
    }
    let locals = toml_paths::table(&table, "tool.uv.sources").cloned().map(toml::Value::Table);
    if let Some(path) = locals.as_ref().and_then(toml_paths::local) {
        let text = format!("`{path}` in pyproject.toml is installed from the source");
        return Reading::needs_source(text, "add --no-install-local to a first uv sync by hand");
    }
    if toml_paths::is_dynamic(&table) {
        return Reading::needs_source(DYNAMIC, "name the dependencies in pyproject.toml");
    }
    let is_workspace = toml_paths::table(&table, "tool.uv.workspace").is_some();
    if is_workspace {
        // uv reads the pyproject.toml of every member (uv "Using workspaces").
        let members = folder.below(".").into_iter().filter(|path| path.ends_with("/pyproject.toml"));
        install.files.extend(members.map(|path| folder.at(path)));
    }
    let packaged =
        toml_paths::flag(&table, "tool.uv", "package").unwrap_or_else(|| table.contains_key("build-system"));
    let (all, own) = ("--no-install-workspace", "--no-install-project");
    let without = words.has(&[all]) || (!is_workspace && words.has(&[own]));
    install.ahead = match (without, is_workspace, packaged) {
        (true, _, _) | (_, false, false) => Ahead::Itself,
        (false, true, _) => Ahead::WithOption(all),
        (false, false, true) => Ahead::WithOption(own),
    };
    let environment = match folder.variable(call, "UV_PROJECT_ENVIRONMENT") {
        Lookup::Set(path) => path,
        Lookup::Unset | Lookup::Unknown => ".venv".to_owned(),
    };
    install.writes.push(folder.at(&environment));
    Reading::Installs(install)
}
