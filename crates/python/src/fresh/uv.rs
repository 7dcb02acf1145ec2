//! `uv.lock` holds the requirements that it was made from: `[package.metadata]`.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::manifest::{DeclaredSource, Dependency, Manifest};
use crate::marker::Marker;
use crate::name::Name;
use crate::resolution::{Asked, Record, Resolution};
use crate::toml_tree::Table;

/// The first difference between the manifest and what the lock was made from.
pub(super) fn difference(resolution: &Resolution, manifest: &Manifest) -> Option<String> {
    if resolution.project().map(|project| &project.name) != manifest.name.as_ref() {
        return None;
    }
    if let Some(python) = &manifest.requires_python
        && let Ok(wanted) = Marker::of_requires_python(python)
    {
        // In a workspace the lock's is the intersection of all members'.
        let locked = &resolution.requires_python;
        let fits = if resolution.members.len() > 1 { locked.implies(&wanted) } else { *locked == wanted };
        if !fits {
            return Some(format!("`requires-python` is `{python}` now"));
        }
    }
    let Record::Requirements { main: locked, groups: locked_groups } = &resolution.record else {
        return None;
    };
    let mut wanted = BTreeMap::new();
    for dependency in &manifest.dependencies {
        add(&mut wanted, dependency, &Marker::always());
    }
    for (extra, list) in &manifest.extras {
        let only = Marker::parse(&format!("extra == '{extra}'")).unwrap_or_default();
        for dependency in list {
            add(&mut wanted, dependency, &only);
        }
    }
    let (wanted, locked) = (sourced(wanted, manifest), sourced(locked.clone(), manifest));
    if let Some(reason) = compare(&wanted, &locked, &resolution.requires_python, "") {
        return Some(reason);
    }
    let mut names: BTreeSet<&Name> = manifest.groups.keys().collect();
    names.extend(locked_groups.keys());
    for name in names {
        let mut wanted = BTreeMap::new();
        for dependency in manifest.groups.get(name).into_iter().flatten() {
            add(&mut wanted, dependency, &Marker::always());
        }
        let locked = locked_groups.get(name).cloned().unwrap_or_default();
        let (wanted, locked) = (sourced(wanted, manifest), sourced(locked, manifest));
        let of = format!(" in the group `{name}`");
        if let Some(reason) = compare(&wanted, &locked, &resolution.requires_python, &of) {
            return Some(reason);
        }
    }
    None
}

fn add(found: &mut Asked, dependency: &Dependency, only: &Marker) {
    let requirement = &dependency.requirement;
    let key = (
        requirement.name.clone(),
        requirement.extras.iter().cloned().collect(),
        normal(&requirement.specifiers),
    );
    let marker = requirement.marker.and(only);
    let entry = found.entry(key).or_insert_with(Marker::never);
    *entry = entry.or(&marker);
}

/// Without the versions of what comes from elsewhere than an index: the lock has an entry for each source that a package has in
/// some environment, with an address in the place of the versions.
fn sourced(asked: Asked, manifest: &Manifest) -> Asked {
    let elsewhere = |name: &Name| {
        let sources = manifest.sources.get(name);
        sources.is_some_and(|all| all.iter().any(|one| !matches!(one, DeclaredSource::Index(_))))
    };
    let mut found = Asked::new();
    for ((name, extras, specifiers), marker) in asked {
        let specifiers = if elsewhere(&name) { BTreeSet::new() } else { specifiers };
        let entry = found.entry((name, extras, specifiers)).or_insert_with(Marker::never);
        *entry = entry.or(&marker);
    }
    found
}

fn normal(specifiers: &str) -> BTreeSet<String> {
    match specifiers.parse::<pep440_rs::VersionSpecifiers>() {
        Ok(list) => list.iter().map(ToString::to_string).collect(),
        Err(_) => BTreeSet::from([specifiers.trim().to_owned()]),
    }
}

/// What the lock says of the project that `table`, a package of it, stands for.
pub(crate) fn record(table: &Table<'_, '_>) -> Result<Record> {
    let (main, groups) = match table.table("metadata")? {
        Some(metadata) => (of_lock(&metadata, "requires-dist")?, groups_of_lock(&metadata)?),
        None => (Asked::new(), BTreeMap::new()),
    };
    Ok(Record::Requirements { main, groups })
}

fn of_lock(table: &Table<'_, '_>, key: &str) -> Result<Asked> {
    let mut found: Asked = BTreeMap::new();
    for entry in table.tables(key)? {
        let extras = entry.names("extras")?.into_iter().collect();
        let key = (entry.name("name")?, extras, normal(entry.string("specifier")?.unwrap_or_default()));
        let marker = entry.marker("marker")?;
        let known = found.entry(key).or_insert_with(Marker::never);
        *known = known.or(&marker);
    }
    Ok(found)
}

fn groups_of_lock(metadata: &Table<'_, '_>) -> Result<BTreeMap<Name, Asked>> {
    let mut found = BTreeMap::new();
    for table in ["requires-dev", "dependency-groups"] {
        if let Some(groups) = metadata.table(table)? {
            for key in groups.keys() {
                found.insert(groups.as_name(key, key)?, of_lock(&groups, key)?);
            }
        }
    }
    Ok(found)
}

fn compare(wanted: &Asked, locked: &Asked, python: &Marker, of: &str) -> Option<String> {
    let same = |a: &Marker, b: &Marker| a == b || a.and(python) == b.and(python);
    for (key, marker) in wanted {
        if marker.and(python).is_never() {
            continue;
        }
        match locked.get(key) {
            Some(other) if same(marker, other) => {}
            Some(_) => return Some(format!("the marker of `{}`{of} is another one now", key.0)),
            None if locked.keys().any(|(name, _, _)| *name == key.0) => {
                return Some(format!("`{}`{of} is asked for in another way now", key.0));
            }
            None => return Some(format!("`{}`{of} is new", key.0)),
        }
    }
    let gone =
        locked.iter().find(|(key, marker)| !wanted.contains_key(*key) && !marker.and(python).is_never());
    gone.map(|(key, _)| format!("`{}`{of} is not asked for any more", key.0))
}
