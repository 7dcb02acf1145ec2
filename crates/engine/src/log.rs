//! What a build says: `BuildKit`'s plain progress, as steps with their times.
//!
//! Source: buildkit `util/progress/progressui/printer.go`: `#N [stage n/m] RUN …`, `#N CACHED`, `#N DONE 1.2s`,
//! `#N ERROR: …`.

use std::collections::BTreeMap;
use std::time::Duration;

/// A line of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// Since the build began.
    pub at: Duration,
    /// Without its end.
    pub text: String,
}

/// A step of a build.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct BuildStep {
    /// Its name: `[builder 2/5] RUN …`.
    pub name: String,
    /// Whether it came from the cache.
    pub cached: bool,
    /// How long it took, in seconds; `None` where it did not end.
    pub seconds: Option<f64>,
    /// When it began and ended, in seconds since the build began.
    pub span: Option<(f64, f64)>,
}

impl BuildStep {
    /// Whether it is one of the Dockerfile's: those of the engine are called `[internal] …`, `exporting …`.
    pub fn is_instruction(&self) -> bool {
        let Some(rest) = self.name.strip_prefix('[') else { return false };
        let Some((place, _)) = rest.split_once(']') else { return false };
        let count = place.rsplit(' ').next().unwrap_or_default();
        count
            .split_once('/')
            .is_some_and(|(index, of)| index.parse::<u32>().is_ok() && of.parse::<u32>().is_ok())
    }
}

/// The steps of a log, in the order of their numbers.
pub fn steps(log: &[LogLine]) -> Vec<BuildStep> {
    let mut found: BTreeMap<u32, BuildStep> = BTreeMap::new();
    let mut began: BTreeMap<u32, f64> = BTreeMap::new();
    for LogLine { at, text } in log {
        let Some((number, rest)) = text.strip_prefix('#').and_then(|rest| rest.split_once(' ')) else {
            continue;
        };
        let Ok(number) = number.parse::<u32>() else { continue };
        let step = found.entry(number).or_default();
        let start = *began.entry(number).or_insert(at.as_secs_f64());
        if step.name.is_empty() {
            rest.clone_into(&mut step.name);
        } else if rest == "CACHED" {
            step.cached = true;
            step.seconds = Some(0.0);
            step.span = Some((start, start));
        } else if let Some(seconds) = rest.strip_prefix("DONE ").and_then(|rest| rest.strip_suffix('s')) {
            step.seconds = seconds.parse().ok();
            let end = at.as_secs_f64();
            step.span = Some((end - step.seconds.unwrap_or(0.0), end));
        }
    }
    found.into_values().collect()
}
