//! What may not be written is not written. Root may write anything, so these tests step down, or mount.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use dockfit_journal::{Journal, JournalError};

use crate::child::{must_pass, test_process};
use crate::disk_full::{in_namespace, mount, unmount};
use crate::project::{Project, populate, replacement, replacements, tree};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_read_only_file_is_refused_even_for_root() {
    let project = Project::new();
    set_mode(&project.path("Dockerfile"), 0o444);
    let before = project.tree();
    let error = Journal::open(project.root()).unwrap().0.apply(&replacements()).unwrap_err();
    assert!(
        matches!(&error, JournalError::ReadOnly { path } if path == Path::new("Dockerfile")),
        "{error:?}"
    );
    assert_eq!(project.tree(), before);
}

#[test]
fn an_immutable_file_is_refused() {
    // Not in memory: not every such file system knows the flag.
    let folder = tempfile::tempdir().unwrap();
    populate(folder.path());
    let path = folder.path().join("Dockerfile");
    let flag = |flag| Command::new("chattr").arg(flag).arg(&path).output();
    match flag("+i") {
        Ok(output) if output.status.success() => {}
        other => return eprintln!("NOT TESTED, no immutable files here: {other:?}"),
    }
    let before = tree(folder.path());
    let error = Journal::open(folder.path()).unwrap().0.apply(&replacements());
    let after = tree(folder.path());
    flag("-i").unwrap();
    assert!(matches!(error, Err(JournalError::ReadOnly { .. })), "{error:?}");
    assert_eq!(after, before);
}

#[test]
fn a_read_only_disk_is_refused() {
    in_namespace("read_only::mounted");
}

#[test]
#[ignore = "runs where it may mount"]
fn mounted() {
    let Some(root) = std::env::var_os("JOURNAL_MOUNT") else { return };
    let root = Path::new(&root);
    mount("size=1m", root);
    populate(root);
    mount("remount,ro", root);
    let before = tree(root);
    let (journal, _) = Journal::open(root).unwrap();
    let error = journal.apply(&replacements()).unwrap_err();
    assert!(matches!(error, JournalError::ReadOnly { .. }), "{error:?}");
    assert!(error.to_string().contains("mounted read-only"), "{error}");
    assert_eq!(tree(root), before);
    drop(journal);
    unmount(root);
}

/// Runs [`as_nobody`] with the rights of a user that owns nothing but what `setup` gives it.
fn step_down(case: &str, setup: impl FnOnce(&Project, u32)) {
    let project = Project::new();
    let root = fs::metadata(project.root()).unwrap().uid() == 0;
    if !root {
        return eprintln!("NOT TESTED, not root: {case}");
    }
    let nobody = 65534;
    // The binary may be where nobody else may read.
    let place = tempfile::tempdir().unwrap();
    set_mode(place.path(), 0o755);
    let exe = place.path().join("journal");
    fs::copy(std::env::current_exe().unwrap(), &exe).unwrap();
    set_mode(project.root(), 0o755);
    for name in ["Dockerfile", ".dockerignore", "api/Dockerfile", "api", "README.md", ""] {
        chown(project.path(name), Some(nobody), Some(nobody)).unwrap();
    }
    setup(&project, nobody);
    let before = project.tree();
    let wrapper = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    must_pass(
        test_process(&wrapper, &exe, "read_only::as_nobody")
            .env("JOURNAL_ROOT", project.root())
            .env("JOURNAL_CASE", case)
            .current_dir("/"),
    );
    if case.starts_with("rights") {
        let meta = fs::metadata(project.path("Dockerfile")).unwrap();
        assert_eq!((meta.uid(), meta.gid()), (nobody, nobody));
        let mode = if case == "rights, same group" { 0o666 } else { 0o606 };
        assert_eq!(meta.mode() & 0o7777, mode, "rights of one owner or group were given to another");
        assert_eq!(project.read("Dockerfile"), b"x\n");
    } else {
        assert_eq!(project.tree(), before, "{case}");
    }
}

#[test]
#[ignore = "the process that steps down"]
fn as_nobody() {
    let Some(root) = std::env::var_os("JOURNAL_ROOT") else { return };
    let case = std::env::var("JOURNAL_CASE").unwrap();
    let (journal, _) = Journal::open(Path::new(&root)).unwrap();
    if case.starts_with("rights") {
        journal.apply(&[replacement("Dockerfile", Some(b"FROM python:3.13-slim\n"), b"x\n")]).unwrap();
        return;
    }
    let error = journal.apply(&replacements()).unwrap_err();
    let expected = match case.as_str() {
        "a folder without write permission" => "api/Dockerfile",
        "a file of another user" | "a sticky folder" => "Dockerfile",
        "a root without write permission" => ".dockfit",
        other => panic!("{other}"),
    };
    assert!(matches!(&error, JournalError::ReadOnly { path } if path.ends_with(expected)), "{error:?}");
}

#[test]
fn a_folder_without_write_permission() {
    step_down("a folder without write permission", |project, _| set_mode(&project.path("api"), 0o555));
}

#[test]
fn a_root_without_write_permission() {
    step_down("a root without write permission", |project, _| set_mode(project.root(), 0o555));
}

#[test]
fn a_file_of_another_user() {
    step_down("a file of another user", |project, _| {
        chown(project.path("Dockerfile"), Some(0), Some(0)).unwrap();
    });
}

/// The file itself may be written, but not replaced; that only shows at its rename, after three others.
#[test]
fn a_sticky_folder() {
    step_down("a sticky folder", |project, nobody| {
        chown(project.root(), Some(0), Some(0)).unwrap();
        chown(project.path("Dockerfile"), Some(0), Some(nobody)).unwrap();
        set_mode(project.root(), 0o1777);
        set_mode(&project.path("Dockerfile"), 0o775);
    });
}

/// Owner and group cannot be kept, so what they alone might do is not handed on.
#[test]
fn a_file_of_another_user_that_anybody_may_write() {
    step_down("rights", |project, _| {
        chown(project.path("Dockerfile"), Some(0), Some(0)).unwrap();
        set_mode(&project.path("Dockerfile"), 0o4666);
    });
    step_down("rights, same group", |project, nobody| {
        chown(project.path("Dockerfile"), Some(0), Some(nobody)).unwrap();
        set_mode(&project.path("Dockerfile"), 0o4666);
    });
}

#[test]
fn a_private_file_stays_private() {
    let project = Project::new();
    let path = project.path("Dockerfile");
    set_mode(&path, 0o600);
    let old = project.read("Dockerfile");
    Journal::open(project.root()).unwrap().0.apply(&[replacement("Dockerfile", Some(&old), b"x")]).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
}
