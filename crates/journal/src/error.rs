//! What can go wrong, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Since when a file was changed by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Since it was read for this run.
    Read,
    /// Since the apply that is to be undone.
    Apply,
}

/// Why nothing was written, or ([`JournalError::Unfinished`]) not all.
#[derive(Debug)]
pub enum JournalError {
    /// Files do not hold what they held before.
    Changed {
        /// All of them.
        paths: Vec<PathBuf>,
        /// Since when.
        since: Since,
    },
    /// A symbolic link on the way to the file leaves the root.
    LinkOutside {
        /// The path as asked for.
        path: PathBuf,
        /// Where it leads.
        leads_to: PathBuf,
    },
    /// The path is absolute or climbs out of the root with `..`.
    OutsideRoot {
        /// The path as asked for.
        path: PathBuf,
    },
    /// The file or the folder may not be written.
    ReadOnly {
        /// The file or folder.
        path: PathBuf,
    },
    /// No room, or no quota, for the new file.
    DiskFull {
        /// The file that did not fit.
        path: PathBuf,
    },
    /// Another run has the lock.
    LockHeld {
        /// What is locked.
        path: PathBuf,
    },
    /// The record was written by a newer version.
    Newer {
        /// The record.
        path: PathBuf,
        /// Its format's version.
        version: u32,
    },
    /// The record cannot be understood.
    Damaged {
        /// The record.
        path: PathBuf,
    },
    /// A folder, a device, a pipe or a link to nothing stands where a file was expected.
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The folder is not there, or is no folder.
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// Two replacements of one run lead to the same file.
    Twice {
        /// The file.
        path: PathBuf,
    },
    /// No apply is recorded here.
    NothingToUndo,
    /// A run was stopped by an error that also stopped it from being taken back. The record holds all bytes;
    /// the next [`crate::Journal::open`] settles it.
    Unfinished {
        /// What stopped it, when that was in this run.
        cause: Option<Box<JournalError>>,
    },
    /// Another error of the system.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl JournalError {
    /// The error for what the system said about `path`.
    pub(crate) fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::DiskFull { path }
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::Io { path, source },
        }
    }

    /// The same error, told of another path: a user knows the target, not what is staged for it.
    pub(crate) fn at(mut self, target: &Path) -> Self {
        if let Self::DiskFull { path } | Self::ReadOnly { path } | Self::Io { path, .. } = &mut self {
            *path = target.to_path_buf();
        }
        self
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { paths, since } => {
                for (i, path) in paths.iter().enumerate() {
                    write!(out, "{}{}", if i == 0 { "" } else { ", " }, path.display())?;
                }
                match since {
                    Since::Read => write!(
                        out,
                        ": changed since it was read; nothing was written. Run the command again to work on the new text"
                    ),
                    Since::Apply => write!(
                        out,
                        ": changed since the apply; nothing was taken back. Undo your own change there first (or take the rest back by hand)"
                    ),
                }
            }
            Self::LinkOutside { path, leads_to } => write!(
                out,
                "{}: a symbolic link leads to {}, outside the project; nothing was written. Run the command on the project that the file belongs to",
                path.display(),
                leads_to.display()
            ),
            Self::OutsideRoot { path } => {
                write!(out, "{}: not a path inside the project; nothing was written", path.display())
            }
            Self::ReadOnly { path } => write!(
                out,
                "{}: may not be written. Check the permissions of the file and its folder, and whether the disk is mounted read-only",
                path.display()
            ),
            Self::DiskFull { path } => {
                write!(
                    out,
                    "{}: no room left on the disk. Free some and run the command again",
                    path.display()
                )
            }
            Self::LockHeld { path } => write!(
                out,
                "{}: another dockfit is writing here. Wait until it is done and run the command again",
                path.display()
            ),
            Self::Newer { path, version } => write!(
                out,
                "{}: written by a newer dockfit (format {version}). Use that version to settle it",
                path.display()
            ),
            Self::Damaged { path } => write!(
                out,
                "{}: not a journal record that can be read. It may hold the old text of your files: look at it, then move it away",
                path.display()
            ),
            Self::NotAFile { path } => {
                write!(
                    out,
                    "{}: not a regular file; nothing was written. Move it out of the way",
                    path.display()
                )
            }
            Self::NoFolder { path } => write!(
                out,
                "{}: not a folder; nothing was written. Make it, or correct the path",
                path.display()
            ),
            Self::Twice { path } => {
                write!(
                    out,
                    "{}: would be written twice (two paths lead to it); nothing was written",
                    path.display()
                )
            }
            Self::NothingToUndo => write!(out, "nothing to undo: no apply is recorded here"),
            Self::Unfinished { cause } => {
                if let Some(cause) = cause {
                    write!(out, "{cause}. ")?;
                }
                write!(
                    out,
                    "The run could not be taken back either; no text is lost. Remove the cause and run the command again: it completes or undoes what was begun"
                )
            }
            Self::Io { path, source } => write!(out, "{}: {source}", path.display()),
        }
    }
}

impl Error for JournalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Unfinished { cause: Some(cause) } => Some(cause),
            _ => None,
        }
    }
}
