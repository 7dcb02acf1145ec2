//! `dockfit init`.

use std::io::{self, Write as _};
use std::path::Path;

use super::Exit;
use super::output::Output;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;

/// The file that is written: every key with its default, as a comment.
const DEFAULTS: &str = include_str!("init.toml");

/// Writes a configuration with the defaults, unless there is one.
pub(super) fn init(folder: &Path) -> io::Result<Exit> {
    let mut output = Output::plain();
    let path = folder.join("dockfit.toml");
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(&path);
    let written = created.and_then(|mut file| file.write_all(DEFAULTS.as_bytes()));
    match written {
        Ok(()) => {
            output.print(format!("wrote {}\n", shown(&path)))?;
            output.finish()?;
            Ok(Exit::Done)
        }
        Err(error) => {
            let (message, help) = match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    ("there is a configuration already".to_owned(), "edit it, or remove it first")
                }
                io::ErrorKind::NotFound => {
                    ("there is no such folder".to_owned(), "name a folder that exists")
                }
                _ => (format!("it cannot be written: {error}"), "check the permissions of the folder"),
            };
            output.problem(&Problem::new(ProblemKind::Write, message).in_file(shown(&path)).help(help));
            Ok(Exit::Error)
        }
    }
}
