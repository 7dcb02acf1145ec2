//! A small project to write in, and what it looks like at any moment.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use dockfit_journal::Replacement;

/// The files that a run writes, in its order: bytes before (`None`: no file) and after. CRLF, NUL and bytes
/// that are not UTF-8 are in both.
pub(crate) const FILES: [File; 4] = [
    ("requirements-core.txt", None, b"fastapi==0.115.0\n\xff"),
    (".dockerignore", Some(b"*.pyc\r\n\xfe\0\r\n"), b"**/*.pyc\r\n\xfe\0\r\n"),
    ("api/Dockerfile", Some(b"FROM python:3.13-slim\r\nRUN pip install .\r\n"), b"FROM scratch\r\n"),
    ("Dockerfile", Some(b"FROM python:3.13-slim\n"), b"FROM python:3.13-slim AS runtime\nCMD [\"x\"]\n"),
];
/// Name, bytes before, bytes after.
pub(crate) type File = (&'static str, Option<&'static [u8]>, &'static [u8]);
/// A file that no run writes.
const BYSTANDER: &str = "README.md";

/// A file as it stands: mode and bytes.
pub(crate) type Stat = (u32, Vec<u8>);
/// All files under a folder; folders count too, with no bytes.
pub(crate) type Tree = BTreeMap<PathBuf, Stat>;

pub(crate) struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// In memory where the system has such a folder: these tests fsync thousands of times.
    pub(crate) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if fs::metadata(memory).is_ok_and(|m| m.is_dir()) {
            tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir())
        } else {
            tempfile::tempdir()
        };
        let project = Self { folder: folder.unwrap() };
        populate(project.root());
        project
    }

    pub(crate) fn with_git() -> Self {
        let project = Self::new();
        make_git_folder(&project.root().join(".git"));
        project
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn tree(&self) -> Tree {
        tree(self.root())
    }

    /// The journal's folder, wherever it is, and what is in it.
    pub(crate) fn journal_files(&self) -> Vec<String> {
        let tree = self.tree();
        let inside = tree.keys().filter_map(|path| {
            path.strip_prefix(".git/dockfit").or_else(|_| path.strip_prefix(".dockfit")).ok()
        });
        inside.map(|path| path.display().to_string()).filter(|name| !name.is_empty()).collect()
    }

    /// Which of [`FILES`] are new; panics where one is neither old nor new.
    pub(crate) fn new_files(&self) -> Vec<bool> {
        FILES.iter().map(|file| self.is_new(file)).collect()
    }

    fn is_new(&self, (name, before, after): &File) -> bool {
        let content = fs::read(self.path(name)).ok();
        if let Some(before) = before
            && (content.as_deref() == Some(before) || content.as_deref() == Some(after))
        {
            let mode = fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, if *name == "Dockerfile" { 0o755 } else { 0o640 }, "{name}");
        }
        let is_new = content.as_deref() == Some(after);
        assert!(is_new || content.as_deref() == *before, "{name} is neither old nor new: {content:?}");
        is_new
    }

    /// Nothing of ours stands about in the project, apart from the journal's folder.
    pub(crate) fn assert_no_stray_files(&self) {
        let expected = ["", ".dockerignore", ".dockfit", ".git", "Dockerfile", BYSTANDER, "api"];
        for path in self.tree().keys() {
            let top = path.components().next().map_or("", |c| c.as_os_str().to_str().unwrap());
            let known = expected.contains(&top) || path == Path::new("requirements-core.txt");
            assert!(known && !path.to_string_lossy().contains(".tmp"), "stray file {}", path.display());
        }
    }
}

/// Writes the old files.
pub(crate) fn populate(root: &Path) {
    fs::create_dir(root.join("api")).unwrap();
    fs::write(root.join(BYSTANDER), "nobody's business\n").unwrap();
    for (name, before, _) in FILES {
        if let Some(before) = before {
            let mode = if name == "Dockerfile" { 0o755 } else { 0o640 };
            fs::write(root.join(name), before).unwrap();
            fs::set_permissions(root.join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
    }
}

/// What git itself takes for a git directory.
pub(crate) fn make_git_folder(path: &Path) {
    fs::create_dir_all(path.join("objects")).unwrap();
    fs::create_dir_all(path.join("refs")).unwrap();
    fs::write(path.join("HEAD"), "ref: refs/heads/main\n").unwrap();
}

/// What turns the old files into the new ones.
pub(crate) fn replacements() -> Vec<Replacement> {
    let replacement = |(name, before, after): File| Replacement {
        path: name.into(),
        before: before.map(<[u8]>::to_vec),
        after: after.to_vec(),
    };
    FILES.into_iter().map(replacement).collect()
}

pub(crate) fn replacement(path: &str, before: Option<&[u8]>, after: &[u8]) -> Replacement {
    Replacement { path: path.into(), before: before.map(<[u8]>::to_vec), after: after.to_vec() }
}

pub(crate) fn tree(root: &Path) -> Tree {
    let mut found = Tree::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let bytes = if meta.is_symlink() {
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else if meta.is_file() {
                fs::read(&path).unwrap()
            } else {
                Vec::new()
            };
            if meta.is_dir() {
                folders.push(path.clone());
            }
            let relative = path.strip_prefix(root).unwrap().to_path_buf();
            found.insert(relative, (meta.permissions().mode(), bytes));
        }
    }
    found
}
