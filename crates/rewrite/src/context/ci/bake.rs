//! Builds by `docker/bake-action`.

use super::{Builder, CiBuild, text};
use crate::context::workflow::BakeStep;
use crate::context::{bake, builds_in, layers};
use crate::{Project, RelPath};

/// The files that bake looks for, all of which count (buildx's reference of bake files, 2026-11-24).
const USUAL: &[&str] = &[
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "docker-bake.json",
    "docker-bake.hcl",
];

/// The builds of a step in the workflow at `path`.
pub(super) fn builds(project: &Project, path: &RelPath, step: &BakeStep) -> Vec<CiBuild> {
    let given: Vec<&str> = step.files.iter().map(String::as_str).collect();
    let names = if given.is_empty() { USUAL } else { &given };
    let targets: Vec<&str> = step.targets.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for file in names.iter().filter_map(|name| step.folder.join(name)) {
        let Some(text) = text(project, &file) else { continue };
        if matches!(file.file_name().rsplit_once('.'), Some((_, "yml" | "yaml"))) {
            let builds = builds_in(&file, text.as_bytes()).into_iter();
            found.extend(builds.map(|build| of_target(path, step, "*", build, (false, None))));
            continue;
        }
        for target in bake::wanted(&file, &text, &targets) {
            let cache = (target.imports, target.exports);
            found.push(of_target(path, step, &target.name, target.build, cache));
        }
    }
    found
}

/// What the step makes of a target, whose file says of the cache what `cache` holds.
fn of_target(
    path: &RelPath,
    step: &BakeStep,
    name: &str,
    mut build: crate::context::Build,
    (mut imports, mut exports): (bool, Option<String>),
) -> CiBuild {
    for line in &step.set {
        let Some((key, value)) = line.split_once('=') else { continue };
        let Some((pattern, field)) = key.trim_end_matches('+').rsplit_once('.') else { continue };
        if !layers::glob(pattern, name) && pattern != "*" {
            continue;
        }
        match field {
            "cache-from" => imports = true,
            "cache-to" => exports = Some(value.to_owned()),
            _ => {}
        }
    }
    build.declared_in = path.clone();
    CiBuild { build, line: step.line, builder: Builder::Bake, imports, exports }
}
