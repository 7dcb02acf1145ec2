//! The files that passes see: a snapshot, read lazily, never written.

mod dockerfile;
mod files;
mod ignore;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use dockerfile::{Context, Dockerfile, Run};
pub use files::{FileSource, MemoryFiles, ReadError};
pub use ignore::{IgnoreComment, ignore_comments_above};

use crate::RelPath;

/// Dockerfiles that share files, and those files, as they stand before or after a pass.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
    dockerfiles: Vec<Dockerfile>,
    files: Arc<dyn FileSource>,
    /// What passes have written over the source.
    written: BTreeMap<RelPath, Arc<[u8]>>,
}

impl Project {
    /// A project of these Dockerfiles; other files come from `files` when a pass first asks.
    pub fn new(root: PathBuf, dockerfiles: Vec<Dockerfile>, files: Arc<dyn FileSource>) -> Self {
        Self { root, dockerfiles, files, written: BTreeMap::new() }
    }

    /// The folder that all paths count from.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The Dockerfiles.
    pub fn dockerfiles(&self) -> &[Dockerfile] {
        &self.dockerfiles
    }

    /// The bytes of a file as they stand now; `None` where there is none.
    pub fn read(&self, path: &RelPath) -> Result<Option<Arc<[u8]>>, ReadError> {
        if let Some(dockerfile) = self.dockerfiles.iter().find(|dockerfile| dockerfile.path() == path) {
            return Ok(Some(Arc::from(dockerfile.document().source())));
        }
        match self.written.get(path) {
            Some(bytes) => Ok(Some(bytes.clone())),
            None => self.files.read(path),
        }
    }

    /// The names in a folder, folders with a `/` at the end.
    pub fn list(&self, folder: &RelPath) -> Result<Vec<String>, ReadError> {
        let mut names = self.files.list(folder)?;
        let written = self.written.keys().filter(|path| path.parent() == *folder);
        names.extend(written.map(|path| path.file_name().to_owned()));
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// This project with other bytes in one file.
    pub(crate) fn write(&mut self, path: &RelPath, bytes: Vec<u8>) {
        match self.dockerfiles.iter_mut().find(|dockerfile| dockerfile.path() == path) {
            Some(dockerfile) => *dockerfile = dockerfile.with_source(bytes),
            None => {
                self.written.insert(path.clone(), bytes.into());
            }
        }
    }
}

/// What passes have written counts as there.
impl FileSource for Project {
    fn read(&self, path: &RelPath) -> Result<Option<Arc<[u8]>>, ReadError> {
        Self::read(self, path)
    }

    fn list(&self, folder: &RelPath) -> Result<Vec<String>, ReadError> {
        Self::list(self, folder)
    }

    fn exists(&self, path: &RelPath) -> bool {
        self.written.contains_key(path) || self.files.exists(path)
    }

    fn size(&self, path: &RelPath) -> u64 {
        match self.written.get(path) {
            Some(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            None => self.files.size(path),
        }
    }

    fn tracked(&self) -> Option<Arc<BTreeSet<RelPath>>> {
        self.files.tracked()
    }
}
