//! Pinned requirement files: each direct requirement must be fulfilled by its pin.

use super::stale;
use crate::error::{Place, Result};
use crate::files::{Files, folder_of, join};
use crate::manifest::{Dependency, Manifest};
use crate::name::Name;
use crate::requirement::Requirement;
use crate::requirements_txt::{RequirementsFile, Target, Via, read_requirements};
use crate::resolution::Resolution;

/// Checks a compiled file against what its own `# via` comments and header say that it was made from.
pub(super) fn check(files: &dyn Files, resolution: &Resolution, manifest: Option<&Manifest>) -> Result<()> {
    let path = resolution.path.as_str();
    let all = read_requirements(files, path)?;
    let Some(file) = all.files.first() else { return Ok(()) };
    let command = command(file).unwrap_or("dockfit lock");
    let (from_manifest, inputs) = inputs(file, manifest);
    for input in inputs {
        // The file may have been written elsewhere; what cannot be read cannot be compared.
        let Some(input) = find(files, folder_of(path), &input) else { continue };
        for (item, line) in read_requirements(files, &input)?.lines() {
            if let Target::Named(requirement) = &line.target
                && let Some(reason) = unmet_one(resolution, requirement)
            {
                return Err(stale(item.place.clone(), &input, &reason, command));
            }
        }
    }
    let Some(manifest) = manifest.filter(|_| from_manifest) else { return Ok(()) };
    match unmet(resolution, manifest) {
        Some(reason) => Err(stale(Place::file(path), &manifest.path, &reason, command)),
        None => Ok(()),
    }
}

/// A file that a tool was told by its path from the folder that it ran in: that of the lock, or one above.
fn find(files: &dyn Files, folder: &str, input: &str) -> Option<String> {
    let mut folder = folder;
    loop {
        let path = join(folder, input);
        if let Some(path) = path.filter(|path| files.read(path).is_ok_and(|found| found.is_some())) {
            return Some(path);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder_of(folder);
    }
}

/// The first direct requirement that the pins do not fulfil, or pin that only a requirement of old explains.
pub(super) fn unmet(resolution: &Resolution, manifest: &Manifest) -> Option<String> {
    let direct: Vec<&Dependency> = manifest.dependencies.iter().collect();
    let own = manifest.name.as_ref();
    let found = direct
        .iter()
        .filter(|one| Some(&one.requirement.name) != own)
        .find_map(|one| unmet_one(resolution, &one.requirement));
    if found.is_some() || !resolution.edges_known || !resolution.flat {
        return found;
    }
    let needed = |name: &Name| manifest.all_dependencies().any(|(_, one)| one.requirement.name == *name);
    let project = resolution.project()?;
    let gone = project.edges.iter().find(|edge| {
        // A pin that other pins need too tells nothing.
        let elsewhere = resolution
            .packages
            .iter()
            .any(|package| package.name != project.name && package.edges.iter().any(|one| one.to == edge.to));
        !elsewhere && !needed(&edge.name)
    });
    // A local project's own line (`-e .`) is no dependency of it.
    let gone = gone.filter(|edge| {
        let target = edge.to.and_then(|at| resolution.packages.get(at));
        target.is_some_and(|target| !target.source.is_local())
    });
    gone.map(|edge| format!("`{}` is not asked for any more", edge.name))
}

fn unmet_one(resolution: &Resolution, requirement: &Requirement) -> Option<String> {
    let mut pins = resolution.named(&requirement.name).peekable();
    if pins.peek().is_none() {
        // Compiled for one environment, in which it may not be needed.
        return requirement.marker.is_always().then(|| format!("`{}` is not pinned", requirement.text));
    }
    let allowed =
        |version: Option<&str>| version.is_none_or(|version| requirement.allows(version).unwrap_or(true));
    let versions: Vec<&str> = pins.filter_map(|(_, package)| package.version.as_deref()).collect();
    if versions.is_empty() || versions.iter().any(|version| allowed(Some(version))) {
        return None;
    }
    Some(format!("`{}` is asked for, {} is pinned", requirement.text, versions.join(" and ")))
}

/// What a compiled file was made from: the manifest?, and which requirement files.
fn inputs(file: &RequirementsFile, manifest: Option<&Manifest>) -> (bool, Vec<String>) {
    let name = manifest.and_then(|manifest| manifest.path.rsplit('/').next()).unwrap_or("pyproject.toml");
    let own = manifest.and_then(|manifest| manifest.name.as_ref());
    let mut from_manifest = file.header.iter().any(|line| line.split_whitespace().any(|word| word == name));
    let mut found: Vec<String> = Vec::new();
    for via in file.items.iter().flat_map(|item| &item.via) {
        match via {
            Via::File(text) => {
                if let Some(path) = text.strip_prefix("-r ") {
                    found.push(path.trim().to_owned());
                } else if text.contains(name) {
                    from_manifest = true;
                }
            }
            Via::Package(name) => from_manifest |= Some(name) == own,
        }
    }
    found.sort();
    found.dedup();
    // Without any trace the manifest beside it is what it should fit.
    let untold = !from_manifest && found.is_empty();
    (from_manifest || untold, found)
}

/// The command in the header of pip-tools and uv.
fn command(file: &RequirementsFile) -> Option<&str> {
    made_by(&file.header)
}

/// The command among the lines of a header.
pub(crate) fn made_by(header: &[String]) -> Option<&str> {
    let starts = ["pip-compile", "uv pip compile", "uv export", "pdm export", "poetry export"];
    header.iter().map(|line| line.trim()).find(|line| starts.iter().any(|start| line.starts_with(start)))
}
