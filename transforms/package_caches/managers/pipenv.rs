//! Pipenv.

use crate::package_caches::manager::{Builds, Cache, EMPTY_CACHE, EMPTY_ROW, Manager, Off, OffWhen, Rule};

pub(crate) static PIPENV: Manager = Manager {
    name: "pipenv",
    programs: &["pipenv"],
    commands: &[&["install"], &["sync"], &["update"], &["upgrade"]],
    also_fill: &[&["lock"], &["uninstall"]],
    emptying: &[],
    valued_options: &["--python", "--pypi-mirror"],
    // It tells pip to keep its cache there, too.
    caches: &[Cache {
        variables: &[("PIPENV_CACHE_DIR", ""), ("XDG_CACHE_HOME", "/pipenv")],
        below_home: ".cache/pipenv",
        ..EMPTY_CACHE
    }],
    // `--clear` empties the cache before it installs. pip, which it runs, is switched off as always.
    off: Off { options: &["--clear"], variables: &["PIP_NO_CACHE_DIR"], when: OffWhen::NotEmpty },
    keeps_builds: Some(Builds {
        ruled_out_by: &[Rule { option: "", value: Some(":all:"), variable: "PIP_ONLY_BINARY" }],
        against_installed: &[Rule { option: "", value: None, variable: "PIP_NO_BUILD_ISOLATION" }],
    }),
    asking: &["--help", "-h", "--version"],
    source: "pipenv 2026.10.3: `pipenv --help`, `pipenv.utils.pip`, `pipenv.environments`, `pipenv.routines.clear`; 2026-11-24",
    ..EMPTY_ROW
};
