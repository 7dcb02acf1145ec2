//! `pdm.lock`.

use std::collections::BTreeMap;

use super::build::{
    Names, add_project, dist, edges_to, file_name, is_hash, metadata, needed_manifest, package,
    refuse_mixed_hashes,
};
use super::compiled::address;
use crate::error::{Error, ErrorKind, Result};
use crate::manifest::Manifest;
use crate::marker::Marker;
use crate::name::Name;
use crate::requirement::Requirement;
use crate::resolution::{DistFile, Edge, LockKind, Package, Record, Resolution, Source, When};
use crate::toml_tree::{Document, Table};

/// Reads lock versions 4.x. What is needed directly is only in the manifest.
///
/// Source: pdm 2.29's `project/lockfile` and `models/repositories/lock.py`, 2026-11-24.
pub(super) fn read(path: &str, text: &str, manifest: Option<&Manifest>) -> Result<Resolution> {
    let manifest = needed_manifest(path, manifest)?;
    let document = Document::parse(path, text)?;
    let root = document.root();
    let metadata = metadata(&root, "pdm lock")?;
    let version = metadata.required_string("lock_version")?;
    let known = ["4.0", "4.1", "4.2", "4.3", "4.4", "4.4.1", "4.4.2", "4.5.0", "4.5", "4.5.1"];
    if !known.contains(&version) {
        let message = format!("version {version} of this format is not known; 4.0 to 4.5 are");
        return Err(metadata.error(ErrorKind::UnknownVersion, "lock_version", message));
    }
    let mut requires_python = Marker::never();
    for target in metadata.tables("targets")? {
        requires_python = requires_python.or(&of_target(&target)?);
    }
    if requires_python.is_never() {
        let python = manifest.requires_python.as_deref().unwrap_or_default();
        requires_python = Marker::of_requires_python(python).unwrap_or_default();
    }
    let old_files = old_files(&metadata)?;
    let tables = root.tables("package")?;
    let merged = merge(&tables, &old_files, path)?;
    let mut packages: Vec<Package> = merged.iter().map(|(package, _)| package.clone()).collect();
    let names = Names::of(&packages);
    for (at, (_, tables)) in merged.iter().enumerate() {
        let mut edges = Vec::new();
        for table in tables {
            edges.extend(all_edges(table, at, &packages, &names)?);
        }
        if let Some(package) = packages.get_mut(at) {
            package.edges = edges;
        }
    }
    let project = add_project(&mut packages, &names, manifest);
    if let Some(own) = packages.get_mut(project) {
        for edge in own.edges.iter_mut().filter(|edge| edge.to != Some(project)) {
            edge.extras = together(&edge.extras);
        }
    }
    Ok(Resolution {
        path: path.to_owned(),
        kind: LockKind::Pdm,
        requires_python,
        packages,
        members: vec![project],
        flat: false,
        edges_known: true,
        indexes: manifest.indexes.clone(),
        options: Vec::new(),
        direct: None,
        record: metadata.string("content_hash")?.map_or(Record::None, |hash| Record::Digest(hash.to_owned())),
    })
}

/// One `[[metadata.targets]]`: the Python versions, and a platform where one was given.
fn of_target(target: &Table<'_, '_>) -> Result<Marker> {
    let python = target.string("requires_python")?.unwrap_or_default();
    let marker = Marker::of_requires_python(python)
        .map_err(|error| target.error(ErrorKind::InvalidValue, "requires_python", error.message))?;
    let system = match target.string("platform")? {
        Some(platform) if platform.contains("linux") || platform.starts_with("musl") => "linux",
        Some(platform) if platform.starts_with("macos") => "darwin",
        Some(platform) if platform.starts_with("win") => "win32",
        _ => return Ok(marker),
    };
    Ok(marker.and(&Marker::parse(&format!("sys_platform == '{system}'")).unwrap_or_default()))
}

/// Entries with extras are the same package once more: with what their extras need.
type Merged<'a, 'd, 'p> = Vec<(Package, Vec<&'a Table<'d, 'p>>)>;

fn merge<'a, 'd, 'p>(
    tables: &'a [Table<'d, 'p>],
    old_files: &BTreeMap<String, Vec<DistFile>>,
    path: &str,
) -> Result<Merged<'a, 'd, 'p>> {
    let mut merged: Merged<'a, 'd, 'p> = Vec::new();
    let mut seen: BTreeMap<(Name, Option<String>, Source), usize> = BTreeMap::new();
    for table in tables {
        let found = entry(table, old_files)?;
        let extras = table.names("extras")?;
        let key = (found.name.clone(), found.version.clone(), found.source.clone());
        let Some(at) = seen.get(&key).copied() else {
            seen.insert(key, merged.len());
            merged.push((found, vec![table]));
            continue;
        };
        let Some((package, others)) = merged.get_mut(at) else { continue };
        let same = |other: &&&Table<'_, '_>| other.names("extras").is_ok_and(|other| other == extras);
        if others.iter().any(|other| same(&other)) {
            let message = format!("`{}` stands here and in line {} too", found.name, package.place.line);
            return Err(Error::new(ErrorKind::Duplicate, found.place, message)
                .in_field(found.field)
                .with_way_out(format!("{path} was merged by hand? Lock again")));
        }
        package.marker = package.marker.or(&found.marker);
        if package.files.is_empty() {
            package.files = found.files;
        }
        others.push(table);
    }
    Ok(merged)
}

fn entry(table: &Table<'_, '_>, old_files: &BTreeMap<String, Vec<DistFile>>) -> Result<Package> {
    let name = table.name("name")?;
    let version = table.string("version")?.map(str::to_owned);
    let source = source(table)?;
    if version.is_none() && matches!(source, Source::Index { .. }) {
        return Err(table.error(ErrorKind::MissingField, "version", "the field `version` is missing"));
    }
    let old_key = format!("{name} {}", version.as_deref().unwrap_or_default());
    let mut found = package(name, version, source, table.place());
    found.field = table.field("");
    for file in table.tables("files")? {
        found.files.push(dist_file(&file)?);
    }
    if !table.has("files") {
        found.files = old_files.get(&old_key).cloned().unwrap_or_default();
    }
    found.marker = table.marker("marker")?;
    refuse_mixed_hashes(&found)?;
    Ok(found)
}

fn dist_file(file: &Table<'_, '_>) -> Result<DistFile> {
    let name = match file.string("file")? {
        Some(name) => name,
        None => file_name(file.required_string("url")?),
    };
    let Some(hash) = file.string("hash")? else {
        return Err(file
            .error(ErrorKind::MissingHash, "", "the field `hash` is missing")
            .with_way_out("run `pdm lock`"));
    };
    if !is_hash(hash) {
        return Err(file.error(ErrorKind::InvalidValue, "hash", format!("`{hash}` is no hash")));
    }
    Ok(dist(name, Some(hash), None))
}

/// Lock version 4.0: `[metadata.files]`, by name and version.
fn old_files(metadata: &Table<'_, '_>) -> Result<BTreeMap<String, Vec<DistFile>>> {
    let mut found = BTreeMap::new();
    if let Some(files) = metadata.table("files")? {
        for key in files.keys() {
            let mut list = Vec::new();
            for file in files.tables(key)? {
                list.push(dist_file(&file)?);
            }
            found.insert(key.to_owned(), list);
        }
    }
    Ok(found)
}

fn source(table: &Table<'_, '_>) -> Result<Source> {
    let subdirectory = table.string("subdirectory")?.map(str::to_owned);
    if let Some(url) = table.string("git")? {
        let commit = match table.string("revision")? {
            Some(commit) => commit,
            None => table.string("ref")?.unwrap_or_default(),
        };
        return Ok(Source::Git { url: url.to_owned(), commit: commit.to_owned(), subdirectory });
    }
    if let Some(url) = table.string("url")? {
        return Ok(Source::Url { url: url.to_owned(), subdirectory });
    }
    if let Some(path) = table.string("path")? {
        let editable = table.boolean("editable")?.unwrap_or(false);
        return Ok(match address(&format!("file:{path}")) {
            Source::Path { path, directory, .. } => Source::Path { path, directory, editable },
            other => other,
        });
    }
    Ok(Source::Index { url: None })
}

fn all_edges(table: &Table<'_, '_>, own: usize, packages: &[Package], names: &Names) -> Result<Vec<Edge>> {
    let when = match together(&table.names("extras")?).into_iter().next() {
        Some(extras) => When::Extra(extras),
        None => When::Always,
    };
    let own_name = packages.get(own).map(|package| &package.name);
    let mut found = Vec::new();
    for (index, text) in table.plain_strings("dependencies")?.into_iter().enumerate() {
        // `-e file:///${PROJECT_ROOT}/sub#egg=sub` and the like name their package at the end.
        let text = match text.strip_prefix("-e ").and_then(|rest| rest.split_once("#egg=")) {
            Some((_, name)) => name,
            None => text,
        };
        let requirement = Requirement::parse(text).map_err(|error| {
            let key = format!("dependencies[{index}]");
            let message = format!("`{text}`: {error}");
            table.error_at(ErrorKind::InvalidValue, table.place_of("dependencies"), &key, message)
        })?;
        if Some(&requirement.name) == own_name {
            continue;
        }
        let targets = names.allowed(packages, &requirement.name, &requirement.specifiers);
        let extras = together(&requirement.extras);
        found.extend(edges_to(&targets, &requirement.name, &extras, &requirement.marker, &when));
    }
    Ok(found)
}

/// pdm locks what several extras need under all their names at once: `a[x,y]` is not `a[x]` and `a[y]`.
fn together(extras: &[Name]) -> Vec<Name> {
    let mut sorted = extras.to_vec();
    sorted.sort();
    sorted.dedup();
    match sorted.as_slice() {
        [] | [_] => sorted,
        many => vec![Name::joined(many)],
    }
}
