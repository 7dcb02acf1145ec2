//! Yarn 1, and what comes after it.

use crate::package_caches::manager::{
    Cache, EMPTY_CACHE, EMPTY_ROW, Edition, FileSetting, Manager, Means, SettingsFile, Spot, Written,
};

const COMMANDS: &[&[&str]] = &[
    &["install"],
    &["add"],
    &["global", "add"],
    &["global", "upgrade"],
    &["upgrade"],
    &["up"],
    &["dlx"],
    &["workspaces", "focus"],
];

pub(crate) static YARN: Manager = Manager {
    name: "yarn",
    programs: &["yarn", "yarnpkg"],
    commands: COMMANDS,
    emptying: &[&["cache", "clean"]],
    printing: &[&["cache", "dir"]],
    files: &[SettingsFile {
        name: ".yarnrc",
        written: Written::Words,
        read: &[Spot::Project, Spot::Home(".yarnrc")],
        settings: &[
            FileSetting { key: "cache-folder", means: Means::Folder },
            FileSetting { key: "--cache-folder", means: Means::Folder },
        ],
    }],
    valued_options: &[
        "--cwd",
        "--cache-folder",
        "--preferred-cache-folder",
        "--registry",
        "--modules-folder",
        "--mutex",
        "--network-timeout",
        "--network-concurrency",
        "--global-folder",
        "--prefix",
    ],
    // As root it takes /usr/local/share for its home. Two at once may break a package that both unpack.
    caches: &[Cache {
        option: Some("--cache-folder"),
        variables: &[("YARN_CACHE_FOLDER", ""), ("XDG_CACHE_HOME", "/yarn")],
        set_by: &[&["config", "set", "cache-folder"], &["config", "set", "cacheFolder"]],
        below_home: ".cache/yarn",
        of_root: Some("/usr/local/share/.cache/yarn"),
        sharing: Some("locked"),
        ..EMPTY_CACHE
    }],
    bare: true,
    edition: Some(Edition {
        options: &[
            "--immutable",
            "--immutable-cache",
            "--check-cache",
            "--inline-builds",
            "--mode=skip-build",
        ],
        commands: &[&["dlx"], &["up"], &["workspaces", "focus"], &["set", "version"], &["plugin", "import"]],
        files: &[".yarnrc.yml", ".yarn"],
        setting: "nodeLinker",
        variable: "YARN_NODE_LINKER",
        value: "node-modules",
        row: &BERRY,
        why: "this is yarn 2 or later, which runs packages out of its cache unless nodeLinker says otherwise; in a mount \
              they would not be in the image",
        way_out: "set nodeLinker to node-modules in .yarnrc.yml, if that suits the project",
    }),
    asking: &["--version", "-v", "--help", "-h"],
    relies_by: &["--offline"],
    source: "yarn 1.22.22: `yarn cache dir`, `lib/cli.js`, its page on `--mutex`; 2026-11-24",
    ..EMPTY_ROW
};

/// Yarn 2 and later, with packages in `node_modules`.
static BERRY: Manager = Manager {
    name: "yarn-berry",
    programs: &["yarn", "yarnpkg"],
    commands: COMMANDS,
    bare: true,
    emptying: &[&["cache", "clean"]],
    asking: &["--version", "-v", "--help", "-h"],
    printing: &[&["config", "get", "cacheFolder"], &["config", "get", "globalFolder"]],
    // Without a mirror, and with a cache in the project, nothing comes to lie in the folder below.
    files: &[SettingsFile {
        name: ".yarnrc.yml",
        written: Written::Yaml,
        read: &[Spot::Project, Spot::Home(".yarnrc.yml")],
        settings: &[
            FileSetting { key: "globalFolder", means: Means::Folder },
            FileSetting {
                key: "enableMirror",
                means: Means::Off(&["false"], Some(("enableGlobalCache", "true"))),
            },
            FileSetting { key: "enableGlobalCache", means: Means::Beside },
        ],
    }],
    valued_options: &["--cwd"],
    // Yarn 2 and 3 keep a second cache in the project, and take from this one what that has not.
    caches: &[Cache {
        variables: &[("YARN_GLOBAL_FOLDER", ""), ("XDG_DATA_HOME", "/yarn/berry")],
        set_by: &[&["config", "set", "globalFolder"]],
        below_home: ".yarn/berry",
        nothing_above: true,
        ..EMPTY_CACHE
    }],
    source: "yarn 3.8.7 and 4.18.1: `yarn config get`, installs without a network, with each linker, and below folders of root; \
             2026-11-24",
    ..EMPTY_ROW
};
