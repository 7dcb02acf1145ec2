//! What a killed run left, settled by the next one.

use crate::Journal;
use crate::error::JournalError;
use crate::record::{Kind, Record};
use crate::report::{Outcome, Recovery};
use crate::run::{Run, State};
use crate::store::{COMMITTED, LAST, PENDING, UNDONE};

impl Journal {
    /// Completes or undoes what the records say.
    pub(crate) fn recover(&self) -> Result<Option<Recovery>, JournalError> {
        let (store, disk) = (&self.store, &self.disk);
        if let Some(bytes) = store.read(COMMITTED)? {
            let record = store.decode(COMMITTED, &bytes)?;
            return self.settle(&record).map(Some);
        }
        if let Some(bytes) = store.read(PENDING)? {
            let record = store.decode(PENDING, &bytes)?;
            let run = Run::new(&self.place.anchor, &record, disk);
            run.remove_stages()?;
            if record.kind == Kind::Apply {
                run.remove_folders()?;
            }
            run.sync_folders()?;
            store.forget(disk, &[PENDING])?;
            return Ok(Some(self.recovery(&run, record.kind, Outcome::Undone, &[])));
        }
        if let Some(bytes) = store.read(UNDONE)? {
            let record = store.decode(UNDONE, &bytes)?;
            let run = Run::new(&self.place.anchor, &record, disk);
            store.forget(disk, &[LAST, UNDONE])?;
            return Ok(Some(self.recovery(&run, record.kind, Outcome::Completed, &[])));
        }
        store.tidy(disk)?;
        Ok(None)
    }

    /// Completes a committed run; where a file that it had still to replace was changed since, undoes it.
    fn settle(&self, record: &Record<'_>) -> Result<Recovery, JournalError> {
        let run = Run::new(&self.place.anchor, record, &self.disk);
        let states = run.states()?;
        if states.contains(&State::Edited { replaced: false }) {
            let states = run.roll_back()?;
            self.close_rolled_back(record, &states)?;
            return Ok(self.recovery(&run, record.kind, Outcome::Undone, &states));
        }
        let left: Vec<usize> = (0..states.len()).filter(|&i| states[i] == State::Before).collect();
        if record.kind == Kind::Apply {
            run.make_folders()?;
        }
        run.stage(&left)?;
        run.replace(&left)?;
        run.remove_stages()?;
        if record.kind == Kind::Undo {
            run.remove_folders()?;
        }
        run.sync_folders()?;
        self.store.finish(&self.disk, record.kind)?;
        Ok(self.recovery(&run, record.kind, Outcome::Completed, &states))
    }

    /// Ends a run that was taken back. Where a file that it had replaced was changed before it could be, its
    /// old text is only in the record, which is then kept.
    pub(crate) fn close_rolled_back(
        &self,
        record: &Record<'_>,
        states: &[State],
    ) -> Result<(), JournalError> {
        let replaced = self.store.has(COMMITTED) && states.contains(&State::Edited { replaced: true });
        if record.kind == Kind::Apply && replaced {
            self.store.finish(&self.disk, Kind::Apply)
        } else {
            self.store.forget(&self.disk, &[PENDING, COMMITTED])
        }
    }

    fn recovery(&self, run: &Run<'_>, of: Kind, outcome: Outcome, states: &[State]) -> Recovery {
        let files: Vec<_> = run.paths().map(|path| self.place.shown(&path)).collect();
        let edited = files.iter().zip(states).filter(|(_, state)| matches!(state, State::Edited { .. }));
        let edited = edited.map(|(path, _)| path.clone()).collect();
        Recovery { of, outcome, files, edited }
    }
}
