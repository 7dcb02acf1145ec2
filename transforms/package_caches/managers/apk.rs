//! apk, of Alpine and Wolfi.

use crate::package_caches::manager::{
    Cache, EMPTY_CACHE, EMPTY_ROW, Manager, Off, OffWhen, On, WantedOption,
};

/// apk keeps packages only where `/etc/apk/cache` exists; a mount there is that. Without it, `/var/cache/apk` has the
/// indexes alone.
pub(crate) static APK: Manager = Manager {
    name: "apk",
    programs: &["apk"],
    commands: &[&["add"], &["upgrade"], &["fix"]],
    emptying: &[&["cache", "clean"], &["cache", "purge"]],
    valued_options: &[
        "-p",
        "--root",
        "-X",
        "--repository",
        "--arch",
        "--cache-dir",
        "--cache-max-age",
        "--keys-dir",
        "--repositories-file",
        "--wait",
        "--timeout",
        "--progress-fd",
        "-t",
        "--virtual",
    ],
    caches: &[Cache {
        option: Some("--cache-dir"),
        below_home: "/etc/apk/cache",
        sharing: Some("locked"),
        ..EMPTY_CACHE
    }],
    off: Off { options: &["--no-cache"], variables: &[], when: OffWhen::Truthy },
    // With a cache, an index of up to four hours ago would do, and name packages that are gone; `--no-cache` always
    // fetches it.
    wanted_options: &[WantedOption {
        option: "--update-cache",
        said_by: &["--update", "-U", "-uU", "-Uu"],
        configured_by: &[],
        done_by: &[&["update"]],
        once: true,
        with_new_mount: false,
        on: On::Any,
    }],
    elsewhere: &["--root", "-p"],
    as_root: true,
    source: "apk-tools 2.12, 2.14 and 3.0: apk(8), apk-cache(5), `setup_cache` and `apk_repository_update`; 2026-11-24",
    ..EMPTY_ROW
};
