//! bun.

use crate::package_caches::manager::{
    Cache, EMPTY_CACHE, EMPTY_ROW, FileSetting, Link, Manager, Means, SettingsFile, Spot, Written,
};

pub(crate) static BUN: Manager = Manager {
    name: "bun",
    programs: &["bun"],
    commands: &[&["install"], &["i"], &["ci"], &["add"], &["a"], &["update"], &["up"], &["pm", "fetch"]],
    emptying: &[&["pm", "cache", "rm"], &["pm", "cache", "prune"]],
    printing: &[&["pm", "cache"]],
    files: &[SettingsFile {
        name: "bunfig.toml",
        written: Written::Toml,
        read: &[Spot::Project, Spot::Home(".bunfig.toml")],
        settings: &[
            FileSetting { key: "install.cache.dir", means: Means::Folder },
            FileSetting { key: "install.cache.disable", means: Means::Off(&["true"], None) },
        ],
    }],
    valued_options: &["--cwd", "--cache-dir", "--backend", "--registry", "--config", "-c", "--filter"],
    // `--no-cache` is about what the registry says of versions: packages are kept and used all the same.
    // Where files cannot be linked, they are copied.
    caches: &[Cache {
        option: Some("--cache-dir"),
        variables: &[
            ("BUN_INSTALL_CACHE_DIR", ""),
            ("BUN_INSTALL", "/install/cache"),
            ("XDG_CACHE_HOME", "/.bun/install/cache"),
        ],
        below_home: ".bun/install/cache",
        nothing_above: true,
        ..EMPTY_CACHE
    }],
    links: &[Link { option: "--backend", variable: "", value: "symlink" }],
    asking: &["--version", "-v", "--help", "-h"],
    relies_by: &["--offline"],
    source: "bun 1.4.5: `bun install --help`, `bun pm cache`, installs onto a mount and without a network; installs below folders of root; 2026-11-24",
    ..EMPTY_ROW
};
