//! The files that readers may look at: texts by path, never the disk.

use std::collections::BTreeMap;

use crate::error::{Error, ErrorKind, Place, Result};

/// Gives the bytes of a file of the project. Paths are relative to the project, with `/`.
pub trait Files {
    /// The bytes; `None` where there is no such file; the reason where it cannot be read.
    fn read(&self, path: &str) -> std::result::Result<Option<Vec<u8>>, String>;
}

impl Files for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> std::result::Result<Option<Vec<u8>>, String> {
        Ok(self.get(path).cloned())
    }
}

impl Files for BTreeMap<String, String> {
    fn read(&self, path: &str) -> std::result::Result<Option<Vec<u8>>, String> {
        Ok(self.get(path).map(|text| text.clone().into_bytes()))
    }
}

/// The text of a file, without a byte order mark; `None` where there is none.
pub(crate) fn text_of(files: &dyn Files, path: &str) -> Result<Option<String>> {
    let bytes =
        files.read(path).map_err(|reason| Error::new(ErrorKind::Unreadable, Place::file(path), reason))?;
    let Some(bytes) = bytes else { return Ok(None) };
    let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => rest.to_vec(),
        None => bytes,
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let valid = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default());
            let place = Place::at(path, &valid, valid.len());
            Err(Error::new(ErrorKind::Syntax, place, "not UTF-8").with_way_out("save the file as UTF-8"))
        }
    }
}

/// The text of a file that must be there.
pub(crate) fn required_text(files: &dyn Files, path: &str) -> Result<String> {
    text_of(files, path)?
        .ok_or_else(|| Error::new(ErrorKind::MissingFile, Place::file(path), "there is no such file"))
}

/// The folder of a path: empty for the project's own.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}

/// A file beside another one.
pub(crate) fn sibling(path: &str, name: &str) -> String {
    match folder_of(path) {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// `folder/relative` with `.` and `..` worked out; `None` where it leaves the project or is absolute.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_project() {
        assert_eq!(join("a/b", "../c.txt").as_deref(), Some("a/c.txt"));
        assert_eq!(join("", "./x//y").as_deref(), Some("x/y"));
        assert_eq!(join("a", "../../x"), None);
        assert_eq!(join("a", "/etc/passwd"), None);
    }

    #[test]
    fn bytes_that_are_no_text_are_named_with_their_place() {
        let files = BTreeMap::from([("r.txt".to_owned(), b"a\nb\xff".to_vec())]);
        let error = required_text(&files, "r.txt").expect_err("no UTF-8");
        assert_eq!(error.to_string(), "r.txt:2:2: not UTF-8; save the file as UTF-8");
    }
}
