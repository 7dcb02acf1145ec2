//! pnpm.

use crate::package_caches::manager::{
    Builds, Cache, EMPTY_CACHE, EMPTY_ROW, FileSetting, Manager, Means, SettingsFile, Spot, Unfit, Written,
};

pub(crate) static PNPM: Manager = Manager {
    name: "pnpm",
    programs: &["pnpm"],
    commands: &[
        &["install"],
        &["i"],
        &["ci"],
        &["clean-install"],
        &["add"],
        &["update"],
        &["up"],
        &["upgrade"],
        &["fetch"],
        &["install-test"],
        &["it"],
        &["deploy"],
        &["recursive", "install"],
        &["recursive", "update"],
    ],
    emptying: &[&["store", "prune"]],
    printing: &[&["store", "path"]],
    // pnpm 10.6 and later read settings from pnpm-workspace.yaml, too.
    files: &[
        SettingsFile {
            name: ".npmrc",
            written: Written::Ini,
            read: &[Spot::Project, Spot::Home(".npmrc")],
            settings: &[
                FileSetting { key: "store-dir", means: Means::Folder },
                FileSetting { key: "enable-global-virtual-store", means: Means::Links(&["true"]) },
            ],
        },
        SettingsFile {
            name: "pnpm-workspace.yaml",
            written: Written::Yaml,
            read: &[Spot::Project],
            settings: &[
                FileSetting { key: "storeDir", means: Means::Folder },
                FileSetting { key: "enableGlobalVirtualStore", means: Means::Links(&["true"]) },
            ],
        },
    ],
    valued_options: &[
        "--filter",
        "-F",
        "--filter-prod",
        "--dir",
        "-C",
        "--prefix",
        "--store-dir",
        "--store",
        "--registry",
        "--loglevel",
        "--reporter",
        "--workspace-concurrency",
        "--network-concurrency",
        "--package-import-method",
    ],
    // pnpm 11 and later read `pnpm_config_…`, earlier ones `npm_config_…`. Packages are copied out of a store on another
    // mount, whatever --package-import-method says.
    caches: &[Cache {
        option: Some("--store-dir"),
        variables: &[
            ("pnpm_config_store_dir", ""),
            ("PNPM_CONFIG_STORE_DIR", ""),
            ("npm_config_store_dir", ""),
            ("NPM_CONFIG_STORE_DIR", ""),
            ("PNPM_HOME", "/store"),
            ("XDG_DATA_HOME", "/pnpm/store"),
        ],
        set_by: &[&["config", "set", "store-dir"], &["config", "set", "storeDir"]],
        below_home: ".local/share/pnpm/store",
        nothing_above: true,
        ..EMPTY_CACHE
    }],
    // What install scripts make is kept with the package, under a key of platform, architecture and version of Node.
    // Steps with and without scripts share what they download.
    keeps_builds: Some(Builds { ruled_out_by: &[], against_installed: &[] }),
    // pnpm 11 and later link global packages to the store; so does any other install with a global virtual store.
    unfit: &[Unfit {
        programs: &["pnpm"],
        options: &["-g", "--global", "--location=global", "--enable-global-virtual-store"],
        code: "links-into-cache",
        why: "installs links to the store (pnpm 11 and later); in a mount the packages would not be in the image",
        way_out: "install it in a RUN of its own, without a mount",
        ..Unfit::NEVER
    }],
    asking: &["--version", "-v", "--help", "-h"],
    relies_by: &["--offline"],
    source: "pnpm 8.15, 9.15.9, 10.34.9 and 12.21.0: `pnpm store path`, installs onto a mount, `ENGINE_NAME`; installs below folders of root; 2026-11-24",
    ..EMPTY_ROW
};
