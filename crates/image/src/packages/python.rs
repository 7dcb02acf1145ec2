//! Python distributions, by their metadata, and whether the files are those that the metadata lists.
//!
//! Source: the Python Packaging User Guide, "Recording installed projects". The digests in `RECORD` show what a second
//! installation into the same folder overwrote, which no package manager notices.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::archive::normal;
use crate::tree::Content;
use crate::{NodeKind, Tree};

/// An installed distribution.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Distribution {
    /// In the normal form: lower case, `-` between words.
    pub name: String,
    /// As the metadata has it.
    pub version: String,
    /// The folder that it is imported from.
    pub folder: String,
    /// Modules and data that its `RECORD` lists and that are not there; scripts outside of the folder left out.
    pub missing: Vec<String>,
    /// Those that are there with other bytes.
    pub changed: Vec<String>,
}

pub(super) fn is_record(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let folder = parts.next().unwrap_or_default();
    match name {
        "METADATA" | "RECORD" => folder.ends_with(".dist-info"),
        "PKG-INFO" => folder.ends_with(".egg-info"),
        _ => false,
    }
}

/// All distributions, in the order of their paths.
pub(super) fn distributions(tree: &Tree) -> Vec<Distribution> {
    let mut found = Vec::new();
    for (path, node) in tree.iter() {
        let Some(content) = node.content() else { continue };
        let Some(text) = &content.text else { continue };
        let Some((info, "METADATA" | "PKG-INFO")) = path.rsplit_once('/') else { continue };
        // What an installer keeps to install from is not installed: uv's cache holds wheels unpacked.
        if info.split('/').any(|part| part == ".cache") {
            continue;
        }
        let text = String::from_utf8_lossy(text);
        let Some((name, version)) = name_and_version(&text) else { continue };
        let folder = info.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (missing, changed) = match tree.text(&format!("{info}/RECORD")) {
            Some(record) => differing(tree, folder, info, &String::from_utf8_lossy(record)),
            None => (Vec::new(), Vec::new()),
        };
        found.push(Distribution { name, version, folder: folder.to_owned(), missing, changed });
    }
    found
}

/// From the headers of the metadata.
fn name_and_version(text: &str) -> Option<(String, String)> {
    let headers = text.lines().take_while(|line| !line.is_empty());
    let fields: BTreeMap<&str, &str> =
        headers.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name, value.trim())).collect();
    Some((normal_name(fields.get("Name")?), (*fields.get("Version")?).to_owned()))
}

/// PEP 503: runs of `-`, `_` and `.` are one `-`.
fn normal_name(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// The files of a record that are missing, and those that differ.
fn differing(tree: &Tree, folder: &str, info: &str, record: &str) -> (Vec<String>, Vec<String>) {
    let (mut missing, mut changed) = (Vec::new(), Vec::new());
    for line in record.lines() {
        let Some((path, digest)) = fields(line) else { continue };
        // Scripts lie where the installer was told to put them, and belong to one interpreter. Bytecode comes and goes:
        // virtualenv's record of pip lists its folders.
        let bytecode = path.ends_with(".pyc") || path.ends_with("__pycache__");
        if path.starts_with("../") || path.starts_with('/') || bytecode {
            continue;
        }
        let full = normal(&format!("{folder}/{path}"));
        if full.starts_with(info) {
            continue;
        }
        match tree.get(&full).map(|node| &node.kind) {
            None => missing.push(path.to_owned()),
            Some(NodeKind::File(content)) if digest.is_some_and(|digest| !is(content, digest)) => {
                changed.push(path.to_owned());
            }
            Some(_) => {}
        }
    }
    (missing, changed)
}

/// The path and the SHA-256 of a line. A path with a comma or quote stands in quotes.
fn fields(line: &str) -> Option<(&str, Option<&str>)> {
    let (path, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.rsplit_once("\",")?,
        None => line.split_once(',')?,
    };
    let digest = rest.split(',').next()?;
    Some((path, digest.strip_prefix("sha256=")))
}

fn is(content: &Content, digest: &str) -> bool {
    URL_SAFE_NO_PAD.encode(content.digest) == digest.trim_end_matches('=')
}
