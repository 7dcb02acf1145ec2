//! `dockfit lock`, with tools that stand in for the real ones.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::{dockfit, run};

const MANIFEST: &str = "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"b\"]\n";

/// A folder with a project in `app` and these tools in `bin`; each is a shell script.
fn place(files: &[(&str, &str)], tools: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["app", "bin"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    for (path, text) in files {
        fs::write(folder.path().join("app").join(path), text).expect("a file");
    }
    for (name, script) in tools {
        let path = folder.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    folder
}

/// `dockfit lock` with no tools but those of `bin`.
fn lock(folder: &Path, words: &[&str]) -> Command {
    let mut command = dockfit();
    command.arg("lock").args(words).current_dir(folder.join("app")).env("PATH", folder.join("bin"));
    command
}

#[test]
fn the_tool_of_the_project_makes_the_lock() {
    let tools = [("uv", "echo \"$@\" > uv.lock; echo said"), ("poetry", "exit 9")];
    let folder = place(&[("pyproject.toml", &format!("{MANIFEST}[tool.uv]\n"))], &tools);
    let (code, out, err) = run(&mut lock(folder.path(), &["--", "--upgrade-package", "b c"]));
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(err, "uv lock --upgrade-package 'b c' (pyproject.toml has [tool.uv]), in .\n");
    assert_eq!(out, "said\nuv.lock: made\n");
    let made = fs::read_to_string(folder.path().join("app/uv.lock")).expect("a lock");
    assert_eq!(made, "lock --upgrade-package b c\n", "words stay whole");
    assert_eq!(
        run(&mut lock(folder.path(), &["--", "--upgrade-package", "b c"])).1,
        "said\nuv.lock: as it was\n"
    );
    assert_eq!(run(&mut lock(folder.path(), &["."])).1, "said\nuv.lock: renewed\n");
}

#[test]
fn where_nothing_names_a_tool_one_that_is_installed_serves() {
    let folder = place(&[("pyproject.toml", MANIFEST)], &[("pip-compile", "echo > requirements.lock")]);
    let (code, out, err) = run(&mut lock(folder.path(), &[]));
    assert_eq!((code, out.as_str()), (Some(0), "requirements.lock: made\n"), "{err}");
    assert!(
        err.starts_with("pip-compile --generate-hashes --strip-extras --output-file requirements.lock "),
        "{err}"
    );
}

#[test]
fn a_tool_that_is_not_there_is_named_with_its_command() {
    let folder = place(&[("pyproject.toml", "[tool.poetry.dependencies]\nb = \"1\"\n")], &[("uv", "exit 0")]);
    let (code, out, err) = run(&mut lock(folder.path(), &[]));
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("poetry is not installed; the lock would be made by `poetry lock`"), "{err}");
    assert!(err.contains("help: install it: pip install poetry"), "{err}");
}

#[test]
fn a_tool_that_fails_is_said() {
    let folder = place(&[("Pipfile", "[packages]\nb = \"*\"\n")], &[("pipenv", "exit 3")]);
    let (code, _, err) = run(&mut lock(folder.path(), &[]));
    assert_eq!(code, Some(2));
    assert!(err.contains("`pipenv lock` failed with exit code 3"), "{err}");
    let folder = place(&[("Pipfile", "[packages]\nb = \"*\"\n")], &[("pipenv", "exit 0")]);
    let (code, _, err) = run(&mut lock(folder.path(), &[]));
    assert_eq!(code, Some(2));
    assert!(err.contains("`pipenv lock` ended well but did not write the lock"), "{err}");
}

#[test]
fn an_interrupt_waits_for_the_tool() {
    let manifest = format!("{MANIFEST}[tool.pdm]\n");
    // The tool has dockfit interrupted, and tidies up before it ends.
    let script = "kill -INT $PPID; /bin/sleep 0.5; echo tidy > tidy; exit 1";
    let folder = place(&[("pyproject.toml", &manifest)], &[("pdm", script)]);
    assert_eq!(run(&mut lock(folder.path(), &[])).0, Some(130));
    assert!(folder.path().join("app/tidy").exists());
    let folder = place(&[("pyproject.toml", &manifest)], &[("pdm", "kill -INT $$")]);
    let (code, _, err) = run(&mut lock(folder.path(), &[]));
    assert_eq!(code, Some(130), "{err}");
}

#[test]
fn a_folder_without_a_project_is_an_error() {
    let folder = place(&[], &[]);
    let (code, _, err) = run(&mut lock(folder.path(), &[]));
    assert_eq!(code, Some(2));
    assert!(err.contains("nothing here says what a Python project needs"), "{err}");
    let (code, _, err) = run(&mut lock(folder.path(), &["none"]));
    assert_eq!(code, Some(2));
    assert!(err.contains("there is no such file or folder"), "{err}");
}
