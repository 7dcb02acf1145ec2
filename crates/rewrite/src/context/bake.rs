//! Bake files, in JSON and in HCL: `target.NAME`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::Build;
use super::hcl::{self, Expression};
use crate::RelPath;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Bake {
    group: BTreeMap<String, Group>,
    target: BTreeMap<String, Target>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Group {
    targets: Vec<String>,
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
    #[serde(rename = "cache-from")]
    cache_from: Option<Value>,
    #[serde(rename = "cache-to")]
    cache_to: Option<Value>,
}

/// A target that builds a Dockerfile.
pub(super) struct BakeTarget {
    /// Its name.
    pub(super) name: String,
    /// What it builds.
    pub(super) build: Build,
    /// Whether it reads a cache from elsewhere.
    pub(super) imports: bool,
    /// Where it writes its cache to, as written.
    pub(super) exports: Option<String>,
}

/// The builds of a bake file.
pub(super) fn builds(path: &RelPath, text: &str) -> Vec<Build> {
    named_builds(path, text).into_iter().map(|(_, build)| build).collect()
}

/// The builds of a bake file, each with the name of its target.
pub(super) fn named_builds(path: &RelPath, text: &str) -> Vec<(String, Build)> {
    let Some(bake) = parse(path, text) else { return Vec::new() };
    let inherited: BTreeSet<&String> = bake.target.values().flat_map(|target| &target.inherits).collect();
    let own = targets(&bake, path).into_iter().filter(|target| !inherited.contains(&target.name));
    own.map(|target| (target.name, target.build)).collect()
}

/// The targets that bake builds when it is asked for `wanted` (targets and groups); for none, those of the group or
/// target `default`.
pub(super) fn wanted(path: &RelPath, text: &str, wanted: &[&str]) -> Vec<BakeTarget> {
    let Some(bake) = parse(path, text) else { return Vec::new() };
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = if wanted.is_empty() { vec!["default"] } else { wanted.to_vec() };
    while let Some(name) = open.pop() {
        if names.insert(name)
            && let Some(group) = bake.group.get(name)
        {
            open.extend(group.targets.iter().map(String::as_str));
        }
    }
    targets(&bake, path).into_iter().filter(|target| names.contains(target.name.as_str())).collect()
}

fn parse(path: &RelPath, text: &str) -> Option<Bake> {
    if path.file_name().rsplit_once('.').is_some_and(|(_, end)| end == "hcl") {
        return Some(of_hcl(text));
    }
    serde_json::from_str(text).ok()
}

fn of_hcl(text: &str) -> Bake {
    // What depends on variables is written as one, so that it is not taken for something that is not there.
    let word = |value: Expression| match value {
        Expression::Text(text) => text,
        Expression::List(_) | Expression::Other => "${}".to_owned(),
    };
    let list = |value: Expression| match value {
        Expression::Text(text) => vec![text],
        Expression::List(items) => items,
        Expression::Other => Vec::new(),
    };
    let cache = |value: Expression| match value {
        Expression::Other => Value::from("${}"),
        value => Value::from(list(value)),
    };
    let mut bake = Bake::default();
    for block in hcl::blocks(text) {
        let Some(name) = block.labels.first().cloned() else { continue };
        match block.kind.as_str() {
            "group" => {
                let targets = block.attributes.into_iter().filter(|(name, _)| name == "targets");
                let targets = targets.flat_map(|(_, value)| list(value)).collect();
                bake.group.insert(name, Group { targets });
            }
            "target" => {
                let mut target = Target::default();
                for (name, value) in block.attributes {
                    match name.as_str() {
                        "context" => target.context = Some(word(value)),
                        "dockerfile" => target.dockerfile = Some(word(value)),
                        "dockerfile-inline" => target.inline = Some(word(value)),
                        "target" => target.stage = Some(word(value)),
                        "inherits" => target.inherits = list(value),
                        "cache-from" => target.cache_from = Some(cache(value)),
                        "cache-to" => target.cache_to = Some(cache(value)),
                        _ => {}
                    }
                }
                bake.target.insert(name, target);
            }
            _ => {}
        }
    }
    bake
}

/// All targets that build a Dockerfile: the context counts from where bake runs (taken to be the file's folder), the
/// Dockerfile from the context.
fn targets(bake: &Bake, path: &RelPath) -> Vec<BakeTarget> {
    let folder = path.parent();
    bake.target
        .iter()
        .filter_map(|(name, target)| {
            let value = |field: fn(&Target) -> Option<&str>| inherit(&bake.target, name, field, 0);
            if target.inline.is_some() {
                return None;
            }
            let context = value(|target| target.context.as_deref()).unwrap_or(".");
            let dockerfile = value(|target| target.dockerfile.as_deref());
            let stage = value(|target| target.stage.as_deref());
            let build = Build::resolve(path, &folder, context, dockerfile, true, stage)?;
            let cache = |field: fn(&Target) -> Option<&Value>| inherit(&bake.target, name, field, 0);
            let imports = cache(|target| target.cache_from.as_ref()).is_some();
            let exports = cache(|target| target.cache_to.as_ref()).map(as_written);
            Some(BakeTarget { name: name.clone(), build, imports, exports })
        })
        .collect()
}

/// The entries of a cache as the command line writes them: `type=gha,mode=max`.
fn as_written(value: &Value) -> String {
    let one = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let pairs =
                fields.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
            pairs.collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    match value {
        Value::Array(items) => items.iter().map(one).collect::<Vec<_>>().join(" "),
        value => one(value),
    }
}

/// How far a target inherits.
const DEEPEST: usize = 8;

/// A field of a target: its own, else that of the last one it inherits from that has it.
fn inherit<'a, T: ?Sized>(
    targets: &'a BTreeMap<String, Target>,
    name: &str,
    field: fn(&'a Target) -> Option<&'a T>,
    depth: usize,
) -> Option<&'a T> {
    let target = targets.get(name).filter(|_| depth < DEEPEST)?;
    let mut parents = target.inherits.iter().rev();
    field(target).or_else(|| parents.find_map(|parent| inherit(targets, parent, field, depth + 1)))
}
