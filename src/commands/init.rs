//! `dockfit init`.

use std::io::{self, Write as _};
use std::path::Path;

use super::Exit;
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;

/// The file that is written: every key with its default, as a comment.
const DEFAULTS: &str = include_str!("init.toml");
/// The workflow that measures pull requests. Actions are pinned by their commits (2026-11-24).
const WORKFLOW: &str = include_str!("bench-workflow.yml");
/// Where it belongs.
const WORKFLOWS: &str = ".github/workflows";

/// Writes a configuration with the defaults, unless there is one.
pub(super) fn init(folder: &Path, console: &mut Console) -> io::Result<Exit> {
    write(&folder.join("dockfit.toml"), DEFAULTS, "there is a configuration already", console)
}

/// Writes the workflow, unless there is one.
pub(super) fn workflow(folder: &Path, console: &mut Console) -> io::Result<Exit> {
    let into = folder.join(WORKFLOWS);
    if folder.is_dir()
        && let Err(error) = std::fs::create_dir_all(&into)
    {
        let problem = Problem::new(ProblemKind::Write, format!("it cannot be made: {error}"));
        console.problem(&problem.in_file(shown(&into)).help("check the permissions of the folder"));
        return super::failed(console);
    }
    let text = WORKFLOW.replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    write(&into.join("dockfit-bench.yml"), &text, "there is such a workflow already", console)
}

/// Writes a new file.
fn write(path: &Path, text: &str, there: &str, console: &mut Console) -> io::Result<Exit> {
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let Err(error) = created.and_then(|mut file| file.write_all(text.as_bytes())) else {
        return super::done(format!("wrote {}\n", shown(path)), console);
    };
    let (message, help) = match error.kind() {
        io::ErrorKind::AlreadyExists => (there.to_owned(), "edit it, or remove it first"),
        io::ErrorKind::NotFound => ("there is no such folder".to_owned(), "name a folder that exists"),
        _ => (format!("it cannot be written: {error}"), "check the permissions of the folder"),
    };
    console.problem(&Problem::new(ProblemKind::Write, message).in_file(shown(path)).help(help));
    super::failed(console)
}
