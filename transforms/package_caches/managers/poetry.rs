//! Poetry.

use crate::package_caches::manager::{
    Builds, Cache, EMPTY_CACHE, EMPTY_ROW, FileSetting, Manager, Means, Off, OffWhen, Rule, SettingsFile,
    Sole, Spot, Written,
};

pub(crate) static POETRY: Manager = Manager {
    name: "poetry",
    programs: &["poetry"],
    commands: &[
        &["install"],
        &["sync"],
        &["add"],
        &["update"],
        &["self", "add"],
        &["self", "install"],
        &["self", "update"],
    ],
    also_fill: &[&["lock"], &["build"], &["remove"]],
    emptying: &[&["cache", "clear"]],
    printing: &[&["config", "cache-dir"]],
    files: &[SettingsFile {
        name: "poetry.toml",
        written: Written::Toml,
        read: &[Spot::Project],
        settings: &[FileSetting { key: "cache-dir", means: Means::Folder }],
    }],
    valued_options: &["-P", "--project", "-C", "--directory"],
    // Virtual environments lie beside these two, unless something else is said: only those two may be mounts.
    caches: &[
        Cache {
            variables: &[("POETRY_CACHE_DIR", "/artifacts"), ("XDG_CACHE_HOME", "/pypoetry/artifacts")],
            set_by: &[&["config", "cache-dir"]],
            behind: "/artifacts",
            below_home: ".cache/pypoetry/artifacts",
            ..EMPTY_CACHE
        },
        Cache {
            variables: &[("POETRY_CACHE_DIR", "/cache"), ("XDG_CACHE_HOME", "/pypoetry/cache")],
            set_by: &[&["config", "cache-dir"]],
            behind: "/cache",
            below_home: ".cache/pypoetry/cache",
            only_downloads: true,
            ..EMPTY_CACHE
        },
    ],
    sole: Some(Sole {
        when: &[
            ("POETRY_VIRTUALENVS_CREATE", &["false", "0", "no", "off"]),
            ("POETRY_VIRTUALENVS_IN_PROJECT", &["true", "1", "yes", "on"]),
        ],
        set_by: &[&["config", "virtualenvs.create", "false"], &["config", "virtualenvs.in-project", "true"]],
        caches: &[Cache {
            variables: &[("POETRY_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pypoetry")],
            set_by: &[&["config", "cache-dir"]],
            below_home: ".cache/pypoetry",
            ..EMPTY_CACHE
        }],
    }),
    off: Off { options: &["--no-cache"], variables: &[], when: OffWhen::Truthy },
    // The key of a wheel that poetry built names address and hash of its source, but not the C library.
    keeps_builds: Some(Builds {
        ruled_out_by: &[Rule { option: "", value: Some(":all:"), variable: "POETRY_INSTALLER_ONLY_BINARY" }],
        against_installed: &[],
    }),
    asking: &["--help", "-h", "--version", "-V", "--dry-run"],
    source: "poetry 2.5.1: `poetry config --list`, `poetry.utils.cache`, installs without a network; 2026-11-24",
    ..EMPTY_ROW
};
