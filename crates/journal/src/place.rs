//! Where the journal of a root lives.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::error::JournalError;
use crate::{platform, target};

/// The folders of one journal. All paths are canonical.
#[derive(Debug)]
pub(crate) struct Place {
    /// What the caller's paths are relative to.
    pub(crate) root: PathBuf,
    /// What records are relative to: the git work tree's top, so that all roots in it share one journal, and
    /// a repository may be moved; without git, the root.
    pub(crate) anchor: PathBuf,
    /// The journal's folder, which may not exist yet.
    pub(crate) folder: PathBuf,
}

impl Place {
    /// Finds the git work tree around `root`. A `.dockfit` that is already in `root` is used in any case, so
    /// that a `git init` does not hide a record.
    pub(crate) fn find(root: &Path) -> Result<Self, JournalError> {
        let no_folder = || JournalError::NoFolder { path: root.to_path_buf() };
        let root = fs::canonicalize(root).map_err(|_| no_folder())?;
        let meta = fs::metadata(&root).map_err(|_| no_folder())?;
        if !meta.is_dir() {
            return Err(no_folder());
        }
        let own = root.join(".dockfit");
        if fs::symlink_metadata(&own).is_err() {
            for top in root.ancestors() {
                if let Some(git) = git_folder(top)
                    // As git does: what somebody else put into a folder above is not trusted with a record
                    // that the next run would act on.
                    && [top.join(".git"), git.clone()]
                        .iter()
                        .all(|path| fs::metadata(path).is_ok_and(|m| platform::same_owner(&m, &meta)))
                {
                    return Ok(Self { anchor: top.to_path_buf(), folder: git.join("dockfit"), root });
                }
            }
        }
        Ok(Self { anchor: root.clone(), folder: own, root })
    }

    /// The root's own path, relative to the anchor.
    pub(crate) fn root_in_anchor(&self) -> PathBuf {
        target::relative(&self.anchor, &self.root)
    }

    /// The folder that stands for the journal when it is locked: the git directory, or the root.
    pub(crate) fn lock_on(&self) -> &Path {
        self.folder.parent().unwrap_or(&self.root)
    }

    /// How a path is told to the user: relative to the root where it is inside.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        target::relative(&self.root, path)
    }
}

/// The git directory of the work tree whose top is `top`: `.git`, or what a `.git` file names (a linked work
/// tree, a submodule; see gitrepository-layout(5)).
fn git_folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    let folder = if git.is_file() {
        let text = fs::read_to_string(&git).ok()?;
        let named = Path::new(text.strip_prefix("gitdir:")?.trim());
        top.join(named)
    } else {
        git
    };
    let folder = fs::canonicalize(folder).ok()?;
    (folder.join("HEAD").is_file() && (folder.join("objects").is_dir() || folder.join("commondir").is_file()))
        .then_some(folder)
}

/// Whether each part of the path is a plain name, so that it cannot climb.
pub(crate) fn is_plain(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}
