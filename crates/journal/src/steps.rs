//! The hook that sees every change to the disk before it is made.

use std::io;
use std::path::Path;

/// A kind of change to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Make a folder.
    MakeFolder,
    /// Make a new, empty file.
    Create,
    /// Write a new file's bytes.
    Write,
    /// Give a new file the mode and owner of the one it will replace.
    Keep,
    /// Make a file's bytes durable.
    Sync,
    /// Rename a file to this path.
    Rename,
    /// Give a staged file its name, where no file may be yet.
    Link,
    /// Remove a file.
    Remove,
    /// Remove an empty folder.
    RemoveFolder,
    /// Make the names in a folder durable.
    SyncFolder,
}

/// Told of every change before it is made. This is how tests fail or kill a run at each place; an
/// implementation may also count steps for a progress bar.
pub trait Steps: Send + Sync {
    /// `step` is about to be made at `path`; an error stops it as if the system had returned that error.
    fn before(&self, step: Step, path: &Path) -> io::Result<()>;
}

impl Steps for () {
    fn before(&self, _: Step, _: &Path) -> io::Result<()> {
        Ok(())
    }
}
