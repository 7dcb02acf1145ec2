//! What is open in the editor: texts that overlay the files on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use super::position::{Encoding, Lines, Range};
use crate::discover::{NameKind, kind};
use crate::disk::Overlay;

/// A text that is open.
#[derive(Debug)]
pub(super) struct Open {
    /// Where it lies on disk, or would; none for a text without a name.
    pub(super) path: Option<PathBuf>,
    pub(super) version: i64,
    pub(super) text: String,
    /// Whether it is a Dockerfile, by its language or its name.
    pub(super) is_dockerfile: bool,
}

/// All texts that are open, by their URI as the client writes it.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) open: BTreeMap<String, Open>,
}

/// One change of a text; without a range it is the whole text.
#[derive(Debug, Deserialize)]
pub(super) struct ContentChange {
    range: Option<Range>,
    text: String,
}

impl Documents {
    pub(super) fn open(&mut self, uri: &str, language: &str, version: i64, text: String) {
        let path = path_of(uri);
        let name = path.as_deref().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let is_dockerfile =
            language.eq_ignore_ascii_case("dockerfile") || kind(&name) == NameKind::Dockerfile;
        self.open.insert(uri.to_owned(), Open { path, version, text, is_dockerfile });
    }

    /// Makes the changes, each on the result of the one before it. Whether the text is open at all.
    pub(super) fn change(
        &mut self,
        uri: &str,
        version: i64,
        changes: Vec<ContentChange>,
        encoding: Encoding,
    ) -> bool {
        let Some(open) = self.open.get_mut(uri) else { return false };
        for ContentChange { range, text } in changes {
            match range {
                None => open.text = text,
                Some(range) => {
                    let span = Lines::new(&open.text, encoding).span(range);
                    open.text.replace_range(span.range(), &text);
                }
            }
        }
        open.version = version;
        true
    }

    /// What is read in the place of files on disk.
    pub(super) fn overlay(&self) -> Overlay {
        let named = self.open.values().filter_map(|open| Some((open.path.clone()?, &open.text)));
        Overlay::new(named.map(|(path, text)| (path, text.as_bytes().into())).collect())
    }

    /// The open text that lies at `path`.
    pub(super) fn at(&self, path: &Path) -> Option<(&str, &Open)> {
        let mut open = self.open.iter();
        open.find(|(_, open)| open.path.as_deref() == Some(path)).map(|(uri, open)| (uri.as_str(), open))
    }
}

/// Where a file lies, as the system itself names it; the file need not be there.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let path = Url::parse(uri).ok().filter(|url| url.scheme() == "file")?.to_file_path().ok()?;
    if let Ok(real) = path.canonicalize() {
        return Some(real);
    }
    match (path.parent().and_then(|folder| folder.canonicalize().ok()), path.file_name()) {
        (Some(folder), Some(name)) => Some(folder.join(name)),
        _ => Some(path),
    }
}

/// The URI of a file.
pub(super) fn uri_of(path: &Path) -> Option<String> {
    Url::from_file_path(path).ok().map(String::from)
}
