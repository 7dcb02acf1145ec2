//! What `dockfit bench` measured, beside what a report expects: from the JSON of a bench (`docs/bench.schema.json`).

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::problem::{Problem, ProblemKind};

/// What was measured of one Dockerfile: of one pass alone, or of all of them together.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Measured {
    /// The Dockerfile, as the bench shows it.
    pub(crate) dockerfile: String,
    /// The pass that was measured alone; none: all passes that changed something, together.
    pub(crate) pass: Option<String>,
    /// The figures that both sides have, in the order of the bench's table.
    pub(crate) figures: Vec<Figure>,
}

/// One figure on both sides.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Figure {
    /// A scenario (`cold`, `source`), or `size`, `compressed`, `ready`, `memory`, `requests`, `p50`, `p95`, `p99`.
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) before: Side,
    pub(crate) after: Side,
    /// How much more it is than before, in percent; none where there was nothing before.
    pub(crate) change_percent: Option<f64>,
    /// Whether the runs of both sides lie apart, so that it is more than what differs from run to run.
    pub(crate) is_apart: bool,
}

/// What a figure counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unit {
    Bytes,
    Seconds,
    PerSecond,
}

/// The runs of one side: the one in the middle, the least, the greatest.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub(crate) struct Side {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

/// The document of a bench, as far as a plan shows it.
#[derive(Deserialize)]
struct Document {
    schema: u64,
    dockerfiles: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    builds: Value,
    images: Value,
    #[serde(default)]
    alone: Vec<Alone>,
}

#[derive(Deserialize)]
struct Alone {
    pass: String,
    builds: Value,
    image: Value,
}

/// What a bench measured, all passes together first, then each alone.
pub(super) fn read(bytes: &[u8], shown: &str) -> Result<Vec<Measured>, Problem> {
    let wrong = |message: String| {
        let problem = Problem::new(ProblemKind::Read, message).in_file(shown);
        problem.help("give --bench what `dockfit bench --format json` printed")
    };
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| wrong(format!("it is no JSON of dockfit bench: {error}")))?;
    if document.schema != 1 {
        return Err(wrong(format!("its schema is {}, and this dockfit reads 1", document.schema)));
    }
    Ok(document.dockerfiles.iter().flat_map(of_file).collect())
}

fn of_file(file: &File) -> Vec<Measured> {
    let nothing = Value::Null;
    let before = file.images.get("before").unwrap_or(&nothing);
    let after = file.images.get("after").unwrap_or(&nothing);
    let side = |builds: &Value, name: &str, side: &str| -> Option<Side> {
        Side::of(builds.get(name)?.get(side)?.get("seconds")?)
    };
    let scenarios = || file.builds.as_object().into_iter().flat_map(|builds| builds.keys());
    let together = Measured {
        dockerfile: file.path.clone(),
        pass: None,
        figures: scenarios()
            .filter_map(|name| {
                let (was, is) = (side(&file.builds, name, "before")?, side(&file.builds, name, "after")?);
                Some(Figure::new(name, Unit::Seconds, was, is))
            })
            .chain(of_images(before, after))
            .collect(),
    };
    let alone = file.alone.iter().map(|alone| Measured {
        dockerfile: file.path.clone(),
        pass: Some(alone.pass.clone()),
        figures: scenarios()
            .filter_map(|name| {
                let was = side(&file.builds, name, "before")?;
                let is = Side::of(alone.builds.get(name)?.get("seconds")?)?;
                Some(Figure::new(name, Unit::Seconds, was, is))
            })
            .chain(of_images(before, &alone.image))
            .collect(),
    });
    std::iter::once(together).chain(alone).collect()
}

/// The figures of an image: its size, then what was measured of its start.
fn of_images<'a>(before: &'a Value, after: &'a Value) -> impl Iterator<Item = Figure> + 'a {
    const FIGURES: [(&str, &str, Unit); 8] = [
        ("size", "/bytes", Unit::Bytes),
        ("compressed", "/compressed_bytes", Unit::Bytes),
        ("ready", "/ready_seconds", Unit::Seconds),
        ("memory", "/memory_bytes", Unit::Bytes),
        ("requests", "/load/requests_per_second", Unit::PerSecond),
        ("p50", "/load/p50_seconds", Unit::Seconds),
        ("p95", "/load/p95_seconds", Unit::Seconds),
        ("p99", "/load/p99_seconds", Unit::Seconds),
    ];
    FIGURES.iter().filter_map(move |(name, at, unit)| {
        let side = |image: &Value| Side::of(image.pointer(at)?);
        Some(Figure::new(name, *unit, side(before)?, side(after)?))
    })
}

impl Side {
    /// From a number, or from `{median, runs}`.
    fn of(value: &Value) -> Option<Self> {
        if let Some(number) = value.as_f64() {
            // The engine's store does not always say a size.
            return (number > 0.0).then_some(Self { median: number, least: number, greatest: number });
        }
        let median = value.get("median")?.as_f64()?;
        let runs = || value.get("runs").and_then(Value::as_array).into_iter().flatten();
        let runs = || runs().filter_map(Value::as_f64);
        let least = runs().fold(median, f64::min);
        let greatest = runs().fold(median, f64::max);
        Some(Self { median, least, greatest })
    }
}

impl Figure {
    fn new(name: &str, unit: Unit, before: Side, after: Side) -> Self {
        let change = (before.median > 0.0).then(|| (after.median / before.median - 1.0) * 100.0);
        let change_percent = change.map(|change| (change * 10.0).round() / 10.0);
        let is_apart = after.greatest < before.least || after.least > before.greatest;
        Self { name: name.to_owned(), unit, before, after, change_percent, is_apart }
    }

    /// As a person reads it: `size 785.0 → 470.0 MB (-40.1 %)`.
    pub(crate) fn words(&self) -> String {
        let (before, after) = (self.before.median, self.after.median);
        let (factor, unit) = match self.unit {
            Unit::Bytes => (1e-6, " MB"),
            Unit::Seconds if before.max(after) < 1.0 => (1e3, " ms"),
            Unit::Seconds => (1.0, " s"),
            Unit::PerSecond => (1.0, " /s"),
        };
        let change = self.change_percent.map(|change| format!(" ({change:+.1} %)")).unwrap_or_default();
        format!("{} {:.1} → {:.1}{unit}{change}", self.name, before * factor, after * factor)
    }
}

impl Measured {
    /// The figures that differ by more than the runs of one side do, in one line; none: says so.
    pub(crate) fn words(&self) -> String {
        let apart: Vec<String> =
            self.figures.iter().filter(|figure| figure.is_apart).map(Figure::words).collect();
        if apart.is_empty() { "no difference beyond that of the runs".to_owned() } else { apart.join(", ") }
    }

    /// Whether it is of the Dockerfile that `path` shows: the bench may have run in another folder.
    pub(super) fn is_of(&self, path: &str) -> bool {
        let (ours, theirs) = (Path::new(path), Path::new(&self.dockerfile));
        ours.ends_with(theirs) || theirs.ends_with(ours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BENCH: &str = r#"{"schema":1,"dockerfiles":[{"path":"Dockerfile",
        "builds":{"cold":{"before":{"seconds":{"median":2.0,"runs":[1.9,2.0,2.1]}},"after":{"seconds":{"median":2.05,"runs":[2.0,2.05,2.2]}}},
                  "source":{"before":{"seconds":{"median":40.0,"runs":[40.0]}},"after":{"seconds":{"median":4.0,"runs":[4.0]}}},
                  "gone":{"before":null,"after":{"seconds":{"median":4.0,"runs":[4.0]}}}},
        "images":{"before":{"bytes":785000000,"ready_seconds":{"median":null,"runs":[]}},"after":{"bytes":470000000}},
        "alone":[{"pass":"copy-order","builds":{"source":{"seconds":{"median":0.5,"runs":[0.5]}}},"image":{"bytes":0}}]}]}"#;

    #[test]
    fn figures_that_both_sides_have_are_read() {
        let all = read(BENCH.as_bytes(), "b.json").expect("a bench");
        let [together, alone] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(together.words(), "source 40.0 → 4.0 s (-90.0 %), size 785.0 → 470.0 MB (-40.1 %)");
        let names: Vec<&str> = together.figures.iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(names, ["cold", "source", "size"], "runs that overlap are figures, too");
        assert_eq!(alone.pass.as_deref(), Some("copy-order"));
        assert_eq!(alone.words(), "source 40.0 → 0.5 s (-98.8 %)");
        assert!(alone.is_of("backend/Dockerfile") && !alone.is_of("backend/Dockerfile.dev"));
    }

    #[test]
    fn other_documents_are_refused() {
        for text in ["", "[]", "{\"schema\":1}", "{\"schema\":2,\"dockerfiles\":[]}"] {
            assert!(read(text.as_bytes(), "b.json").is_err(), "{text}");
        }
    }
}
