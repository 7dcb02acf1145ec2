//! What `dockfit bench --format json` printed, read again, for a page that shows it.

use std::path::Path;

use dockfit_engine::BuildStep;
use dockfit_image::Layer;
use serde_json::Value;

use super::charts::Chart;
use super::figures::Figures;
use super::html;
use super::measured::{Benched, Builds, Load, Measured, OneWorker};
use super::phases::Phases;
use super::scenario::Scenario;
use super::table::{Row, rows};
use super::target::Judged;
use crate::disk;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;
use crate::report::html::{Gain, Measured as Shown};

/// Figures for the overview, but for the scenarios: what a reader asks first.
const OF_IMAGE: [&str; 3] = ["size", "ready", "memory"];
/// Scenarios in the overview.
const SCENARIOS: usize = 3;

/// The Dockerfiles of a bench, as parts of a page.
pub(crate) fn measured(path: &Path) -> Result<Vec<Shown>, Problem> {
    let wrong = |message: String| {
        let problem = Problem::new(ProblemKind::Read, message).in_file(shown(path));
        problem.help("give --bench what `dockfit bench --format json` printed")
    };
    let bytes = disk::read(path).map_err(|failure| wrong(failure.message()))?;
    let document: Value = serde_json::from_slice(&bytes)
        .map_err(|error| wrong(format!("it is no JSON of dockfit bench: {error}")))?;
    if document.get("schema") != Some(&Value::from(1)) {
        return Err(wrong("its schema is not 1, which this dockfit reads".to_owned()));
    }
    let files = document.get("dockerfiles").and_then(Value::as_array);
    let files = files.ok_or_else(|| wrong("it has no `dockerfiles`".to_owned()))?;
    Ok(files.iter().map(of_file).collect())
}

fn of_file(file: &Value) -> Shown {
    let benched = benched(file);
    let targets: Vec<Judged> = list(file, "targets").filter_map(Judged::read).collect();
    let all = rows(&benched);
    let is_asked = |row: &&Row| {
        let scenario = benched.scenarios.iter().take(SCENARIOS).any(|scenario| scenario.name == row.name);
        (scenario || OF_IMAGE.contains(&row.name.as_str())) && !row.change.is_empty()
    };
    // The spread stands in the table.
    let median = |cell: &str| cell.split(" (").next().unwrap_or_default().to_owned();
    let name = |name: &str| match name {
        "cold" => "cold build".to_owned(),
        "caches-only" => "build with caches only".to_owned(),
        "nothing" => "build, nothing changed".to_owned(),
        "size" => "image".to_owned(),
        "ready" | "memory" => name.to_owned(),
        name => format!("build, {name} changed"),
    };
    let gains = all.iter().filter(is_asked).map(|row| Gain {
        name: name(&row.name),
        before: median(&row.before),
        after: median(&row.after),
        change: row.change.clone(),
        is_better: row.change.starts_with('-'),
    });
    Shown {
        gains: gains.collect(),
        html: html::figures(&benched, &targets, Chart::bare),
        dockerfile: benched.dockerfile,
    }
}

fn benched(file: &Value) -> Benched {
    let scenarios: Vec<Scenario> = { file.get("builds").and_then(Value::as_object).into_iter().flatten() }
        .map(|(name, _)| Scenario::named(name))
        .collect();
    let side = |name: &str| {
        let builds = scenarios.iter().map(|scenario| {
            let builds = file.get("builds").and_then(|all| all.get(&scenario.name)?.get(name));
            builds.map(of_builds).unwrap_or_default()
        });
        let image = file.get("images").and_then(|images| images.get(name)).unwrap_or(&Value::Null);
        of_image(name, image, builds.collect())
    };
    let alone = list(file, "alone").map(|alone| {
        let builds = scenarios.iter().map(|scenario| {
            let builds = alone.get("builds").and_then(|all| all.get(&scenario.name));
            builds.map(of_builds).unwrap_or_default()
        });
        of_image(text(alone, "pass"), alone.get("image").unwrap_or(&Value::Null), builds.collect())
    });
    Benched {
        dockerfile: text(file, "path").to_owned(),
        passes: Vec::new(),
        runs: count(file, "runs"),
        before: side("before"),
        after: side("after"),
        alone: alone.collect(),
        scenarios,
    }
}

fn of_builds(value: &Value) -> Builds {
    let steps = list(value, "last").map(|step| BuildStep {
        name: text(step, "name").to_owned(),
        cached: step.get("cached").and_then(Value::as_bool).unwrap_or(false),
        seconds: step.get("seconds").and_then(Value::as_f64),
        // The document has no clock; it names the steps that were waited for.
        span: None,
    });
    Builds {
        seconds: figures(value, "seconds"),
        cached: (count(value, "steps_cached"), count(value, "steps")),
        steps: steps.collect(),
        pulled: value.get("pulled_bytes").and_then(Value::as_u64),
    }
}

fn of_image(name: &str, image: &Value, builds: Vec<Builds>) -> Measured {
    let layers = list(image, "layers").map(|layer| Layer {
        diff_id: text(layer, "diff_id").to_owned(),
        stored: 0,
        content: layer.get("bytes").and_then(Value::as_u64).unwrap_or(0),
        pulled: layer.get("compressed_bytes").and_then(Value::as_u64),
        made_by: text(layer, "made_by").to_owned(),
    });
    let of = |key: &str| image.get(key).filter(|value| value.is_object());
    Measured {
        name: name.to_owned(),
        builds,
        bytes: image.get("bytes").and_then(Value::as_u64).unwrap_or(0),
        layers: layers.collect(),
        ready: figures(image, "ready_seconds"),
        memory: figures(image, "memory_bytes"),
        processes: count(image, "processes"),
        one_worker: of("one_worker").map(|one| OneWorker {
            ready: figures(one, "ready_seconds"),
            memory: figures(one, "memory_bytes"),
        }),
        phases: of("phases").map(phases),
        load: of("load").map(|load| Load {
            with: if text(load, "with") == "wrk" { "wrk" } else { "oha" },
            rate: figures(load, "requests_per_second"),
            p50: figures(load, "p50_seconds"),
            p95: figures(load, "p95_seconds"),
            p99: figures(load, "p99_seconds"),
        }),
        not_ready: image.get("not_ready").and_then(Value::as_str).map(str::to_owned),
    }
}

fn phases(value: &Value) -> Phases {
    Phases {
        interpreter: figures(value, "interpreter_seconds"),
        standard_library: figures(value, "standard_library_seconds"),
        packages: figures(value, "packages_seconds"),
        by_package: { list(value, "packages") }
            .map(|package| (text(package, "name").to_owned(), figures(package, "seconds")))
            .collect(),
        application: figures(value, "application_seconds"),
        rest: figures(value, "rest_seconds"),
    }
}

fn figures(value: &Value, key: &str) -> Figures {
    let runs = value.get(key).map(|figures| list(figures, "runs").filter_map(Value::as_f64));
    // What is drawn has an end.
    Figures(runs.into_iter().flatten().filter(|figure| figure.is_finite() && *figure >= 0.0).collect())
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn count(value: &Value, key: &str) -> usize {
    value.get(key).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}
