//! `dockfit init`.

use std::io::{self, Write as _};
use std::path::Path;

use super::Exit;
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;

/// The file that is written: every key with its default, as a comment.
const DEFAULTS: &str = include_str!("init.toml");

/// Writes a configuration with the defaults, unless there is one.
pub(super) fn init(folder: &Path, console: &mut Console) -> io::Result<Exit> {
    let path = folder.join("dockfit.toml");
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(&path);
    let Err(error) = created.and_then(|mut file| file.write_all(DEFAULTS.as_bytes())) else {
        return super::done(format!("wrote {}\n", shown(&path)), console);
    };
    let (message, help) = match error.kind() {
        io::ErrorKind::AlreadyExists => {
            ("there is a configuration already".to_owned(), "edit it, or remove it first")
        }
        io::ErrorKind::NotFound => ("there is no such folder".to_owned(), "name a folder that exists"),
        _ => (format!("it cannot be written: {error}"), "check the permissions of the folder"),
    };
    console.problem(&Problem::new(ProblemKind::Write, message).in_file(shown(&path)).help(help));
    super::failed(console)
}
