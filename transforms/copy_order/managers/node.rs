//! npm, yarn, pnpm and bun. Sources: npm 11 "npm-install", "npm-ci", "scripts", "workspaces"; yarn 1 and 4 "yarn install";
//! pnpm 10 "pnpm install", "pnpm fetch", "Workspace"; bun 1.3 "bun install"; read 2026-11-24.

use super::node_project::{Project, Tool};
use super::{Install, Manager, Reading, Words, no_lock};
use crate::cache_mounts::call::Call;
use crate::copy_order::tree::Folder;

/// The managers that read a package.json.
pub(super) static NODE: Manager =
    Manager { name: "node", programs: &["npm", "yarn", "pnpm", "bun", "corepack", "npx"], read };

const WITH_VALUE: &[&str] = &[
    "--prefix",
    "-C",
    "--dir",
    "--cwd",
    "--registry",
    "--loglevel",
    "--cache",
    "--omit",
    "--include",
    "--network-timeout",
    "--filter",
    "-F",
    "--workspace",
    "-w",
    "--cache-folder",
    "--modules-folder",
    "--store-dir",
    "--network-concurrency",
    "--fetch-timeout",
    "--mutex",
    "--userconfig",
    "--concurrency",
    "--config",
    "-c",
    "--backend",
];

/// A table row: what a tool calls its install, and the files that it reads beside package.json.
struct Row {
    program: &'static str,
    tool: Tool,
    /// Subcommands that install what the manifest names, if no package is named.
    installs: &'static [&'static str],
    /// Subcommands that read no file of the project.
    idle: &'static [&'static str],
    locks: &'static [&'static str],
    config: &'static [&'static str],
}

static ROWS: &[Row] = &[
    Row {
        program: "npm",
        tool: Tool::Npm,
        installs: &["install", "i", "ci", "clean-install", "install-clean", "add", "isntall", "ic"],
        idle: &["config", "cache", "set", "--version", "-v", "view", "ping", "whoami", "login"],
        locks: &["package-lock.json", "npm-shrinkwrap.json"],
        config: &[".npmrc"],
    },
    Row {
        program: "yarn",
        tool: Tool::Yarn,
        installs: &["install", "add", ""],
        idle: &["config", "cache", "--version", "-v", "global"],
        locks: &["yarn.lock"],
        config: &[".npmrc", ".yarnrc", ".yarnrc.yml"],
    },
    Row {
        program: "pnpm",
        tool: Tool::Pnpm,
        installs: &["install", "i", "add", "fetch"],
        idle: &["config", "store", "setup", "--version", "-v", "env"],
        locks: &["pnpm-lock.yaml"],
        config: &[".npmrc", "pnpm-workspace.yaml", ".pnpmfile.cjs", ".pnpmfile.mjs"],
    },
    Row {
        program: "bun",
        tool: Tool::Bun,
        installs: &["install", "i", "ci", "add"],
        idle: &["--version", "-v", "pm"],
        locks: &["bun.lock", "bun.lockb"],
        config: &[".npmrc", "bunfig.toml"],
    },
];

fn read(call: &Call<'_>, folder: &Folder<'_>) -> Reading {
    if call.program == "corepack" {
        // `corepack install` and `prepare` without a name read package.json; `enable` does not.
        let named = call.values().any(|value| value.contains('@'));
        let enable = call.values().next() == Some("enable");
        return if enable || named { Reading::Idle } else { Reading::Other };
    }
    let Some(row) = ROWS.iter().find(|row| row.program == call.program) else { return Reading::Other };
    let words = match Words::of(call, WITH_VALUE, row.installs) {
        Ok(words) => words,
        Err(reading) => return reading,
    };
    let subcommand = words.plain.first().copied().unwrap_or_default();
    if row.idle.contains(&subcommand) || words.has(&["--version", "-v"]) {
        return Reading::Idle;
    }
    if !row.installs.contains(&subcommand) {
        // `yarn workspaces focus` is an install of yarn 2 and later.
        if !(row.tool == Tool::Yarn && words.plain.starts_with(&["workspaces", "focus"])) {
            return Reading::Other;
        }
    } else if words.plain.len() > 1 {
        return named_packages(&words, row.tool);
    }
    if words.has(&["-g", "--global"]) {
        return if words.plain.len() > 1 { Reading::Idle } else { Reading::Other };
    }
    if words.has(&["--package-lock-only", "--lockfile-only", "--mode=update-lockfile"]) {
        let text = "the step writes the lock anew, which a later COPY would overwrite";
        return Reading::refused("changes-manifest", text, "commit the lock");
    }
    let folder = folder.folder(words.value(&["--prefix", "-C", "--dir", "--cwd"]).unwrap_or("."));
    install(call, &words, row, &folder)
}

/// `npm install NAME…`: idle where it goes elsewhere than into the project.
fn named_packages(words: &Words<'_>, tool: Tool) -> Reading {
    let is_path = |word: &&str| word.starts_with(['.', '/']) || word.starts_with("file:");
    let global = words.has(&["-g", "--global", "--location"]);
    if global && !words.plain.iter().skip(1).any(is_path) {
        return Reading::Idle;
    }
    let name = tool.name();
    let text = format!(
        "`{name} {}` adds to the manifest, which a later COPY would overwrite",
        words.plain.join(" ")
    );
    let way_out = "put the package into package.json";
    Reading::refused("changes-manifest", text, way_out)
}

fn install(call: &Call<'_>, words: &Words<'_>, row: &Row, folder: &Folder<'_>) -> Reading {
    let fetch = words.plain.first() == Some(&"fetch");
    if row.tool == Tool::Pnpm && words.has(&["--offline"]) {
        // The packages came by an earlier `pnpm fetch`.
        return Reading::Other;
    }
    let main = if fetch { "pnpm-lock.yaml" } else { "package.json" };
    if !folder.has(main) {
        return Reading::no_manifest(folder, main);
    }
    let mut install = Install { files: folder.present(&["package.json"]), ..Install::default() };
    install.files.extend(folder.present(row.locks));
    install.files.extend(folder.present(row.config));
    if !row.locks.iter().any(|lock| folder.has(lock)) {
        install.note = Some(no_lock(row.locks.first().copied().unwrap_or_default()));
    }
    let frozen =
        words.plain.iter().any(|word| ["ci", "clean-install", "install-clean", "ic", "fetch"].contains(word))
            || words.has(&[
                "--frozen-lockfile",
                "--immutable",
                "--no-save",
                "--no-lockfile",
                "--no-package-lock",
            ]);
    if install.note.is_none() && !frozen {
        let name = words.plain.first().copied().unwrap_or("install");
        install.note = Some(format!(
            "where `{} {name}` would rewrite the lock, the image now has the lock of the context",
            call.program
        ));
    }
    let project = match Project::read(folder, row.tool, fetch) {
        Ok(project) => project,
        Err(refusal) => return Reading::Refused(refusal),
    };
    let scripts_off = words.has(&["--ignore-scripts"])
        || words.value(&["--mode"]) == Some("skip-build")
        || fetch
        || project.scripts_off
        || ignores_scripts(call, folder);
    if let Err(refusal) = project.complete(folder, &mut install, scripts_off) {
        return Reading::Refused(refusal);
    }
    Reading::Installs(install)
}

fn ignores_scripts(call: &Call<'_>, folder: &Folder<'_>) -> bool {
    let is_set =
        |name| matches!(folder.variable(call, name), dockfit_shell::Lookup::Set(value) if value == "true");
    is_set("npm_config_ignore_scripts") || is_set("NPM_CONFIG_IGNORE_SCRIPTS")
}
