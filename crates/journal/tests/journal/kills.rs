//! A run killed before every single change to the disk, and the next run that settles it.

use dockfit_journal::{Journal, JournalError, Outcome};

use crate::child::{Do, command, was_killed};
use crate::project::{FILES, Project, replacement, replacements};

/// A project with a history: an older apply (of another file) that can be undone, or none.
fn start(git: bool, earlier: bool, what: Do) -> Project {
    let project = if git { Project::with_git() } else { Project::new() };
    if earlier {
        let (journal, _) = Journal::open(project.root()).unwrap();
        journal.apply(&[replacement("README.md", Some(b"nobody's business\n"), b"read me\n")]).unwrap();
    }
    if what == Do::Undo {
        let (journal, _) = Journal::open(project.root()).unwrap();
        journal.apply(&replacements()).unwrap();
    }
    project
}

pub(crate) const HISTORIES: [History; 6] = [
    (false, false, Do::Apply),
    (false, true, Do::Apply),
    (true, false, Do::Apply),
    (true, true, Do::Apply),
    (false, false, Do::Undo),
    (true, false, Do::Undo),
];

/// Git or not, an earlier apply or not, what is killed.
pub(crate) type History = (bool, bool, Do);

/// Calls `check` with a project whose run was killed before change 1, 2, 3, …; returns how many there were.
pub(crate) fn kill_everywhere(history: History, mut check: impl FnMut(Project, usize)) -> usize {
    let (git, earlier, what) = history;
    for at in 1.. {
        let project = start(git, earlier, what);
        let killed = was_killed(&command(&[], project.root(), what, at).output().unwrap());
        if !killed {
            return at - 1;
        }
        check(project, at);
    }
    unreachable!()
}

/// A prefix of the run's order is done: of the files that are new for an apply, of the others for an undo.
fn assert_prefix(project: &Project, what: Do) {
    let mut new = project.new_files();
    if what == Do::Undo {
        new.reverse();
        for new in &mut new {
            *new = !*new;
        }
    }
    assert!(new.is_sorted_by(|a, b| a >= b), "not a prefix: {new:?}");
}

/// All files are new or all are old, nothing lies about, and the journal holds what that means.
fn assert_settled(project: &Project, earlier: bool) -> bool {
    let new = project.new_files();
    assert!(new.iter().all(|&file| file == new[0]), "half: {new:?}");
    project.assert_no_stray_files();
    let mut journal = project.journal_files();
    journal.retain(|name| name != ".gitignore");
    assert_eq!(journal, if new[0] || earlier { vec!["last"] } else { vec![] });
    if journal.is_empty() {
        assert!(!project.path(".dockfit").exists() && !project.path(".git/dockfit").exists());
    }
    new[0]
}

#[test]
fn the_next_run_settles_a_kill_at_every_step() {
    for history @ (_, earlier, what) in HISTORIES {
        let mut outcomes = Vec::new();
        let steps = kill_everywhere(history, |project, at| {
            assert_prefix(&project, what);
            let before = project.new_files();
            let (journal, recovery) = Journal::open(project.root()).unwrap();
            let new = assert_settled(&project, earlier);
            let changed = before != project.new_files();
            match &recovery {
                Some(recovery) => {
                    assert!(recovery.edited.is_empty());
                    let completed = recovery.outcome == Outcome::Completed;
                    assert_eq!(completed, new == (what == Do::Apply), "step {at}: {recovery:?}");
                }
                None => assert!(!changed, "step {at}: files were changed and nothing was said"),
            }
            outcomes.push(recovery.map(|recovery| recovery.outcome));
            // The journal works as ever: forth where it is old, then back.
            if !new {
                journal.apply(&replacements()).unwrap();
            }
            drop(journal);
            let undone = Journal::undo(project.root()).unwrap();
            assert_eq!(undone.files.len(), FILES.len());
            assert_eq!(project.new_files(), [false; 4]);
            assert!(matches!(Journal::undo(project.root()), Err(JournalError::NothingToUndo)));
        });
        assert!(steps >= 15, "{history:?}: only {steps} steps");
        for outcome in [Some(Outcome::Completed), Some(Outcome::Undone), None] {
            assert!(outcomes.contains(&outcome), "{history:?}: no kill led to {outcome:?}");
        }
    }
}

#[test]
fn undo_settles_a_kill_at_every_step() {
    for history @ (_, earlier, what) in HISTORIES {
        kill_everywhere(history, |project, at| {
            let begun = ["pending", "committed", "undone"].iter().any(|name| {
                project.path(".dockfit").join(name).exists()
                    || project.path(".git/dockfit").join(name).exists()
            });
            let done = Journal::undo(project.root());
            if begun {
                assert!(done.as_ref().is_ok_and(|undone| undone.recovery.is_some()), "step {at}: {done:?}");
            }
            let new = project.new_files();
            assert!(new.iter().all(|&file| file == new[0]), "step {at}: half: {new:?}");
            project.assert_no_stray_files();
            let outcome = done.as_ref().ok().and_then(|undone| undone.recovery.as_ref()).map(|r| r.outcome);
            if what == Do::Undo {
                // A killed undo is taken up again, unless settling it took it back.
                assert_eq!(new[0], outcome == Some(Outcome::Undone), "step {at}: {done:?}");
            } else {
                // Whatever there was of the apply is taken back, and no more than that: the earlier one only
                // where this one had not begun.
                assert!(!new[0], "step {at}");
                let earlier_stands = project.read("README.md") == b"read me\n";
                let files = done.as_ref().map_or(0, |undone| undone.files.len());
                assert_eq!(earlier_stands, earlier && files != 1, "step {at}: {done:?}");
                assert!(outcome.is_none() || files != 1, "step {at}: took back more than the last apply");
            }
            if let Err(error) = done {
                assert!(matches!(error, JournalError::NothingToUndo), "step {at}: {error}");
            }
        });
    }
}

#[test]
fn a_kill_while_settling_a_kill_is_settled_too() {
    for history @ (_, earlier, what) in [HISTORIES[0], HISTORIES[3], HISTORIES[5]] {
        let mut pairs = 0;
        kill_everywhere(history, |project, at| {
            // The same state again for each second kill: steps of a run do not depend on the clock.
            for second in 1.. {
                let again = start(history.0, earlier, what);
                assert!(was_killed(&command(&[], again.root(), what, at).output().unwrap()));
                let killed = was_killed(&command(&[], again.root(), Do::Open, second).output().unwrap());
                assert_prefix(&again, what);
                Journal::open(again.root()).unwrap();
                assert_settled(&again, earlier);
                if !killed {
                    break;
                }
                pairs += 1;
            }
            drop(project);
        });
        assert!(pairs > 50, "{history:?}: only {pairs} pairs of kills");
    }
}

#[test]
fn a_kill_while_an_error_is_taken_back_is_settled_and_so_is_a_kill_of_that() {
    // The rename of the last file fails.
    let faulty = |project: &Project, fail_at: usize, kill_at| {
        let mut command = command(&[], project.root(), Do::Apply, kill_at);
        command.env("JOURNAL_FAIL_AT", fail_at.to_string()).output().unwrap()
    };
    let fail_at = (1..100)
        .find(|&at| {
            let project = start(false, false, Do::Apply);
            assert!(was_killed(&command(&[], project.root(), Do::Apply, at).output().unwrap()));
            project.new_files() == [true, true, true, false]
        })
        .unwrap();
    let (mut kills, mut second_kills) = (0, 0);
    for at in fail_at + 1.. {
        let project = start(false, false, Do::Apply);
        let output = faulty(&project, fail_at, at);
        if output.status.success() {
            assert!(String::from_utf8_lossy(&output.stdout).contains("error: DiskFull"), "{output:?}");
            break;
        }
        assert_prefix(&project, Do::Apply);
        kills += 1;
        for second in 1.. {
            let again = start(false, false, Do::Apply);
            assert!(!faulty(&again, fail_at, at).status.success());
            let killed = was_killed(&command(&[], again.root(), Do::Open, second).output().unwrap());
            assert_prefix(&again, Do::Apply);
            Journal::open(again.root()).unwrap();
            assert_settled(&again, false);
            if !killed {
                break;
            }
            second_kills += 1;
        }
    }
    assert!(kills > 15 && second_kills > 100, "{kills} {second_kills}");
}
