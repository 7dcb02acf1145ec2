//! Which versions of packages an image installs, as far as the project's lock says so.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_python::requirements_txt::{RequirementsFile, Target};
use dockfit_python::{Environment, Name, Wanted, find_lock, find_manifest, read_lock, read_manifest, select};
use dockfit_rewrite::context::local_sources;
use dockfit_rewrite::{Context, Dockerfile, Project, RelPath};

use super::table::Server;
use super::version::Version;
use crate::cache_mounts::Refusal;
use crate::python_files::ProjectFiles;

/// What a lock, or a file of pinned requirements, says is installed.
#[derive(Debug)]
pub(crate) struct Installed {
    /// The file.
    pub(crate) source: RelPath,
    versions: BTreeMap<String, String>,
    /// Whether a package that it does not name is not installed.
    complete: bool,
}

impl Installed {
    /// That of the folders that the Dockerfile copies its manifest from: the first one whose lock, or pinned requirements,
    /// name `package`.
    pub(crate) fn with(project: &Project, dockerfile: &Dockerfile, package: &str) -> Option<Self> {
        let files = ProjectFiles(project);
        let folders = folders(dockerfile);
        let locked = folders.iter().filter_map(|folder| locked(&files, folder));
        let pinned = folders.iter().flat_map(|folder| pinned(project, dockerfile, folder));
        locked.chain(pinned).find(|found| found.versions.contains_key(package))
    }

    /// Whether `package` is installed; `None` where the file need not name all that is.
    pub(crate) fn has(&self, package: &str) -> Option<bool> {
        if self.versions.contains_key(package) { Some(true) } else { self.complete.then_some(false) }
    }

    /// The version of `package` as written.
    pub(crate) fn written(&self, package: &str) -> Option<&str> {
        self.versions.get(package).map(String::as_str)
    }

    /// The version of a server; or why the table cannot be asked about it.
    pub(crate) fn version(&self, server: &Server) -> Result<Version, Refusal> {
        let written = self.written(server.package).unwrap_or_default();
        let Some(version) = Version::parse(written) else {
            let text = format!("`{}` of {} is no version that is understood", written, server.package);
            return Err(Refusal::new("version-unknown", text, "pin a release"));
        };
        if version < server.oldest {
            let text = format!(
                "{} locks {} {written}; its options are known from {} on",
                self.source, server.package, server.oldest
            );
            return Err(Refusal::new("version-old", text, format!("update {}", server.package)));
        }
        Ok(version)
    }
}

/// What is installed, and the version of `server` in it; or why that cannot be told.
pub(crate) fn installed(
    project: &Project,
    dockerfile: &Dockerfile,
    server: &Server,
) -> Result<(Installed, Version), Refusal> {
    let Some(found) = Installed::with(project, dockerfile, server.package) else {
        let text = format!(
            "no lock or pinned requirement of this context tells the version of {}, and its options differ by version",
            server.package
        );
        return Err(Refusal::new("version-unknown", text, format!("pin {} in a lock", server.package)));
    };
    let version = found.version(server)?;
    Ok((found, version))
}

/// The context's own folder, that of the Dockerfile, and those that it copies manifests from.
pub(crate) fn folders(dockerfile: &Dockerfile) -> Vec<RelPath> {
    let Context::Known(context) = dockerfile.context() else { return Vec::new() };
    let mut found = vec![context.clone(), dockerfile.path().parent()];
    for source in local_sources(dockerfile) {
        let is_file = source.path.rsplit('/').next().is_some_and(|name| name.contains('.'));
        let Some(path) = context.join(&source.path) else { continue };
        found.push(if is_file { path.parent() } else { path });
    }
    let mut seen = BTreeSet::new();
    found.retain(|folder| seen.insert(folder.clone()));
    found
}

fn locked(files: &ProjectFiles<'_>, folder: &RelPath) -> Option<Installed> {
    let manifest = find_manifest(files, folder.as_str()).ok().flatten();
    let manifest = manifest.and_then(|path| read_manifest(files, &path).ok());
    let path = find_lock(files, folder.as_str(), manifest.as_ref()).ok().flatten()?;
    let resolution = read_lock(files, &path, manifest.as_ref()).ok()?;
    let selection = select(&resolution, &Wanted::default(), &Environment::linux()).ok()?;
    let packages = selection.items.iter().filter_map(|item| resolution.packages.get(item.package));
    let versions = packages
        .filter_map(|package| Some((package.name.as_str().to_owned(), package.version.clone()?)))
        .collect();
    Some(Installed { source: RelPath::new(&path)?, versions, complete: true })
}

/// Requirement files of a folder that the Dockerfile names, with those of their lines that pin a version.
fn pinned(project: &Project, dockerfile: &Dockerfile, folder: &RelPath) -> Vec<Installed> {
    let source = dockerfile.document().source();
    let source = String::from_utf8_lossy(source);
    let names = project.list(folder).unwrap_or_default();
    let is_named = |name: &String| name.contains("requirement") && source.contains(name.as_str());
    names.iter().filter(|name| is_named(name)).filter_map(|name| pins(project, folder.join(name)?)).collect()
}

fn pins(project: &Project, path: RelPath) -> Option<Installed> {
    let bytes = project.read(&path).ok()??;
    let text = String::from_utf8(bytes.to_vec()).ok()?;
    let file = RequirementsFile::parse(path.as_str(), &text).ok()?;
    let mut versions = BTreeMap::new();
    for (_, line) in file.lines() {
        let Target::Named(requirement) = &line.target else { continue };
        let Some(version) = requirement.pinned_version() else { continue };
        versions.insert(requirement.name.as_str().to_owned(), version.to_owned());
        for (package, extra, brings) in EXTRAS {
            if requirement.name.as_str() == *package && requirement.extras.contains(&Name::new(extra)?) {
                versions.extend(brings.iter().map(|name| ((*name).to_owned(), String::new())));
            }
        }
    }
    Some(Installed { source: path, versions, complete: false })
}

/// Packages that an extra brings on Linux with `CPython` (the packages' metadata, 2026-11-24).
const EXTRAS: &[(&str, &str, &[&str])] = &[("uvicorn", "standard", &["uvloop", "httptools"])];
