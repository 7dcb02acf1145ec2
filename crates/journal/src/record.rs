//! The record of a run, as bytes.
//!
//! ```text
//! dockfit-journal 1
//! apply 00f3a1b2c3d4e5f6 1
//! 3:sub
//! 10:Dockerfile
//! 12:FROM old...
//! 12:FROM new...
//! end
//! ```
//!
//! Line 2: kind, identity (part of the staged files' names), number of entries. Then the root, relative to the
//! anchor, and per entry its path, relative to the root, and its bytes before and after; `-` for no file. Bytes
//! stand as they are, so that a person can get an old text out of it without this program.
//!
//! Version 2 is for runs that make folders: their number is the last word of line 2, and their paths follow the root.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::place::is_plain;
use crate::platform::{bytes_of, path_of};

const VERSION: u32 = 2;
const MAGIC: &str = "dockfit-journal ";

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Writes new texts.
    Apply,
    /// Takes an apply back.
    Undo,
}

/// All that a run writes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub(crate) kind: Kind,
    /// Relative to the anchor.
    pub(crate) root: &'a Path,
    /// Makes the names of this run's staged files its own.
    pub(crate) id: u64,
    /// The folders that an apply makes, each behind the one that it is in; those that an undo removes again. Relative to the
    /// root; plain names only.
    pub(crate) folders: Vec<&'a Path>,
    pub(crate) entries: Vec<Entry<'a>>,
}

/// One file of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Relative to the root; plain names only.
    pub(crate) path: &'a Path,
    /// The bytes before the run; `None`: no file.
    pub(crate) before: Option<&'a [u8]>,
    /// The bytes after the run; `None`: no file.
    pub(crate) after: Option<&'a [u8]>,
}

/// Why bytes are no record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoRecord {
    Damaged,
    Newer(u32),
}

impl<'a> Record<'a> {
    pub(crate) fn encode(&self, out: &mut dyn Write) -> io::Result<()> {
        let kind = match self.kind {
            Kind::Apply => "apply",
            Kind::Undo => "undo",
        };
        let version = if self.folders.is_empty() { 1 } else { VERSION };
        let mut head = format!("{MAGIC}{version}\n{kind} {:016x} {}", self.id, self.entries.len());
        if !self.folders.is_empty() {
            let _ = write!(head, " {}", self.folders.len());
        }
        head.push('\n');
        out.write_all(head.as_bytes())?;
        let path_bytes = |path| bytes_of(path).ok_or_else(|| io::Error::from(ErrorKind::InvalidFilename));
        field(out, Some(path_bytes(self.root)?))?;
        for folder in &self.folders {
            field(out, Some(path_bytes(folder)?))?;
        }
        for entry in &self.entries {
            field(out, Some(path_bytes(entry.path)?))?;
            field(out, entry.before)?;
            field(out, entry.after)?;
        }
        out.write_all(b"end\n")
    }

    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, NoRecord> {
        let mut input = Input(bytes);
        let version: u32 =
            input.line().and_then(|l| l.strip_prefix(MAGIC)?.parse().ok()).ok_or(NoRecord::Damaged)?;
        if version > VERSION {
            return Err(NoRecord::Newer(version));
        }
        input.record().ok_or(NoRecord::Damaged)
    }
}

fn field(out: &mut dyn Write, bytes: Option<&[u8]>) -> io::Result<()> {
    let Some(bytes) = bytes else { return out.write_all(b"-\n") };
    write!(out, "{}:", bytes.len())?;
    out.write_all(bytes)?;
    out.write_all(b"\n")
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn until(&mut self, end: u8) -> Option<&'a str> {
        let at = self.0.iter().position(|&byte| byte == end)?;
        let (text, rest) = self.0.split_at_checked(at)?;
        self.0 = rest.get(1..)?;
        std::str::from_utf8(text).ok()
    }

    fn line(&mut self) -> Option<&'a str> {
        self.until(b'\n')
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.until(b':')?.parse().ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest.strip_prefix(b"\n")?;
        Some(bytes)
    }

    fn path(&mut self) -> Option<&'a Path> {
        path_of(self.bytes()?).filter(|path| is_plain(path))
    }

    fn name(&mut self) -> Option<&'a Path> {
        self.path().filter(|path| path.file_name().is_some())
    }

    fn entry(&mut self) -> Option<Entry<'a>> {
        let path = self.name()?;
        let mut entry = Entry { path, before: None, after: None };
        for content in [&mut entry.before, &mut entry.after] {
            if let Some(rest) = self.0.strip_prefix(b"-\n") {
                self.0 = rest;
            } else {
                *content = Some(self.bytes()?);
            }
        }
        Some(entry)
    }

    fn record(&mut self) -> Option<Record<'a>> {
        let mut head = self.line()?.split(' ');
        let kind = match head.next()? {
            "apply" => Kind::Apply,
            "undo" => Kind::Undo,
            _ => return None,
        };
        let id = u64::from_str_radix(head.next()?, 16).ok()?;
        let count: usize = head.next()?.parse().ok()?;
        let made: usize = head.next().map_or(Some(0), |made| made.parse().ok())?;
        let root = self.path()?;
        let mut folders = Vec::new();
        for _ in 0..made {
            folders.push(self.name()?);
        }
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push(self.entry()?);
        }
        (self.0 == b"end\n").then_some(Record { kind, root, id, folders, entries })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sample(folders: Vec<&Path>) -> Vec<u8> {
        let record = Record {
            kind: Kind::Undo,
            root: Path::new("sub/dir"),
            id: 0xf3,
            folders,
            entries: vec![
                Entry { path: Path::new("a\nb"), before: None, after: Some(b"-\n3:\r\n\0\xff") },
                Entry { path: Path::new("Dockerfile"), before: Some(b""), after: None },
            ],
        };
        let mut bytes = Vec::new();
        record.encode(&mut bytes).unwrap();
        assert_eq!(Record::decode(&bytes), Ok(record));
        bytes
    }

    fn samples() -> [Vec<u8>; 2] {
        [sample(Vec::new()), sample(vec![Path::new("docker"), Path::new("docker/new")])]
    }

    #[test]
    fn a_cut_record_is_damaged_at_every_length() {
        for bytes in samples() {
            for length in 0..bytes.len() {
                assert_eq!(Record::decode(&bytes[..length]), Err(NoRecord::Damaged), "{length}");
            }
        }
    }

    #[test]
    fn a_changed_byte_never_panics() {
        for bytes in samples() {
            for at in 0..bytes.len() {
                for byte in 0..=255 {
                    let mut other = bytes.clone();
                    other[at] = byte;
                    let _ = Record::decode(&other);
                }
            }
        }
    }

    #[test]
    fn a_newer_format_is_told_from_a_damaged_one() {
        assert_eq!(Record::decode(b"dockfit-journal 3\nwhatever"), Err(NoRecord::Newer(3)));
        assert_eq!(Record::decode(b"dockfit-journal x\n"), Err(NoRecord::Damaged));
    }

    #[test]
    fn a_path_that_climbs_is_damage() {
        for path in ["../x", "a/../../x", "/etc/x", ""] {
            let text = format!("dockfit-journal 1\napply 0 1\n0:\n{}:{path}\n-\n1:x\nend\n", path.len());
            assert_eq!(Record::decode(text.as_bytes()), Err(NoRecord::Damaged), "{path}");
        }
    }
}
