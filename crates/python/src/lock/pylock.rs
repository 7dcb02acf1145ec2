//! `pylock.toml` (PEP 751).

use super::build::{
    Names, dist, edges_to, file_name, is_hash, package, refuse_duplicates, refuse_mixed_hashes,
};
use crate::error::{ErrorKind, Result};
use crate::manifest::Manifest;
use crate::marker::Marker;
use crate::name::Name;
use crate::resolution::{Edge, LockKind, Package, Record, Resolution, Source, When};
use crate::toml_tree::{Document, Table};

/// Reads lock version 1.0 (any 1.x, as the specification asks).
///
/// Source: "pylock.toml Specification", Python Packaging User Guide, 2026-11-24.
pub(super) fn read(path: &str, text: &str, manifest: Option<&Manifest>) -> Result<Resolution> {
    let document = Document::parse(path, text)?;
    let root = document.root();
    let version = root.required_string("lock-version")?;
    if version.split('.').next() != Some("1") {
        let message = format!("version {version} of this format is not known, only 1.x is");
        return Err(root.error(ErrorKind::UnknownVersion, "lock-version", message));
    }
    let python = root.string("requires-python")?.unwrap_or_default();
    let mut requires_python = Marker::of_requires_python(python)
        .map_err(|error| root.error(ErrorKind::InvalidValue, "requires-python", error.message))?;
    let mut environments = Marker::never();
    for text in root.plain_strings("environments")? {
        let one = Marker::parse(text).map_err(|error| {
            root.error(ErrorKind::InvalidValue, "environments", format!("`{text}`: {error}"))
        })?;
        environments = environments.or(&one);
    }
    if !environments.is_never() {
        requires_python = requires_python.and(&environments);
    }
    let tables = root.tables("packages")?;
    let mut packages = Vec::with_capacity(tables.len());
    for table in &tables {
        packages.push(entry(table)?);
    }
    refuse_duplicates(&packages, path)?;
    let names = Names::of(&packages);
    let mut edges_known = false;
    let mut edges = Vec::with_capacity(packages.len());
    for table in &tables {
        edges_known |= table.has("dependencies");
        edges.push(all_edges(table, &packages, &names)?);
    }
    for (package, edges) in packages.iter_mut().zip(edges) {
        package.edges = edges;
    }
    let direct = manifest.map(|manifest| {
        manifest.all_dependencies().map(|(_, one)| one.requirement.name.clone()).collect::<Vec<Name>>()
    });
    let own = manifest.and_then(|manifest| manifest.name.clone()).unwrap_or_else(Name::project);
    // The file may hold the project itself (`directory = {path = "."}`).
    let itself = packages.iter().position(|one| one.name == own && one.source.is_local());
    let project = itself.unwrap_or_else(|| {
        let source = Source::Project { path: String::new() };
        let place = crate::Place::file(manifest.map_or(path, |manifest| &manifest.path));
        packages.push(package(own, None, source, place));
        packages.len() - 1
    });
    let mut direct_edges = Vec::new();
    for (at, other) in packages.iter().enumerate() {
        let is_direct = direct.as_ref().is_none_or(|names| names.contains(&other.name));
        if at != project && is_direct {
            direct_edges.extend(edges_to(&[at], &other.name, &[], &Marker::always(), &When::Always));
        }
    }
    if let Some(project) = packages.get_mut(project) {
        project.edges = direct_edges;
    }
    Ok(Resolution {
        path: path.to_owned(),
        kind: LockKind::Pylock,
        requires_python,
        packages,
        members: vec![project],
        flat: true,
        edges_known,
        indexes: manifest.map(|manifest| manifest.indexes.clone()).unwrap_or_default(),
        options: Vec::new(),
        direct: None,
        record: Record::None,
    })
}

fn entry(table: &Table<'_, '_>) -> Result<Package> {
    let name = table.name("name")?;
    let version = table.string("version")?.map(str::to_owned);
    let mut found = package(name, version, Source::Index { url: None }, table.place());
    found.field = table.field("");
    found.marker = table.marker("marker")?;
    let kinds: Vec<&str> =
        ["vcs", "directory", "archive"].into_iter().filter(|kind| table.has(kind)).collect();
    let files = table.has("sdist") || table.has("wheels");
    if kinds.len() + usize::from(files) != 1 {
        let message = "exactly one of `vcs`, `directory`, `archive`, or `sdist` and `wheels` must be there";
        return Err(table.error(ErrorKind::InvalidValue, "", message));
    }
    if let Some(vcs) = table.table("vcs")? {
        let kind = vcs.required_string("type")?;
        if kind != "git" {
            let message = format!("only git is known, not `{kind}`");
            return Err(vcs.error(ErrorKind::Unsupported, "type", message));
        }
        let url = match vcs.string("url")? {
            Some(url) => url,
            None => vcs.required_string("path")?,
        };
        found.source = Source::Git {
            url: url.to_owned(),
            commit: vcs.required_string("commit-id")?.to_owned(),
            subdirectory: vcs.string("subdirectory")?.map(str::to_owned),
        };
    } else if let Some(directory) = table.table("directory")? {
        found.source = Source::Path {
            path: directory.required_string("path")?.to_owned(),
            directory: true,
            editable: directory.boolean("editable")?.unwrap_or(false),
        };
    } else if let Some(archive) = table.table("archive")? {
        let subdirectory = archive.string("subdirectory")?.map(str::to_owned);
        found.source = match archive.string("url")? {
            Some(url) => Source::Url { url: url.to_owned(), subdirectory },
            None => Source::Path {
                path: archive.required_string("path")?.to_owned(),
                directory: false,
                editable: false,
            },
        };
        file(&archive, &mut found)?;
    } else {
        found.source = Source::Index { url: table.string("index")?.map(str::to_owned) };
        if found.version.is_none() {
            return Err(table.error(ErrorKind::MissingField, "", "the field `version` is missing"));
        }
        if let Some(sdist) = table.table("sdist")? {
            file(&sdist, &mut found)?;
        }
        for wheel in table.tables("wheels")? {
            file(&wheel, &mut found)?;
        }
    }
    refuse_mixed_hashes(&found)?;
    Ok(found)
}

fn file(table: &Table<'_, '_>, package: &mut Package) -> Result<()> {
    let address = table.string("url")?.or(table.string("path")?).unwrap_or_default();
    let name = table.string("name")?.unwrap_or_else(|| file_name(address));
    let size = table.unsigned("size")?;
    let Some(hashes) = table.table("hashes")? else {
        return Err(table.error(ErrorKind::MissingHash, "", "the table `hashes` is missing"));
    };
    let mut found = None;
    for algorithm in ["sha256", "sha384", "sha512"] {
        if let Some(digest) = hashes.string(algorithm)? {
            let hash = format!("{algorithm}:{digest}");
            if !is_hash(&hash) {
                return Err(hashes.error(
                    ErrorKind::InvalidValue,
                    algorithm,
                    format!("`{digest}` is no hash"),
                ));
            }
            found.get_or_insert(hash);
        }
    }
    if found.is_none() {
        let message = "none of sha256, sha384 and sha512 is there";
        return Err(table.error(ErrorKind::MissingHash, "hashes", message));
    }
    package.files.push(dist(name, found.as_deref(), size));
    Ok(())
}

fn all_edges(table: &Table<'_, '_>, packages: &[Package], names: &Names) -> Result<Vec<Edge>> {
    let mut found = Vec::new();
    for entry in table.tables("dependencies")? {
        let name = entry.name("name")?;
        let version = entry.string("version")?;
        let targets: Vec<usize> = names
            .get(&name)
            .iter()
            .copied()
            .filter(|at| {
                packages.get(*at).is_some_and(|package| {
                    version.is_none_or(|version| package.version.as_deref() == Some(version))
                })
            })
            .collect();
        if targets.is_empty() {
            let message = format!("the lock holds no package `{name}`");
            return Err(entry.error(ErrorKind::MissingPackage, "name", message));
        }
        found.extend(edges_to(&targets, &name, &[], &Marker::always(), &When::Always));
    }
    Ok(found)
}
