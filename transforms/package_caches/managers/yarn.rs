//! Yarn 1.

use crate::package_caches::manager::{Cache, EMPTY_CACHE, EMPTY_ROW, Manager};

pub(crate) static YARN: Manager = Manager {
    name: "yarn",
    programs: &["yarn", "yarnpkg"],
    commands: &[
        &["install"],
        &["add"],
        &["global", "add"],
        &["global", "upgrade"],
        &["upgrade"],
        &["up"],
        &["dlx"],
        &["workspaces", "focus"],
    ],
    emptying: &[&["cache", "clean"]],
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
    asking: &["--version", "-v", "--help", "-h"],
    relies_by: &["--offline"],
    source: "yarn 1.22.22: `yarn cache dir`, `lib/cli.js`, its page on `--mutex`; 2026-11-24",
    ..EMPTY_ROW
};
