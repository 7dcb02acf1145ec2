//! npm.

use crate::package_caches::manager::{
    Cache, EMPTY_CACHE, EMPTY_ROW, FileSetting, Manager, Means, SettingsFile, Spot, Unfit, Written,
};

/// `npx` prefers a version that it has used before over the newest one, and keeps what it used in the same cache.
const OLD_TOOLS: Unfit = Unfit {
    code: "would-use-old",
    why: "runs packages out of the cache: in a mount it would go on with the version of an earlier build",
    way_out: "run it in a RUN of its own",
    unless: &["--no-install", "--no"],
    ..Unfit::NEVER
};

pub(crate) static NPM: Manager = Manager {
    name: "npm",
    programs: &["npm"],
    commands: &[
        &["install"],
        &["add"],
        &["i"],
        &["in"],
        &["ins"],
        &["inst"],
        &["insta"],
        &["instal"],
        &["isnt"],
        &["isnta"],
        &["isntal"],
        &["isntall"],
        &["ci"],
        &["clean-install"],
        &["ic"],
        &["install-clean"],
        &["isntall-clean"],
        &["update"],
        &["u"],
        &["up"],
        &["upgrade"],
        &["udpate"],
        &["install-test"],
        &["it"],
        &["install-ci-test"],
        &["cit"],
        &["clean-install-test"],
        &["sit"],
    ],
    emptying: &[&["cache", "clean"], &["cache", "clear"], &["cache", "rm"]],
    printing: &[&["config", "get", "cache"], &["get", "cache"]],
    files: &[SettingsFile {
        name: ".npmrc",
        written: Written::Ini,
        read: &[Spot::Project, Spot::Home(".npmrc"), Spot::NamedBy("NPM_CONFIG_USERCONFIG")],
        settings: &[FileSetting { key: "cache", means: Means::Folder }],
    }],
    valued_options: &[
        "--prefix",
        "-C",
        "--registry",
        "--cache",
        "--workspace",
        "-w",
        "--loglevel",
        "--userconfig",
        "--globalconfig",
        "--omit",
        "--include",
        "--tag",
        "--fetch-retries",
        "--fetch-retry-maxtimeout",
        "--fetch-retry-mintimeout",
        "--fetch-timeout",
        "--maxsockets",
        "--script-shell",
    ],
    // It is safe to share: entries are written under the hash of what they hold, and checked when they are read.
    caches: &[Cache {
        option: Some("--cache"),
        variables: &[("npm_config_cache", ""), ("NPM_CONFIG_CACHE", "")],
        set_by: &[&["config", "set", "cache"], &["set", "cache"]],
        below_home: ".npm",
        ..EMPTY_CACHE
    }],
    unfit: &[
        Unfit { programs: &["npx"], ..OLD_TOOLS },
        Unfit {
            programs: &["npm"],
            commands: &[&["exec"], &["x"], &["create"], &["init"], &["innit"]],
            ..OLD_TOOLS
        },
    ],
    asking: &["--version", "-v", "--help", "-h"],
    relies_by: &["--offline"],
    source: "npm 11.17.0 and 11.19.1: `npm help`, its config, installs without a network; libnpmexec; 2026-11-24",
    ..EMPTY_ROW
};
