//! The JSON form; `docs/bench.schema.json` is its schema.

use dockfit_engine::{BuildStep, Engine};
use serde_json::{Map, Value, json};

use super::figures::Figures;
use super::measured::{Benched, Builds, Measured};
use super::phases::Phases;
use super::target::Judged;

/// The whole document.
pub(super) fn document(
    engine: &Engine,
    all: &[(Benched, Vec<Judged>)],
    failed: &[String],
    errors: &[String],
) -> String {
    let errors: Vec<Value> = errors.iter().filter_map(|error| serde_json::from_str(error).ok()).collect();
    let document = json!({
        "schema": 1,
        "engine": {"kind": engine.kind.name(), "version": engine.version, "daemon": engine.daemon, "store": engine.store},
        "dockerfiles": all.iter().map(|(benched, targets)| file(benched, targets)).collect::<Vec<_>>(),
        "failed": failed,
        "errors": errors,
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn file(benched: &Benched, targets: &[Judged]) -> Value {
    let builds: Map<String, Value> = benched
        .scenarios
        .iter()
        .enumerate()
        .map(|(at, scenario)| {
            let of = |measured: &Measured| measured.builds.get(at).map(side);
            (scenario.name.clone(), json!({"before": of(&benched.before), "after": of(&benched.after)}))
        })
        .collect();
    let alone = benched.alone.iter().map(|measured| {
        let all = benched.scenarios.iter().zip(&measured.builds);
        let builds: Map<String, Value> =
            all.map(|(scenario, builds)| (scenario.name.clone(), side(builds))).collect();
        json!({"pass": measured.name, "builds": builds, "image": image(measured)})
    });
    let targets = targets.iter().map(|judged| {
        json!({"key": judged.key, "wanted": judged.words, "bound": judged.bound, "before": judged.before,
            "after": judged.after, "met": judged.is_met()})
    });
    json!({
        "path": benched.dockerfile,
        "passes": benched.passes,
        "runs": benched.runs,
        "builds": builds,
        "images": {"before": image(&benched.before), "after": image(&benched.after)},
        "alone": alone.collect::<Vec<_>>(),
        "targets": targets.collect::<Vec<_>>(),
    })
}

fn side(builds: &Builds) -> Value {
    let path: Vec<&str> = builds.critical_path().iter().map(|step| step.name.as_str()).collect();
    json!({
        "seconds": figures(&builds.seconds),
        "steps_cached": builds.cached.0,
        "steps": builds.cached.1,
        "pulled_bytes": builds.pulled,
        "last": builds.steps.iter().filter(|step| step.is_instruction()).map(step).collect::<Vec<_>>(),
        "critical_path": path,
    })
}

fn step(step: &BuildStep) -> Value {
    json!({"name": step.name, "cached": step.cached, "seconds": step.seconds})
}

fn image(measured: &Measured) -> Value {
    let layers = measured.layers.iter().map(|layer| {
        json!({"made_by": layer.made_by, "diff_id": layer.diff_id, "bytes": layer.content,
            "compressed_bytes": layer.pulled})
    });
    let load = measured.load.as_ref().map(|load| {
        json!({"with": load.with, "requests_per_second": figures(&load.rate), "p50_seconds": figures(&load.p50),
            "p95_seconds": figures(&load.p95), "p99_seconds": figures(&load.p99)})
    });
    let one = measured
        .one_worker
        .as_ref()
        .map(|one| json!({"ready_seconds": figures(&one.ready), "memory_bytes": figures(&one.memory)}));
    json!({
        "bytes": measured.bytes,
        "compressed_bytes": measured.compressed(),
        "layers": layers.collect::<Vec<_>>(),
        "ready_seconds": figures(&measured.ready),
        "memory_bytes": figures(&measured.memory),
        "processes": measured.processes,
        "one_worker": one,
        "phases": measured.phases.as_ref().map(|phases| start(measured, phases)),
        "load": load,
        "not_ready": measured.not_ready,
    })
}

/// Where the seconds of a start go.
fn start(measured: &Measured, phases: &Phases) -> Value {
    let packages = phases.longest(usize::MAX);
    let packages: Vec<Value> = packages
        .into_iter()
        .map(|(name, seconds)| json!({"name": name, "seconds": figures(seconds)}))
        .collect();
    json!({
        "interpreter_seconds": figures(&phases.interpreter),
        "standard_library_seconds": figures(&phases.standard_library),
        "packages_seconds": figures(&phases.packages),
        "packages": packages,
        "application_seconds": figures(&phases.application),
        "rest_seconds": figures(&phases.rest),
        "more_workers_seconds": measured.more_workers(),
    })
}

fn figures(figures: &Figures) -> Value {
    // A millisecond is less than what differs from run to run; a request takes less.
    let rounded = |figure: f64| (figure * 1e5).round() / 1e5;
    let all: Vec<f64> = figures.0.iter().map(|figure| rounded(*figure)).collect();
    json!({"median": figures.median().map(rounded), "runs": all})
}
