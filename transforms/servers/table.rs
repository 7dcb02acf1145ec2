//! The servers and what they take, by version.
//!
//! Source: the packages themselves (`uvicorn/main.py`, `uvicorn/config.py`, `gunicorn/config.py`, `gunicorn/app/base.py`,
//! `hypercorn/__main__.py`, `granian/cli.py`, `fastapi_cli/cli.py`), read 2026-11-24. `tests/servers/options.py` starts
//! the oldest and the newest version of the table with every option that a pass may write.

use super::version::Version;

/// A server for web applications in Python.
#[derive(Debug)]
pub(crate) struct Server {
    /// The program, and the module behind `python -m`.
    pub(crate) name: &'static str,
    /// The word behind the program with which it serves.
    pub(crate) subcommand: Option<&'static str>,
    /// The package that tells its version.
    pub(crate) package: &'static str,
    /// The oldest version that the table speaks of.
    pub(crate) oldest: Version,
    /// How the number of workers is given.
    pub(crate) count: Count,
    /// Where it can be written from which version on: options that passes add.
    pub(crate) options: &'static [(&'static str, Version)],
}

/// How a server is told the number of its workers.
#[derive(Debug)]
pub(crate) struct Count {
    /// The option.
    pub(crate) long: &'static str,
    /// Its letter.
    pub(crate) short: Option<char>,
    /// The variable that it reads where the option is missing.
    pub(crate) variable: Option<&'static str>,
    /// Variables that would decide in its place once the option is gone.
    pub(crate) overruled_by: &'static [&'static str],
    /// The options that name a configuration file, which would decide as well.
    pub(crate) configuration: &'static [&'static str],
    /// The configuration file that is read without being named.
    pub(crate) default_configuration: Option<&'static str>,
}

/// What is common to most.
const COUNT: Count = Count {
    long: "--workers",
    short: None,
    variable: Some("WEB_CONCURRENCY"),
    overruled_by: &[],
    configuration: &[],
    default_configuration: None,
};

/// The servers.
pub(crate) const SERVERS: &[Server] = &[
    Server {
        name: "uvicorn",
        subcommand: None,
        package: "uvicorn",
        oldest: Version([0, 13, 0]),
        // `uvicorn/config.py`: the variable counts where `workers` is None; `auto_envvar_prefix` fills it from
        // UVICORN_WORKERS since 0.16.
        count: Count { overruled_by: &["UVICORN_WORKERS"], ..COUNT },
        options: &[
            ("--loop", Version([0, 13, 0])),
            ("--http", Version([0, 13, 0])),
            ("--limit-concurrency", Version([0, 13, 0])),
            // Before 0.30 nothing starts a worker again that has come to its limit.
            ("--limit-max-requests", Version([0, 30, 0])),
            ("--limit-max-requests-jitter", Version([0, 41, 0])),
        ],
    },
    Server {
        name: "gunicorn",
        subcommand: None,
        package: "gunicorn",
        oldest: Version([20, 1, 0]),
        // `gunicorn/config.py` `Workers`: the variable is the default; configuration file, GUNICORN_CMD_ARGS and command
        // line come after it, in this order (`app/base.py` `load_config`).
        count: Count {
            short: Some('w'),
            overruled_by: &["GUNICORN_CMD_ARGS"],
            configuration: &["-c", "--config"],
            default_configuration: Some("gunicorn.conf.py"),
            ..COUNT
        },
        options: &[
            ("--max-requests", Version([20, 1, 0])),
            ("--max-requests-jitter", Version([20, 1, 0])),
            ("--preload", Version([20, 1, 0])),
        ],
    },
    Server {
        name: "hypercorn",
        subcommand: None,
        package: "hypercorn",
        oldest: Version([0, 14, 0]),
        count: Count { short: Some('w'), variable: None, configuration: &["-c", "--config"], ..COUNT },
        options: &[
            ("--worker-class", Version([0, 14, 0])),
            ("--max-requests", Version([0, 16, 0])),
            ("--max-requests-jitter", Version([0, 16, 0])),
        ],
    },
    Server {
        name: "granian",
        subcommand: None,
        package: "granian",
        oldest: Version([1, 0, 2]),
        // `auto_envvar_prefix`: each option is read from GRANIAN_….
        count: Count { variable: Some("GRANIAN_WORKERS"), ..COUNT },
        options: &[("--loop", Version([1, 0, 2]))],
    },
    Server {
        name: "fastapi",
        subcommand: Some("run"),
        package: "fastapi-cli",
        oldest: Version([0, 0, 3]),
        // It hands `workers=None` on to uvicorn, which reads the variable.
        count: COUNT,
        options: &[],
    },
];

/// How a server is told the number of its workers, for who starts it with another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkerCount {
    /// The program, and the module behind `python -m`.
    pub server: &'static str,
    /// The option.
    pub long: &'static str,
    /// Its letter.
    pub short: Option<char>,
    /// The variable that counts where the option is missing.
    pub variable: Option<&'static str>,
}

/// Those of all servers that are known.
pub fn worker_counts() -> impl Iterator<Item = WorkerCount> {
    SERVERS.iter().map(|Server { name, count, .. }| WorkerCount {
        server: name,
        long: count.long,
        short: count.short,
        variable: count.variable,
    })
}

impl Server {
    /// The server that a program or module is, by its name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        SERVERS.iter().find(|server| server.name == name)
    }

    /// The version from which on it takes `option`, where a pass may write it.
    pub(crate) fn since(&self, option: &str) -> Option<Version> {
        self.options.iter().find(|(name, _)| *name == option).map(|(_, since)| *since)
    }
}
