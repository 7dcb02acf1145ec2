//! Paths inside a project.

use std::fmt;
use std::path::{Component, Path, PathBuf};

/// A path relative to the project's root, with `/` between its parts on every system; it never leads out.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RelPath(String);

impl RelPath {
    /// Cleans `path` lexically; `None` where it is absolute or climbs above the root.
    pub fn new(path: impl AsRef<Path>) -> Option<Self> {
        let mut parts: Vec<&str> = Vec::new();
        for component in path.as_ref().components() {
            match component {
                Component::CurDir => {}
                Component::Normal(part) => parts.push(part.to_str()?),
                Component::ParentDir => {
                    parts.pop()?;
                }
                Component::Prefix(_) | Component::RootDir => return None,
            }
        }
        Some(Self(parts.join("/")))
    }

    /// The root itself.
    pub fn root() -> Self {
        Self(String::new())
    }

    /// As text; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that it lies in; the root's is the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned()))
    }

    /// `path` below this one, cleaned; `None` where it would lead out of the project.
    pub fn join(&self, path: impl AsRef<Path>) -> Option<Self> {
        Self::new(Path::new(&self.0).join(path))
    }

    /// What remains of it below `folder`, if it lies there (or is it).
    pub fn strip_prefix(&self, folder: &Self) -> Option<&str> {
        if folder.0.is_empty() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&folder.0)?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
    }

    /// As a path of this system, below `root`.
    pub fn on_disk(&self, root: &Path) -> PathBuf {
        self.0
            .split('/')
            .filter(|part| !part.is_empty())
            .fold(root.to_path_buf(), |path, part| path.join(part))
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}
