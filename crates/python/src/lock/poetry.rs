//! `poetry.lock`.

use std::collections::BTreeMap;

use super::build::{
    Names, add_project, by_extra, dist, edges_to, is_hash, metadata, needed_manifest, package,
    refuse_duplicates, refuse_mixed_hashes,
};
use crate::error::{ErrorKind, Result};
use crate::manifest::{Manifest, poetry_specifiers};
use crate::marker::Marker;
use crate::name::Name;
use crate::resolution::{Edge, LockKind, Package, Record, Resolution, Source, When};
use crate::toml_tree::{Document, Table, Value};

/// Reads lock versions 1.1 to 2.1. What is needed directly is only in the manifest.
///
/// Source: poetry 2.5's `packages/locker.py`, 2026-11-24.
pub(super) fn read(path: &str, text: &str, manifest: Option<&Manifest>) -> Result<Resolution> {
    let manifest = needed_manifest(path, manifest)?;
    let document = Document::parse(path, text)?;
    let root = document.root();
    let metadata = metadata(&root, "poetry lock")?;
    let version = metadata.required_string("lock-version")?;
    if !["1.1", "2.0", "2.1"].contains(&version) {
        let message = format!("version {version} of this format is not known; 1.1, 2.0 and 2.1 are");
        return Err(metadata.error(ErrorKind::UnknownVersion, "lock-version", message));
    }
    let python = metadata.string("python-versions")?.unwrap_or("*");
    let requires_python = match poetry_specifiers(python) {
        Some(specifiers) => Marker::of_requires_python(&specifiers)
            .map_err(|error| metadata.error(ErrorKind::InvalidValue, "python-versions", error.message))?,
        // `^3.8 || ^3.10`: nothing may be left out.
        None => Marker::always(),
    };
    let old_files = old_files(&metadata)?;
    let tables = root.tables("package")?;
    let mut packages = Vec::with_capacity(tables.len());
    for table in &tables {
        packages.push(entry(table, &old_files)?);
    }
    refuse_duplicates(&packages, path)?;
    let names = Names::of(&packages);
    let mut edges = Vec::with_capacity(packages.len());
    for table in &tables {
        edges.push(all_edges(table, &packages, &names)?);
    }
    for (package, edges) in packages.iter_mut().zip(edges) {
        package.edges = edges;
    }
    let project = add_project(&mut packages, &names, manifest);
    Ok(Resolution {
        path: path.to_owned(),
        kind: LockKind::Poetry,
        requires_python,
        packages,
        members: vec![project],
        flat: false,
        edges_known: true,
        indexes: manifest.indexes.clone(),
        options: Vec::new(),
        direct: None,
        record: metadata.string("content-hash")?.map_or(Record::None, |hash| Record::Digest(hash.to_owned())),
    })
}

/// Lock versions up to 1.1: `[metadata.files]`, by package.
fn old_files(metadata: &Table<'_, '_>) -> Result<BTreeMap<Name, Vec<(String, String)>>> {
    let mut found = BTreeMap::new();
    if let Some(files) = metadata.table("files")? {
        for key in files.keys() {
            let mut list = Vec::new();
            for file in files.tables(key)? {
                list.push((file.required_string("file")?.to_owned(), hash_of(&file)?.to_owned()));
            }
            found.insert(files.as_name(key, key)?, list);
        }
    }
    Ok(found)
}

fn hash_of<'d>(file: &Table<'d, '_>) -> Result<&'d str> {
    let Some(hash) = file.string("hash")? else {
        return Err(file
            .error(ErrorKind::MissingHash, "", "the field `hash` is missing")
            .with_way_out("run `poetry lock`"));
    };
    if !is_hash(hash) {
        return Err(file.error(ErrorKind::InvalidValue, "hash", format!("`{hash}` is no hash")));
    }
    Ok(hash)
}

fn entry(table: &Table<'_, '_>, old_files: &BTreeMap<Name, Vec<(String, String)>>) -> Result<Package> {
    let name = table.name("name")?;
    let version = table.required_string("version")?.to_owned();
    let source = source(table)?;
    let mut found = package(name, Some(version), source, table.place());
    found.field = table.field("");
    for file in table.tables("files")? {
        found.files.push(dist(file.required_string("file")?, Some(hash_of(&file)?), None));
    }
    if !table.has("files") {
        let old = old_files.get(&found.name).into_iter().flatten();
        found.files = old.map(|(file, hash)| dist(file, Some(hash), None)).collect();
    }
    found.marker = markers(table)?;
    let python = table.string("python-versions")?.and_then(poetry_specifiers);
    found.python = python.and_then(|text| Marker::of_requires_python(&text).ok()).unwrap_or_default();
    refuse_mixed_hashes(&found)?;
    Ok(found)
}

/// Since 2.1: one marker, or one per group.
fn markers(table: &Table<'_, '_>) -> Result<Marker> {
    match table.raw("markers") {
        Some(Value::Table(_)) => {
            let Some(groups) = table.table("markers")? else { return Ok(Marker::always()) };
            // A group that is not named has none; poetry writes the table only where they differ.
            let named = groups.keys().count();
            let all = table.array("groups")?.map_or(named, <[_]>::len);
            let mut marker = if named < all { Marker::always() } else { Marker::never() };
            for key in groups.keys() {
                marker = marker.or(&groups.marker(key)?);
            }
            Ok(marker)
        }
        _ => table.marker("markers"),
    }
}

fn source(table: &Table<'_, '_>) -> Result<Source> {
    let Some(source) = table.table("source")? else { return Ok(Source::Index { url: None }) };
    let url = source.required_string("url")?.to_owned();
    let subdirectory = source.string("subdirectory")?.map(str::to_owned);
    match source.string("type")? {
        Some("git") => {
            let commit = match source.string("resolved_reference")? {
                Some(commit) => commit,
                None => source.required_string("reference")?,
            };
            Ok(Source::Git { url, commit: commit.to_owned(), subdirectory })
        }
        Some("url") => Ok(Source::Url { url, subdirectory }),
        Some("directory") => {
            let editable = table.boolean("develop")?.unwrap_or(false);
            Ok(Source::Path { path: url, directory: true, editable })
        }
        Some("file") => Ok(Source::Path { path: url, directory: false, editable: false }),
        Some("legacy") | None => Ok(Source::Index { url: Some(url) }),
        Some(other) => {
            let message = format!("`{other}` is no type of source that poetry knows");
            Err(source.error(ErrorKind::InvalidValue, "type", message))
        }
    }
}

fn all_edges(table: &Table<'_, '_>, packages: &[Package], names: &Names) -> Result<Vec<Edge>> {
    let Some(dependencies) = table.table("dependencies")? else { return Ok(Vec::new()) };
    let by_extras = extras_of(table)?;
    let mut found = Vec::new();
    for key in dependencies.keys() {
        let name = dependencies.as_name(key, key)?;
        match dependencies.raw(key) {
            Some(Value::String(constraint)) => {
                let targets = targets(packages, names, &name, constraint);
                found.extend(edges_to(&targets, &name, &[], &Marker::always(), &When::Always));
            }
            Some(Value::Array(list)) => {
                let all_text = list.iter().all(|one| one.value.as_str().is_some());
                if all_text {
                    for constraint in dependencies.plain_strings(key)? {
                        let targets = targets(packages, names, &name, constraint);
                        found.extend(edges_to(&targets, &name, &[], &Marker::always(), &When::Always));
                    }
                } else {
                    for entry in dependencies.tables(key)? {
                        found.extend(edges(&entry, &name, packages, names, &by_extras)?);
                    }
                }
            }
            _ => {
                if let Some(entry) = dependencies.table(key)? {
                    found.extend(edges(&entry, &name, packages, names, &by_extras)?);
                }
            }
        }
    }
    Ok(found)
}

/// `[package.extras]`: the name of a package → the extras that bring it.
fn extras_of(table: &Table<'_, '_>) -> Result<BTreeMap<Name, Vec<Name>>> {
    let mut found: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
    if let Some(extras) = table.table("extras")? {
        for key in extras.keys() {
            // Names of extras come from metadata of all ages; one that is none cannot be asked for.
            let Some(extra) = Name::new(key) else { continue };
            for text in extras.plain_strings(key)? {
                let name = text.split(['[', ' ', '(', ';', '<', '>', '=', '!', '~']).next().unwrap_or(text);
                if let Some(name) = Name::new(name) {
                    found.entry(name).or_default().push(extra.clone());
                }
            }
        }
    }
    Ok(found)
}

fn edges(
    entry: &Table<'_, '_>,
    name: &Name,
    packages: &[Package],
    names: &Names,
    by_extras: &BTreeMap<Name, Vec<Name>>,
) -> Result<Vec<Edge>> {
    let constraint = entry.string("version")?.unwrap_or("*");
    let targets = targets(packages, names, name, constraint);
    let extras = entry.names("extras")?;
    let marker = entry.marker("markers")?;
    let optional = entry.boolean("optional")?.unwrap_or(false);
    let mut found = Vec::new();
    if optional && marker.extras().is_empty() {
        for extra in by_extras.get(name).into_iter().flatten() {
            found.extend(edges_to(&targets, name, &extras, &marker, &When::Extra(extra.clone())));
        }
    } else {
        found.extend(by_extra(&marker, |when, marker| edges_to(&targets, name, &extras, &marker, &when)));
    }
    if optional {
        // What no one asked for is not in the lock.
        found.retain(|edge| edge.to.is_some());
    }
    Ok(found)
}

fn targets(packages: &[Package], names: &Names, name: &Name, constraint: &str) -> Vec<usize> {
    let specifiers = poetry_specifiers(constraint).unwrap_or_default();
    names.allowed(packages, name, &specifiers)
}
