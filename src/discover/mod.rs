//! Finds the Dockerfiles below the paths that were given, and what builds them.

mod builder;
mod names;
mod root;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dockfit_rewrite::RelPath;
use dockfit_rewrite::context::{self, Build};

pub(crate) use names::{NameKind, kind};

use crate::args::Options;
use crate::disk::Overlay;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;
use crate::settings::{Names, Settings};

/// A folder that paths count from, and what was found in it.
#[derive(Debug)]
pub(crate) struct Root {
    /// The folder, canonical: the top of the git work tree, else what was given.
    pub(crate) path: PathBuf,
    /// Whether git keeps it.
    pub(crate) in_git: bool,
    /// What the user wants here.
    pub(crate) settings: Arc<Settings>,
    /// The Dockerfiles, in order.
    pub(crate) dockerfiles: BTreeSet<RelPath>,
    /// Files that may say what builds them.
    pub(crate) builders: BTreeSet<RelPath>,
    /// What is read in the place of files there.
    pub(crate) overlay: Overlay,
    /// What the files build that were given: they decide on contexts.
    pub(crate) given: Vec<Build>,
    /// The stages that they build, by Dockerfile; none where one of them builds all.
    pub(crate) targets: BTreeMap<RelPath, Vec<String>>,
    /// Files that may hold Dockerfiles of their own.
    pub(crate) inline_in: BTreeSet<RelPath>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// By root and configuration.
    pub(crate) roots: Vec<Root>,
    /// What went wrong; the rest goes on.
    pub(crate) problems: Vec<Problem>,
}

/// Searches `paths`.
pub(crate) fn search(paths: &[PathBuf], options: &Options, names: &Names) -> Found {
    let mut search = Search { options, names, roots: BTreeMap::new(), problems: Vec::new() };
    for path in paths {
        if let Err(problem) = search.path(path) {
            search.problems.push(problem);
        }
    }
    Found { roots: search.roots.into_values().collect(), problems: search.problems }
}

/// A Dockerfile that an editor holds, by its real path; it need not be on disk.
pub(crate) fn open_file(
    path: &Path,
    overlay: Overlay,
    options: &Options,
    names: &Names,
) -> Result<Root, Problem> {
    let place = root::of(path, false);
    let inside = path.strip_prefix(&place.path).map_err(|_| leads_out(path, path, &place.path))?;
    let inside = RelPath::new(inside).ok_or_else(|| no_utf8(path))?;
    if kind(inside.file_name()) == NameKind::Template {
        return Err(template(path));
    }
    let folder = inside.parent();
    let settings = Settings::load(&folder.on_disk(&place.path), &place.path, options, names)?;
    let mut root = Root {
        path: place.path,
        in_git: place.in_git,
        settings: Arc::new(settings),
        dockerfiles: BTreeSet::from([inside]),
        builders: BTreeSet::new(),
        overlay,
        given: Vec::new(),
        targets: BTreeMap::new(),
        inline_in: BTreeSet::new(),
    };
    walk::builders_above(&mut root, &folder);
    Ok(root)
}

/// The root of the project that `path` lies in, if there is such a path.
pub(crate) fn root_of(path: &Path) -> Option<PathBuf> {
    let metadata = fs::metadata(path).ok()?;
    Some(root::of(path, metadata.is_dir()).path)
}

/// The folder, and its configuration file.
type RootKey = (PathBuf, Option<PathBuf>);

struct Search<'a> {
    options: &'a Options,
    names: &'a Names,
    /// By folder and configuration file.
    roots: BTreeMap<RootKey, Root>,
    problems: Vec<Problem>,
}

impl Search<'_> {
    fn path(&mut self, given: &Path) -> Result<(), Problem> {
        let metadata = fs::metadata(given).map_err(|error| missing(given, &error))?;
        let real = fs::canonicalize(given).map_err(|error| missing(given, &error))?;
        let place = root::of(given, metadata.is_dir());
        let Ok(inside) = real.strip_prefix(&place.path) else {
            return Err(leads_out(given, &real, &place.path));
        };
        let Some(inside) = RelPath::new(inside) else { return Err(no_utf8(given)) };
        let folder = if metadata.is_dir() { inside.clone() } else { inside.parent() };
        let Some(key) = self.root(&place, &folder)? else { return Ok(()) };
        let Some(root) = self.roots.get_mut(&key) else { return Ok(()) };
        walk::builders_above(root, &folder);
        if metadata.is_file() && kind(inside.file_name()) == NameKind::Template {
            return Err(template(given));
        }
        if metadata.is_file() {
            if kind(inside.file_name()) == NameKind::Other && context::may_build(&inside) {
                self.problems.extend(builder::given(root, given, &inside));
            } else {
                // Given by itself, all of it is meant.
                root.targets.insert(inside.clone(), Vec::new());
                root.dockerfiles.insert(inside);
            }
            return Ok(());
        }
        if !metadata.is_dir() {
            let problem = Problem::new(ProblemKind::Path, "it is neither a file nor a folder");
            return Err(problem.in_file(shown(given)).help("name a Dockerfile or a folder"));
        }
        self.folder(given, &key, &inside)
    }

    /// Searches a folder, and the work trees of git in it, which are projects of their own.
    fn folder(&mut self, given: &Path, key: &RootKey, inside: &RelPath) -> Result<(), Problem> {
        let Some(root) = self.roots.get_mut(key) else { return Ok(()) };
        let mut seen = walk::below(root, inside);
        let alone = seen.nested.is_empty();
        for nested in &seen.nested {
            match self.path(nested) {
                Err(problem) if problem.kind == ProblemKind::NoDockerfile => {}
                Err(problem) => self.problems.push(problem),
                Ok(()) => {}
            }
        }
        let nothing = alone && seen.dockerfiles == 0 && seen.problems.is_empty();
        self.problems.append(&mut seen.problems);
        if nothing {
            let problem = Problem::new(ProblemKind::NoDockerfile, "no Dockerfile was found in this folder");
            return Err(problem.in_file(shown(given)).help(
                "name the file itself; ignored and hidden folders, and those that `exclude` names, are not searched",
            ));
        }
        Ok(())
    }

    /// The key of the root for what lies in `folder`.
    fn root(&mut self, place: &root::Place, folder: &RelPath) -> Result<Option<RootKey>, Problem> {
        let on_disk = folder.on_disk(&place.path);
        let settings = match Settings::load(&on_disk, &place.path, self.options, self.names) {
            Ok(settings) => settings,
            Err(problem) => {
                // Several paths with one configuration: said once.
                if self.problems.contains(&problem) {
                    return Ok(None);
                }
                return Err(problem);
            }
        };
        let key = (place.path.clone(), settings.file.clone());
        self.roots.entry(key.clone()).or_insert_with(|| Root {
            path: place.path.clone(),
            in_git: place.in_git,
            settings: Arc::new(settings),
            dockerfiles: BTreeSet::new(),
            builders: BTreeSet::new(),
            overlay: Overlay::default(),
            given: Vec::new(),
            targets: BTreeMap::new(),
            inline_in: BTreeSet::new(),
        });
        Ok(Some(key))
    }
}

fn missing(path: &Path, error: &std::io::Error) -> Problem {
    let dangling = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    let (message, help) = match error.kind() {
        _ if dangling => ("it is a link to something that is not there", "mend or remove the link"),
        std::io::ErrorKind::PermissionDenied => {
            ("it cannot be read: permission denied", "make it readable, or leave it out")
        }
        _ => {
            ("there is no such file or folder", "check the spelling; paths count from the working directory")
        }
    };
    Problem::new(ProblemKind::Path, message).in_file(shown(path)).help(help)
}

fn no_utf8(path: &Path) -> Problem {
    let problem = Problem::new(ProblemKind::Path, "the path is no UTF-8").in_file(shown(path));
    problem.help("rename the file or folder")
}

fn template(path: &Path) -> Problem {
    let problem = Problem::new(ProblemKind::Template, "a template is not edited").in_file(shown(path));
    problem.help("run dockfit on what it makes, or change it by hand")
}

fn leads_out(given: &Path, real: &Path, root: &Path) -> Problem {
    let message =
        format!("it is a link that leads out of the project {}, to {}", root.display(), real.display());
    let problem = Problem::new(ProblemKind::Link, message).in_file(shown(given));
    problem.help("dockfit writes nothing outside the project: name the file where it really lies")
}
