//! pip.

use crate::package_caches::manager::{
    Builds, Cache, Configuration, EMPTY_CACHE, EMPTY_ROW, FileSetting, Manager, Means, Off, OffWhen, Rule,
    SettingsFile, Spot, Written,
};

pub(crate) static PIP: Manager = Manager {
    name: "pip",
    programs: &["pip"],
    commands: &[&["install"], &["wheel"], &["download"]],
    emptying: &[&["cache", "purge"], &["cache", "remove"]],
    // In a file, too, any value of `no-cache-dir` switches the cache off.
    printing: &[&["cache", "dir"]],
    files: &[SettingsFile {
        name: "pip.conf",
        written: Written::Ini,
        read: &[
            Spot::NamedBy("PIP_CONFIG_FILE"),
            Spot::At("/etc/pip.conf"),
            Spot::At("/etc/xdg/pip/pip.conf"),
            Spot::At("/usr/local/pip.conf"),
            Spot::Home(".config/pip/pip.conf"),
            Spot::Home(".pip/pip.conf"),
        ],
        settings: &[
            FileSetting { key: "global.cache-dir", means: Means::Folder },
            FileSetting { key: "install.cache-dir", means: Means::Folder },
            FileSetting { key: "global.no-cache-dir", means: Means::Off(&[], None) },
            FileSetting { key: "install.no-cache-dir", means: Means::Off(&[], None) },
        ],
    }],
    valued_options: &[
        "--python",
        "--log",
        "--keyring-provider",
        "--proxy",
        "--retries",
        "--timeout",
        "--exists-action",
        "--trusted-host",
        "--cert",
        "--client-cert",
        "--cache-dir",
        "--use-feature",
        "--use-deprecated",
    ],
    caches: &[Cache {
        option: Some("--cache-dir"),
        variables: &[("PIP_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pip")],
        below_home: ".cache/pip",
        ..EMPTY_CACHE
    }],
    // Any value of the variable switches the cache off, `0` and `false` included; only an empty one does not.
    // The option may be shortened as far as it stays unique.
    off: Off {
        options: &["--no-cache-dir", "--no-cache-di", "--no-cache-d", "--no-cache-", "--no-cache"],
        variables: &["PIP_NO_CACHE_DIR"],
        when: OffWhen::NotEmpty,
    },
    // The key of a wheel that pip built names address, interpreter and architecture, but not the C library.
    keeps_builds: Some(Builds {
        ruled_out_by: &[Rule { option: "--only-binary", value: Some(":all:"), variable: "PIP_ONLY_BINARY" }],
        against_installed: &[Rule {
            option: "--no-build-isolation",
            value: None,
            variable: "PIP_NO_BUILD_ISOLATION",
        }],
    }),
    asking: &["--help", "-h", "--version", "-V"],
    offline: &[Rule { option: "--no-index", value: None, variable: "PIP_NO_INDEX" }],
    configuration: Some(Configuration {
        command: &["config", "set"],
        files: &["pip.conf"],
        settings: &["no-cache-dir", "cache-dir"],
    }),
    source: "pip 23.2 and 26.3: `pip --help`, `pip._internal.cache`, `pip._internal.cli.cmdoptions`; 2026-11-24",
    ..EMPTY_ROW
};
