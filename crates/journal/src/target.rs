//! The files to write: where they really are, and whether they may be written.

use std::collections::HashSet;
use std::fs::{self, Metadata, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::JournalError;
use crate::place::is_plain;

/// What stands at a path.
#[derive(Debug)]
pub(crate) struct Found {
    /// The file that the path leads to, inside the root.
    pub(crate) real: PathBuf,
    /// How many of the folders that it lies in are not there yet.
    pub(crate) missing: usize,
    /// Its bytes; `None`: no file.
    pub(crate) content: Option<Vec<u8>>,
    /// Its mode and owner, if there is a file.
    pub(crate) meta: Option<Metadata>,
}

/// Follows `path` from the canonical `root` and reads what is there. Links that stay inside are followed.
pub(crate) fn look(root: &Path, path: &Path) -> Result<Found, JournalError> {
    let name = path.file_name().filter(|_| is_plain(path));
    let name = name.ok_or_else(|| JournalError::OutsideRoot { path: path.to_path_buf() })?;
    let full = root.join(path);
    let io_error = |error| JournalError::from_io(path, error);
    let exists = match fs::symlink_metadata(&full) {
        Ok(_) => true,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => false,
        Err(error) => return Err(io_error(error)),
    };
    let mut missing = 0;
    let real = if exists {
        match fs::canonicalize(&full) {
            // A link to nothing.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(JournalError::NotAFile { path: path.to_path_buf() });
            }
            real => real.map_err(io_error)?,
        }
    } else {
        let folder = full.parent().unwrap_or(root);
        let there = |folder: &&Path| fs::symlink_metadata(folder).is_ok();
        let last = folder.ancestors().find(there).unwrap_or(root);
        let rest = relative(last, folder);
        missing = rest.components().count();
        match fs::canonicalize(last) {
            Ok(real) if real.is_dir() => real.join(rest).join(name),
            Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(io_error(error));
            }
            _ => return Err(JournalError::NoFolder { path: relative(root, last) }),
        }
    };
    if !real.starts_with(root) {
        return Err(JournalError::LinkOutside { path: path.to_path_buf(), leads_to: real });
    }
    if !exists {
        return Ok(Found { real, missing, content: None, meta: None });
    }
    let meta = fs::metadata(&real).map_err(io_error)?;
    if !meta.is_file() {
        return Err(JournalError::NotAFile { path: path.to_path_buf() });
    }
    let content = fs::read(&real).map_err(io_error)?;
    Ok(Found { real, missing, content: Some(content), meta: Some(meta) })
}

impl Found {
    /// The folders that the file needs and that are not there, relative to the root, each behind the one that it is in.
    pub(crate) fn missing_folders(&self, root: &Path) -> Vec<PathBuf> {
        let folders = self.real.ancestors().skip(1).take(self.missing);
        let mut folders: Vec<PathBuf> = folders.map(|folder| relative(root, folder)).collect();
        folders.reverse();
        folders
    }
}

/// A rename would replace a file that its owner made read-only; this refuses it. Opening is the one question
/// about writing that modes, access lists, flags and mounts all answer; it changes nothing.
pub(crate) fn check_writable(found: &Found, path: &Path) -> Result<(), JournalError> {
    let Some(meta) = &found.meta else { return Ok(()) };
    if meta.permissions().readonly() {
        return Err(JournalError::ReadOnly { path: path.to_path_buf() });
    }
    match OpenOptions::new().write(true).open(&found.real) {
        Ok(_) => Ok(()),
        Err(error) => Err(JournalError::from_io(path, error)),
    }
}

/// `path` without `folder`, if it is inside.
pub(crate) fn relative(folder: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(folder).unwrap_or(path).to_path_buf()
}

/// The first path that stands there a second time.
pub(crate) fn named_twice(paths: &[PathBuf]) -> Option<PathBuf> {
    let mut seen = HashSet::new();
    paths.iter().find(|path| !seen.insert(*path)).cloned()
}
