//! Several runs at once.

use std::thread;

use dockfit_journal::{Journal, JournalError, Replacement};

use crate::project::Project;

#[test]
fn a_second_run_is_told_to_wait() {
    for project in [Project::new(), Project::with_git()] {
        let (first, _) = Journal::open(project.root()).unwrap();
        let error = Journal::open(project.root()).unwrap_err();
        assert!(matches!(error, JournalError::LockHeld { .. }), "{error:?}");
        assert!(error.to_string().contains("another dockfit is writing here"), "{error}");
        assert!(matches!(Journal::undo(project.root()), Err(JournalError::LockHeld { .. })));
        drop(first);
        Journal::open(project.root()).unwrap();
    }
}

#[test]
fn roots_in_one_work_tree_share_the_lock() {
    let project = Project::with_git();
    let _first = Journal::open(project.root()).unwrap();
    assert!(matches!(Journal::open(&project.path("api")), Err(JournalError::LockHeld { .. })));
}

#[test]
fn no_write_of_concurrent_runs_is_lost() {
    let project = Project::new();
    std::fs::write(project.path("count"), "0").unwrap();
    let root = project.root();
    let written: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut written = 0;
                    while written < 25 {
                        let journal = match Journal::open(root) {
                            Ok((journal, _)) => journal,
                            Err(JournalError::LockHeld { .. }) => {
                                thread::yield_now();
                                continue;
                            }
                            Err(error) => panic!("{error}"),
                        };
                        let before = std::fs::read(root.join("count")).unwrap();
                        let count: usize = String::from_utf8(before.clone()).unwrap().parse().unwrap();
                        let after = (count + 1).to_string().into_bytes();
                        let one = Replacement { path: "count".into(), before: Some(before), after };
                        journal.apply(&[one]).unwrap();
                        written += 1;
                    }
                    written
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(project.read("count"), written.to_string().into_bytes());
    assert_eq!(written, 200);
    project.path("count").exists().then(|| std::fs::remove_file(project.path("count")).unwrap());
    project.assert_no_stray_files();
}
