//! The files of a project on disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dockfit_rewrite::{FileSource, ReadError, RelPath};

use crate::git::Tracked;

/// The largest file that is read, in bytes.
pub(crate) const LARGEST: u64 = 10 << 20;

/// Files below a root, each read and each folder listed once.
#[derive(Debug)]
pub(crate) struct DiskFiles {
    root: PathBuf,
    read: Mutex<HashMap<RelPath, Content>>,
    listed: Mutex<HashMap<RelPath, Vec<String>>>,
    tracked: Arc<Tracked>,
    overlay: Overlay,
}

/// Texts that are read in the place of files on disk, by the files' real paths: what is open in an editor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overlay(Arc<BTreeMap<PathBuf, Arc<[u8]>>>);

impl Overlay {
    pub(crate) fn new(texts: BTreeMap<PathBuf, Arc<[u8]>>) -> Self {
        Self(Arc::new(texts))
    }

    fn get(&self, path: &Path) -> Option<&Arc<[u8]>> {
        self.0.get(path)
    }

    /// As [`read_inside`], with these texts in the place of files.
    pub(crate) fn read_inside(&self, root: &Path, path: &RelPath) -> Result<Vec<u8>, ReadFailure> {
        let Some(bytes) = self.get(&path.on_disk(root)) else { return read_inside(root, path) };
        match u64::try_from(bytes.len()) {
            Ok(len) if len <= LARGEST => Ok(bytes.to_vec()),
            _ => Err(ReadFailure::TooLarge(LARGEST + 1)),
        }
    }

    /// The names of texts in a folder that may not be on disk yet.
    fn names_in<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = String> + 'a {
        let paths = self.0.keys().filter(move |path| path.parent() == Some(folder));
        paths.filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
    }
}

/// What was read; `None` where there is no such file.
type Content = Result<Option<Arc<[u8]>>, ReadError>;

/// Why a file could not be read.
#[derive(Debug)]
pub(crate) enum ReadFailure {
    /// There is none.
    Missing,
    /// It is more than [`LARGEST`] bytes long.
    TooLarge(u64),
    /// It is a folder, a device or the like.
    NoFile,
    /// It lies outside the root.
    Outside(PathBuf),
    /// The system says no.
    Io(io::Error),
}

impl DiskFiles {
    /// The files below `root`, a canonical path, of which git is not asked.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self::with_git(root, Arc::default(), Overlay::default())
    }

    /// The files below `root`, a canonical path, those among them that git keeps, and what is read in the place of some.
    pub(crate) fn with_git(root: PathBuf, tracked: Arc<Tracked>, overlay: Overlay) -> Self {
        Self { root, read: Mutex::default(), listed: Mutex::default(), tracked, overlay }
    }

    fn names_in(&self, folder: &RelPath) -> Result<Vec<String>, ReadError> {
        let entries = match fs::read_dir(folder.on_disk(&self.root)) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(ReadError { path: folder.clone(), message: error.to_string() }),
        };
        let names = entries.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            Some(if is_folder { format!("{name}/") } else { name })
        });
        let on_disk = folder.on_disk(&self.root);
        let mut names: Vec<String> = names.chain(self.overlay.names_in(&on_disk)).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

impl FileSource for DiskFiles {
    fn read(&self, path: &RelPath) -> Result<Option<Arc<[u8]>>, ReadError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let slot =
            read.entry(path.clone()).or_insert_with(|| match self.overlay.read_inside(&self.root, path) {
                Ok(bytes) => Ok(Some(bytes.into())),
                Err(ReadFailure::Missing) => Ok(None),
                Err(failure) => Err(ReadError { path: path.clone(), message: failure.message() }),
            });
        slot.clone()
    }

    fn list(&self, folder: &RelPath) -> Result<Vec<String>, ReadError> {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = listed.get(folder) {
            return Ok(names.clone());
        }
        drop(listed);
        let names = self.names_in(folder)?;
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        listed.insert(folder.clone(), names.clone());
        Ok(names)
    }

    fn exists(&self, path: &RelPath) -> bool {
        let path = path.on_disk(&self.root);
        self.overlay.get(&path).is_some() || path.symlink_metadata().is_ok()
    }

    fn size(&self, path: &RelPath) -> u64 {
        let path = path.on_disk(&self.root);
        match self.overlay.get(&path) {
            Some(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            None => path.symlink_metadata().map_or(0, |metadata| metadata.len()),
        }
    }

    fn tracked(&self) -> Option<Arc<BTreeSet<RelPath>>> {
        self.tracked.files()
    }
}

/// The bytes of a file that really lies below `root`.
pub(crate) fn read_inside(root: &Path, path: &RelPath) -> Result<Vec<u8>, ReadFailure> {
    let on_disk = path.on_disk(root);
    // Cheap and usual first: a path none of whose parts is a link cannot lead out.
    if has_link(root, path) {
        let real = fs::canonicalize(&on_disk).map_err(ReadFailure::from)?;
        if !real.starts_with(root) {
            return Err(ReadFailure::Outside(real));
        }
    }
    read(&on_disk)
}

fn has_link(root: &Path, path: &RelPath) -> bool {
    let mut at = root.to_path_buf();
    path.as_str().split('/').any(|part| {
        at.push(part);
        at.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
    })
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, ReadFailure> {
    let metadata = fs::metadata(path).map_err(ReadFailure::from)?;
    if !metadata.is_file() {
        return Err(ReadFailure::NoFile);
    }
    if metadata.len() > LARGEST {
        return Err(ReadFailure::TooLarge(metadata.len()));
    }
    let file = fs::File::open(path).map_err(ReadFailure::from)?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(ReadFailure::from)?;
    match u64::try_from(bytes.len()) {
        Ok(len) if len <= LARGEST => Ok(bytes),
        _ => Err(ReadFailure::TooLarge(LARGEST + 1)),
    }
}

impl From<io::Error> for ReadFailure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Io(error),
        }
    }
}

impl ReadFailure {
    /// What is wrong, in one sentence without a full stop.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Missing => "there is no such file".to_owned(),
            Self::TooLarge(len) => format!(
                "the file is too large: {} MB, and dockfit reads {} MB at most",
                len.div_ceil(1 << 20),
                LARGEST >> 20
            ),
            Self::NoFile => "it is neither a file nor a folder".to_owned(),
            Self::Outside(real) => format!("it leads out of the project, to {}", real.display()),
            Self::Io(error) => {
                let text = error.to_string();
                let text = text.split(" (os error").next().unwrap_or_default();
                format!("it cannot be read: {}", text.to_lowercase())
            }
        }
    }
}
