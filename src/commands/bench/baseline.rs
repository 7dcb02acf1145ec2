//! `--baseline FILE`: the figures of an earlier run, from its JSON.

use std::path::Path;

use serde_json::Value;

use super::measured::Benched;
use crate::disk;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;

/// The JSON of an earlier run.
#[derive(Debug)]
pub(super) struct Baseline(Value);

impl Baseline {
    pub(super) fn read(path: &Path) -> Result<Self, Problem> {
        let wrong = |message: String| {
            let problem = Problem::new(ProblemKind::Read, format!("--baseline: {message}"));
            problem.in_file(shown(path)).help("name a file that `dockfit bench --format json` wrote")
        };
        let bytes = disk::read(path).map_err(|failure| wrong(failure.message()))?;
        let document: Value =
            serde_json::from_slice(&bytes).map_err(|error| wrong(format!("it is no JSON: {error}")))?;
        if document.get("schema") != Some(&Value::from(1)) || !document["dockerfiles"].is_array() {
            return Err(wrong("it is not what bench writes".to_owned()));
        }
        Ok(Self(document))
    }

    /// What a figure was for the rewritten Dockerfile of that path.
    pub(super) fn figure(&self, benched: &Benched, name: &str) -> Option<f64> {
        let files = self.0["dockerfiles"].as_array()?;
        let file = files.iter().find(|file| file["path"] == benched.dockerfile.as_str())?;
        let image = &file["images"]["after"];
        let median = |figures: &Value| figures["median"].as_f64();
        match name {
            "size" => image["bytes"].as_f64().filter(|bytes| *bytes > 0.0),
            "compressed" => image["compressed_bytes"].as_f64(),
            "ready" => median(&image["ready_seconds"]),
            "memory" => median(&image["memory_bytes"]),
            "ready-one-worker" => median(&image["one_worker"]["ready_seconds"]),
            "memory-one-worker" => median(&image["one_worker"]["memory_bytes"]),
            "p50" | "p95" | "p99" => median(&image["load"][format!("{name}_seconds")]),
            scenario => median(&file["builds"][scenario]["after"]["seconds"]),
        }
    }
}
