//! `.gitlab-ci.yml`, and the files of the project that it includes.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::text;
use crate::context::layers::glob;
use crate::{Project, RelPath};

/// The most files that GitLab includes (GitLab's reference on `include`, 2026-11-24).
const MOST: usize = 150;

#[derive(Deserialize)]
struct Pipeline {
    include: Option<Value>,
}

/// The files of the pipeline, with their texts.
pub(super) fn files(project: &Project) -> Vec<(RelPath, String)> {
    let mut seen: BTreeSet<RelPath> = BTreeSet::new();
    let mut open: Vec<RelPath> = RelPath::new(".gitlab-ci.yml").into_iter().collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if seen.len() >= MOST || !seen.insert(path.clone()) {
            continue;
        }
        let Some(text) = text(project, &path) else { continue };
        open.extend(included(project, &text));
        found.push((path, text));
    }
    found.sort();
    found
}

/// The files of the project that one includes: `include: path`, a list of such, or `local: path`.
fn included(project: &Project, text: &str) -> Vec<RelPath> {
    if !text.contains("include") {
        return Vec::new();
    }
    let Ok(pipeline) = serde_saphyr::from_str::<Pipeline>(text) else { return Vec::new() };
    let Some(include) = pipeline.include else { return Vec::new() };
    let items = match include {
        Value::Array(items) => items,
        item => vec![item],
    };
    let local = |item: &Value| match item {
        Value::String(path) => Some(path.clone()),
        Value::Object(fields) => fields.get("local").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let paths = items.iter().filter_map(local).filter(|path| !path.contains("://") && !path.contains('$'));
    paths.flat_map(|path| named(project, path.trim_start_matches('/'))).collect()
}

/// The files that a path names, in whose last part `*` may stand.
fn named(project: &Project, path: &str) -> Vec<RelPath> {
    let Some(path) = RelPath::new(path) else { return Vec::new() };
    if !path.as_str().contains('*') {
        return vec![path];
    }
    let folder = path.parent();
    let names = project.list(&folder).unwrap_or_default();
    names.iter().filter(|name| glob(path.file_name(), name)).filter_map(|name| folder.join(name)).collect()
}
