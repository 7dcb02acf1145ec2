//! Every change to the disk goes through here, so that [`Steps`] sees each of them.

use std::fmt;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::error::JournalError;
use crate::platform;
use crate::steps::{Step, Steps};

type Result<T> = std::result::Result<T, JournalError>;

/// The disk, watched.
pub(crate) struct Disk {
    steps: Box<dyn Steps>,
}

impl fmt::Debug for Disk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Disk")
    }
}

impl Disk {
    pub(crate) fn new(steps: Box<dyn Steps>) -> Self {
        Self { steps }
    }

    fn step<T>(&self, step: Step, path: &Path, change: impl FnOnce() -> io::Result<T>) -> Result<T> {
        self.steps
            .before(step, path)
            .and_then(|()| change())
            .map_err(|error| JournalError::from_io(path, error))
    }

    pub(crate) fn make_folder(&self, path: &Path) -> Result<()> {
        self.step(Step::MakeFolder, path, || fs::create_dir(path))
    }

    /// Writes a new file and makes it durable. `like`: the file whose mode and owner it takes; without one,
    /// `private` files are readable by their owner alone, others as the user's umask has it. What is begun
    /// stays on an error, for the caller's clean-up.
    pub(crate) fn write_new(
        &self,
        path: &Path,
        like: Option<&Metadata>,
        private: bool,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        if private || like.is_some() {
            platform::make_private(&mut options);
        }
        let file = self.step(Step::Create, path, || options.open(path))?;
        self.step(Step::Write, path, || {
            let mut out = io::BufWriter::new(&file);
            write(&mut out)?;
            out.flush()
        })?;
        if let Some(old) = like {
            self.step(Step::Keep, path, || platform::keep(&file, old))?;
        }
        self.step(Step::Sync, path, || file.sync_all())
    }

    /// Renames over whatever is at `to`.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.step(Step::Rename, to, || fs::rename(from, to))
    }

    /// Renames to a name that must be free. A link fails where a file stands, a rename would not; where there
    /// are no hard links, looking first is the best there is.
    pub(crate) fn rename_new(&self, from: &Path, to: &Path) -> Result<()> {
        match self.step(Step::Link, to, || fs::hard_link(from, to)) {
            Ok(()) => self.remove(from),
            Err(JournalError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {
                Err(JournalError::from_io(to, source))
            }
            Err(_) if fs::symlink_metadata(to).is_err_and(|e| e.kind() == ErrorKind::NotFound) => {
                self.rename(from, to)
            }
            Err(error) => Err(error),
        }
    }

    /// Removes a file; one that is gone already counts as removed.
    pub(crate) fn remove(&self, path: &Path) -> Result<()> {
        self.step(Step::Remove, path, || match fs::remove_file(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done,
        })
    }

    pub(crate) fn remove_folder(&self, path: &Path) -> Result<()> {
        self.step(Step::RemoveFolder, path, || fs::remove_dir(path))
    }

    pub(crate) fn sync_folder(&self, path: &Path) -> Result<()> {
        self.step(Step::SyncFolder, path, || platform::sync_folder(path))
    }
}
