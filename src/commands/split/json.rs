//! The JSON form; `docs/split.schema.json` is its schema.

use dockfit_python::ApartReason;
use dockfit_python::auto::Estimate;
use serde::Serialize;

use super::plan::{Apart, Group, Plan, Planned};

#[derive(Serialize)]
struct SplitJson<'a> {
    root: &'a str,
    manifest: Option<&'a str>,
    lock: Option<&'a str>,
    lock_kind: Option<&'static str>,
    resolved: bool,
    python: Option<String>,
    machines: Vec<&'a str>,
    remembered: Option<&'a str>,
    groups: Vec<GroupJson<'a>>,
    apart: Vec<ApartJson<'a>>,
    files: Vec<FileJson<'a>>,
    estimates: Vec<EstimateJson<'a>>,
    written: bool,
}

#[derive(Serialize)]
struct GroupJson<'a> {
    name: &'a str,
    file: Option<&'a str>,
    direct: usize,
    packages: usize,
    bytes: Option<u64>,
    unknown_sizes: usize,
}

#[derive(Serialize)]
struct ApartJson<'a> {
    requirement: &'a str,
    reason: &'static str,
}

#[derive(Serialize)]
struct FileJson<'a> {
    path: &'a str,
    state: &'static str,
    left_over: bool,
    changes: Vec<ChangeJson<'a>>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    name: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

#[derive(Serialize)]
struct EstimateJson<'a> {
    layout: &'static str,
    changes: usize,
    bytes_per_change: f64,
    unknown_sizes: usize,
    layers: Vec<LayerJson<'a>>,
}

#[derive(Serialize)]
struct LayerJson<'a> {
    name: &'a str,
    packages: usize,
    bytes: u64,
    touched: f64,
}

/// The document: the plan, and errors, each in JSON already.
pub(super) fn document(plan: Option<&Plan>, errors: &[String]) -> String {
    let split = plan.map(split);
    let split = serde_json::to_string(&split).expect("strings, numbers and lists only");
    let errors = if errors.is_empty() { String::new() } else { format!("\n{}\n", errors.join(",\n")) };
    format!("{{\"schema\":1,\"split\":{split},\"errors\":[{errors}]}}\n")
}

fn split(plan: &Plan) -> SplitJson<'_> {
    let python = plan.environment.python.map(|python| match python.patch {
        Some(patch) => format!("{}.{}.{patch}", python.major, python.minor),
        None => format!("{}.{}", python.major, python.minor),
    });
    SplitJson {
        root: &plan.root,
        manifest: plan.manifest.as_deref(),
        lock: plan.lock.as_deref(),
        lock_kind: plan.lock_kind,
        resolved: plan.lock.is_some(),
        python,
        machines: plan.environment.platforms.iter().map(|platform| platform.machine.as_str()).collect(),
        remembered: plan.remembered.as_deref(),
        groups: plan.groups.iter().map(|one| group(plan, one)).collect(),
        apart: plan.apart.iter().map(apart).collect(),
        files: plan.files.iter().map(file).collect(),
        estimates: plan.layouts.iter().map(|layout| estimate(layout.id, &layout.estimate)).collect(),
        written: plan.written,
    }
}

fn group<'a>(plan: &'a Plan, group: &'a Group) -> GroupJson<'a> {
    GroupJson {
        name: &group.name,
        file: group.file.and_then(|at| plan.files.get(at)).map(|file| file.path.as_str()),
        direct: group.direct,
        packages: group.packages,
        bytes: group.bytes,
        unknown_sizes: group.unknown_sizes,
    }
}

fn apart(apart: &Apart) -> ApartJson<'_> {
    let reason = match apart.reason {
        ApartReason::Local => "local",
        ApartReason::NoHash => "no-hash",
    };
    ApartJson { requirement: &apart.requirement, reason }
}

fn file(file: &Planned) -> FileJson<'_> {
    let changes = file.changes.iter().map(|change| ChangeJson {
        name: &change.name,
        before: change.before.as_deref(),
        after: change.after.as_deref(),
    });
    FileJson {
        path: file.path.as_str(),
        state: file.state.id(),
        left_over: file.left_over,
        changes: changes.collect(),
    }
}

fn estimate<'a>(layout: &'static str, estimate: &'a Estimate) -> EstimateJson<'a> {
    let layers = estimate.layers.iter().map(|layer| LayerJson {
        name: layer.name.as_str(),
        packages: layer.packages,
        bytes: layer.bytes,
        touched: layer.touched,
    });
    EstimateJson {
        layout,
        changes: estimate.changes,
        bytes_per_change: estimate.bytes_per_change,
        unknown_sizes: estimate.unknown_sizes,
        layers: layers.collect(),
    }
}
