//! The steps of one run over its files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::disk::Disk;
use crate::error::{JournalError, Since};
use crate::record::{Kind, Record};
use crate::target::{Found, look};

type Result<T> = std::result::Result<T, JournalError>;

/// Making a file durable is waiting for the disk; waits in parallel cost one.
const THREADS: usize = 32;
/// So many files one thread does by itself.
const FILES_PER_THREAD: usize = 8;

/// How far a file of a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It holds the bytes from before the run.
    Before,
    /// It holds the run's bytes.
    After,
    /// Somebody changed it, or the way to it.
    Edited {
        /// Whether the run had replaced it: its staged file is gone.
        replaced: bool,
    },
}

/// One run.
pub(crate) struct Run<'a> {
    root: PathBuf,
    record: &'a Record<'a>,
    disk: &'a Disk,
}

impl<'a> Run<'a> {
    pub(crate) fn new(anchor: &Path, record: &'a Record<'a>, disk: &'a Disk) -> Self {
        // Joining nothing would add a slash.
        let root = if record.root == Path::new("") { anchor.to_path_buf() } else { anchor.join(record.root) };
        Self { root, record, disk }
    }

    /// The full paths of the run's files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.record.entries.iter().map(|entry| self.root.join(entry.path))
    }

    fn stage_path(&self, index: usize, target: &Path) -> PathBuf {
        target.with_file_name(format!(".dockfit-{:016x}-{index}.tmp", self.record.id))
    }

    /// How far each file has come.
    pub(crate) fn states(&self) -> Result<Vec<State>> {
        (0..self.record.entries.len()).map(|index| Ok(self.state(index)?.0)).collect()
    }

    fn state(&self, index: usize) -> Result<(State, Option<Found>)> {
        let entry = &self.record.entries[index];
        let found = match look(&self.root, entry.path) {
            Ok(found) => found,
            Err(
                JournalError::LinkOutside { .. }
                | JournalError::NotAFile { .. }
                | JournalError::NoFolder { .. }
                | JournalError::OutsideRoot { .. },
            ) => return Ok((State::Edited { replaced: false }, None)),
            Err(error) => return Err(error),
        };
        let content = found.content.as_deref();
        let state = if content == entry.after {
            State::After
        } else if content == entry.before {
            State::Before
        } else {
            let staged = fs::symlink_metadata(self.stage_path(index, &found.real)).is_ok();
            State::Edited { replaced: entry.after.is_some() && !staged }
        };
        Ok((state, Some(found)))
    }

    /// Makes the folders that the run's files need, where they are not there (any more).
    pub(crate) fn make_folders(&self) -> Result<()> {
        for path in self.record.folders.iter().map(|folder| self.root.join(folder)) {
            if self.is_inside(&path) && fs::symlink_metadata(&path).is_err() {
                self.disk.make_folder(&path)?;
            }
        }
        Ok(())
    }

    /// Removes those folders again that nothing else is in.
    pub(crate) fn remove_folders(&self) -> Result<()> {
        for path in self.record.folders.iter().rev().map(|folder| self.root.join(folder)) {
            let is_folder = fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir());
            let is_empty = || fs::read_dir(&path).is_ok_and(|mut inside| inside.next().is_none());
            if is_folder && self.is_inside(&path) && is_empty() {
                self.disk.remove_folder(&path)?;
            }
        }
        Ok(())
    }

    /// Whether no link on the way leads out of the root.
    fn is_inside(&self, path: &Path) -> bool {
        path.parent()
            .is_some_and(|folder| fs::canonicalize(folder).is_ok_and(|real| real.starts_with(&self.root)))
    }

    /// Writes the new bytes of these files beside them.
    pub(crate) fn stage(&self, files: &[usize]) -> Result<()> {
        in_parallel(files, |&index| {
            let entry = &self.record.entries[index];
            let found = look(&self.root, entry.path)?;
            self.stage_one(index, &found, entry.after)
        })
    }

    fn stage_one(&self, index: usize, found: &Found, bytes: Option<&[u8]>) -> Result<()> {
        let Some(bytes) = bytes else { return Ok(()) };
        let path = self.stage_path(index, &found.real);
        // What a killed run staged may lack its mode, or not be durable.
        self.remove_if_there(&path)
            .and_then(|()| self.disk.write_new(&path, found.meta.as_ref(), false, |out| out.write_all(bytes)))
            .map_err(|error| error.at(self.record.entries[index].path))
    }

    /// Renames these staged files over their targets, in this order. Each target is compared once more right
    /// before: what is left is the moment between that and the rename, which no system closes for a writer
    /// that has the file open.
    pub(crate) fn replace(&self, files: &[usize]) -> Result<()> {
        for &index in files {
            let entry = &self.record.entries[index];
            let found = look(&self.root, entry.path)?;
            if found.content.as_deref() != entry.before {
                return Err(JournalError::Changed { paths: vec![entry.path.into()], since: Since::Read });
            }
            self.put(index, &found, entry.after.is_some())?;
        }
        Ok(())
    }

    /// Gives the target what is staged for it, or removes it.
    fn put(&self, index: usize, found: &Found, staged: bool) -> Result<()> {
        let stage = self.stage_path(index, &found.real);
        let put = match (staged, &found.content) {
            (false, _) => self.disk.remove(&found.real),
            (true, Some(_)) => self.disk.rename(&stage, &found.real),
            (true, None) => self.disk.rename_new(&stage, &found.real),
        };
        put.map_err(|error| error.at(self.record.entries[index].path))
    }

    /// Gives all files that have the run's bytes their old ones again, last one first, and removes what is
    /// staged. Killed in here, the next run completes instead: the record still stands. Tells how far each
    /// file had come.
    pub(crate) fn roll_back(&self) -> Result<Vec<State>> {
        let mut states = vec![State::Before; self.record.entries.len()];
        if self.record.kind == Kind::Undo {
            self.make_folders()?;
        }
        for (index, entry) in self.record.entries.iter().enumerate().rev() {
            let (state, found) = self.state(index)?;
            states[index] = state;
            if let (State::After, Some(found)) = (state, found) {
                self.stage_one(index, &found, entry.before)?;
                self.put(index, &found, entry.before.is_some())?;
            }
        }
        self.remove_stages()?;
        if self.record.kind == Kind::Apply {
            self.remove_folders()?;
        }
        self.sync_folders()?;
        Ok(states)
    }

    /// Removes whatever is still staged, and makes that durable.
    pub(crate) fn remove_stages(&self) -> Result<()> {
        for (index, entry) in self.record.entries.iter().enumerate() {
            // Through a link that leads outside there is nothing of ours.
            if let Ok(found) = look(&self.root, entry.path) {
                self.remove_if_there(&self.stage_path(index, &found.real))?;
            }
        }
        Ok(())
    }

    fn remove_if_there(&self, path: &Path) -> Result<()> {
        if fs::symlink_metadata(path).is_ok() { self.disk.remove(path) } else { Ok(()) }
    }

    /// Makes the renames durable.
    pub(crate) fn sync_folders(&self) -> Result<()> {
        let made = self.record.folders.iter().map(|folder| self.root.join(folder));
        let paths: Vec<PathBuf> = self.paths().chain(made).collect();
        let folders: BTreeSet<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
        let folders: Vec<&Path> = folders.into_iter().filter(|folder| folder.is_dir()).collect();
        in_parallel(&folders, |folder| self.disk.sync_folder(folder))
    }
}

/// Does `work` for all items; on an error, the rest of that thread's share is left out.
fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let share = items.len().div_ceil(THREADS).max(FILES_PER_THREAD);
    if items.len() <= share {
        return items.iter().try_for_each(work);
    }
    thread::scope(|scope| {
        let threads: Vec<_> =
            items.chunks(share).map(|chunk| scope.spawn(|| chunk.iter().try_for_each(&work))).collect();
        let mut done = Ok(());
        for thread in threads {
            let result = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            done = done.and(result);
        }
        done
    })
}
