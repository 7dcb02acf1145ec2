//! Bake files in JSON: `target.NAME`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Build;
use crate::RelPath;

#[derive(Deserialize)]
struct Bake {
    #[serde(default)]
    target: BTreeMap<String, Target>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Target {
    context: Option<String>,
    dockerfile: Option<String>,
    #[serde(rename = "dockerfile-inline")]
    inline: Option<String>,
    #[serde(rename = "target")]
    stage: Option<String>,
    inherits: Vec<String>,
}

/// The builds of a bake file: the context counts from where bake runs (taken to be the file's folder), the
/// Dockerfile from the context.
pub(super) fn builds(path: &RelPath, text: &str) -> Vec<Build> {
    let Ok(bake) = serde_json::from_str::<Bake>(text) else { return Vec::new() };
    let inherited: BTreeSet<&String> = bake.target.values().flat_map(|target| &target.inherits).collect();
    let folder = path.parent();
    bake.target
        .iter()
        .filter(|(name, _)| !inherited.contains(name))
        .filter_map(|(name, target)| {
            let value = |field| inherit(&bake.target, name, field, 0);
            if target.inline.is_some() {
                return None;
            }
            let context = value(|target| target.context.as_deref()).unwrap_or(".");
            let dockerfile = value(|target| target.dockerfile.as_deref());
            let stage = value(|target| target.stage.as_deref());
            Build::resolve(path, &folder, context, dockerfile, true, stage)
        })
        .collect()
}

/// A field of a target: its own, else that of the last one it inherits from that has it.
fn inherit<'a>(
    targets: &'a BTreeMap<String, Target>,
    name: &str,
    field: fn(&'a Target) -> Option<&'a str>,
    depth: usize,
) -> Option<&'a str> {
    const DEEPEST: usize = 8;
    let target = targets.get(name).filter(|_| depth < DEEPEST)?;
    let mut parents = target.inherits.iter().rev();
    field(target).or_else(|| parents.find_map(|parent| inherit(targets, parent, field, depth + 1)))
}
