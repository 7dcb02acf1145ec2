//! The JSON form.

use dockfit_engine::Engine;
use dockfit_image::Manager;
use serde_json::{Map, Value, json};

use super::judge::{Judged, Verdict};
use super::started::{Starts, said};
use super::{Measured, Verified};
use crate::trial::{Outcome, Start};

/// The whole document.
pub(super) fn document(engine: &Engine, all: &[Verified], errors: &[String]) -> String {
    let errors: Vec<Value> = errors.iter().filter_map(|error| serde_json::from_str(error).ok()).collect();
    let document = json!({
        "schema": 1,
        "engine": {
            "kind": engine.kind.name(),
            "version": engine.version,
            "daemon": engine.daemon,
            "store": engine.store,
            "builder": engine.builder,
        },
        "dockerfiles": all.iter().map(verified).collect::<Vec<_>>(),
        "errors": errors,
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn verified(verified: &Verified) -> Value {
    let blame = verified
        .blame
        .iter()
        .map(|blame| json!({"aspect": blame.aspect.name(), "subject": blame.subject, "pass": blame.pass}));
    json!({
        "path": verified.dockerfile,
        "holds": verified.holds(),
        "passes": verified.passes,
        "before": measured(&verified.before),
        "after": measured(&verified.after),
        "differences": verified.judged.iter().map(difference).collect::<Vec<_>>(),
        "blame": blame.collect::<Vec<_>>(),
        "start": verified.starts.as_ref().map(starts),
    })
}

fn measured(measured: &Measured) -> Value {
    let packages: Map<String, Value> = Manager::ALL
        .into_iter()
        .map(|manager| (manager.name().to_owned(), json!(measured.image.packages.count(manager))))
        .collect();
    let layers = measured.image.layers.iter();
    json!({
        "build_seconds": rounded(measured.took.as_secs_f64()),
        "bytes": measured.bytes,
        "packages": packages,
        "layers": layers.map(|layer| json!({"made_by": layer.made_by, "diff_id": layer.diff_id, "bytes": layer.content, "stored_bytes": layer.stored})).collect::<Vec<_>>(),
    })
}

fn difference(judged: &Judged) -> Value {
    let verdict = match judged.verdict {
        Verdict::Undeclared => "not-declared",
        Verdict::Declared => "declared",
        Verdict::Noted => "noted",
    };
    json!({
        "aspect": judged.difference.aspect.name(),
        "subject": judged.difference.subject,
        "before": judged.difference.before,
        "after": judged.difference.after,
        "verdict": verdict,
        "passes": judged.passes,
        "because": judged.because,
    })
}

fn starts(starts: &Starts) -> Value {
    json!({
        "service": starts.service.as_ref().map(|service| &service.name),
        "before": start(&starts.before),
        "after": start(&starts.after),
        "failures": starts.failures(),
    })
}

fn start(start: &Start) -> Value {
    let ready = match &start.outcome {
        Outcome::Ready(took) => Some(rounded(took.as_secs_f64())),
        Outcome::Ended(_) | Outcome::NotReady(_) => None,
    };
    let stop = start.stop.as_ref().map(|stop| {
        json!({"seconds": rounded(stop.took.as_secs_f64()), "exit_code": stop.exit_code, "killed": stop.killed})
    });
    json!({"waited_for": start.waited_for, "outcome": said(&start.outcome), "ready_seconds": ready, "stop": stop, "log": start.log})
}

/// In milliseconds.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
