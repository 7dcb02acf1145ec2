//! Evaluates markers, for comparison with `packaging` (`tests/python/markers.py`).
//!
//! Reads lines of JSON, `{"marker": …, "environment": {…}, "extra": …}`, and answers each with `true`, `false`,
//! `open` (only a running system can say) or `refused`.

use std::io::{BufRead as _, Write as _};

use dockfit_python::{Marker, Name};
use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for line in std::io::stdin().lock().lines() {
        let line: serde_json::Value = serde_json::from_str(&line?)?;
        let answer = answer(&line).unwrap_or("broken");
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn answer(line: &serde_json::Value) -> Option<&'static str> {
    let Ok(marker) = Marker::parse(line.get("marker")?.as_str()?) else { return Some("refused") };
    let environment = line.get("environment")?;
    let value = |key: &str| environment.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    let environment = MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: value("implementation_name"),
        implementation_version: value("implementation_version"),
        os_name: value("os_name"),
        platform_machine: value("platform_machine"),
        platform_python_implementation: value("platform_python_implementation"),
        platform_release: value("platform_release"),
        platform_system: value("platform_system"),
        platform_version: value("platform_version"),
        python_full_version: value("python_full_version"),
        python_version: value("python_version"),
        sys_platform: value("sys_platform"),
    })
    .ok()?;
    let extra = line.get("extra").and_then(serde_json::Value::as_str).and_then(Name::new);
    let extras: Vec<Name> = extra.into_iter().collect();
    Some(match marker.evaluate(&environment, &extras) {
        Some(true) => "true",
        Some(false) => "false",
        None => "open",
    })
}
