//! Requests under load, made by a program that is there.
//!
//! Sources (2026-11-24): oha's README and `--help` (`--output-format json`; `--json` before 1.9); wrk's `SCRIPTING`
//! (`done(summary, latency, requests)`, microseconds).

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use dockfit_engine::{EngineError, answer_of};
use serde_json::Value;

use crate::problem::{Problem, ProblemKind};
use crate::trial::{Trial, cancel};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Loaded {
    /// Requests a second.
    pub(super) rate: f64,
    /// In seconds.
    pub(super) p50: f64,
    pub(super) p95: f64,
    pub(super) p99: f64,
}

/// Prints what wrk does not: the 95th of a hundred.
const WRK: &str = r#"done = function(summary, latency, requests)
  io.write(string.format('{"summary":{"requestsPerSec":%f},"latencyPercentiles":{"p50":%f,"p95":%f,"p99":%f},"failed":%d}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e6, latency:percentile(95) / 1e6,
    latency:percentile(99) / 1e6, summary.errors.connect + summary.errors.read + summary.errors.status + summary.errors.timeout))
end
"#;

/// Asks for `path` again and again for so many seconds, with so many connections.
pub(super) fn of(
    trial: &Trial<'_>,
    address: SocketAddr,
    path: &str,
    seconds: u64,
    connections: u32,
) -> Result<Option<(&'static str, Loaded)>, Problem> {
    let url = format!("http://{address}{path}");
    let (duration, connections) = (format!("{seconds}s"), connections.to_string());
    let patience = Duration::from_secs(seconds + 30);
    let run = |command: &mut Command| match answer_of(command, cancel(), patience) {
        Ok(text) => Ok(Some(text)),
        Err(EngineError::Start { .. }) => Ok(None),
        Err(error) => Err(failed(&error.to_string())),
    };
    if let Some(help) = run(Command::new("oha").arg("--help"))? {
        let json: &[&str] =
            if help.contains("--output-format") { &["--output-format", "json"] } else { &["--json"] };
        let mut command = Command::new("oha");
        command.args(["--no-tui", "-z", &duration, "-c", &connections]).args(json).arg(&url);
        let said = run(&mut command)?.unwrap_or_default();
        return read(&said).map(|loaded| Some(("oha", loaded)));
    }
    let script = trial.scratch().join("load.lua");
    fs::write(&script, WRK).map_err(|error| failed(&error.to_string()))?;
    let mut command = Command::new("wrk");
    command.args(["-t", "1", "-d", &duration, "-c", &connections, "-s"]).arg(&script).arg(&url);
    if let Some(said) = run(&mut command)? {
        return read(said.lines().last().unwrap_or_default()).map(|loaded| Some(("wrk", loaded)));
    }
    let problem = Problem::new(ProblemKind::Usage, "--load: neither oha nor wrk is there");
    Err(problem.help("install one of them (cargo install oha; apt install wrk), or leave the option away"))
}

/// What either says: the keys are oha's.
fn read(said: &str) -> Result<Loaded, Problem> {
    let document: Value = serde_json::from_str(said).map_err(|_| failed(said))?;
    let figure = |group: &str, key: &str| document.get(group)?.get(key)?.as_f64();
    let nothing = document.pointer("/summary/successRate").and_then(Value::as_f64) == Some(0.0);
    let all = || {
        Some(Loaded {
            rate: figure("summary", "requestsPerSec")?,
            p50: figure("latencyPercentiles", "p50")?,
            p95: figure("latencyPercentiles", "p95")?,
            p99: figure("latencyPercentiles", "p99")?,
        })
    };
    let bad = document.get("failed").and_then(Value::as_u64).unwrap_or(0);
    if nothing || bad > 0 {
        return Err(failed(&format!("requests were not answered with success: {bad}")));
    }
    all().ok_or_else(|| failed("no request was answered"))
}

fn failed(said: &str) -> Problem {
    let problem = Problem::new(ProblemKind::Engine, format!("--load: no figures: {said}"));
    problem.help("check the path: it is asked for as it is, with GET")
}

#[cfg(test)]
mod tests {
    use super::{Loaded, read};

    #[test]
    fn figures_are_read() {
        let said = r#"{"summary":{"successRate":1.0,"requestsPerSec":812.5},"latencyPercentiles":{"p50":0.01,"p90":0.02,"p95":0.03,"p99":0.04}}"#;
        assert_eq!(read(said).ok(), Some(Loaded { rate: 812.5, p50: 0.01, p95: 0.03, p99: 0.04 }));
        assert!(read(&said.replace("1.0", "0.0")).is_err(), "no success");
        assert!(read("unable to connect").is_err());
        let wrk = r#"{"summary":{"requestsPerSec":3.0},"latencyPercentiles":{"p50":1.0,"p95":2.0,"p99":3.0},"failed":7}"#;
        assert!(read(wrk).is_err(), "some failed");
    }
}
