//! Replaces files so that nothing is ever lost.
//!
//! A run is all or nothing: every file is checked, staged beside its target and made durable, and only then
//! are the staged files renamed over their targets, one after another in the caller's order. A record with
//! the old and the new bytes of every file is on disk before the first of them is touched, so whatever a
//! kill, a crash or a full disk leaves behind, the next [`Journal::open`] completes or undoes. The record of
//! the last run is kept for [`Journal::undo`].
//!
//! The records (all in the journal's folder, see [`Journal::open`]) and what each says to the next run:
//!
//! | file | state | next run |
//! | --- | --- | --- |
//! | `record.tmp` | a record half written | removes it |
//! | `pending` | targets untouched, staged files may exist | removes the staged files |
//! | `committed` | everything staged, targets may be replaced | completes, or undoes where it cannot |
//! | `undone` | an undo is complete | removes it and `last` |
//! | `last` | the last apply | what `undo` takes back |
//!
//! Replacing is rename, so the extended attributes and access lists of a file are not kept; its mode is, and
//! its owner where the system lets us. A file with several hard links is replaced under the one name that was
//! asked for; [`Applied::hard_links`] says so.

mod disk;
mod error;
mod lock;
mod place;
mod platform;
mod record;
mod recover;
mod report;
mod run;
mod steps;
mod store;
mod target;

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use disk::Disk;
use lock::Lock;
use place::Place;
use record::{Entry, Record};
use run::Run;
use store::Store;

pub use error::{JournalError, Since};
pub use record::Kind;
pub use report::{Applied, Outcome, Recovery, Undone};
pub use steps::{Step, Steps};

/// A file to write: what it held when it was read, and what it shall hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Where, relative to the journal's root. May lead through symbolic links that stay inside the root.
    pub path: PathBuf,
    /// The bytes that were read. `None`: the file was not there, and must not be now.
    pub before: Option<Vec<u8>>,
    /// The bytes to write.
    pub after: Vec<u8>,
}

/// The right to write under one root, held until this value is dropped.
#[derive(Debug)]
pub struct Journal {
    place: Place,
    store: Store,
    disk: Disk,
    _lock: Lock,
}

impl Journal {
    /// Takes the lock and settles what a killed run left behind; the [`Recovery`] says what that was. Files
    /// must be read after this call, not before.
    ///
    /// The journal's folder is `dockfit` in the git directory of the work tree that holds `root` (a linked
    /// work tree's or a submodule's own), else `.dockfit` in `root`. Nothing is created before there is
    /// something to write.
    pub fn open(root: &Path) -> Result<(Self, Option<Recovery>), JournalError> {
        Self::open_with(root, Box::new(()))
    }

    /// Like [`Journal::open`]; `steps` is told of every change to the disk before it is made.
    pub fn open_with(root: &Path, steps: Box<dyn Steps>) -> Result<(Self, Option<Recovery>), JournalError> {
        let place = Place::find(root)?;
        let disk = Disk::new(steps);
        let lock = lock::take(&place, &disk)?;
        let store = Store::new(&place.folder)?;
        let journal = Self { place, store, disk, _lock: lock };
        let recovery = journal.recover()?;
        Ok((journal, recovery))
    }

    /// Replaces all files, or none. They are replaced in the order given: a kill leaves a prefix of it, which
    /// the next [`Journal::open`] completes.
    ///
    /// Replacements that change nothing are left out; when none is left, nothing is written. On every error
    /// but [`JournalError::Unfinished`], all files are as they were. Folders that a new file lies in are made, and removed again
    /// by [`Journal::undo`] if nothing else is in them.
    pub fn apply(&self, replacements: &[Replacement]) -> Result<Applied, JournalError> {
        let wanted: Vec<_> =
            replacements.iter().filter(|r| r.before.as_deref() != Some(r.after.as_slice())).collect();
        let root = &self.place.root;
        let mut applied = Applied::default();
        let (mut changed, mut folders) = (Vec::new(), BTreeSet::new());
        for replacement in &wanted {
            let found = target::look(root, &replacement.path)?;
            if found.content == replacement.before {
                target::check_writable(&found, &replacement.path)?;
            } else {
                changed.push(replacement.path.clone());
            }
            if found.meta.as_ref().is_some_and(|meta| platform::hard_links(meta) > 1) {
                applied.hard_links.push(replacement.path.clone());
            }
            folders.extend(found.missing_folders(root));
            applied.files.push(target::relative(root, &found.real));
        }
        if !changed.is_empty() {
            return Err(JournalError::Changed { paths: changed, since: Since::Read });
        }
        if let Some(path) = target::named_twice(&applied.files) {
            return Err(JournalError::Twice { path });
        }
        let entries = applied.files.iter().zip(&wanted).map(|(path, replacement)| Entry {
            path,
            before: replacement.before.as_deref(),
            after: Some(&replacement.after),
        });
        // In this order a folder stands before what is in it.
        let folders = folders.iter().map(PathBuf::as_path).collect();
        self.commit(Kind::Apply, &self.place.root_in_anchor(), folders, entries.collect())?;
        Ok(applied)
    }

    /// Takes the last apply back, in the reverse order. A file that was changed since stops all of it; one
    /// that already has its old text again is left alone.
    ///
    /// When the last run was killed, settling it may be all that the user can have meant: if that undid it,
    /// or completed an undo, nothing more is taken back and [`Undone::recovery`] tells.
    pub fn undo(root: &Path) -> Result<Undone, JournalError> {
        Self::undo_with(root, Box::new(()))
    }

    /// Like [`Journal::undo`]; `steps` is told of every change to the disk before it is made.
    pub fn undo_with(root: &Path, steps: Box<dyn Steps>) -> Result<Undone, JournalError> {
        let (journal, recovery) = Self::open_with(root, steps)?;
        if recovery.as_ref().is_some_and(|r| r.of == Kind::Undo || r.outcome == Outcome::Undone) {
            return Ok(Undone { files: Vec::new(), recovery });
        }
        let bytes = journal.store.read(store::LAST)?.ok_or(JournalError::NothingToUndo)?;
        let record = journal.store.decode(store::LAST, &bytes)?;
        let root = journal.place.anchor.join(record.root);
        let mut undone = Undone { files: Vec::new(), recovery };
        let (mut entries, mut changed) = (Vec::new(), Vec::new());
        for entry in record.entries.iter().rev() {
            let shown = journal.place.shown(&root.join(entry.path));
            let found = target::look(&root, entry.path)?;
            if found.content.as_deref() == entry.before {
                continue;
            }
            if found.content.as_deref() != entry.after {
                changed.push(shown);
                continue;
            }
            target::check_writable(&found, &shown)?;
            entries.push(Entry { path: entry.path, before: entry.after, after: entry.before });
            undone.files.push(shown);
        }
        if !changed.is_empty() {
            return Err(JournalError::Changed { paths: changed, since: Since::Apply });
        }
        if entries.is_empty() {
            journal.store.forget(&journal.disk, &[store::LAST])?;
        }
        journal.commit(Kind::Undo, record.root, record.folders, entries)?;
        Ok(undone)
    }

    /// Writes all entries, or none: the whole way from `pending` to `last` (or to no record, for an undo).
    fn commit(
        &self,
        kind: Kind,
        root: &Path,
        folders: Vec<&Path>,
        entries: Vec<Entry<'_>>,
    ) -> Result<(), JournalError> {
        if self.store.is_unfinished() {
            return Err(JournalError::Unfinished { cause: None });
        }
        if entries.is_empty() {
            return Ok(());
        }
        let record = Record { kind, root, id: RandomState::new().hash_one(()), folders, entries };
        let run = Run::new(&self.place.anchor, &record, &self.disk);
        let all: Vec<usize> = (0..record.entries.len()).collect();
        self.store.begin(&self.disk, &record)?;
        let written = (if kind == Kind::Apply { run.make_folders() } else { Ok(()) })
            .and_then(|()| run.stage(&all))
            .and_then(|()| self.store.commit(&self.disk))
            .and_then(|()| run.replace(&all))
            .and_then(|()| if kind == Kind::Undo { run.remove_folders() } else { Ok(()) })
            .and_then(|()| run.sync_folders())
            .and_then(|()| self.store.finish(&self.disk, kind));
        let Err(cause) = written else { return Ok(()) };
        match run.roll_back().and_then(|states| self.close_rolled_back(&record, &states)) {
            Ok(()) => Err(cause),
            Err(_) => Err(JournalError::Unfinished { cause: Some(Box::new(cause)) }),
        }
    }
}
