//! What an apply writes, and what it refuses.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use dockfit_journal::{Journal, JournalError, Since};

use crate::project::{Project, replacement, replacements};

#[test]
fn all_files_get_their_bytes_and_keep_their_modes() {
    let project = Project::with_git();
    let (journal, recovery) = Journal::open(project.root()).unwrap();
    assert_eq!(recovery, None);
    let applied = journal.apply(&replacements()).unwrap();
    assert_eq!(applied.files, replacements().into_iter().map(|r| r.path).collect::<Vec<_>>());
    assert_eq!(applied.hard_links, Vec::<std::path::PathBuf>::new());
    assert_eq!(project.new_files(), [true; 4]);
    project.assert_no_stray_files();
    assert_eq!(project.journal_files(), ["last"]);
    let record = fs::metadata(project.path(".git/dockfit/last")).unwrap();
    assert_eq!(record.permissions().mode() & 0o777, 0o600, "others may read files through the record");
}

#[test]
fn a_new_file_has_the_mode_of_any_new_file() {
    let project = Project::new();
    fs::write(project.path("any"), "").unwrap();
    Journal::open(project.root()).unwrap().0.apply(&[replacement("new", None, b"x")]).unwrap();
    let mode = |name| fs::metadata(project.path(name)).unwrap().mode();
    assert_eq!(mode("new"), mode("any"));
}

#[test]
fn the_owner_is_kept_where_we_may() {
    let project = Project::new();
    let path = project.path("Dockerfile");
    if chown(&path, Some(12345), Some(23456)).is_err() {
        eprintln!("not root: giving files away is not tested");
        return;
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o4755)).unwrap();
    let old = project.read("Dockerfile");
    Journal::open(project.root()).unwrap().0.apply(&[replacement("Dockerfile", Some(&old), b"x")]).unwrap();
    let meta = fs::metadata(&path).unwrap();
    assert_eq!((meta.uid(), meta.gid(), meta.mode() & 0o7777), (12345, 23456, 0o4755));
    assert_eq!(project.read("Dockerfile"), b"x");
}

#[test]
fn nothing_to_do_writes_nothing() {
    for project in [Project::new(), Project::with_git()] {
        let before = project.tree();
        let (journal, _) = Journal::open(project.root()).unwrap();
        let same = replacement("Dockerfile", Some(b"not even read"), b"not even read");
        assert_eq!(journal.apply(&[]).unwrap().files.len(), 0);
        assert_eq!(journal.apply(&[same]).unwrap().files.len(), 0);
        assert_eq!(project.tree(), before);
    }
}

#[test]
fn a_file_changed_since_it_was_read_stops_all() {
    for (name, text) in [("Dockerfile", "FROM mine\n"), ("requirements-core.txt", "mine\n")] {
        let project = Project::new();
        fs::write(project.path(name), text).unwrap();
        let before = project.tree();
        let error = Journal::open(project.root()).unwrap().0.apply(&replacements()).unwrap_err();
        assert!(
            matches!(&error, JournalError::Changed { paths, since: Since::Read } if paths == &[name.into()] as &[std::path::PathBuf]),
            "{error:?}"
        );
        assert!(error.to_string().starts_with(&format!("{name}: changed since it was read")), "{error}");
        assert_eq!(project.tree(), before);
    }
    let project = Project::new();
    fs::remove_file(project.path("Dockerfile")).unwrap();
    let error = Journal::open(project.root()).unwrap().0.apply(&replacements()).unwrap_err();
    assert!(matches!(error, JournalError::Changed { .. }), "{error:?}");
}

#[test]
fn an_edit_while_files_are_staged_stops_all() {
    use dockfit_journal::{Step, Steps};
    use std::path::{Path, PathBuf};

    /// Edits a file when the run is about to make its first rename in the project.
    struct Editor(PathBuf);
    impl Steps for Editor {
        fn before(&self, step: Step, path: &Path) -> std::io::Result<()> {
            if step == Step::Rename && path.ends_with("committed") {
                fs::write(&self.0, "mine\n").unwrap();
            }
            Ok(())
        }
    }
    let project = Project::new();
    let before = project.tree();
    let editor = Editor(project.path("Dockerfile"));
    let (journal, _) = Journal::open_with(project.root(), Box::new(editor)).unwrap();
    let error = journal.apply(&replacements()).unwrap_err();
    assert!(matches!(error, JournalError::Changed { since: Since::Read, .. }), "{error:?}");
    let mut after = project.tree();
    assert_eq!(
        after.get_mut(Path::new("Dockerfile")).map(|file| std::mem::take(&mut file.1)),
        Some(b"mine\n".to_vec())
    );
    after.get_mut(Path::new("Dockerfile")).unwrap().1 = before[Path::new("Dockerfile")].1.clone();
    assert_eq!(after, before, "the files replaced before the edited one are old again");
}

#[test]
fn an_error_and_an_edit_while_files_are_staged_stop_all() {
    use dockfit_journal::{Step, Steps};

    /// Edits the third file when it is about to be staged, and fails that.
    struct Editor(std::path::PathBuf);
    impl Steps for Editor {
        fn before(&self, step: Step, path: &std::path::Path) -> std::io::Result<()> {
            if step == Step::Create && path.to_string_lossy().ends_with("-2.tmp") {
                fs::write(&self.0, "mine\n").unwrap();
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            Ok(())
        }
    }
    let project = Project::new();
    let editor = Editor(project.path("api/Dockerfile"));
    let (journal, _) = Journal::open_with(project.root(), Box::new(editor)).unwrap();
    let error = journal.apply(&replacements()).unwrap_err();
    assert!(
        matches!(&error, JournalError::DiskFull { path } if path == std::path::Path::new("api/Dockerfile")),
        "{error:?}"
    );
    assert_eq!(project.read("api/Dockerfile"), b"mine\n");
    project.assert_no_stray_files();
    assert!(!project.path(".dockfit").exists());
}

#[test]
fn what_is_not_a_regular_file_is_refused() {
    let project = Project::new();
    let pipe = project.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (journal, _) = Journal::open(project.root()).unwrap();
    for name in ["api", "pipe"] {
        let error = journal.apply(&[replacement(name, Some(b""), b"x")]).unwrap_err();
        assert!(matches!(error, JournalError::NotAFile { .. }), "{name}: {error:?}");
    }
    for name in ["Dockerfile/x", "Dockerfile/y/x", "pipe/x"] {
        let error = journal.apply(&[replacement(name, None, b"x")]).unwrap_err();
        assert!(matches!(error, JournalError::NoFolder { .. }), "{name}: {error:?}");
    }
    for name in ["../x", "api/../../x", "/etc/x", "", ".", ".."] {
        let error = journal.apply(&[replacement(name, None, b"x")]).unwrap_err();
        assert!(matches!(error, JournalError::OutsideRoot { .. }), "{name}: {error:?}");
    }
}

#[test]
fn one_file_by_two_names_is_refused() {
    let project = Project::new();
    std::os::unix::fs::symlink("api", project.path("web")).unwrap();
    let old = project.read("api/Dockerfile");
    let before = project.tree();
    let both =
        [replacement("api/Dockerfile", Some(&old), b"1"), replacement("web/Dockerfile", Some(&old), b"2")];
    let error = Journal::open(project.root()).unwrap().0.apply(&both).unwrap_err();
    assert!(matches!(&error, JournalError::Twice { path } if path.ends_with("api/Dockerfile")), "{error:?}");
    assert_eq!(project.tree(), before);
}

#[test]
fn the_other_name_of_a_hard_link_keeps_the_old_text_and_that_is_said() {
    let project = Project::new();
    fs::hard_link(project.path("Dockerfile"), project.path("copy")).unwrap();
    let applied = Journal::open(project.root()).unwrap().0.apply(&replacements()).unwrap();
    assert_eq!(applied.hard_links, [std::path::PathBuf::from("Dockerfile")]);
    assert_eq!(project.new_files(), [true; 4]);
    assert_eq!(project.read("copy"), b"FROM python:3.13-slim\n");
}

#[test]
fn a_missing_root_says_so() {
    let project = Project::new();
    for path in [project.path("nowhere"), project.path("Dockerfile")] {
        let error = Journal::open(&path).unwrap_err();
        assert!(matches!(error, JournalError::NoFolder { .. }), "{error:?}");
    }
}

#[test]
fn a_large_file_is_written_whole() {
    let project = Project::new();
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|i| (i % 251) as u8).collect();
    Journal::open(project.root()).unwrap().0.apply(&[replacement("large", None, &bytes)]).unwrap();
    assert!(project.read("large") == bytes);
    Journal::undo(project.root()).unwrap();
    assert!(!project.path("large").exists());
}
