//! A disk without room, for real: a file system of every size, and a limit on files at every length.

use std::fs;
use std::path::Path;
use std::process::Command;

use dockfit_journal::{Journal, JournalError};

use crate::child::{Do, command, must_pass, test_process, was_killed};
use crate::project::{Project, populate, replacement, tree};

/// Starts a program with mounts of its own, as root in there.
pub(crate) const NAMESPACE: [&str; 3] = ["unshare", "--map-root-user", "--mount"];

/// Runs an ignored test with mounts of its own, if this system lets us; else says why not.
pub(crate) fn in_namespace(test: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let probe = Command::new(NAMESPACE[0])
        .args(&NAMESPACE[1..])
        .args(["mount", "-t", "tmpfs", "tmpfs"])
        .arg(scratch.path())
        .output();
    match probe {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            return eprintln!("NOT TESTED, no mounts here: {}", String::from_utf8_lossy(&output.stderr));
        }
        Err(error) => return eprintln!("NOT TESTED, no unshare here: {error}"),
    }
    let exe = std::env::current_exe().unwrap();
    must_pass(test_process(&NAMESPACE, &exe, test).env("JOURNAL_MOUNT", scratch.path()));
}

pub(crate) fn mount(options: &str, on: &Path) {
    let output =
        Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(on).output().unwrap();
    assert!(output.status.success(), "{options}: {output:?}");
}

pub(crate) fn unmount(path: &Path) {
    assert!(Command::new("umount").arg(path).status().unwrap().success());
}

/// Shrinks the mounted file system until just so many pages and files still fit.
fn leave_room(folder: &Path, pages: usize, files: usize) {
    let output = Command::new("stat").args(["-f", "-c", "%b %f %c %d"]).arg(folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let n: Vec<usize> = text.split_whitespace().map(|n| n.parse().unwrap()).collect();
    let (blocks, inodes) = (n[0] - n[1] + pages, n[2] - n[3] + files);
    mount(&format!("remount,size={}k,nr_inodes={inodes}", blocks * 4), folder);
}

#[test]
fn at_every_size_of_the_disk_nothing_is_lost() {
    in_namespace("disk_full::sizes");
}

/// Two large replaced files, and a new one, so that staging needs about 25 pages and the record 40.
fn large(root: &Path) -> Vec<dockfit_journal::Replacement> {
    let old = vec![b'o'; 30_000];
    fs::write(root.join("large"), &old).unwrap();
    vec![
        replacement("new", None, &[b'n'; 20_000]),
        replacement("large", Some(&old), &[b'l'; 50_000]),
        replacement("Dockerfile", Some(b"FROM python:3.13-slim\n"), b"FROM scratch\n"),
    ]
}

#[test]
#[ignore = "runs where it may mount"]
fn sizes() {
    let Some(root) = std::env::var_os("JOURNAL_MOUNT") else { return };
    let root = Path::new(&root);
    let (mut full, mut done) = (0, 0);
    let rooms = (0..70).map(|pages| (pages, 1000)).chain((0..12).map(|files| (1000, files)));
    for (pages, files) in rooms {
        for undo in [false, true] {
            mount("size=16m,nr_inodes=5000", root);
            populate(root);
            let replacements = large(root);
            if undo {
                Journal::open(root).unwrap().0.apply(&replacements).unwrap();
            }
            let before = tree(root);
            leave_room(root, pages, files);
            let run = || {
                if undo {
                    Journal::undo(root).map(|undone| undone.files.len())
                } else {
                    Journal::open(root)?.0.apply(&replacements).map(|applied| applied.files.len())
                }
            };
            match run() {
                Ok(written) => {
                    assert_eq!(written, 3);
                    done += 1;
                }
                Err(error) => {
                    assert!(
                        matches!(error, JournalError::DiskFull { .. }),
                        "{pages} pages, {files} files: {error:?}"
                    );
                    assert!(error.to_string().contains("no room left"), "{error}");
                    assert_eq!(tree(root), before, "{pages} pages, {files} files");
                    full += 1;
                    mount("remount,size=16m,nr_inodes=5000", root);
                    assert_eq!(run().unwrap(), 3);
                }
            }
            assert_eq!(fs::read(root.join("large")).unwrap().len(), if undo { 30_000 } else { 50_000 });
            assert_eq!(root.join("new").exists(), !undo);
            assert!(tree(root).keys().all(|path| !path.to_string_lossy().contains(".tmp")));
            unmount(root);
        }
    }
    assert!(full > 60 && done > 20, "{full} full, {done} done");
}

#[test]
fn a_write_cut_at_any_byte_is_an_error_or_a_kill_and_nothing_is_lost() {
    // `prlimit` limits the length of every file written; what is beyond kills the process in the middle of
    // its write, or, with the signal ignored, is an error.
    for ignored in [false, true] {
        let (mut cut, mut complete) = (0, 0);
        for length in 0_usize.. {
            let project = Project::new();
            let before = project.tree();
            let limit = format!("--fsize={length}");
            let shell = format!("trap '' XFSZ; exec prlimit --core=0 {limit} \"$@\"");
            let wrapper: &[&str] =
                if ignored { &["sh", "-c", &shell, "sh"] } else { &["prlimit", "--core=0", &limit] };
            let output = command(wrapper, project.root(), Do::Apply, 0).output();
            let output = output.expect("prlimit, of util-linux, starts");
            let text = String::from_utf8_lossy(&output.stdout);
            let failed = if ignored {
                let full = text.contains("error: DiskFull");
                assert!(full || text.contains("done"), "{length}: {output:?}");
                if full {
                    assert_eq!(project.tree(), before, "{length}");
                }
                full
            } else {
                was_killed(&output)
            };
            Journal::open(project.root()).unwrap();
            project.assert_no_stray_files();
            assert_eq!(project.new_files(), [!failed; 4], "{length}");
            if failed {
                cut += 1;
            } else {
                complete += 1;
                if complete == 3 {
                    break;
                }
            }
        }
        assert!(cut > 300, "only {cut} lengths");
    }
}
