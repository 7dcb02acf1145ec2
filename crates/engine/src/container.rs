//! A container of an image: started in the background, watched, stopped.

use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::clock::{Called, since_1970};
use crate::process::{clean_up, run, succeed};
use crate::{BuiltImage, Cancel, Engine, EngineError, Kind};

/// How an image is started.
#[derive(Clone, Debug, Default)]
pub struct RunRequest {
    /// `NAME=value`.
    pub env: Vec<String>,
    /// Files of such lines.
    pub env_files: Vec<String>,
    /// A port of the container that is reached from here, at a free port of the loopback address.
    pub port: Option<u16>,
    /// The network; the engine's default if none is named.
    pub network: Option<String>,
    /// The platform; the engine's own if none is named.
    pub platform: Option<String>,
    /// The words in the place of the image's command.
    pub command: Option<Vec<String>>,
    /// Whether the engine is to check the health once a second, instead of as seldom as the image says.
    pub checks_health: bool,
}

/// A container; removed, with its volumes, when it goes out of scope.
#[derive(Debug)]
pub struct Container {
    engine: Engine,
    name: String,
    /// When its command began.
    pub started: Instant,
    /// The same on the engine's clock, since 1970.
    began: Option<Duration>,
}

/// A line of a container's output.
#[derive(Clone, PartialEq, Debug)]
pub struct TimedLine {
    /// Seconds since the command began, on the engine's clock.
    pub at: f64,
    /// Without its end.
    pub text: String,
}

/// How a container is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// Whether it runs.
    pub running: bool,
    /// How it ended.
    pub exit_code: i64,
    /// Whether the kernel ended it for want of memory.
    pub out_of_memory: bool,
    /// Why it could not be started, where the engine says.
    pub error: String,
    /// The process of its command on the engine's machine.
    pub pid: i32,
    /// What the health check says; none where there is no check.
    pub health: Option<Health>,
}

/// What the last health checks said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Health {
    /// Whether the last one succeeded.
    pub healthy: bool,
    /// The exit code of the last one; -1 where it could not be run.
    pub exit_code: i64,
    /// What it said.
    pub said: String,
}

/// The keys of `docker container inspect` and `podman container inspect` that are read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    #[serde(default)]
    running: bool,
    #[serde(default)]
    exit_code: i64,
    #[serde(default, rename = "OOMKilled")]
    oom_killed: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    pid: i32,
    health: Option<InspectedHealth>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedHealth {
    #[serde(default)]
    status: String,
    #[serde(default)]
    log: Option<Vec<Check>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Check {
    exit_code: i64,
    #[serde(default)]
    output: String,
}

impl Engine {
    /// Starts a container under the name `name`.
    pub fn start(
        &self,
        image: &BuiltImage,
        name: &str,
        request: &RunRequest,
        cancel: Cancel,
    ) -> Result<Container, EngineError> {
        if !self.kind.runs() {
            return Err(EngineError::Unable(format!("{} runs no containers in the background", self.kind)));
        }
        // Held from now on, so that it is removed whenever the work is cut short.
        let mut container =
            Container { engine: self.clone(), name: name.to_owned(), started: Instant::now(), began: None };
        let mut command = self.command(&["run", "--detach", "--pull=never", "--name", name]);
        for (option, values) in [("--env", &request.env), ("--env-file", &request.env_files)] {
            for value in values {
                command.arg(option).arg(value);
            }
        }
        for (option, value) in [("--network", &request.network), ("--platform", &request.platform)] {
            if let Some(value) = value {
                command.arg(option).arg(value);
            }
        }
        if let Some(port) = request.port {
            command.arg("--publish").arg(format!("127.0.0.1::{port}"));
        }
        if request.checks_health && self.kind.is_docker() {
            command.arg("--health-interval=1s");
            // Docker 25 checks in the start period at an interval of its own.
            if self.daemon_major() >= 25 {
                command.arg("--health-start-interval=1s");
            }
        }
        command.arg(image.name()).args(request.command.iter().flatten());
        // Not cut short: an engine whose client has gone may still make the container, behind the removal.
        if cancel.is_asked() {
            return Err(EngineError::Cancelled);
        }
        let called = Called::now();
        succeed(&mut command, Cancel::never())?;
        let end = Instant::now();
        let words = ["container", "inspect", "--format", "{{.State.StartedAt}}", name];
        let began = succeed(&mut self.command(&words), cancel).unwrap_or_default();
        container.started = called.moment(&began, end);
        container.began = since_1970(&began);
        Ok(container)
    }
}

impl Container {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is. Podman runs a health check only when it is asked to, or where systemd asks it.
    pub fn state(&self, cancel: Cancel) -> Result<State, EngineError> {
        let words = ["container", "inspect", "--format", "{{json .State}}", &self.name];
        let said = succeed(&mut self.engine.command(&words), cancel)?;
        let inspected: Inspected = serde_json::from_str(&said).map_err(|error| {
            EngineError::Unable(format!("the state of a container cannot be read: {error}"))
        })?;
        let Inspected { running, exit_code, oom_killed, error, pid, health } = inspected;
        let health = health.filter(|health| !matches!(health.status.as_str(), "" | "none")).map(|health| {
            let last = health.log.unwrap_or_default().pop();
            let healthy = health.status == "healthy";
            let (exit_code, said) = last.map_or((0, String::new()), |check| (check.exit_code, check.output));
            Health { healthy, exit_code, said: said.trim().to_owned() }
        });
        Ok(State { running, exit_code, out_of_memory: oom_killed, error, pid, health })
    }

    /// Runs the health check once, where the engine does not do so by itself.
    pub fn check_health(&self, cancel: Cancel) -> Result<Option<Health>, EngineError> {
        if self.engine.kind != Kind::Podman {
            return Ok(None);
        }
        let answer = run(&mut self.engine.command(&["healthcheck", "run", &self.name]), cancel, &mut |_| {})?;
        let exit_code = i64::from(answer.status.code().unwrap_or(-1));
        let said = crate::process::last_words(&answer.err, &answer.out);
        Ok(Some(Health { healthy: exit_code == 0, exit_code, said }))
    }

    /// The port of this machine that leads to a port of the container.
    pub fn port(&self, port: u16, cancel: Cancel) -> Result<u16, EngineError> {
        let said = succeed(&mut self.engine.command(&["port", &self.name, &format!("{port}/tcp")]), cancel)?;
        let found = said.lines().find_map(|line| line.rsplit(':').next()?.trim().parse().ok());
        found.ok_or_else(|| EngineError::Unable(format!("the engine did not publish port {port}: {said}")))
    }

    /// The engine's own name for it, in full.
    pub fn id(&self, cancel: Cancel) -> Result<String, EngineError> {
        let words = ["container", "inspect", "--format", "{{.Id}}", &self.name];
        succeed(&mut self.engine.command(&words), cancel).map(|said| said.trim().to_owned())
    }

    /// The last lines of its output.
    pub fn logs(&self, lines: usize) -> Vec<String> {
        let command = &mut self.engine.command(&["logs", "--tail", &lines.to_string(), &self.name]);
        let Ok(answer) = run(command, Cancel::never(), &mut |_| {}) else { return Vec::new() };
        answer.out.lines().chain(answer.err.lines()).map(str::to_owned).collect()
    }

    /// Its whole output in the order of time; none where the engine does not say when it began.
    pub fn timed_logs(&self, cancel: Cancel) -> Result<Vec<TimedLine>, EngineError> {
        let Some(began) = self.began else { return Ok(Vec::new()) };
        let answer =
            run(&mut self.engine.command(&["logs", "--timestamps", &self.name]), cancel, &mut |_| {})?;
        let timed = |line: &str| {
            let (time, text) = line.split_once(' ').unwrap_or((line, ""));
            let at = since_1970(time)?.as_secs_f64() - began.as_secs_f64();
            Some(TimedLine { at, text: text.to_owned() })
        };
        let mut lines: Vec<TimedLine> =
            answer.out.lines().chain(answer.err.lines()).filter_map(timed).collect();
        lines.sort_by(|a, b| a.at.total_cmp(&b.at));
        Ok(lines)
    }

    /// Sends the stop signal, and the kill signal after `grace`. Answers with the state then and how long it took.
    pub fn stop(&self, grace: Duration, cancel: Cancel) -> Result<(State, Duration), EngineError> {
        let began = Instant::now();
        let seconds = grace.as_secs().to_string();
        succeed(&mut self.engine.command(&["stop", "--time", &seconds, &self.name]), cancel)?;
        let took = began.elapsed();
        Ok((self.state(cancel)?, took))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        clean_up(self.engine.command(&["rm", "--force", "--volumes"]).arg(&self.name));
    }
}
