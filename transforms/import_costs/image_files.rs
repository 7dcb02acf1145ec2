//! The source as the image has it, read from the context.

use std::collections::BTreeMap;

use dockfit_python::Files;
use dockfit_rewrite::FileSource;

use crate::build_context::BuildContext;
use crate::bytecode::source::Source;

/// Files by their path in the image, without the leading slash.
pub(super) struct ImageFiles<'p> {
    tree: &'p BuildContext<'p>,
    placed: BTreeMap<String, String>,
}

impl<'p> ImageFiles<'p> {
    pub(super) fn new(tree: &'p BuildContext<'p>, source: &Source) -> Self {
        let placed = source.files.iter();
        let placed = placed.map(|(image, path)| (image.trim_start_matches('/').to_owned(), path.clone()));
        Self { tree, placed: placed.collect() }
    }

    /// The path in the context of a file of the image.
    pub(super) fn context_path(&self, path: &str) -> Option<&str> {
        self.placed.get(path).map(String::as_str)
    }
}

impl Files for ImageFiles<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(full) = self.context_path(path).and_then(|path| self.tree.folder.join(path)) else {
            return Ok(None);
        };
        let bytes = FileSource::read(self.tree.project, &full).map_err(|error| error.to_string())?;
        Ok(bytes.map(|bytes| bytes.to_vec()))
    }
}
