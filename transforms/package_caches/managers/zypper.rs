//! zypper.

use crate::package_caches::manager::{Cache, EMPTY_CACHE, EMPTY_ROW, Manager};

/// Packages are kept only where a repository says so, which no option of an install can.
pub(crate) static ZYPPER: Manager = Manager {
    name: "zypper",
    programs: &["zypper"],
    commands: &[
        &["install"],
        &["in"],
        &["update"],
        &["up"],
        &["patch"],
        &["dist-upgrade"],
        &["dup"],
        &["install-new-recommends"],
        &["inr"],
        &["source-install"],
        &["si"],
    ],
    emptying: &[&["clean"], &["cc"]],
    valued_options: &[
        "-c",
        "--config",
        "-C",
        "--cache-dir",
        "--raw-cache-dir",
        "--solv-cache-dir",
        "--pkg-cache-dir",
        "-D",
        "--reposd-dir",
        "-R",
        "--root",
        "--installroot",
        "--releasever",
        "-p",
        "--plus-repo",
        "--plus-content",
    ],
    caches: &[Cache {
        option: Some("--cache-dir"),
        below_home: "/var/cache/zypp",
        // Its folders are named by the repository alone, whose name is the same in each release.
        per_base: true,
        sharing: Some("locked"),
        ..EMPTY_CACHE
    }],
    kept_by: &["--keep-packages", "keeppackages=1", "modifyrepo -k", "mr -k"],
    keep_it_by: "run zypper modifyrepo --keep-packages --all before it",
    elsewhere: &["--root", "-R", "--installroot"],
    as_root: true,
    source: "zypper 1.14.42: `zypper --help`, `zypper help modifyrepo`; libzypp `RepoInfo::keepPackages`; 2026-11-24",
    ..EMPTY_ROW
};
