//! Lock files, each kind read into a [`Resolution`].

mod build;
mod compiled;
mod pdm;
mod pipfile;
mod poetry;
mod pylock;
mod uv;

pub(crate) use compiled::looks_compiled;
pub use compiled::{is_compiled, read_compiled};

use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::{Files, required_text};
use crate::manifest::Manifest;
use crate::resolution::{LockKind, Resolution};

/// The kind of lock that a file is, by its name. A requirements file may be one or not: its content says so.
pub fn lock_kind(path: &str) -> Option<LockKind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        "uv.lock" => Some(LockKind::Uv),
        "poetry.lock" => Some(LockKind::Poetry),
        "pdm.lock" => Some(LockKind::Pdm),
        "Pipfile.lock" => Some(LockKind::Pipfile),
        "pylock.toml" => Some(LockKind::Pylock),
        name if name.starts_with("pylock.") && name.ends_with(".toml") => Some(LockKind::Pylock),
        name if name.ends_with(".txt") || name.ends_with(".lock") => Some(LockKind::Compiled),
        _ => None,
    }
}

/// Reads a lock file. The manifest says what is needed directly; uv's lock says so itself.
///
/// Does not ask whether the lock is up to date: [`check_fresh`](crate::check_fresh) does.
pub fn read_lock(files: &dyn Files, path: &str, manifest: Option<&Manifest>) -> Result<Resolution> {
    let Some(kind) = lock_kind(path) else {
        let message = "this is no lock file that is known";
        return Err(Error::new(ErrorKind::Unsupported, Place::file(path), message).with_way_out(
            "uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile.lock and pinned requirement files are read",
        ));
    };
    if kind == LockKind::Compiled {
        return read_compiled(files, path, manifest);
    }
    let text = required_text(files, path)?;
    let read = match kind {
        LockKind::Uv => uv::read(path, &text, manifest),
        LockKind::Poetry => poetry::read(path, &text, manifest),
        LockKind::Pdm => pdm::read(path, &text, manifest),
        LockKind::Pylock => pylock::read(path, &text, manifest),
        _ => pipfile::read(path, &text, manifest),
    };
    read.map_err(|error| {
        let way_out = match error.kind {
            _ if error.way_out.is_some() => return error,
            ErrorKind::UnknownVersion => {
                "lock with a version of the tool that writes this format, or renew dockfit"
            }
            // The tools refuse such a file as well.
            ErrorKind::Syntax | ErrorKind::WrongType | ErrorKind::MissingField | ErrorKind::InvalidValue => {
                "tools write this file: take it from the history, or delete it and lock again"
            }
            _ => return error,
        };
        error.with_way_out(way_out)
    })
}
