//! What differs between systems.

#[cfg(not(unix))]
pub(crate) use other::{bytes_of, hard_links, keep, make_private, path_of, same_owner, sync_folder};
#[cfg(unix)]
pub(crate) use unix::{bytes_of, hard_links, keep, make_private, path_of, same_owner, sync_folder};

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs::{File, Metadata, OpenOptions, Permissions};
    use std::io::{self, ErrorKind};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
    use std::path::Path;

    /// A path's bytes for a record.
    #[expect(clippy::unnecessary_wraps, reason = "not every path has bytes on other systems")]
    pub(crate) fn bytes_of(path: &Path) -> Option<&[u8]> {
        Some(path.as_os_str().as_bytes())
    }

    /// The path of a record's bytes.
    #[expect(clippy::unnecessary_wraps, reason = "not all bytes are a path on other systems")]
    pub(crate) fn path_of(bytes: &[u8]) -> Option<&Path> {
        Some(Path::new(OsStr::from_bytes(bytes)))
    }

    /// How many names the file has.
    pub(crate) fn hard_links(meta: &Metadata) -> u64 {
        meta.nlink()
    }

    /// Whether both belong to the same user.
    pub(crate) fn same_owner(a: &Metadata, b: &Metadata) -> bool {
        a.uid() == b.uid()
    }

    /// Makes a file to be created readable by nobody else.
    pub(crate) fn make_private(options: &mut OpenOptions) {
        options.mode(0o600);
    }

    /// Gives `file` the owner, if we may, and the mode of `old`. Set-user-id bits go only with the owner.
    pub(crate) fn keep(file: &File, old: &Metadata) -> io::Result<()> {
        let new = file.metadata()?;
        let mut mode = old.mode() & 0o7777;
        if (new.uid(), new.gid()) != (old.uid(), old.gid())
            && fchown(file, Some(old.uid()), Some(old.gid())).is_err()
        {
            mode &= 0o777;
            if new.gid() != old.gid() && fchown(file, None, Some(old.gid())).is_err() {
                // The group's rights were another group's.
                mode &= 0o707;
            }
        }
        file.set_permissions(Permissions::from_mode(mode))
    }

    /// Makes the names in a folder durable; some file systems have no such thing and say so.
    pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
        match File::open(path)?.sync_all() {
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
            done => done,
        }
    }
}

#[cfg(not(unix))]
mod other {
    use std::fs::{File, Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    /// A path's bytes for a record; `None` where the path is not Unicode.
    pub(crate) fn bytes_of(path: &Path) -> Option<&[u8]> {
        path.to_str().map(str::as_bytes)
    }

    /// The path of a record's bytes.
    pub(crate) fn path_of(bytes: &[u8]) -> Option<&Path> {
        std::str::from_utf8(bytes).ok().map(Path::new)
    }

    /// Not told by the standard library here.
    pub(crate) fn hard_links(_: &Metadata) -> u64 {
        1
    }

    /// Not told by the standard library here.
    pub(crate) fn same_owner(_: &Metadata, _: &Metadata) -> bool {
        true
    }

    /// The folder's access list decides here.
    pub(crate) fn make_private(_: &mut OpenOptions) {}

    /// The folder's access list decides here.
    pub(crate) fn keep(_: &File, _: &Metadata) -> io::Result<()> {
        Ok(())
    }

    /// Renames are made durable by the file system's own journal here.
    pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
        Ok(())
    }
}
