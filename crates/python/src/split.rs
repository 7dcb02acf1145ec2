//! From a folder to the files: finds manifest and lock, reads, checks, selects, divides, writes.

use crate::choices::Choices;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::{Files, folder_of, text_of};
use crate::fresh::check_fresh;
use crate::groups::Groups;
use crate::lock::{looks_compiled, read_lock};
use crate::manifest::{Manifest, Tool, read_manifest};
use crate::marker::Environment;
use crate::partition::{Partition, partition as divide};
use crate::requirements_txt::RequirementsFile;
use crate::resolution::Resolution;
use crate::selection::{Choice, Selection, Wanted, is_decided, select};
use crate::toml_tree::Document;
use crate::write::{GeneratedFile, requirement_files};

/// What to split, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// The folder of the manifest; empty for the project's own.
    pub folder: String,
    /// The manifest, where it is not to be found in the folder.
    pub manifest: Option<String>,
    /// The lock, where it is not to be found in the folder (a workspace's, or another name).
    pub lock: Option<String>,
    /// What of the project is installed.
    pub wanted: Wanted,
    /// Where it is installed.
    pub environment: Environment,
    /// The groups.
    pub groups: Groups,
}

impl Request {
    /// The folder's own manifest and lock, without extras and groups, for any Linux image.
    pub fn new(folder: &str) -> Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            manifest: None,
            lock: None,
            wanted: Wanted::default(),
            environment: Environment::linux(),
            groups: Groups::well_known()?,
        })
    }
}

/// A split.
#[derive(Debug, Clone)]
pub struct Split {
    /// The manifest, where there is one.
    pub manifest: Option<Manifest>,
    /// What the lock holds.
    pub resolution: Resolution,
    /// What of it is installed.
    pub selection: Selection,
    /// In which groups.
    pub partition: Partition,
    /// The files, to stand in the folder.
    pub files: Vec<GeneratedFile>,
}

/// Splits a project's lock. Refuses one that is out of date ([`ErrorKind::Stale`]) and a project without
/// ([`ErrorKind::NoLock`]).
pub fn split(files: &dyn Files, request: &Request) -> Result<Split> {
    let manifest_path = match &request.manifest {
        Some(path) => Some(path.clone()),
        None => find_manifest(files, &request.folder)?,
    };
    let manifest = manifest_path.as_deref().map(|path| read_manifest(files, path)).transpose()?;
    let lock = match &request.lock {
        Some(path) => Some(path.clone()),
        None => find_lock(files, &request.folder, manifest.as_ref())?,
    };
    let Some(lock) = lock else {
        let path = manifest_path.unwrap_or_else(|| in_folder(&request.folder, "pyproject.toml"));
        let message = "there is no lock beside it: each group would be resolved by itself, \
                       and the versions would not agree";
        return Err(Error::new(ErrorKind::NoLock, Place::file(&path), message)
            .with_way_out("make one: `dockfit lock`"));
    };
    let resolution = read_lock(files, &lock, manifest.as_ref())?;
    if let Some(manifest) = &manifest {
        check_choices(manifest, &request.wanted)?;
    }
    check_fresh(files, &resolution, manifest.as_ref())?;
    let selection = select(&resolution, &request.wanted, &request.environment)?;
    let partition = divide(&resolution, &selection, &request.groups)?;
    let parts = Parts { resolution: &resolution, manifest: manifest.as_ref(), request };
    let files = parts.files(&selection, &partition);
    Ok(Split { manifest, resolution, selection, partition, files })
}

struct Parts<'a> {
    resolution: &'a Resolution,
    manifest: Option<&'a Manifest>,
    request: &'a Request,
}

impl Parts<'_> {
    /// The files, which remember the options that they depend on: Python and platforms only where these make a difference.
    fn files(&self, selection: &Selection, partition: &Partition) -> Vec<GeneratedFile> {
        let Request { wanted, environment, groups, .. } = self.request;
        let write = |selection: &Selection, partition: &Partition, choices: Option<&Choices>| {
            requirement_files(self.resolution, selection, partition, self.manifest, choices)
        };
        let choices = Choices::of(wanted, environment);
        let Some(narrow) = choices.as_ref().filter(|one| one.python.is_some() || !one.platforms.is_empty())
        else {
            return write(selection, partition, choices.as_ref());
        };
        let wide = Choices { python: None, platforms: Vec::new(), ..narrow.clone() };
        let linux = Environment::linux();
        if is_decided(self.resolution, wanted, &linux) {
            return write(selection, partition, Some(&wide));
        }
        let anywhere = select(self.resolution, wanted, &linux);
        let files = write(selection, partition, Some(&wide));
        // What cannot be selected for every Python may still be for this one.
        let same = anywhere.is_ok_and(|anywhere| {
            divide(self.resolution, &anywhere, groups)
                .is_ok_and(|partition| write(&anywhere, &partition, Some(&wide)) == files)
        });
        if same { files } else { write(selection, partition, Some(narrow)) }
    }
}

/// An extra or group that the project does not have.
fn check_choices(manifest: &Manifest, wanted: &Wanted) -> Result<()> {
    let extras = ("extra", &wanted.extras, manifest.extras.keys().collect::<Vec<_>>());
    let groups = ("group", &wanted.groups, manifest.groups.keys().collect());
    for (what, choice, known) in [extras, groups] {
        let Choice::Only(names) = choice else { continue };
        if let Some(name) = names.iter().find(|name| !known.contains(name)) {
            let known: Vec<&str> = known.into_iter().map(crate::Name::as_str).collect();
            let has = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let message = format!("the project has no {what} `{name}`; it has {has}");
            return Err(Error::new(ErrorKind::InvalidValue, Place::file(&manifest.path), message));
        }
    }
    Ok(())
}

pub(crate) fn in_folder(folder: &str, name: &str) -> String {
    match folder.trim_matches('/') {
        "" | "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// The manifest of a folder: `pyproject.toml`, `setup.cfg` or `Pipfile`, the first one that names dependencies.
pub fn find_manifest(files: &dyn Files, folder: &str) -> Result<Option<String>> {
    for name in ["pyproject.toml", "Pipfile", "setup.cfg"] {
        let path = in_folder(folder, name);
        let Some(text) = text_of(files, &path)? else { continue };
        // A pyproject.toml may only configure linters. One that is no TOML is for the reader to refuse.
        let says_nothing = name == "pyproject.toml"
            && Document::parse(&path, &text).is_ok_and(|document| {
                let root = document.root();
                let poetry = root.table("tool").is_ok_and(|tool| tool.is_some_and(|tool| tool.has("poetry")));
                !root.has("project") && !root.has("dependency-groups") && !poetry
            });
        if !says_nothing {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The names under which pip-tools output stands beside a manifest, most telling first.
const COMPILED: [&str; 6] = [
    "requirements.lock",
    "requirements-lock.txt",
    "requirements.lock.txt",
    "requirements.txt",
    "requirements/requirements.txt",
    "requirements/base.txt",
];

/// May the project be a member of a workspace? It needs a name for that.
fn has_workspace(manifest: Option<&Manifest>) -> bool {
    manifest.is_some_and(|manifest| manifest.name.is_some())
}

/// Does a lock further up speak of this project?
fn locks(text: &str, manifest: Option<&Manifest>) -> bool {
    let name = manifest.and_then(|manifest| manifest.name.as_ref());
    name.is_some_and(|name| text.contains(&format!("name = \"{name}\"\n")))
}

/// The lock of a folder: that of the manifest's own tool first, then any other.
pub fn find_lock(files: &dyn Files, folder: &str, manifest: Option<&Manifest>) -> Result<Option<String>> {
    let has = |tool| manifest.is_some_and(|manifest| manifest.tools.contains(&tool));
    let mut names = vec!["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"];
    for (tool, name) in [(Tool::Pdm, "pdm.lock"), (Tool::Poetry, "poetry.lock"), (Tool::Uv, "uv.lock")] {
        if has(tool) {
            names.retain(|other| *other != name);
            names.insert(0, name);
        }
    }
    for name in names {
        let path = in_folder(folder, name);
        if text_of(files, &path)?.is_some() {
            return Ok(Some(path));
        }
    }
    // A member of a uv workspace is locked at the workspace's root.
    let mut above = folder;
    while has_workspace(manifest) && !above.is_empty() {
        above = folder_of(above);
        let path = in_folder(above, "uv.lock");
        if text_of(files, &path)?.is_some_and(|text| locks(&text, manifest)) {
            return Ok(Some(path));
        }
    }
    for name in COMPILED {
        let path = in_folder(folder, name);
        let Some(text) = text_of(files, &path)? else { continue };
        // What a tool made, but is wrong now, is for the reader to refuse.
        if RequirementsFile::parse(&path, &text).map_or(true, |file| looks_compiled(&file)) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
