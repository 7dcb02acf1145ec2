//! Taking the last apply back.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use dockfit_journal::{Journal, JournalError, Since};

use crate::project::{Project, replacement, replacements};

fn applied() -> Project {
    let project = Project::with_git();
    Journal::open(project.root()).unwrap().0.apply(&replacements()).unwrap();
    project
}

#[test]
fn everything_is_as_it_was() {
    for project in [Project::with_git(), Project::new()] {
        let before = project.tree();
        Journal::open(project.root()).unwrap().0.apply(&replacements()).unwrap();
        let undone = Journal::undo(project.root()).unwrap();
        assert_eq!(undone.recovery, None);
        let mut order: Vec<_> = replacements().into_iter().map(|r| r.path).collect();
        order.reverse();
        assert_eq!(undone.files, order);
        assert_eq!(project.tree(), before);
        let error = Journal::undo(project.root()).unwrap_err();
        assert!(matches!(error, JournalError::NothingToUndo), "{error:?}");
        assert_eq!(project.tree(), before);
    }
}

#[test]
fn somebody_elses_file_in_the_journal_s_folder_is_left_there() {
    let project = Project::new();
    Journal::open(project.root()).unwrap().0.apply(&replacements()).unwrap();
    fs::write(project.path(".dockfit/notes"), "mine\n").unwrap();
    Journal::undo(project.root()).unwrap();
    assert_eq!(project.new_files(), [false; 4]);
    assert_eq!(project.read(".dockfit/notes"), b"mine\n");
    Journal::open(project.root()).unwrap();
}

#[test]
fn files_changed_since_are_all_named_and_nothing_is_taken_back() {
    let project = applied();
    fs::write(project.path("Dockerfile"), "mine\n").unwrap();
    fs::remove_file(project.path("requirements-core.txt")).unwrap();
    fs::write(project.path("api/Dockerfile"), "mine too\n").unwrap();
    let before = project.tree();
    let error = Journal::undo(project.root()).unwrap_err();
    let JournalError::Changed { paths, since: Since::Apply } = &error else { panic!("{error:?}") };
    assert_eq!(paths, &["Dockerfile", "api/Dockerfile"].map(std::path::PathBuf::from));
    assert!(error.to_string().starts_with("Dockerfile, api/Dockerfile: changed since the apply"), "{error}");
    assert_eq!(project.tree(), before);
}

#[test]
fn what_was_taken_back_by_hand_is_left_alone() {
    let project = applied();
    for replacement in replacements() {
        match replacement.before {
            Some(before) => fs::write(project.path(replacement.path.to_str().unwrap()), before).unwrap(),
            None => fs::remove_file(project.root().join(&replacement.path)).unwrap(),
        }
    }
    assert_eq!(Journal::undo(project.root()).unwrap().files.len(), 0);
    assert!(matches!(Journal::undo(project.root()), Err(JournalError::NothingToUndo)));
    assert_eq!(project.new_files(), [false; 4]);
}

#[test]
fn a_mode_given_since_is_kept() {
    let project = applied();
    fs::set_permissions(project.path("Dockerfile"), fs::Permissions::from_mode(0o700)).unwrap();
    Journal::undo(project.root()).unwrap();
    assert_eq!(fs::metadata(project.path("Dockerfile")).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn only_the_last_apply_is_taken_back() {
    let project = applied();
    let new = project.read("Dockerfile");
    Journal::open(project.root())
        .unwrap()
        .0
        .apply(&[replacement("Dockerfile", Some(&new), b"third\n")])
        .unwrap();
    Journal::undo(project.root()).unwrap();
    assert_eq!(project.new_files(), [true; 4]);
    assert!(matches!(Journal::undo(project.root()), Err(JournalError::NothingToUndo)));
}

#[test]
fn a_failed_apply_leaves_the_earlier_one_to_undo() {
    let project = applied();
    let (journal, _) = Journal::open(project.root()).unwrap();
    journal.apply(&[replacement("Dockerfile", Some(b"never"), b"x")]).unwrap_err();
    drop(journal);
    assert_eq!(Journal::undo(project.root()).unwrap().files.len(), 4);
}
