//! Is a lock the one of its manifest?

mod compiled;
mod digest;
mod python_json;
mod uv;

use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::{Files, text_of};
use crate::manifest::{Manifest, Tool};
use crate::resolution::{LockKind, Resolution};

/// Refuses a lock that was made from another state of the manifest ([`ErrorKind::Stale`]), with the command that
/// renews it. A lock that does not say what it was made from is taken as it is.
pub fn check_fresh(files: &dyn Files, resolution: &Resolution, manifest: &Manifest) -> Result<()> {
    let path = resolution.path.as_str();
    let Some(lock) = text_of(files, path)? else { return Ok(()) };
    let Some(text) = text_of(files, &manifest.path)? else { return Ok(()) };
    let reason = match resolution.kind {
        LockKind::Uv => uv::difference(path, &lock, resolution, manifest)?,
        LockKind::Poetry => digest::poetry(path, &lock, &manifest.path, &text)?,
        LockKind::Pdm => digest::pdm(path, &lock, &manifest.path, &text)?,
        LockKind::Pipfile if manifest.tools.contains(&Tool::Pipenv) => {
            digest::pipenv(&lock, &manifest.path, &text)?
        }
        LockKind::Pipfile | LockKind::Pylock => compiled::unmet(resolution, manifest),
        LockKind::Compiled => return compiled::check(files, resolution, manifest),
    };
    match reason {
        None => Ok(()),
        Some(reason) => Err(stale(Place::file(path), &manifest.path, &reason, renew(resolution.kind))),
    }
}

/// The command that renews a lock, run in its folder.
pub fn renew(kind: LockKind) -> &'static str {
    match kind {
        LockKind::Uv => "uv lock",
        LockKind::Poetry => "poetry lock",
        LockKind::Pdm => "pdm lock",
        LockKind::Pipfile => "pipenv lock",
        LockKind::Pylock | LockKind::Compiled => "dockfit lock",
    }
}

fn stale(place: Place, manifest: &str, reason: &str, command: &str) -> Error {
    let message = format!("the lock does not fit {manifest}: {reason}");
    Error::new(ErrorKind::Stale, place, message).with_way_out(format!("run `{command}`"))
}
