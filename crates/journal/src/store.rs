//! The journal's folder and the records in it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::disk::Disk;
use crate::error::JournalError;
use crate::record::{Kind, NoRecord, Record};

type Result<T> = std::result::Result<T, JournalError>;

const HALF: &str = "record.tmp";
/// Targets are untouched.
pub(crate) const PENDING: &str = "pending";
/// Everything is staged.
pub(crate) const COMMITTED: &str = "committed";
/// An undo is complete, but its traces are not gone.
pub(crate) const UNDONE: &str = "undone";
/// What undo takes back.
pub(crate) const LAST: &str = "last";

/// The journal's folder. A record moves from name to name by rename, and each move is made durable.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// A folder that need not exist yet. Anything else of its name is refused: a link would lead the
    /// records outside.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        match fs::symlink_metadata(folder) {
            Ok(meta) if !meta.is_dir() => Err(JournalError::NoFolder { path: folder.to_path_buf() }),
            _ => Ok(Self { folder: folder.to_path_buf() }),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether the record is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        fs::symlink_metadata(self.path(name)).is_ok()
    }

    /// Whether a run was begun and is not settled.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.has(PENDING) || self.has(COMMITTED) || self.has(UNDONE)
    }

    /// A record's bytes, if it is there.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(JournalError::from_io(&path, error)),
        }
    }

    pub(crate) fn decode<'a>(&self, name: &str, bytes: &'a [u8]) -> Result<Record<'a>> {
        Record::decode(bytes).map_err(|why| match why {
            NoRecord::Damaged => JournalError::Damaged { path: self.path(name) },
            NoRecord::Newer(version) => JournalError::Newer { path: self.path(name), version },
        })
    }

    /// Makes the folder where it is missing. Outside of a git directory it hides itself from git.
    pub(crate) fn make_folder(&self, disk: &Disk) -> Result<()> {
        if !self.folder.is_dir() {
            disk.make_folder(&self.folder)?;
        }
        let ignore = self.path(".gitignore");
        if self.folder.ends_with(".dockfit") && !ignore.exists() {
            disk.write_new(&ignore, None, false, |out| out.write_all(b"*\n"))?;
        }
        Ok(())
    }

    /// `pending` is on disk after this, or nothing is.
    pub(crate) fn begin(&self, disk: &Disk, record: &Record<'_>) -> Result<()> {
        let begun = self
            .make_folder(disk)
            .and_then(|()| disk.write_new(&self.path(HALF), None, true, |out| record.encode(out)))
            .and_then(|()| self.rename(disk, HALF, PENDING));
        if begun.is_err() {
            // What this cannot remove, the next run does.
            let _ = self.forget(disk, &[HALF, PENDING]);
        }
        begun
    }

    /// From `pending` to `committed`: from here on the next run completes.
    pub(crate) fn commit(&self, disk: &Disk) -> Result<()> {
        self.rename(disk, PENDING, COMMITTED)
    }

    /// From `committed` to the end. Once the record has its new name the run is complete; what fails after
    /// that is done by the next run.
    pub(crate) fn finish(&self, disk: &Disk, kind: Kind) -> Result<()> {
        let end = match kind {
            Kind::Apply => LAST,
            Kind::Undo => UNDONE,
        };
        disk.rename(&self.path(COMMITTED), &self.path(end))?;
        let _ = disk.sync_folder(&self.folder);
        if kind == Kind::Undo {
            let _ = self.forget(disk, &[LAST, UNDONE]);
        }
        Ok(())
    }

    fn rename(&self, disk: &Disk, from: &str, to: &str) -> Result<()> {
        disk.rename(&self.path(from), &self.path(to))?;
        disk.sync_folder(&self.folder)
    }

    /// Removes records in this order, and the folder when no record is left.
    pub(crate) fn forget(&self, disk: &Disk, names: &[&str]) -> Result<()> {
        for name in names {
            if self.has(name) {
                disk.remove(&self.path(name))?;
                disk.sync_folder(&self.folder)?;
            }
        }
        self.tidy(disk)
    }

    /// Removes what a killed run left that says nothing: a record half written, an empty folder.
    pub(crate) fn tidy(&self, disk: &Disk) -> Result<()> {
        if self.has(HALF) {
            disk.remove(&self.path(HALF))?;
        }
        if self.is_unfinished() || self.has(LAST) || self.has("lock") || !self.folder.is_dir() {
            return Ok(());
        }
        let ignore = self.path(".gitignore");
        if ignore.exists() {
            disk.remove(&ignore)?;
        }
        // Somebody else's file in it keeps it.
        let _ = disk.remove_folder(&self.folder);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_lock_file_stays_hidden_from_git() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(".dockfit");
        let (store, disk) = (Store::new(&folder).unwrap(), Disk::new(Box::new(())));
        store.make_folder(&disk).unwrap();
        fs::write(folder.join("lock"), "").unwrap();
        store.tidy(&disk).unwrap();
        assert!(folder.join("lock").exists() && folder.join(".gitignore").exists());
    }
}
