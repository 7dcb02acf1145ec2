//! One layer: a tar file, plain or compressed.

use std::io::{self, BufRead as _, BufReader, Read};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::ImageError;
use crate::archive::normal;
use crate::packages::is_kept;
use crate::tree::{Content, NodeKind};

/// What a layer says of a path.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Without the slash at the start.
    pub(crate) path: String,
    pub(crate) kind: EntryKind,
    pub(crate) mode: u32,
    pub(crate) uid: u64,
    pub(crate) gid: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum EntryKind {
    /// It is there.
    Node(NodeKind),
    /// It is another name of this path.
    HardLink(String),
    /// It is gone.
    Whiteout,
    /// All that the layers below have in this folder is gone.
    Opaque,
}

/// The first bytes of a program: room for an interpreter's line, or for the headers of an ELF file.
const HEAD: usize = 1024;
/// The most bytes of a file that is kept whole.
const LARGEST_TEXT: u64 = 32 << 20;

/// Reads a layer. The compression is told by the first bytes. Source of the whiteouts: OCI image layer 1.1.
pub(crate) fn read(bytes: impl Read) -> Result<Vec<Entry>, ImageError> {
    let mut bytes = BufReader::with_capacity(1 << 16, bytes);
    let first = bytes.fill_buf()?;
    if is_gzip(first) {
        return entries(flate2::bufread::MultiGzDecoder::new(bytes));
    }
    if is_zstd(first) {
        let decoder = ruzstd::decoding::StreamingDecoder::new(bytes);
        return entries(decoder.map_err(|error| ImageError::malformed(format!("a layer: {error}")))?);
    }
    entries(bytes)
}

/// Source: RFC 1952.
pub(crate) fn is_gzip(first: &[u8]) -> bool {
    first.starts_with(&[0x1f, 0x8b])
}

/// Source: RFC 8878.
pub(crate) fn is_zstd(first: &[u8]) -> bool {
    first.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
}

fn entries(bytes: impl Read) -> Result<Vec<Entry>, ImageError> {
    let mut archive = tar::Archive::new(bytes);
    let mut entries = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = normal(&String::from_utf8_lossy(&entry.path_bytes()));
        let header = entry.header();
        let (mode, owner, group) = (header.mode()? & 0o7777, header.uid()?, header.gid()?);
        let entry_of = |path: String, kind: EntryKind| Entry { path, kind, mode, uid: owner, gid: group };
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        if name == ".wh..wh..opq" {
            entries.push(entry_of(folder.to_owned(), EntryKind::Opaque));
            continue;
        }
        if let Some(gone) = name.strip_prefix(".wh.") {
            entries.push(entry_of(normal(&format!("{folder}/{gone}")), EntryKind::Whiteout));
            continue;
        }
        let target = || {
            let name = entry.link_name_bytes().unwrap_or_default();
            String::from_utf8_lossy(&name).into_owned()
        };
        let kind = match header.entry_type() {
            tar::EntryType::Directory => EntryKind::Node(NodeKind::Folder),
            tar::EntryType::Symlink => EntryKind::Node(NodeKind::Link(target())),
            tar::EntryType::Link => EntryKind::HardLink(target()),
            tar::EntryType::Regular | tar::EntryType::Continuous | tar::EntryType::GNUSparse => {
                let is_program = mode & 0o111 != 0;
                let keep = is_kept(&path) && entry.size() <= LARGEST_TEXT;
                EntryKind::Node(NodeKind::File(content(&mut entry, is_program, keep)?))
            }
            tar::EntryType::Char | tar::EntryType::Block | tar::EntryType::Fifo => {
                EntryKind::Node(NodeKind::Special)
            }
            _ => continue,
        };
        if !path.is_empty() {
            entries.push(entry_of(path, kind));
        }
    }
    Ok(entries)
}

fn content(bytes: &mut impl Read, is_program: bool, keep: bool) -> io::Result<Content> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut kept = Vec::new();
    let mut size = 0;
    loop {
        let read = bytes.read(&mut buffer)?;
        let Some(read) = buffer.get(..read).filter(|read| !read.is_empty()) else { break };
        hash.update(read);
        size += read.len() as u64;
        if keep {
            kept.extend_from_slice(read);
        } else if is_program && kept.len() < HEAD {
            let room = HEAD - kept.len();
            kept.extend_from_slice(read.get(..room).unwrap_or(read));
        }
    }
    let head: Arc<[u8]> = if is_program { kept.get(..HEAD).unwrap_or(&kept).into() } else { Arc::default() };
    let text = keep.then(|| kept.into());
    Ok(Content { size, digest: hash.finalize().into(), text, head })
}

impl Entry {
    /// Bytes of the file that it adds.
    pub(crate) fn size(&self) -> Option<u64> {
        match &self.kind {
            EntryKind::Node(NodeKind::File(content)) => Some(content.size),
            _ => None,
        }
    }
}
