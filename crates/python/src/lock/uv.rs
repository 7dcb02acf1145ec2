//! `uv.lock`.

use std::collections::BTreeSet;

use super::build::{
    Names, dist, edges_to, file_name, is_hash, package, refuse_duplicates, refuse_mixed_hashes,
};
use crate::error::{ErrorKind, Result};
use crate::manifest::Manifest;
use crate::marker::Marker;
use crate::name::Name;
use crate::resolution::{Edge, LockKind, Package, Record, Resolution, Source, When};
use crate::toml_tree::{Document, Table};

/// Reads version 1, every revision (revisions only add fields).
///
/// Source: uv 0.13's `crates/uv-resolver/src/lock`, 2026-11-24.
pub(super) fn read(path: &str, text: &str, manifest: Option<&Manifest>) -> Result<Resolution> {
    let document = Document::parse(path, text)?;
    let root = document.root();
    match root.unsigned("version")? {
        Some(1) => {}
        Some(version) => {
            let message = format!("version {version} of this format is not known, only 1 is");
            return Err(root.error(ErrorKind::UnknownVersion, "version", message));
        }
        None => return Err(root.error(ErrorKind::MissingField, "version", "the field `version` is missing")),
    }
    let requires_python = match root.string("requires-python")? {
        Some(python) => Marker::of_requires_python(python)
            .map_err(|error| root.error(ErrorKind::InvalidValue, "requires-python", error.message))?,
        None => Marker::always(),
    };
    let tables = root.tables("package")?;
    let mut packages = Vec::with_capacity(tables.len());
    for table in &tables {
        packages.push(entry(table)?);
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
    let mut members = members(&root, &packages, manifest)?;
    let has_project = members.first().and_then(|first| packages.get(*first)).is_some_and(|first| {
        is_root(first) || manifest.is_some_and(|one| one.name.as_ref() == Some(&first.name))
    });
    if !has_project {
        let workspace = workspace(manifest, &packages, &names, &members);
        members.insert(0, packages.len());
        packages.push(workspace);
    }
    let record = match members.first().and_then(|project| tables.get(*project)) {
        Some(table) => crate::fresh::uv::record(table)?,
        None => Record::None,
    };
    Ok(Resolution {
        path: path.to_owned(),
        kind: LockKind::Uv,
        requires_python,
        packages,
        members,
        flat: false,
        edges_known: true,
        indexes: manifest.map(|manifest| manifest.indexes.clone()).unwrap_or_default(),
        options: Vec::new(),
        direct: None,
        record,
    })
}

fn entry(table: &Table<'_, '_>) -> Result<Package> {
    let name = table.name("name")?;
    let version = table.string("version")?.map(str::to_owned);
    let source = source(table)?;
    if version.is_none() && matches!(source, Source::Index { .. }) {
        return Err(table.error(ErrorKind::MissingField, "version", "the field `version` is missing"));
    }
    let mut found = package(name, version, source, table.place());
    found.field = table.field("");
    if let Some(sdist) = table.table("sdist")? {
        file(&sdist, &mut found)?;
    }
    for wheel in table.tables("wheels")? {
        file(&wheel, &mut found)?;
    }
    refuse_mixed_hashes(&found)?;
    Ok(found)
}

fn file(table: &Table<'_, '_>, package: &mut Package) -> Result<()> {
    let name = match (table.string("filename")?, table.string("url")?, table.string("path")?) {
        (Some(name), _, _) => name,
        (None, Some(url), _) => file_name(url),
        (None, None, Some(path)) => file_name(path),
        (None, None, None) => "",
    };
    let hash = table.string("hash")?;
    if let Some(hash) = hash.filter(|hash| !is_hash(hash)) {
        return Err(table.error(ErrorKind::InvalidValue, "hash", format!("`{hash}` is no hash")));
    }
    package.files.push(dist(name, hash, table.unsigned("size")?));
    Ok(())
}

fn source(table: &Table<'_, '_>) -> Result<Source> {
    let Some(source) = table.table("source")? else {
        return Err(table.error(ErrorKind::MissingField, "", "the field `source` is missing"));
    };
    if let Some(url) = source.string("registry")? {
        return Ok(Source::Index { url: Some(url.to_owned()) });
    }
    if let Some(url) = source.string("url")? {
        let subdirectory = source.string("subdirectory")?.map(str::to_owned);
        return Ok(Source::Url { url: url.to_owned(), subdirectory });
    }
    if let Some(url) = source.string("git")? {
        return git(url).ok_or_else(|| {
            source.error(ErrorKind::InvalidValue, "git", format!("`{url}` names no commit after `#`"))
        });
    }
    let local = |path: &str, directory, editable| Source::Path { path: path.to_owned(), directory, editable };
    if let Some(path) = source.string("path")? {
        return Ok(local(path, false, false));
    }
    if let Some(path) = source.string("directory")? {
        return Ok(local(path, true, false));
    }
    if let Some(path) = source.string("editable")? {
        return Ok(local(path, true, true));
    }
    if let Some(path) = source.string("virtual")? {
        return Ok(Source::Project { path: path.to_owned() });
    }
    Err(table.error(ErrorKind::InvalidValue, "source", "this kind of source is not known"))
}

/// `https://host/repository?rev=main&subdirectory=a#commit`.
fn git(url: &str) -> Option<Source> {
    let (rest, commit) = url.rsplit_once('#')?;
    let (url, query) = rest.split_once('?').unwrap_or((rest, ""));
    let subdirectory = query.split('&').find_map(|part| part.strip_prefix("subdirectory="));
    (!commit.is_empty()).then(|| Source::Git {
        url: url.to_owned(),
        commit: commit.to_owned(),
        subdirectory: subdirectory.map(|text| text.replace("%2F", "/")),
    })
}

fn all_edges(table: &Table<'_, '_>, packages: &[Package], names: &Names) -> Result<Vec<Edge>> {
    let mut found = Vec::new();
    edges(table, "dependencies", &When::Always, packages, names, &mut found)?;
    if let Some(optional) = table.table("optional-dependencies")? {
        for key in optional.keys() {
            let when = When::Extra(optional.as_name(key, key)?);
            edges(&optional, key, &when, packages, names, &mut found)?;
        }
    }
    for key in ["dev-dependencies", "dependency-groups"] {
        if let Some(groups) = table.table(key)? {
            for key in groups.keys() {
                let when = When::Group(groups.as_name(key, key)?);
                edges(&groups, key, &when, packages, names, &mut found)?;
            }
        }
    }
    Ok(found)
}

fn edges(
    table: &Table<'_, '_>,
    key: &str,
    when: &When,
    packages: &[Package],
    names: &Names,
    found: &mut Vec<Edge>,
) -> Result<()> {
    for entry in table.tables(key)? {
        let name = entry.name("name")?;
        let version = entry.string("version")?;
        let wanted = if entry.has("source") { Some(source(&entry)?) } else { None };
        let targets: Vec<usize> = names
            .get(&name)
            .iter()
            .copied()
            .filter(|at| {
                packages.get(*at).is_some_and(|package| {
                    version.is_none_or(|version| package.version.as_deref() == Some(version))
                        && wanted.as_ref().is_none_or(|wanted| *wanted == package.source)
                })
            })
            .collect();
        if targets.len() > 1 {
            let message = format!("`{name}` is several packages, and nothing says which one is meant");
            return Err(entry.error(ErrorKind::Duplicate, "name", message));
        }
        if targets.is_empty() {
            let version = version.map(|version| format!(" {version}")).unwrap_or_default();
            let message = format!("the lock holds no package `{name}`{version}");
            return Err(entry
                .error(ErrorKind::MissingPackage, "name", message)
                .with_way_out("run `uv lock`"));
        }
        let extras = entry.names("extra")?;
        let marker = entry.marker("marker")?;
        found.extend(edges_to(&targets, &name, &extras, &marker, when));
    }
    Ok(())
}

/// Is it the project in the folder of the lock?
fn is_root(package: &Package) -> bool {
    match &package.source {
        Source::Project { path } => path == ".",
        Source::Path { path, directory, .. } => *directory && path == ".",
        _ => false,
    }
}

/// A workspace without a project at its root: it needs all its members, and has groups of its own.
fn workspace(manifest: Option<&Manifest>, packages: &[Package], names: &Names, members: &[usize]) -> Package {
    let place = crate::Place::file(manifest.map_or("uv.lock", |manifest| &manifest.path));
    let source = Source::Project { path: ".".to_owned() };
    let mut found = package(Name::project(), None, source, place);
    for member in members {
        if let Some(target) = packages.get(*member) {
            let new = edges_to(&[*member], &target.name, &[], &Marker::always(), &When::Always);
            found.edges.extend(new);
        }
    }
    let groups = manifest.into_iter().flat_map(|manifest| &manifest.groups);
    for (group, list) in groups {
        for dependency in list {
            let when = When::Group(group.clone());
            found.edges.extend(names.edges(packages, &dependency.requirement, &when));
        }
    }
    found
}

/// The workspace's members, the project that the manifest speaks of first.
fn members(root: &Table<'_, '_>, packages: &[Package], manifest: Option<&Manifest>) -> Result<Vec<usize>> {
    let listed: BTreeSet<Name> = match root.table("manifest")? {
        Some(table) => table.names("members")?.into_iter().collect(),
        None => BTreeSet::new(),
    };
    let wanted = manifest.and_then(|manifest| manifest.name.as_ref());
    let of_lock = |package: &Package| package.source.is_local();
    let first = packages.iter().position(|package| of_lock(package) && Some(&package.name) == wanted);
    if first.is_none()
        && let (Some(name), Some(manifest)) = (wanted, manifest)
    {
        let message = format!("`{name}`, the project of {}, is not in this lock", manifest.path);
        return Err(root.error(ErrorKind::Stale, "package", message).with_way_out("run `uv lock`"));
    }
    let first = first.or_else(|| packages.iter().position(is_root));
    let mut found: Vec<usize> = first.into_iter().collect();
    for (at, package) in packages.iter().enumerate() {
        let member = listed.contains(&package.name) || is_root(package);
        if of_lock(package) && member && !found.contains(&at) {
            found.push(at);
        }
    }
    Ok(found)
}
