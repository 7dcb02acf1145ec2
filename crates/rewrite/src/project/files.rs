//! Where files come from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::RelPath;

/// A file or folder that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadError {
    /// Which.
    pub path: RelPath,
    /// Why, and what to do.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for ReadError {}

/// Where a project's files come from. Each file is read once; what was read is remembered, so that a write
/// can tell whether it changed since.
pub trait FileSource: fmt::Debug + Send + Sync {
    /// The bytes of a file; `None` where there is none.
    fn read(&self, path: &RelPath) -> Result<Option<Arc<[u8]>>, ReadError>;

    /// The names in a folder, folders with a `/` at the end; empty where there is no such folder.
    fn list(&self, folder: &RelPath) -> Result<Vec<String>, ReadError>;

    /// Whether a file or folder of that path is there.
    fn exists(&self, path: &RelPath) -> bool {
        let names = self.list(&path.parent()).unwrap_or_default();
        names.iter().any(|name| name.trim_end_matches('/') == path.file_name())
    }

    /// The length of a file in bytes, of a link that of the link; 0 where there is none.
    fn size(&self, path: &RelPath) -> u64 {
        let bytes = self.read(path).ok().flatten();
        bytes.map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX))
    }

    /// The files that git keeps, those of submodules too; `None` where git keeps none or cannot be asked.
    fn tracked(&self) -> Option<Arc<BTreeSet<RelPath>>> {
        None
    }
}

/// Files held in memory: for standard input and for tests.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<RelPath, Arc<[u8]>>,
    tracked: Option<Arc<BTreeSet<RelPath>>>,
}

impl MemoryFiles {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// One file more.
    #[must_use]
    pub fn with(mut self, path: RelPath, bytes: impl Into<Arc<[u8]>>) -> Self {
        self.files.insert(path, bytes.into());
        self
    }

    /// These are the files that git keeps.
    #[must_use]
    pub fn tracking(mut self, paths: impl IntoIterator<Item = RelPath>) -> Self {
        self.tracked = Some(Arc::new(paths.into_iter().collect()));
        self
    }
}

impl FileSource for MemoryFiles {
    fn read(&self, path: &RelPath) -> Result<Option<Arc<[u8]>>, ReadError> {
        Ok(self.files.get(path).cloned())
    }

    fn list(&self, folder: &RelPath) -> Result<Vec<String>, ReadError> {
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(folder))
            .filter(|rest| !rest.is_empty())
            .map(|rest| rest.split_once('/').map_or(rest.to_owned(), |(first, _)| format!("{first}/")))
            .collect();
        names.dedup();
        Ok(names)
    }

    fn tracked(&self) -> Option<Arc<BTreeSet<RelPath>>> {
        self.tracked.clone()
    }
}
