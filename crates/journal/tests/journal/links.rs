//! Symbolic links: followed inside the project, refused where they lead out.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use dockfit_journal::{Journal, JournalError};

use crate::project::{Project, replacement};

#[test]
fn a_link_inside_is_followed_and_stays_a_link() {
    let project = Project::new();
    symlink("api/Dockerfile", project.path("Containerfile")).unwrap();
    symlink("api", project.path("web")).unwrap();
    let old = project.read("api/Dockerfile");
    let (journal, _) = Journal::open(project.root()).unwrap();
    let applied = journal.apply(&[
        replacement("Containerfile", Some(&old), b"new\n"),
        replacement("web/requirements.txt", None, b"x\n"),
    ]);
    assert_eq!(applied.unwrap().files, [Path::new("api/Dockerfile"), Path::new("api/requirements.txt")]);
    assert!(fs::symlink_metadata(project.path("Containerfile")).unwrap().is_symlink());
    assert_eq!(project.read("api/Dockerfile"), b"new\n");
    drop(journal);
    Journal::undo(project.root()).unwrap();
    assert_eq!(project.read("api/Dockerfile"), old);
    assert!(!project.path("api/requirements.txt").exists());
}

#[test]
fn a_link_that_leads_out_is_refused() {
    let outside = Project::new();
    let before = outside.tree();
    let project = Project::new();
    symlink(outside.path("Dockerfile"), project.path("file")).unwrap();
    symlink(outside.root(), project.path("folder")).unwrap();
    symlink("folder/api", project.path("chain")).unwrap();
    let ours = project.tree();
    let old = outside.read("Dockerfile");
    let (journal, _) = Journal::open(project.root()).unwrap();
    for (path, before) in [
        ("file", Some(old.as_slice())),
        ("folder/Dockerfile", Some(&old)),
        ("folder/new", None),
        ("chain/new", None),
    ] {
        let error = journal.apply(&[replacement(path, before, b"x")]).unwrap_err();
        assert!(matches!(error, JournalError::LinkOutside { .. }), "{path}: {error:?}");
        assert!(error.to_string().contains("outside the project"), "{error}");
    }
    assert_eq!(project.tree(), ours);
    assert_eq!(outside.tree(), before);
}

#[test]
fn a_link_to_nothing_is_refused() {
    let project = Project::new();
    symlink("nothing", project.path("new")).unwrap();
    symlink("loop", project.path("loop")).unwrap();
    let (journal, _) = Journal::open(project.root()).unwrap();
    let error = journal.apply(&[replacement("new", None, b"x")]).unwrap_err();
    assert!(matches!(error, JournalError::NotAFile { .. }), "{error:?}");
    journal.apply(&[replacement("loop", None, b"x")]).unwrap_err();
    assert!(!project.path("nothing").exists());
}

#[test]
fn undo_does_not_follow_a_link_that_came_since() {
    let outside = Project::new();
    let project = Project::new();
    let old = project.read("api/Dockerfile");
    let (journal, _) = Journal::open(project.root()).unwrap();
    journal.apply(&[replacement("api/Dockerfile", Some(&old), b"new\n")]).unwrap();
    drop(journal);
    fs::write(outside.path("Dockerfile"), "new\n").unwrap();
    fs::rename(project.path("api"), project.path("moved")).unwrap();
    symlink(outside.root(), project.path("api")).unwrap();
    let error = Journal::undo(project.root()).unwrap_err();
    assert!(matches!(error, JournalError::LinkOutside { .. }), "{error:?}");
    assert_eq!(outside.read("Dockerfile"), b"new\n");
}

#[test]
fn a_journal_folder_that_is_a_link_is_refused() {
    let outside = Project::new();
    let before = outside.tree();
    let plain = Project::new();
    symlink(outside.root(), plain.path(".dockfit")).unwrap();
    let git = Project::with_git();
    symlink(outside.root(), git.path(".git/dockfit")).unwrap();
    for project in [plain, git] {
        let error = Journal::open(project.root()).unwrap_err();
        assert!(matches!(error, JournalError::NoFolder { .. }), "{error:?}");
    }
    assert_eq!(outside.tree(), before);
}

#[test]
fn a_link_planted_where_the_record_is_written_is_not_followed() {
    let outside = Project::new();
    let before = outside.tree();
    let project = Project::with_git();
    let (journal, _) = Journal::open(project.root()).unwrap();
    fs::create_dir(project.path(".git/dockfit")).unwrap();
    symlink(outside.path("README.md"), project.path(".git/dockfit/record.tmp")).unwrap();
    journal.apply(&[replacement("new", None, b"x")]).unwrap_err();
    assert_eq!(outside.tree(), before);
    assert!(!project.path("new").exists());
}
