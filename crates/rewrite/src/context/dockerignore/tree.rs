//! All that lies in a context, walked once, and what different ignore files let through of it.

use super::{ContextError, DockerIgnore, IgnoreError, Inherited};
use crate::{FileSource, RelPath};

/// The files and folders of a context, each behind the folder that it lies in.
#[derive(Clone, Debug, Default)]
pub struct ContextTree {
    entries: Vec<Entry>,
}

/// A file or folder of a context.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its path, relative to the context.
    pub path: String,
    /// Whether it is a folder; a link is a file.
    pub is_folder: bool,
    /// The index of the folder that it lies in; `None` in the context itself.
    pub folder: Option<usize>,
}

impl Entry {
    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// What one ignore file leaves out of a tree.
#[derive(Clone, Debug)]
pub struct Sight {
    excluded: Vec<bool>,
    handed_on: Vec<Inherited>,
}

impl Sight {
    /// Whether the entry with this index is left out.
    pub fn excludes(&self, entry: usize) -> bool {
        self.excluded.get(entry).copied().unwrap_or(false)
    }

    /// What the folder with this index hands on to what lies in it; `None` is the context itself.
    pub fn handed_on(&self, folder: Option<usize>) -> Inherited {
        folder.and_then(|folder| self.handed_on.get(folder)).cloned().unwrap_or_default()
    }
}

impl ContextTree {
    /// Walks `context`. Folders out of which `ignore` lets nothing through are not entered; more than `most`
    /// entries are an error.
    pub fn read(
        context: &RelPath,
        ignore: &DockerIgnore,
        files: &dyn FileSource,
        most: usize,
    ) -> Result<Self, ContextError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut folders: Vec<(Option<usize>, Inherited)> = vec![(None, Inherited::default())];
        while let Some((folder, inherited)) = folders.pop() {
            let at = folder.and_then(|index| entries.get(index)).map(|entry| entry.path.clone());
            let Some(on_disk) = context.join(at.as_deref().unwrap_or_default()) else { continue };
            for name in files.list(&on_disk)? {
                let plain = name.trim_end_matches('/');
                let path = at.as_ref().map_or_else(|| plain.to_owned(), |at| format!("{at}/{plain}"));
                let is_folder = name.ends_with('/');
                if is_folder {
                    let (excluded, handed_on) = ignore.excludes(&path, &inherited)?;
                    if !excluded || ignore.has_exceptions() {
                        folders.push((Some(entries.len()), handed_on));
                    }
                }
                entries.push(Entry { path, is_folder, folder });
                if entries.len() > most {
                    return Err(ContextError::TooLarge(most));
                }
            }
        }
        Ok(Self { entries })
    }

    /// Its entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What `ignore` leaves out.
    pub fn sight(&self, ignore: &DockerIgnore) -> Result<Sight, IgnoreError> {
        let mut sight = Sight { excluded: Vec::new(), handed_on: Vec::new() };
        for entry in &self.entries {
            let inherited = match entry.folder {
                Some(folder) => sight.handed_on.get(folder).cloned().unwrap_or_default(),
                None => Inherited::default(),
            };
            let (excluded, handed_on) = ignore.excludes(&entry.path, &inherited)?;
            sight.excluded.push(excluded);
            sight.handed_on.push(if entry.is_folder { handed_on } else { Inherited::default() });
        }
        Ok(sight)
    }
}
