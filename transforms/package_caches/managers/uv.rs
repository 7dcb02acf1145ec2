//! uv.

use crate::package_caches::manager::{
    Builds, Cache, EMPTY_CACHE, EMPTY_ROW, FileSetting, Link, Manager, Means, Off, OffWhen, Rule,
    SettingsFile, Spot, Wanted, Written,
};

pub(crate) static UV: Manager = Manager {
    name: "uv",
    programs: &["uv"],
    commands: &[&["pip", "install"], &["pip", "sync"], &["sync"], &["add"], &["tool", "install"], &["build"]],
    also_fill: &[&["run"], &["tool", "run"], &["lock"], &["export"], &["venv"], &["python"]],
    emptying: &[&["cache", "clean"], &["cache", "prune"], &["clean"]],
    printing: &[&["cache", "dir"]],
    files: &[
        SettingsFile {
            name: "uv.toml",
            written: Written::Toml,
            read: &[Spot::Project, Spot::Home(".config/uv/uv.toml"), Spot::At("/etc/uv/uv.toml")],
            settings: &[
                FileSetting { key: "cache-dir", means: Means::Folder },
                FileSetting { key: "no-cache", means: Means::Off(&["true"], None) },
                FileSetting { key: "link-mode", means: Means::Links(&["symlink"]) },
            ],
        },
        SettingsFile {
            name: "pyproject.toml",
            written: Written::Toml,
            read: &[Spot::Project],
            settings: &[
                FileSetting { key: "tool.uv.cache-dir", means: Means::Folder },
                FileSetting { key: "tool.uv.no-cache", means: Means::Off(&["true"], None) },
                FileSetting { key: "tool.uv.link-mode", means: Means::Links(&["symlink"]) },
            ],
        },
    ],
    valued_options: &[
        "--cache-dir",
        "--directory",
        "--project",
        "--config-file",
        "--color",
        "--allow-insecure-host",
        "--python-preference",
    ],
    caches: &[Cache {
        option: Some("--cache-dir"),
        variables: &[("UV_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/uv")],
        below_home: ".cache/uv",
        ..EMPTY_CACHE
    }],
    off: Off {
        options: &["--no-cache", "--no-cache-dir", "-n"],
        variables: &["UV_NO_CACHE"],
        when: OffWhen::Truthy,
    },
    keeps_builds: Some(Builds {
        ruled_out_by: &[
            Rule { option: "--no-build", value: None, variable: "UV_NO_BUILD" },
            Rule { option: "--only-binary", value: Some(":all:"), variable: "UV_ONLY_BINARY" },
        ],
        against_installed: &[Rule {
            option: "--no-build-isolation",
            value: None,
            variable: "UV_NO_BUILD_ISOLATION",
        }],
    }),
    asking: &["--help", "-h", "--version", "-V"],
    offline: &[
        Rule { option: "--offline", value: None, variable: "UV_OFFLINE" },
        Rule { option: "--no-index", value: None, variable: "UV_NO_INDEX" },
    ],
    wants: Some(Wanted {
        variable: "UV_LINK_MODE",
        value: Some("copy"),
        option: "--link-mode",
        unless: &[],
        needed: false,
        why: "the cache is a mount of its own: files cannot be linked from it",
    }),
    links: &[Link { option: "--link-mode", variable: "UV_LINK_MODE", value: "symlink" }],
    source: "uv 0.13.9: `uv help`, its documentation on caching and on containers; 2026-11-24",
    ..EMPTY_ROW
};
