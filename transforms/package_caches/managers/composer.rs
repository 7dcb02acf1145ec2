//! composer.

use crate::package_caches::manager::{Cache, EMPTY_CACHE, EMPTY_ROW, Manager, Off, OffWhen, Wanted};

/// Where it looks depends on whether `/etc/xdg` exists; so the place is said.
pub(crate) static COMPOSER: Manager = Manager {
    name: "composer",
    programs: &["composer", "composer.phar"],
    commands: &[
        &["install"],
        &["i"],
        &["update"],
        &["u"],
        &["upgrade"],
        &["require"],
        &["r"],
        &["reinstall"],
        &["remove"],
        &["create-project"],
        &["global", "require"],
        &["global", "install"],
        &["global", "update"],
    ],
    emptying: &[&["clear-cache"], &["clearcache"], &["cc"]],
    printing: &[&["config", "cache-dir"], &["config", "cache-files-dir"]],
    valued_options: &["-d", "--working-dir"],
    caches: &[Cache {
        variables: &[("COMPOSER_CACHE_DIR", ""), ("COMPOSER_HOME", "/cache")],
        below_home: ".cache/composer",
        on_images: &[("composer", "/tmp/cache")],
        ..EMPTY_CACHE
    }],
    off: Off { options: &["--no-cache"], variables: &[], when: OffWhen::Truthy },
    wants: Some(Wanted {
        variable: "COMPOSER_CACHE_DIR",
        value: None,
        option: "",
        unless: &["COMPOSER_HOME"],
        needed: true,
        why: "where composer keeps its downloads otherwise depends on the image",
    }),
    source: "composer 2.5.5: `composer help`, `Composer\\Factory::getCacheDir`, tried; 2026-11-24",
    ..EMPTY_ROW
};
