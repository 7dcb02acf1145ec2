//! Copies of folders. Files are linked where the file system allows: nothing writes into them, and a large context costs no
//! room.

use std::fs;
use std::io;
use std::path::Path;

use crate::interrupt;

/// Copies what lies in `from` into `to`, which must not be there: else a copy could be written through a link into the
/// user's own file. Devices, pipes and sockets are left out, as engines leave them out.
pub(super) fn folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        if interrupt::is_asked() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let entry = entry?;
        let kind = entry.file_type()?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            folder(&from, &to)?;
        } else if kind.is_symlink() {
            link(&fs::read_link(&from)?, &to)?;
        } else if kind.is_file() && fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to)?;
        }
    }
    fs::set_permissions(to, fs::metadata(from)?.permissions())
}

/// Puts a file with these bytes in the place of what is there, which may be a link to the user's own file.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(path).ok().map(|metadata| metadata.permissions());
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, bytes)?;
    permissions.map_or(Ok(()), |permissions| fs::set_permissions(path, permissions))
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(not(unix))]
fn link(target: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::other(format!("a link to {} cannot be made here", target.display())))
}
