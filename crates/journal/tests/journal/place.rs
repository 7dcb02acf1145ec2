//! Where the journal lives.

use std::fs;
use std::process::Command;

use dockfit_journal::{Journal, JournalError};

use crate::project::{Project, replacement, replacements};

fn git(project: &Project, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(project.root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

#[test]
fn git_sees_nothing_of_it() {
    let project = Project::new();
    git(&project, &["init", "-q"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-qm", "first"]);
    let (journal, _) = Journal::open(project.root()).unwrap();
    journal.apply(&[replacement("new", None, b"x\n")]).unwrap();
    let status =
        Command::new("git").args(["status", "--short"]).current_dir(project.root()).output().unwrap();
    assert_eq!(String::from_utf8(status.stdout).unwrap(), "?? new\n");
}

#[test]
fn without_git_it_is_in_the_root_and_hides_itself() {
    let project = Project::new();
    Journal::open(project.root()).unwrap().0.apply(&replacements()).unwrap();
    assert_eq!(project.read(".dockfit/.gitignore"), b"*\n");
    // A later `git init` neither shows it nor hides its record.
    git(&project, &["init", "-q"]);
    let status = Command::new("git")
        .args(["status", "--short", "-uall"])
        .current_dir(project.root())
        .output()
        .unwrap();
    assert!(!String::from_utf8(status.stdout).unwrap().contains(".dockfit"));
    Journal::undo(project.root()).unwrap();
    assert_eq!(project.new_files(), [false; 4]);
    assert!(!project.path(".dockfit").exists());
}

#[test]
fn a_linked_work_tree_and_a_submodule_have_their_own() {
    let project = Project::new();
    let other = Project::new();
    for project in [&project, &other] {
        git(project, &["init", "-q"]);
        git(project, &["add", "."]);
        git(project, &["commit", "-qm", "first"]);
    }
    git(&project, &["worktree", "add", "-q", "linked"]);
    git(&project, &["submodule", "--quiet", "add", other.root().to_str().unwrap(), "part"]);
    for (root, record) in
        [("linked", ".git/worktrees/linked/dockfit/last"), ("part", ".git/modules/part/dockfit/last")]
    {
        let (journal, _) = Journal::open(&project.path(root)).unwrap();
        journal.apply(&[replacement("new", None, b"x\n")]).unwrap();
        assert!(project.path(record).exists(), "{record}");
        // The main work tree's journal is another one.
        assert!(matches!(Journal::undo(project.root()), Err(JournalError::NothingToUndo)));
        drop(journal);
        assert_eq!(Journal::undo(&project.path(root)).unwrap().files.len(), 1);
    }
}

#[test]
fn every_root_in_a_work_tree_knows_the_last_apply_even_after_a_move() {
    let project = Project::with_git();
    let old = project.read("api/Dockerfile");
    let (journal, _) = Journal::open(&project.path("api")).unwrap();
    journal.apply(&[replacement("Dockerfile", Some(&old), b"new\n")]).unwrap();
    drop(journal);
    let moved = Project::new();
    fs::rename(project.root(), moved.path("moved")).unwrap();
    let undone = Journal::undo(&moved.path("moved")).unwrap();
    assert_eq!(undone.files, [std::path::PathBuf::from("api/Dockerfile")]);
    assert_eq!(moved.read("moved/api/Dockerfile"), old);
    fs::create_dir(project.root()).unwrap();
}

#[test]
fn what_only_looks_like_git_is_not_used() {
    let elsewhere = Project::new();
    fs::create_dir(elsewhere.path("objects")).unwrap();
    let before = elsewhere.tree();
    let project = Project::new();
    fs::write(project.path(".git"), format!("gitdir: {}\n", elsewhere.root().display())).unwrap();
    Journal::open(project.root()).unwrap().0.apply(&replacements()).unwrap();
    assert!(project.path(".dockfit/last").exists());
    assert_eq!(elsewhere.tree(), before);
}

#[test]
fn somebody_elses_git_folder_above_is_not_trusted() {
    let project = Project::with_git();
    let theirs = project.path(".git");
    if std::os::unix::fs::chown(&theirs, Some(12345), None).is_err() {
        eprintln!("not root: another user's git directory is not tested");
        return;
    }
    Journal::open(&project.path("api")).unwrap().0.apply(&[replacement("new", None, b"x")]).unwrap();
    assert!(project.path("api/.dockfit/last").exists());
    assert!(!project.path(".git/dockfit").exists());
    // The same behind a `.git` file of our own.
    let linked = Project::new();
    fs::write(linked.path(".git"), format!("gitdir: {}\n", theirs.display())).unwrap();
    Journal::open(linked.root()).unwrap().0.apply(&replacements()).unwrap();
    assert!(linked.path(".dockfit/last").exists());
    assert!(!project.path(".git/dockfit").exists());
}

#[test]
fn a_record_that_cannot_be_read_is_kept_and_named() {
    for (text, newer) in [("dockfit-journal 7\n", true), ("dockfit-journal 1\napply", false), ("", false)] {
        for name in ["pending", "committed", "undone"] {
            let project = Project::new();
            fs::create_dir(project.path(".dockfit")).unwrap();
            fs::write(project.path(".dockfit").join(name), text).unwrap();
            let before = project.tree();
            let error = Journal::open(project.root()).unwrap_err();
            match &error {
                JournalError::Newer { path, version: 7 } if newer => assert!(path.ends_with(name)),
                JournalError::Damaged { path } if !newer => assert!(path.ends_with(name)),
                other => panic!("{other:?}"),
            }
            assert!(error.to_string().contains(&format!(".dockfit/{name}")), "{error}");
            assert_eq!(project.tree(), before);
        }
        let project = Project::new();
        fs::create_dir(project.path(".dockfit")).unwrap();
        fs::write(project.path(".dockfit/last"), text).unwrap();
        Journal::undo(project.root()).unwrap_err();
        // It is in nobody's way until then.
        Journal::open(project.root()).unwrap();
    }
}

#[test]
fn a_record_of_somebody_elses_making_does_not_lead_out() {
    let outside = Project::new();
    let before = outside.tree();
    let project = Project::new();
    std::os::unix::fs::symlink(outside.root(), project.path("out")).unwrap();
    fs::create_dir(project.path(".dockfit")).unwrap();
    let record = "dockfit-journal 1\napply 0 1\n0:\n14:out/Dockerfile\n";
    let record = format!("{record}22:FROM python:3.13-slim\n\n1:x\nend\n");
    fs::write(project.path(".dockfit/committed"), record).unwrap();
    let (_, recovery) = Journal::open(project.root()).unwrap();
    assert_eq!(recovery.unwrap().edited, [std::path::PathBuf::from("out/Dockerfile")]);
    assert_eq!(outside.tree(), before);
}
