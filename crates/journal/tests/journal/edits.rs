//! Somebody edits a file between a kill and the next run.

use std::fs;

use dockfit_journal::{Journal, Outcome};

use crate::child::Do;
use crate::kills::{HISTORIES, kill_everywhere};
use crate::project::FILES;

#[test]
fn an_edit_after_a_kill_is_never_overwritten() {
    let mine = b"edited by hand\n";
    let (mut completed, mut undone, mut kept) = (0, 0, 0);
    for history @ (git, _, what) in [HISTORIES[0], HISTORIES[3], HISTORIES[4]] {
        for (index, (name, before, _)) in FILES.iter().enumerate() {
            kill_everywhere(history, |project, at| {
                let was_new = project.new_files();
                let committed =
                    project.path(if git { ".git/dockfit/committed" } else { ".dockfit/committed" }).exists();
                let staged = project
                    .tree()
                    .keys()
                    .any(|path| path.to_string_lossy().ends_with(&format!("-{index}.tmp")));
                fs::write(project.path(name), mine).unwrap();
                let recovery = Journal::open(project.root()).unwrap().1;
                assert_eq!(project.read(name), mine, "step {at} of {history:?}");
                // The old text of what the run had replaced is in the record, if not in the file.
                let record = if git { ".git/dockfit/last" } else { ".dockfit/last" };
                if let (Do::Apply, true, Some(before)) = (what, was_new[index], before) {
                    let record = project.read(record);
                    assert!(record.windows(before.len()).any(|w| w == *before), "step {at}: old text lost");
                    kept += 1;
                }
                let outcome = recovery.as_ref().map(|recovery| recovery.outcome);
                if committed && what == Do::Apply {
                    let expected =
                        if was_new[index] && !staged { Outcome::Completed } else { Outcome::Undone };
                    assert_eq!(outcome, Some(expected), "step {at}: an edited file stops what is left to do");
                }
                if let Some(recovery) = &recovery
                    && recovery.outcome == Outcome::Completed
                    && !recovery.edited.is_empty()
                {
                    assert!(recovery.to_string().contains(name), "{recovery}");
                }
                completed += usize::from(outcome == Some(Outcome::Completed));
                undone += usize::from(outcome == Some(Outcome::Undone));
                // The others agree with each other.
                fs::remove_file(project.path(name)).unwrap();
                let others: Vec<bool> = (0..FILES.len())
                    .filter(|&other| other != index)
                    .map(|other| {
                        fs::read(project.path(FILES[other].0)).ok().as_deref() == Some(FILES[other].2)
                    })
                    .collect();
                assert!(others.iter().all(|&o| o == others[0]), "step {at}: {others:?}");
                project.assert_no_stray_files();
            });
        }
    }
    assert!(completed > 0 && undone > 0 && kept > 0, "{completed} {undone} {kept}");
}

/// One file was edited after it was replaced, so it cannot be taken back; another before, so the run cannot be
/// completed.
#[test]
fn edits_on_both_sides_of_a_kill_are_kept_and_so_is_the_old_text() {
    let mut checked = 0;
    kill_everywhere(HISTORIES[0], |project, at| {
        if project.new_files() != [true, true, false, false] {
            return;
        }
        fs::write(project.path(".dockerignore"), "mine\n").unwrap();
        fs::write(project.path("Dockerfile"), "mine too\n").unwrap();
        let recovery = Journal::open(project.root()).unwrap().1.unwrap();
        assert_eq!(recovery.outcome, Outcome::Undone);
        assert_eq!(recovery.edited, [".dockerignore", "Dockerfile"].map(std::path::PathBuf::from));
        assert_eq!(
            recovery.to_string(),
            "an apply that was stopped half-way has been taken back (4 files); .dockerignore was changed since \
             and is left as it is; Dockerfile was changed since and is left as it is"
        );
        assert_eq!(project.read(".dockerignore"), b"mine\n");
        assert_eq!(project.read("Dockerfile"), b"mine too\n");
        assert!(!project.path("requirements-core.txt").exists());
        let old = FILES[1].1.unwrap();
        let record = project.read(".dockfit/last");
        assert!(record.windows(old.len()).any(|w| w == old), "step {at}: old text lost");
        // Undo says which files are in the way, and is done when they are not any more.
        let error = Journal::undo(project.root()).unwrap_err();
        assert!(error.to_string().starts_with("Dockerfile, .dockerignore: changed since"), "{error}");
        fs::write(project.path(".dockerignore"), FILES[1].2).unwrap();
        fs::write(project.path("Dockerfile"), FILES[3].1.unwrap()).unwrap();
        assert_eq!(Journal::undo(project.root()).unwrap().files.len(), 1);
        assert_eq!(project.new_files(), [false; 4]);
        project.assert_no_stray_files();
        checked += 1;
    });
    assert!(checked > 0);
}
