//! The folder that a project's paths count from.

use std::fs;
use std::path::{Path, PathBuf};

/// A root.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Canonical.
    pub(super) path: PathBuf,
    /// Whether it is the top of a git work tree.
    pub(super) in_git: bool,
}

/// The root for a path that was given: the top of the git work tree that it lies in, else the folder itself
/// (of a file: its folder).
pub(super) fn of(given: &Path, is_folder: bool) -> Place {
    let absolute = std::path::absolute(given).unwrap_or_else(|_| given.to_path_buf());
    let absolute = crate::settings::normal(&absolute);
    let folder = if is_folder { Some(absolute.as_path()) } else { absolute.parent() };
    let folder = folder.unwrap_or(Path::new("/"));
    let top = folder.ancestors().find(|folder| folder.join(".git").exists());
    let path = top.unwrap_or(folder);
    Place { path: fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()), in_git: top.is_some() }
}
