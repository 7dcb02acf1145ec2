//! What an instruction does to the image's configuration, variables apart.

use std::sync::Arc;

use crate::operation::{CommandLine, Healthcheck};

use super::Value;

/// A change of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    User(Value),
    WorkingDir(Value),
    Cmd(Vec<String>),
    Entrypoint(Vec<String>),
    Label(Value, Value),
    Volume(Value),
    /// Ports with their protocols; nothing where only the build can tell which.
    Expose(Option<Vec<String>>),
    StopSignal(Value),
    Shell(Arc<[String]>),
    Healthcheck(HealthcheckConfig),
    OnBuild(String),
}

/// A health check, in `docker image inspect`'s terms. Durations are in nanoseconds; 0 is the engine's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthcheckConfig {
    /// `NONE`, or `CMD` and words, or `CMD-SHELL` and a text.
    pub test: Vec<String>,
    /// `--interval`.
    pub interval: i64,
    /// `--timeout`.
    pub timeout: i64,
    /// `--start-period`.
    pub start_period: i64,
    /// `--start-interval`.
    pub start_interval: i64,
    /// `--retries`.
    pub retries: i32,
}

impl HealthcheckConfig {
    /// What a HEALTHCHECK sets.
    pub(crate) fn of(check: &Healthcheck) -> Self {
        match check {
            Healthcheck::None => Self {
                test: vec!["NONE".to_owned()],
                interval: 0,
                timeout: 0,
                start_period: 0,
                start_interval: 0,
                retries: 0,
            },
            Healthcheck::Probe(probe) => {
                let kind = match probe.command {
                    CommandLine::Shell(_) => "CMD-SHELL",
                    CommandLine::Exec(_) => "CMD",
                };
                let test = std::iter::once(kind.to_owned()).chain(probe.command.words()).collect();
                Self {
                    test,
                    interval: probe.interval,
                    timeout: probe.timeout,
                    start_period: probe.start_period,
                    start_interval: probe.start_interval,
                    retries: probe.retries,
                }
            }
        }
    }
}
