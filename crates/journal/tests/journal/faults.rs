//! An error of the system at every single change to the disk.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dockfit_journal::{Journal, JournalError, Step, Steps};

use crate::project::{Project, replacement, replacements};

/// Fails the n-th change, or all from the n-th on.
pub(crate) struct FailAt {
    pub(crate) at: usize,
    pub(crate) on: bool,
    pub(crate) seen: Arc<AtomicUsize>,
}

impl Steps for FailAt {
    fn before(&self, _: Step, _: &Path) -> io::Result<()> {
        let now = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        if now == self.at || (self.on && now > self.at) { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

fn apply(root: &Path, at: usize, on: bool) -> (Result<(), JournalError>, usize) {
    let seen = Arc::new(AtomicUsize::new(0));
    let steps = FailAt { at, on, seen: Arc::clone(&seen) };
    let done = Journal::open_with(root, Box::new(steps))
        .and_then(|(journal, _)| journal.apply(&replacements()))
        .map(|_| ());
    (done, seen.load(Ordering::SeqCst))
}

#[test]
fn one_error_leaves_everything_as_it_was_or_everything_done() {
    for git in [true, false] {
        let (mut failed, mut done) = (0, 0);
        for at in 1.. {
            let project = if git { Project::with_git() } else { Project::new() };
            let before = project.tree();
            let (result, seen) = apply(project.root(), at, false);
            if seen < at {
                break;
            }
            match result {
                Ok(()) => {
                    assert_eq!(project.new_files(), [true; 4], "step {at}");
                    project.assert_no_stray_files();
                    done += 1;
                }
                Err(error) => {
                    assert!(matches!(error, JournalError::DiskFull { .. }), "step {at}: {error:?}");
                    assert_eq!(project.tree(), before, "step {at}");
                    failed += 1;
                }
            }
        }
        // Some need no success: the last fsync, and hard links where there are none.
        assert!(failed > 20 && done > 0 && done < 5, "{failed} failed, {done} done");
    }
}

#[test]
fn a_disk_that_fails_for_good_is_settled_when_it_works_again() {
    let mut unfinished = 0;
    for at in 1.. {
        let project = Project::new();
        let (result, seen) = apply(project.root(), at, true);
        if seen < at {
            break;
        }
        let before = project.new_files();
        if let Err(error) = result {
            if let JournalError::Unfinished { cause } = &error {
                assert!(cause.is_some());
                assert!(error.to_string().contains("run the command again"), "{error}");
                unfinished += 1;
            } else {
                assert_eq!(before, [false; 4], "step {at}: {error}");
            }
        }
        Journal::open(project.root()).unwrap();
        let new = project.new_files();
        assert!(new.iter().all(|&file| file == new[0]), "step {at}: half: {new:?}");
        project.assert_no_stray_files();
    }
    assert!(unfinished > 0);
}

#[test]
fn an_undo_that_fails_leaves_everything_applied() {
    for at in 1.. {
        let project = Project::new();
        apply(project.root(), 0, false).0.unwrap();
        let before = project.tree();
        let seen = Arc::new(AtomicUsize::new(0));
        let steps = FailAt { at, on: false, seen: Arc::clone(&seen) };
        let result = Journal::undo_with(project.root(), Box::new(steps));
        if seen.load(Ordering::SeqCst) < at {
            assert!(at > 15, "only {at} steps");
            break;
        }
        if let Err(error) = result {
            assert_eq!(project.tree(), before, "step {at}: {error}");
            Journal::undo(project.root()).unwrap();
        }
        // What could not be tidied, the next run tidies.
        Journal::open(project.root()).unwrap();
        assert_eq!(project.new_files(), [false; 4], "step {at}");
        project.assert_no_stray_files();
        assert_eq!(project.journal_files(), Vec::<String>::new(), "step {at}");
    }
}

#[test]
fn a_journal_with_an_unsettled_run_writes_nothing_more() {
    let project = Project::new();
    let steps = FailAt { at: 28, on: true, seen: Arc::default() };
    let (journal, _) = Journal::open_with(project.root(), Box::new(steps)).unwrap();
    let first = journal.apply(&replacements());
    assert!(matches!(first, Err(JournalError::Unfinished { cause: Some(_) })), "{first:?}");
    let tree = project.tree();
    let mut again = replacements();
    for (replacement, new) in again.iter_mut().zip(project.new_files()) {
        if new {
            replacement.before = Some(std::mem::replace(&mut replacement.after, b"third\n".to_vec()));
        }
    }
    assert!(matches!(journal.apply(&again), Err(JournalError::Unfinished { cause: None })));
    assert_eq!(project.tree(), tree);
}

#[test]
fn an_error_among_many_files_takes_all_back() {
    let project = Project::new();
    let files: Vec<_> = (0..200)
        .map(|i| {
            std::fs::write(project.path(&format!("f{i}")), "old\n").unwrap();
            replacement(&format!("f{i}"), Some(b"old\n"), format!("text {i}\n").as_bytes())
        })
        .collect();
    let before = project.tree();
    // Four steps stage a file (several threads do), one replaces it.
    for at in [10, 300, 500, 815, 900, 1008] {
        let steps = FailAt { at, on: false, seen: Arc::default() };
        let (journal, _) = Journal::open_with(project.root(), Box::new(steps)).unwrap();
        let error = journal.apply(&files).unwrap_err();
        assert!(matches!(error, JournalError::DiskFull { .. }), "step {at}: {error:?}");
        drop(journal);
        assert_eq!(project.tree(), before, "step {at}");
    }
    Journal::open(project.root()).unwrap().0.apply(&files).unwrap();
    for i in 0..200 {
        assert_eq!(project.read(&format!("f{i}")), format!("text {i}\n").as_bytes());
    }
}
