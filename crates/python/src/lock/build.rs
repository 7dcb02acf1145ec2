//! What the readers of locks share: packages by name, edges that find them, the project as a package.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Place, Result};
use crate::manifest::Manifest;
use crate::marker::Marker;
use crate::name::Name;
use crate::requirement::{Requirement, allows};
use crate::resolution::{DistFile, Edge, Package, Source, When};
use crate::toml_tree::Table;

/// The manifest beside the lock at `path`, for formats that do not say what is needed directly.
pub(super) fn needed_manifest<'m>(path: &str, manifest: Option<&'m Manifest>) -> Result<&'m Manifest> {
    manifest.ok_or_else(|| {
        let message = "what is needed directly stands in pyproject.toml, which is not there";
        Error::new(ErrorKind::MissingFile, Place::file(path), message)
    })
}

/// The table `metadata`, without which a lock is none; `renew` makes a new one.
pub(super) fn metadata<'d, 'p: 's, 's>(root: &'s Table<'d, 'p>, renew: &str) -> Result<Table<'d, 's>> {
    root.table("metadata")?.ok_or_else(|| {
        root.error(ErrorKind::MissingField, "metadata", "the table `metadata` is missing")
            .with_way_out(format!("run `{renew}`"))
    })
}

/// Packages by name.
#[derive(Default)]
pub(super) struct Names {
    by_name: BTreeMap<Name, Vec<usize>>,
}

impl Names {
    pub(super) fn of(packages: &[Package]) -> Self {
        let mut by_name: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        for (at, package) in packages.iter().enumerate() {
            by_name.entry(package.name.clone()).or_default().push(at);
        }
        Self { by_name }
    }

    pub(super) fn get(&self, name: &Name) -> &[usize] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Those of a name that a constraint allows; all of them where only one is there or it cannot be told.
    pub(super) fn allowed(&self, packages: &[Package], name: &Name, specifiers: &str) -> Vec<usize> {
        let all = self.get(name);
        if all.len() < 2 {
            return all.to_vec();
        }
        let fits = |at: &usize| {
            let version = packages.get(*at).and_then(|package| package.version.as_deref());
            version.is_none_or(|version| allows(specifiers, version).unwrap_or(true))
        };
        all.iter().copied().filter(fits).collect()
    }

    /// The edges of one requirement: one for each package that may fulfil it, or one to nothing.
    pub(super) fn edges(&self, packages: &[Package], requirement: &Requirement, when: &When) -> Vec<Edge> {
        let found = self.allowed(packages, &requirement.name, &requirement.specifiers);
        edges_to(&found, &requirement.name, &requirement.extras, &requirement.marker, when)
    }
}

/// Edges to each of these packages, or one to nothing where there is none.
pub(super) fn edges_to(
    found: &[usize],
    name: &Name,
    extras: &[Name],
    marker: &Marker,
    when: &When,
) -> Vec<Edge> {
    let edge = |to| Edge {
        name: name.clone(),
        to,
        extras: extras.to_vec(),
        marker: marker.clone(),
        when: when.clone(),
    };
    if found.is_empty() { vec![edge(None)] } else { found.iter().map(|at| edge(Some(*at))).collect() }
}

/// The edges that a marker with `extra` in it stands for: one for each extra, or one for always.
pub(super) fn by_extra(marker: &Marker, make: impl Fn(When, Marker) -> Vec<Edge>) -> Vec<Edge> {
    let extras = marker.extras();
    let mut found = Vec::new();
    let plain = marker.with_extra(None);
    if !plain.is_never() {
        found.extend(make(When::Always, plain));
    }
    for extra in extras {
        let chosen = marker.with_extra(Some(&extra));
        if !chosen.is_never() {
            found.extend(make(When::Extra(extra), chosen));
        }
    }
    found
}

/// An empty package.
pub(super) fn package(name: Name, version: Option<String>, source: Source, place: Place) -> Package {
    Package {
        name,
        version,
        source,
        marker: Marker::always(),
        python: Marker::always(),
        extras: Vec::new(),
        files: Vec::new(),
        options: Vec::new(),
        edges: Vec::new(),
        place,
        field: String::new(),
    }
}

/// Adds the project itself, with the manifest's direct dependencies as its edges.
pub(super) fn add_project(packages: &mut Vec<Package>, names: &Names, manifest: &Manifest) -> usize {
    let name = manifest.name.clone().unwrap_or_else(Name::project);
    let source = Source::Project { path: String::new() };
    let mut project = package(name, manifest.version.clone(), source, Place::file(&manifest.path));
    let own = packages.len();
    for (when, dependency) in manifest.all_dependencies() {
        // A project may name itself with an extra (`app[all]`): that is the project, not a package.
        if manifest.name.as_ref() == Some(&dependency.requirement.name) {
            let requirement = &dependency.requirement;
            project.edges.extend(edges_to(
                &[own],
                &requirement.name,
                &requirement.extras,
                &requirement.marker,
                &when,
            ));
            continue;
        }
        project.edges.extend(names.edges(packages, &dependency.requirement, &when));
    }
    packages.push(project);
    own
}

/// Two entries for one thing, which only a broken merge makes.
pub(super) fn refuse_duplicates(packages: &[Package], lock: &str) -> Result<()> {
    let mut seen: BTreeMap<(&Name, Option<&str>, &Source), &Package> = BTreeMap::new();
    for package in packages {
        let key = (&package.name, package.version.as_deref(), &package.source);
        if let Some(first) = seen.insert(key, package) {
            let version = package.version.as_deref().unwrap_or("no version");
            let message =
                format!("`{}` {version} stands here and in line {} too", package.name, first.place.line);
            return Err(Error::new(ErrorKind::Duplicate, package.place.clone(), message)
                .in_field(&package.field)
                .with_way_out(format!("{lock} was merged by hand? Lock again")));
        }
    }
    Ok(())
}

/// Some files with hashes and some without: an installer that sees a hash wants one for each.
pub(super) fn refuse_mixed_hashes(package: &Package) -> Result<()> {
    let without = package.files.iter().find(|file| file.hash.is_none());
    match without {
        Some(file) if package.files.iter().any(|file| file.hash.is_some()) => {
            let message =
                format!("`{}`: the file `{}` has no hash, others have one", package.name, file.name);
            Err(Error::new(ErrorKind::MissingHash, package.place.clone(), message)
                .in_field(&package.field)
                .with_way_out("lock again"))
        }
        _ => Ok(()),
    }
}

/// The file's name in an address.
pub(super) fn file_name(url: &str) -> &str {
    let url = url.split(['#', '?']).next().unwrap_or(url);
    url.rsplit('/').next().unwrap_or(url)
}

/// A file with its hash.
pub(super) fn dist(name: &str, hash: Option<&str>, size: Option<u64>) -> DistFile {
    DistFile { name: name.to_owned(), hash: hash.map(str::to_owned), size }
}

/// `algorithm:hex`, in the length that the algorithm gives?
pub(super) fn is_hash(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, digest)| {
        let length = match algorithm {
            "sha256" => digest.len() == 64,
            "sha384" => digest.len() == 96,
            "sha512" => digest.len() == 128,
            // Installers refuse others; formats that may hold them are read all the same.
            other => !other.is_empty() && digest.len() >= 32,
        };
        length && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
