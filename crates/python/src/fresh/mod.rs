//! Is a lock the one of its manifest?

mod compiled;
mod digest;
mod python_json;
pub(crate) mod uv;

pub(crate) use compiled::made_by;

use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::{Files, required_text};
use crate::manifest::{Manifest, Tool};
use crate::resolution::{LockKind, Record, Resolution};

/// Refuses a lock that was made from another state of the manifest ([`ErrorKind::Stale`]), with the command that
/// renews it. A lock that does not say what it was made from is taken as it is. Without a manifest, only what a pinned
/// requirements file tells of the files that it was made from can be compared.
pub fn check_fresh(files: &dyn Files, resolution: &Resolution, manifest: Option<&Manifest>) -> Result<()> {
    let path = resolution.path.as_str();
    if resolution.kind == LockKind::Compiled {
        return compiled::check(files, resolution, manifest);
    }
    let Some(manifest) = manifest else { return Ok(()) };
    let text = || required_text(files, &manifest.path);
    let reason = match (resolution.kind, &resolution.record) {
        (LockKind::Uv, _) => uv::difference(resolution, manifest),
        (LockKind::Poetry, Record::Digest(hash)) => digest::poetry(hash, &manifest.path, &text()?)?,
        (LockKind::Pdm, Record::Digest(hash)) => digest::pdm(hash, &manifest.path, &text()?)?,
        (LockKind::Pipfile, Record::Digest(hash)) if manifest.tools.contains(&Tool::Pipenv) => {
            digest::pipenv(hash, &manifest.path, &text()?)?
        }
        (LockKind::Poetry | LockKind::Pdm, _) => Some("it holds no digest of it".to_owned()),
        (LockKind::Pipfile | LockKind::Pylock | LockKind::Compiled, _) => {
            compiled::unmet(resolution, manifest)
        }
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
