//! Python projects on disk: their files, and what is wrong with them.

use std::fs;
use std::path::{Path, PathBuf};

use dockfit_dockerfile::{LineIndex, Span};
use dockfit_python::{Error, ErrorKind, Files};
use dockfit_rewrite::{FileSource, RelPath};

use crate::discover;
use crate::disk::DiskFiles;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;

/// The files below the root of a project.
pub(crate) struct PythonFiles {
    /// The top of the git work tree, else the folder itself; canonical.
    pub(crate) root: PathBuf,
    disk: DiskFiles,
}

/// What a path that was given is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// A folder.
    Folder,
    /// A manifest.
    Manifest,
    /// Something else: a lock, for the reader to judge.
    Lock,
}

impl PythonFiles {
    /// The files below `root`.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { disk: DiskFiles::new(root.clone()), root }
    }

    /// The project that a path lies in, the path in it, and what it is.
    pub(crate) fn find(path: &Path) -> Result<(Self, RelPath, Given), Problem> {
        let missing = || {
            let problem =
                Problem::new(ProblemKind::Path, "there is no such file or folder").in_file(shown(path));
            problem.help("name the folder of the manifest")
        };
        let root = discover::root_of(path).ok_or_else(missing)?;
        let given = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Given::Folder,
            Ok(_) => {
                let toml = path.extension().is_some_and(|end| end == "toml");
                match path.file_name().map(|name| name.to_string_lossy().into_owned()).as_deref() {
                    Some("Pipfile" | "setup.cfg") => Given::Manifest,
                    Some(name) if toml && !name.starts_with("pylock.") => Given::Manifest,
                    _ => Given::Lock,
                }
            }
            Err(_) => return Err(missing()),
        };
        let files = Self::new(root);
        let inside = files.inside(path)?;
        Ok((files, inside, given))
    }

    /// A path that was given, in the project.
    pub(crate) fn inside(&self, path: &Path) -> Result<RelPath, Problem> {
        let real = fs::canonicalize(path).map_err(|_| {
            let problem =
                Problem::new(ProblemKind::Path, "there is no such file or folder").in_file(shown(path));
            problem.help("check the spelling; paths count from the working directory")
        })?;
        real.strip_prefix(&self.root).ok().and_then(RelPath::new).ok_or_else(|| {
            let message = format!("it lies outside the project {}", self.root.display());
            let problem = Problem::new(ProblemKind::Path, message).in_file(shown(path));
            problem.help("dockfit writes and reads nothing outside the project: name a path inside")
        })
    }

    /// A path of the project, as it is shown.
    pub(crate) fn shown(&self, path: &str) -> String {
        shown(&RelPath::new(path).unwrap_or_else(RelPath::root).on_disk(&self.root))
    }

    /// The names of the files in a folder.
    pub(crate) fn names_in(&self, folder: &RelPath) -> Vec<String> {
        self.disk.list(folder).unwrap_or_default()
    }

    /// What is wrong, with its place, and the words of the file where it is about some of them.
    pub(crate) fn problem(&self, error: &Error) -> Problem {
        let message = if error.field.is_empty() {
            error.message.clone()
        } else {
            format!("{}: {}", error.field, error.message)
        };
        let message = crate::terminal::visible(&message).into_owned();
        let problem =
            Problem::new(ProblemKind::Python(error.kind), message).in_file(self.shown(&error.place.path));
        let problem = match &error.way_out {
            Some(way_out) => problem.help(crate::terminal::visible(way_out).into_owned()),
            None => problem,
        };
        let whole = matches!(
            error.kind,
            ErrorKind::NoLock | ErrorKind::Stale | ErrorKind::MissingFile | ErrorKind::Unreadable
        );
        let first = error.place.line == 1 && error.place.column == 1;
        if whole && first {
            return problem;
        }
        match self.read(&error.place.path) {
            Ok(Some(bytes)) => {
                let span = span(&bytes, error.place.line, error.place.column);
                problem.at(&bytes, span)
            }
            _ => problem,
        }
    }
}

/// From a place to the end of its line.
fn span(bytes: &[u8], line: usize, column: usize) -> Span {
    let start = LineIndex::new(bytes).start_of(line).unwrap_or(bytes.len());
    let rest = bytes.get(start..).unwrap_or_default();
    let rest = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = String::from_utf8_lossy(rest);
    let before: usize = text.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    let end = start + text.trim_end().len().min(rest.len());
    (start + before.min(rest.len())..end.max(start + before.min(rest.len()))).into()
}

impl Files for PythonFiles {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(path) = RelPath::new(path) else { return Ok(None) };
        match self.disk.read(&path) {
            Ok(bytes) => Ok(bytes.map(|bytes| bytes.to_vec())),
            Err(error) => Err(error.message),
        }
    }
}
