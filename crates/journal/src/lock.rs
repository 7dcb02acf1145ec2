//! One run at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::disk::Disk;
use crate::error::JournalError;
use crate::place::Place;
use crate::store::Store;

/// The lock, held until this value is dropped.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave it to a child process that was forked a moment ago and has not closed its
        // copies yet.
        let _ = self.0.unlock();
    }
}

/// Takes the lock that belongs to the journal, or says who has it. The system frees it when the process ends,
/// however it ends.
///
/// What is locked is the git directory or the root itself, which leaves nothing behind. Where a folder cannot
/// be locked (Windows, NFS), it is a file `lock` in the journal's folder, which stays.
pub(crate) fn take(place: &Place, disk: &Disk) -> Result<Lock, JournalError> {
    if let Ok(folder) = File::open(place.lock_on()) {
        match folder.try_lock() {
            Ok(()) => return Ok(Lock(folder)),
            Err(TryLockError::WouldBlock) => return Err(held(place.lock_on())),
            Err(TryLockError::Error(_)) => {}
        }
    }
    Store::new(&place.folder)?.make_folder(disk)?;
    lock_file(&place.folder.join("lock"))
}

fn lock_file(path: &Path) -> Result<Lock, JournalError> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
    let file = file.map_err(|error| JournalError::from_io(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(held(path)),
        Err(TryLockError::Error(error)) => Err(JournalError::from_io(path, error)),
    }
}

fn held(path: &Path) -> JournalError {
    JournalError::LockHeld { path: path.to_path_buf() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_is_held_until_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = lock_file(&path).unwrap();
        assert!(matches!(lock_file(&path), Err(JournalError::LockHeld { .. })));
        drop(first);
        lock_file(&path).unwrap();
    }

    #[test]
    fn a_copy_in_a_forked_child_does_not_hold_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = lock_file(&path).unwrap();
        let copy = first.0.try_clone().unwrap();
        drop(first);
        lock_file(&path).unwrap();
        drop(copy);
    }
}
