//! PDM.

use crate::package_caches::manager::{
    Builds, Cache, EMPTY_CACHE, EMPTY_ROW, FileSetting, Manager, Means, Off, OffWhen, SettingsFile, Spot,
    Unfit, Written,
};

pub(crate) static PDM: Manager = Manager {
    name: "pdm",
    programs: &["pdm"],
    commands: &[&["install"], &["sync"], &["add"], &["update"], &["self", "add"], &["plugin", "add"]],
    also_fill: &[&["lock"], &["build"], &["remove"], &["export"]],
    emptying: &[&["cache", "clear"], &["cache", "remove"]],
    printing: &[&["config", "cache_dir"]],
    files: &[SettingsFile {
        name: "pdm.toml",
        written: Written::Toml,
        read: &[Spot::Project],
        settings: &[
            FileSetting { key: "cache_dir", means: Means::Folder },
            FileSetting { key: "install.cache", means: Means::Links(&["true", "1"]) },
        ],
    }],
    valued_options: &["-c", "--config", "-p", "--project", "-L", "--lockfile"],
    caches: &[Cache {
        variables: &[("PDM_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pdm")],
        set_by: &[&["config", "cache_dir"]],
        below_home: ".cache/pdm",
        ..EMPTY_CACHE
    }],
    // The option's default is the variable's text: any that is not empty counts.
    off: Off { options: &["--no-cache"], variables: &["PDM_NO_CACHE"], when: OffWhen::NotEmpty },
    keeps_builds: Some(Builds { ruled_out_by: &[], against_installed: &[] }),
    unfit: &[Unfit {
        programs: &["pdm"],
        commands: &[&["config", "install.cache"]],
        unless: &["false"],
        lasts: true,
        code: "links-into-cache",
        why: "has installed packages point into the cache; in a mount they would not be in the image",
        way_out: "set install.cache to false",
        ..Unfit::NEVER
    }],
    asking: &["--help", "-h", "--version", "-V", "--dry-run"],
    source: "pdm 2.25.9 and 2.29.3: `pdm config`, `pdm.project.config`, `pdm.cli.options`, read, no install run; 2026-11-24",
    ..EMPTY_ROW
};
