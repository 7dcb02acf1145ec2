//! The files of a context.

use super::{DockerIgnore, IgnoreError, Inherited};
use crate::{FileSource, ReadError, RelPath};

/// The ignore file that a build of `dockerfile` with `context` reads, if there is one: `NAME.dockerignore`
/// beside the Dockerfile, else `.dockerignore` of the context (buildkit dockerui/config.go
/// `dockerIgnorePatterns`).
pub fn ignore_file(dockerfile: &RelPath, context: &RelPath, files: &dyn FileSource) -> Option<RelPath> {
    let own = dockerfile.parent().join(format!("{}.dockerignore", dockerfile.file_name()));
    let shared = context.join(".dockerignore");
    own.into_iter().chain(shared).find(|path| matches!(files.read(path), Ok(Some(_))))
}

/// The files below `context` that reach the engine, relative to it, in order.
pub fn context_files(
    context: &RelPath,
    ignore: &DockerIgnore,
    files: &dyn FileSource,
) -> Result<Vec<String>, ContextError> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), Inherited::default())];
    while let Some((folder, inherited)) = folders.pop() {
        let Some(path) = context.join(&folder) else { continue };
        for name in files.list(&path)? {
            let (plain, is_folder) = match name.strip_suffix('/') {
                Some(plain) => (plain, true),
                None => (name.as_str(), false),
            };
            let path = if folder.is_empty() { plain.to_owned() } else { format!("{folder}/{plain}") };
            let (excluded, handed_on) = ignore.excludes(&path, &inherited)?;
            if is_folder {
                // Without exceptions nothing in it can be let in again.
                if !excluded || ignore.has_exceptions() {
                    folders.push((path, handed_on));
                }
            } else if !excluded {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Why a context cannot be listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ContextError {
    /// The ignore file fails the build.
    Ignore(IgnoreError),
    /// A folder cannot be read.
    Read(ReadError),
    /// It holds more files and folders than this.
    TooLarge(usize),
}

impl From<IgnoreError> for ContextError {
    fn from(error: IgnoreError) -> Self {
        Self::Ignore(error)
    }
}

impl From<ReadError> for ContextError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl std::fmt::Display for ContextError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ignore(error) => error.fmt(f),
            Self::Read(error) => error.fmt(f),
            Self::TooLarge(most) => write!(f, "it holds more than {most} files and folders"),
        }
    }
}

impl std::error::Error for ContextError {}
