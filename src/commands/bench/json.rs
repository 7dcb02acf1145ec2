//! The JSON form.

use dockfit_engine::{BuildStep, Engine};
use serde_json::{Map, Value, json};

use super::figures::Figures;
use super::measure::{Benched, Builds, Measured};

/// The whole document.
pub(super) fn document(engine: &Engine, all: &[Benched], failed: &[String], errors: &[String]) -> String {
    let errors: Vec<Value> = errors.iter().filter_map(|error| serde_json::from_str(error).ok()).collect();
    let document = json!({
        "schema": 1,
        "engine": {"kind": engine.kind.name(), "version": engine.version, "daemon": engine.daemon, "store": engine.store},
        "dockerfiles": all.iter().map(benched).collect::<Vec<_>>(),
        "failed": failed,
        "errors": errors,
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn benched(benched: &Benched) -> Value {
    let builds: Map<String, Value> = benched
        .builds
        .iter()
        .map(|(scenario, [before, after])| {
            (scenario.name.clone(), json!({"before": side(before), "after": side(after)}))
        })
        .collect();
    let [before, after] = &benched.images;
    json!({
        "path": benched.dockerfile,
        "passes": benched.passes,
        "runs": benched.runs,
        "builds": builds,
        "images": {"before": image(before), "after": image(after)},
    })
}

fn side(builds: &Builds) -> Value {
    let path: Vec<&str> = builds.critical_path().iter().map(|step| step.name.as_str()).collect();
    json!({
        "seconds": figures(&builds.seconds),
        "steps_cached": builds.cached.0,
        "steps": builds.cached.1,
        "last": builds.steps.iter().filter(|step| step.is_instruction()).map(step).collect::<Vec<_>>(),
        "critical_path": path,
    })
}

fn step(step: &BuildStep) -> Value {
    json!({"name": step.name, "cached": step.cached, "seconds": step.seconds})
}

fn image(measured: &Measured) -> Value {
    let layers = measured.layers.iter();
    json!({
        "bytes": measured.bytes,
        "layers": layers.map(|layer| json!({"made_by": layer.made_by, "diff_id": layer.diff_id, "bytes": layer.content})).collect::<Vec<_>>(),
        "ready_seconds": figures(&measured.ready),
        "memory_bytes": figures(&measured.memory),
        "processes": measured.processes,
        "not_ready": measured.not_ready,
    })
}

fn figures(figures: &Figures) -> Value {
    let rounded = |figure: f64| (figure * 1000.0).round() / 1000.0;
    let all: Vec<f64> = figures.0.iter().map(|figure| rounded(*figure)).collect();
    json!({"median": figures.median().map(rounded), "runs": all})
}
