//! The project's targets, held against what was measured.

use std::fmt;

use serde_json::Value;

use super::measured::Benched;
use super::table::{megabytes, seconds};
use crate::settings::Targets;

/// A target, and the figure.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// Its key.
    pub(super) key: &'static str,
    /// The bound, in bytes or seconds.
    pub(super) bound: f64,
    /// The words of the configuration.
    pub(super) words: String,
    pub(super) before: Option<f64>,
    pub(super) after: Option<f64>,
    shown: fn(f64) -> String,
}

/// As the configuration and the JSON form have them.
const KEYS: [&str; 5] = ["image", "build", "start", "memory", "p95"];

/// How the figures of a target are shown.
fn shown(key: &str) -> fn(f64) -> String {
    if matches!(key, "image" | "memory") { megabytes } else { seconds }
}

impl Judged {
    /// All targets of the project.
    pub(super) fn all(targets: &Targets, benched: &Benched) -> Vec<Self> {
        let bounds = targets.bounds().into_iter();
        bounds
            .map(|(key, figure, (bound, words))| Self {
                key,
                bound: *bound,
                words: words.clone(),
                before: benched.before.figure(figure, &benched.scenarios),
                after: benched.after.figure(figure, &benched.scenarios),
                shown: shown(key),
            })
            .collect()
    }

    /// From the JSON form.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let key = KEYS.into_iter().find(|key| value.get("key").and_then(Value::as_str) == Some(key))?;
        let figure = |side: &str| value.get(side).and_then(Value::as_f64);
        Some(Self {
            key,
            bound: figure("bound")?,
            words: value.get("wanted").and_then(Value::as_str)?.to_owned(),
            before: figure("before"),
            after: figure("after"),
            shown: shown(key),
        })
    }

    /// Whether the rewritten project meets it; what was not measured is not met.
    pub(super) fn is_met(&self) -> bool {
        self.after.is_some_and(|after| after <= self.bound)
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, words, before, after, shown, bound } = self;
        match after {
            None => write!(f, "{key} {words}: not measured"),
            Some(after) => {
                let verdict = if self.is_met() { "met" } else { "not met" };
                let was = match before {
                    Some(before) if before <= bound => ", before: met".to_owned(),
                    Some(before) => format!(", before: not met, {}", shown(*before)),
                    None => String::new(),
                };
                write!(f, "{key} {words}: {verdict}, {}{was}", shown(*after))
            }
        }
    }
}
