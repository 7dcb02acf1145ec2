//! The project's files, as readers of Python's files want them.

use dockfit_python::Files;
use dockfit_rewrite::{Project, RelPath};

/// A project's files by their paths from its root.
pub(crate) struct ProjectFiles<'p>(pub(crate) &'p Project);

impl Files for ProjectFiles<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(path) = RelPath::new(path) else { return Ok(None) };
        match self.0.read(&path) {
            Ok(bytes) => Ok(bytes.map(|bytes| bytes.to_vec())),
            // The reader names the file.
            Err(error) => Err(error.message),
        }
    }
}
