//! The commands of managers that install or export their own lock, and their options.
//!
//! Sources: `--help` of `uv sync` and `uv export` of 0.9, of `poetry install` of 2.2 and poetry-plugin-export 1.9, of `pdm
//! install` and `pdm export` of 2.26, of `pipenv install`, `sync` and `requirements` of 2026.0; read 2026-11-24.

/// What an option says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Says {
    Nothing,
    NoDev,
    NoDefaults,
    Extra,
    AllExtras,
    With,
    WithDev,
    AllGroups,
    Without,
    Only,
    /// Uv's environment is that of `VIRTUAL_ENV`.
    Active,
    /// The member of the workspace that is installed.
    Member,
    /// Pipenv's environment is the image's own.
    System,
    /// The installer gets this.
    Pass(&'static str),
    /// What makes the environment gets it as it stands.
    Make,
    /// The file that is written.
    Output,
    /// Why the step cannot be split with it.
    Refuse(&'static str),
}

/// An option: its names, whether it takes a value, what it says.
pub(super) type Opt = (&'static [&'static str], bool, Says);

/// A command of a manager.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) program: &'static str,
    pub(super) commands: &'static [&'static str],
    /// Whether it takes the groups that the manifest installs by default only when they are named.
    pub(super) main_only: bool,
    pub(super) options: &'static [Opt],
}

/// A manager's own files.
pub(super) fn files(program: &str) -> (&'static str, &'static str) {
    match program {
        "uv" => ("pyproject.toml", "uv.lock"),
        "poetry" => ("pyproject.toml", "poetry.lock"),
        "pdm" => ("pyproject.toml", "pdm.lock"),
        _ => ("Pipfile", "Pipfile.lock"),
    }
}

const OUTSIDE: Says = Says::Refuse("it resolves, or names another project");

const QUIET: Opt =
    (&["-q", "--quiet", "-v", "-vv", "-vvv", "--verbose", "--no-progress"], false, Says::Nothing);

/// Commands that install.
pub(super) const INSTALLS: &[Row] = &[
    Row {
        program: "uv",
        commands: &["sync"],
        main_only: false,
        options: &[
            (&["--frozen", "--locked", "--no-editable", "--inexact", "--dev"], false, Says::Nothing),
            (&["--no-install-project", "--no-install-workspace", "--no-install-local"], false, Says::Nothing),
            QUIET,
            (&["--link-mode"], true, Says::Nothing),
            (&["--no-dev", "--production"], false, Says::NoDev),
            (&["--no-default-groups"], false, Says::NoDefaults),
            (&["--extra"], true, Says::Extra),
            (&["--all-extras"], false, Says::AllExtras),
            (&["--group"], true, Says::With),
            (&["--all-groups"], false, Says::AllGroups),
            (&["--no-group"], true, Says::Without),
            (&["--only-group"], true, Says::Only),
            (&["--compile-bytecode"], false, Says::Pass("--compile-bytecode")),
            (&["--no-cache", "-n"], false, Says::Pass("--no-cache")),
            (&["--active"], false, Says::Active),
            (&["-p", "--python", "--python-preference"], true, Says::Make),
            (&["--no-python-downloads", "--managed-python", "--no-managed-python"], false, Says::Make),
            (&["--package"], true, Says::Member),
            (&["--project", "--directory"], true, OUTSIDE),
            (&["--all-packages", "-U", "--upgrade"], false, OUTSIDE),
            (&["-P", "--upgrade-package"], true, OUTSIDE),
        ],
    },
    Row {
        program: "poetry",
        commands: &["install"],
        main_only: false,
        options: &[
            (
                &["--no-root", "--no-directory", "--no-interaction", "-n", "--no-ansi", "--ansi"],
                false,
                Says::Nothing,
            ),
            QUIET,
            (&["--no-dev"], false, Says::NoDev),
            (&["-E", "--extras"], true, Says::Extra),
            (&["--all-extras"], false, Says::AllExtras),
            (&["--with"], true, Says::With),
            (&["--all-groups"], false, Says::AllGroups),
            (&["--without"], true, Says::Without),
            (&["--only"], true, Says::Only),
            (&["--no-cache"], false, Says::Pass("--no-cache-dir")),
            (&["-P", "--project", "-C", "--directory"], true, OUTSIDE),
        ],
    },
    Row {
        program: "pdm",
        commands: &["install", "sync"],
        main_only: false,
        options: &[
            (
                &["--check", "--frozen-lockfile", "--no-lock", "--no-self", "--no-editable"],
                false,
                Says::Nothing,
            ),
            (&["-d", "--dev", "--no-isolation", "--fail-fast", "-x"], false, Says::Nothing),
            QUIET,
            (&["--prod", "--production", "--no-default-groups"], false, Says::NoDefaults),
            (&["-G", "--group", "--with"], true, Says::With),
            (&["--without"], true, Says::Without),
            (&["-L", "--lockfile", "-p", "--project", "--override"], true, OUTSIDE),
        ],
    },
    Row {
        program: "pipenv",
        commands: &["install", "sync"],
        main_only: false,
        options: &[
            (&["--deploy", "--ignore-pipfile", "--clear"], false, Says::Nothing),
            QUIET,
            (&["--system"], false, Says::System),
            (&["-d", "--dev"], false, Says::WithDev),
            (&["--skip-lock", "--pre"], false, OUTSIDE),
            (
                &["--python", "-e", "--editable", "-r", "--requirements", "-i", "--index", "--pypi-mirror"],
                true,
                OUTSIDE,
            ),
        ],
    },
];

/// Commands that write a requirements file of the lock.
pub(super) const EXPORTS: &[Row] = &[
    Row {
        program: "uv",
        commands: &["export"],
        main_only: false,
        options: &[
            (&["--frozen", "--locked", "--no-editable", "--dev", "--no-hashes"], false, Says::Nothing),
            (
                &["--no-emit-project", "--no-emit-workspace", "--no-annotate", "--no-header"],
                false,
                Says::Nothing,
            ),
            QUIET,
            (&["--format"], true, Says::Nothing),
            (&["-o", "--output-file"], true, Says::Output),
            (&["--no-dev"], false, Says::NoDev),
            (&["--no-default-groups"], false, Says::NoDefaults),
            (&["--extra"], true, Says::Extra),
            (&["--all-extras"], false, Says::AllExtras),
            (&["--group"], true, Says::With),
            (&["--all-groups"], false, Says::AllGroups),
            (&["--no-group"], true, Says::Without),
            (&["--only-group"], true, Says::Only),
            (&["--package", "--project", "--directory", "--prune", "--no-emit-package"], true, OUTSIDE),
            (&["--all-packages"], false, OUTSIDE),
        ],
    },
    Row {
        program: "poetry",
        commands: &["export"],
        main_only: true,
        options: &[
            (
                &["--without-hashes", "--without-urls", "--no-interaction", "-n", "--no-ansi"],
                false,
                Says::Nothing,
            ),
            (
                &["--with-credentials"],
                false,
                Says::Refuse("it puts the credentials of an index into the file"),
            ),
            QUIET,
            (&["-f", "--format"], true, Says::Nothing),
            (&["-o", "--output"], true, Says::Output),
            (&["--dev"], false, Says::WithDev),
            (&["-E", "--extras"], true, Says::Extra),
            (&["--all-extras"], false, Says::AllExtras),
            (&["--with"], true, Says::With),
            (&["--all-groups"], false, Says::AllGroups),
            (&["--without"], true, Says::Without),
            (&["--only"], true, Says::Only),
            (&["-P", "--project", "-C", "--directory"], true, OUTSIDE),
        ],
    },
    Row {
        program: "pdm",
        commands: &["export"],
        main_only: false,
        options: &[
            (&["--without-hashes", "--no-hashes", "--no-extras", "--expandvars"], false, Says::Nothing),
            (
                &["--no-markers"],
                false,
                Says::Refuse("without its markers the file is for another environment"),
            ),
            (&["--self", "--editable-self"], false, Says::Nothing),
            QUIET,
            (&["-f", "--format"], true, Says::Nothing),
            (&["-o", "--output"], true, Says::Output),
            (&["-d", "--dev"], false, Says::Nothing),
            (&["--prod", "--production", "--no-default-groups"], false, Says::NoDefaults),
            (&["-G", "--group", "--with"], true, Says::With),
            (&["--without"], true, Says::Without),
            (&["--pyproject"], false, OUTSIDE),
            (&["-L", "--lockfile", "-p", "--project"], true, OUTSIDE),
        ],
    },
    Row {
        program: "pipenv",
        commands: &["requirements"],
        main_only: false,
        options: &[
            (&["--hash", "--exclude-index"], false, Says::Nothing),
            (
                &["--exclude-markers"],
                false,
                Says::Refuse("without its markers the file is for another environment"),
            ),
            QUIET,
            (&["--dev"], false, Says::WithDev),
            (&["--dev-only", "--from-pipfile"], false, Says::Refuse("it leaves out packages of the lock")),
        ],
    },
];
