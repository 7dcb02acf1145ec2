//! Commands that run another command given as their arguments.
//!
//! Options from the manual pages of sudo 1.9, coreutils 9, util-linux 2.41, findutils 4.10, bash 5.2, gosu 1.17,
//! su-exec 0.2, corepack 0.34 and `CPython` 3.13, read 2026-07.

/// A command that runs another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wrapper {
    /// Its base name.
    pub name: &'static str,
    /// The short options whose value may be the next word.
    pub short_values: &'static str,
    /// The long options whose value is the next word unless it is glued with `=`.
    pub long_values: &'static [&'static str],
    /// Options with which it runs no command of its arguments.
    pub stops: &'static [&'static str],
    /// How many words stand between the options and the command.
    pub operands: usize,
    /// Whether `NAME=value` words may stand in front of the command.
    pub assignments: bool,
    /// As whom the command runs.
    pub user: User,
    /// The words directly behind its name without which it wraps nothing: `run` of `conda run`.
    pub subcommand: Option<&'static str>,
    /// The commands that it runs, if not any.
    pub only: &'static [&'static str],
    /// Whether the command gets more arguments than are written.
    pub adds_arguments: bool,
    /// The options with which the command's environment is empty at first.
    pub clears_environment: &'static [&'static str],
    /// Whether the environment that the command gets is a matter of the wrapper's configuration.
    pub resets_environment: bool,
}

/// How a wrapper changes the user.
#[derive(Debug, Clone, Copy)]
pub(super) enum User {
    /// Not at all.
    Keeps,
    /// By an option, else to the default.
    Option { short: char, long: &'static str, default: Option<&'static str> },
    /// By the first operand, `user` or `user:group`.
    Operand,
}

const PLAIN: Wrapper = Wrapper {
    name: "",
    short_values: "",
    long_values: &[],
    stops: &[],
    operands: 0,
    assignments: false,
    user: User::Keeps,
    subcommand: None,
    only: &[],
    adds_arguments: false,
    clears_environment: &[],
    resets_environment: false,
};

const CONDA_RUN: Wrapper = Wrapper {
    name: "conda",
    subcommand: Some("run"),
    short_values: "np",
    long_values: &["--name", "--prefix", "--cwd"],
    ..PLAIN
};

pub(super) const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        name: "sudo",
        short_values: "CDghpRrTtUu",
        long_values: &[
            "--close-from",
            "--chdir",
            "--group",
            "--host",
            "--prompt",
            "--chroot",
            "--role",
            "--command-timeout",
            "--type",
            "--other-user",
            "--user",
        ],
        stops: &["-l", "--list", "-e", "--edit", "-v", "--validate", "-V", "--version", "-R", "--chroot"],
        assignments: true,
        user: User::Option { short: 'u', long: "--user", default: Some("root") },
        resets_environment: true,
        ..PLAIN
    },
    Wrapper {
        name: "doas",
        short_values: "aCu",
        stops: &["-C", "-L", "-s"],
        user: User::Option { short: 'u', long: "", default: Some("root") },
        resets_environment: true,
        ..PLAIN
    },
    Wrapper { name: "gosu", operands: 1, user: User::Operand, ..PLAIN },
    Wrapper { name: "su-exec", operands: 1, user: User::Operand, ..PLAIN },
    Wrapper {
        name: "setpriv",
        long_values: &[
            "--reuid",
            "--regid",
            "--groups",
            "--inh-caps",
            "--ambient-caps",
            "--bounding-set",
            "--securebits",
            "--pdeathsig",
            "--selinux-label",
            "--apparmor-profile",
        ],
        stops: &["-d", "--dump"],
        user: User::Option { short: '\0', long: "--reuid", default: None },
        ..PLAIN
    },
    // `env -S 'A=1 cmd'` splits a string itself.
    Wrapper {
        name: "env",
        short_values: "uCa",
        long_values: &["--unset", "--chdir", "--argv0"],
        stops: &["-S", "--split-string"],
        assignments: true,
        clears_environment: &["-i", "-", "--ignore-environment"],
        ..PLAIN
    },
    Wrapper { name: "exec", short_values: "a", ..PLAIN },
    // The keyword of bash and the program of the same name.
    Wrapper { name: "time", short_values: "fo", long_values: &["--format", "--output"], ..PLAIN },
    Wrapper { name: "nice", short_values: "n", long_values: &["--adjustment"], ..PLAIN },
    Wrapper {
        name: "ionice",
        short_values: "cn",
        long_values: &["--class", "--classdata"],
        stops: &["-p", "--pid", "-P", "--pgid", "-u", "--uid"],
        ..PLAIN
    },
    Wrapper { name: "nohup", ..PLAIN },
    Wrapper { name: "setsid", ..PLAIN },
    // `command -v x` asks whether there is such a command.
    Wrapper { name: "command", stops: &["-v", "-V"], ..PLAIN },
    Wrapper { name: "builtin", ..PLAIN },
    Wrapper { name: "eatmydata", ..PLAIN },
    Wrapper { name: "chronic", ..PLAIN },
    Wrapper {
        name: "stdbuf",
        short_values: "ioe",
        long_values: &["--input", "--output", "--error"],
        ..PLAIN
    },
    Wrapper {
        name: "timeout",
        short_values: "ks",
        long_values: &["--kill-after", "--signal"],
        operands: 1,
        ..PLAIN
    },
    Wrapper { name: "busybox", stops: &["--list", "--install"], ..PLAIN },
    Wrapper { name: "corepack", only: &["npm", "npx", "pnpm", "pnpx", "yarn", "yarnpkg"], ..PLAIN },
    // PHP 8.2 `php --help`; of what it runs only this is known to be a program that people name.
    Wrapper { name: "php", short_values: "cdz", only: &["composer", "composer.phar"], ..PLAIN },
    // conda 24 `conda run --help`; it runs the command in an environment, with the user and home of its own.
    CONDA_RUN,
    Wrapper { name: "mamba", ..CONDA_RUN },
    // micromamba 2.0 `micromamba run --help`.
    Wrapper {
        name: "micromamba",
        short_values: "anpre",
        long_values: &["--attach", "--name", "--prefix", "--root-prefix", "--cwd", "--env", "--label"],
        ..CONDA_RUN
    },
    // poetry 2, pipenv 2024, pdm 2.20, pyenv 2.4, rbenv 1.3: the command behind `run` (`exec`) is run with another PATH.
    Wrapper { name: "poetry", subcommand: Some("run"), ..PLAIN },
    Wrapper { name: "pipenv", subcommand: Some("run"), ..PLAIN },
    Wrapper {
        name: "pdm",
        subcommand: Some("run"),
        short_values: "p",
        long_values: &["--project", "--env-file"],
        stops: &["-l", "--list", "-j", "--json"],
        ..PLAIN
    },
    Wrapper { name: "pyenv", subcommand: Some("exec"), ..PLAIN },
    Wrapper { name: "rbenv", subcommand: Some("exec"), ..PLAIN },
    Wrapper {
        name: "xargs",
        short_values: "adEILnPs",
        long_values: &[
            "--arg-file",
            "--delimiter",
            "--max-lines",
            "--max-args",
            "--max-procs",
            "--max-chars",
            "--process-slot-var",
        ],
        adds_arguments: true,
        ..PLAIN
    },
];

/// Interpreters that run a module named by `-m`, without their version suffix.
pub(super) const MODULE_RUNNERS: &[&str] = &["python", "pypy"];

/// The short options of a module runner whose value may be the next word.
pub(super) const MODULE_RUNNER_VALUES: &str = "WX";

/// Shells that run a script given with `-c` (POSIX `sh`).
pub(super) const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh"];

/// The long options of those shells that take the next word.
pub(super) const SHELL_VALUES: &[&str] = &["--rcfile", "--init-file"];

/// Commands that start a user's shell with the script of `-c`, in any order of words.
pub(super) const USER_SHELLS: &[&str] = &["su", "runuser"];

/// Their options that take the next word.
pub(super) const USER_SHELL_VALUES: &[&str] = &[
    "-g",
    "--group",
    "-G",
    "--supp-group",
    "-s",
    "--shell",
    "-w",
    "--whitelist-environment",
    "-u",
    "--user",
];
