//! Folders that a run makes for its new files.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dockfit_journal::{Journal, JournalError, Replacement};

use crate::faults::FailAt;
use crate::project::{Project, replacement};

fn files() -> [Replacement; 3] {
    [
        replacement("docker/new/requirements-core.txt", None, b"fastapi==0.115.0\n"),
        replacement("docker/new/requirements-app.txt", None, b"redis==5.0.0\n"),
        replacement("Dockerfile", Some(b"FROM python:3.13-slim\n"), b"FROM scratch\n"),
    ]
}

fn apply(project: &Project) {
    Journal::open(project.root()).unwrap().0.apply(&files()).unwrap();
}

#[test]
fn folders_are_made_and_an_undo_removes_them() {
    let project = Project::new();
    let before = project.tree();
    apply(&project);
    assert_eq!(project.read("docker/new/requirements-app.txt"), b"redis==5.0.0\n");
    Journal::undo(project.root()).unwrap();
    assert_eq!(project.tree(), before);
}

#[test]
fn a_folder_that_was_there_or_holds_something_else_stays() {
    let project = Project::new();
    std::fs::create_dir(project.path("docker")).unwrap();
    let before = project.tree();
    apply(&project);
    Journal::undo(project.root()).unwrap();
    assert_eq!(project.tree(), before);
    apply(&project);
    std::fs::write(project.path("docker/new/notes"), "mine").unwrap();
    Journal::undo(project.root()).unwrap();
    assert_eq!(project.read("docker/new/notes"), b"mine");
    assert!(!project.path("docker/new/requirements-app.txt").exists());
}

#[test]
fn a_link_on_the_way_may_lead_to_a_folder_inside_only() {
    let project = Project::new();
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(project.path("api"), project.path("in")).unwrap();
    std::os::unix::fs::symlink(outside.path(), project.path("out")).unwrap();
    let (journal, _) = Journal::open(project.root()).unwrap();
    let error = journal.apply(&[replacement("out/new/x", None, b"x")]).unwrap_err();
    assert!(matches!(error, JournalError::LinkOutside { .. }), "{error:?}");
    assert!(outside.path().read_dir().unwrap().next().is_none());
    journal.apply(&[replacement("in/new/x", None, b"x")]).unwrap();
    assert_eq!(project.read("api/new/x"), b"x");
}

/// Fails or stops at each change to the disk, of an apply or an undo; the next run settles it.
#[test]
fn whatever_fails_leaves_no_folder_without_its_files() {
    for undo in [false, true] {
        for on in [false, true] {
            let mut tried = 0;
            for at in 1.. {
                let project = Project::new();
                let old = project.tree();
                apply(&project);
                let new = project.tree();
                if !undo {
                    Journal::undo(project.root()).unwrap();
                }
                let seen = Arc::new(AtomicUsize::new(0));
                let steps = Box::new(FailAt { at, on, seen: Arc::clone(&seen) });
                let failed = if undo {
                    Journal::undo_with(project.root(), steps).is_err()
                } else {
                    let opened = Journal::open_with(project.root(), steps);
                    opened.and_then(|(journal, _)| journal.apply(&files())).is_err()
                };
                if seen.load(Ordering::SeqCst) < at {
                    break;
                }
                if failed && !on {
                    let before = if undo { &new } else { &old };
                    assert_eq!(
                        project.tree().get(Path::new("docker")),
                        before.get(Path::new("docker")),
                        "{at}"
                    );
                }
                drop(Journal::open(project.root()).unwrap());
                let mut tree = project.tree();
                let mut same = |other: &crate::project::Tree| {
                    let mut other = other.clone();
                    for all in [&mut tree, &mut other] {
                        all.retain(|path, _| !path.starts_with(".dockfit"));
                    }
                    tree == other
                };
                assert!(same(&old) || same(&new), "step {at}, undo {undo}, for good {on}");
                tried += 1;
            }
            assert!(tried > 20, "only {tried} steps");
        }
    }
}
