//! `requirements*.txt`, lossless enough to copy lines.

mod include;
mod logical;
mod via;
mod words;

use std::ops::Range;

pub use include::{Requirements, read_requirements};
pub use via::Via;

use crate::error::{Error, ErrorKind, Lines, Place, Result};
use crate::marker::Marker;
use crate::name::Name;
use crate::requirement::Requirement;
use crate::resolution::{Index, IndexRole};

/// One file. Its items' ranges tile the text, together with the blank and comment lines between.
#[derive(Debug, Clone)]
pub struct RequirementsFile {
    /// The path, relative to the project.
    pub path: String,
    /// The text.
    pub text: String,
    /// What it says, line by line.
    pub items: Vec<Item>,
    /// The comment lines before the first item, without `#`.
    pub header: Vec<String>,
}

/// One logical line that says something.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where it starts.
    pub place: Place,
    /// Its bytes, continuations and line end included.
    pub range: Range<usize>,
    /// What it says.
    pub kind: ItemKind,
    /// Who needs it, from `# via` beside or below it.
    pub via: Vec<Via>,
    /// Was there a `# via` at all?
    pub annotated: bool,
}

/// What a line says.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// Something to install.
    Requirement(Line),
    /// `-r FILE`.
    Include(String),
    /// `-c FILE`.
    Constraint(String),
    /// `--index-url`, `--extra-index-url`, `--find-links`.
    Index(Index),
    /// Any other option of the whole file (`--no-index`, `--pre`, `--no-binary a`).
    Option {
        /// With its dashes.
        name: String,
        /// Its value.
        value: Option<String>,
    },
}

/// Something to install.
#[derive(Debug, Clone)]
pub struct Line {
    /// The requirement as written, without options and comment.
    pub text: String,
    /// What it names.
    pub target: Target,
    /// Was it given with `-e`?
    pub editable: bool,
    /// `sha256:…`, in the order of the file.
    pub hashes: Vec<String>,
    /// Other options of the line (`--config-settings`, `--global-option`).
    pub options: Vec<(String, Option<String>)>,
}

/// What a line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A package by name.
    Named(Requirement),
    /// An address; the name where `#egg=` or the file's name tells it.
    Url {
        /// As written.
        url: String,
        /// The package.
        name: Option<Name>,
        /// When it is needed.
        marker: Marker,
    },
    /// A file or folder.
    Path {
        /// As written, without extras.
        path: String,
        /// The extras.
        extras: Vec<Name>,
        /// When it is needed.
        marker: Marker,
    },
}

impl Target {
    /// The package's name, where it is known.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Named(requirement) => Some(&requirement.name),
            Self::Url { name, .. } => name.as_ref(),
            Self::Path { .. } => None,
        }
    }

    /// When it is needed.
    pub fn marker(&self) -> &Marker {
        match self {
            Self::Named(requirement) => &requirement.marker,
            Self::Url { marker, .. } | Self::Path { marker, .. } => marker,
        }
    }
}

impl RequirementsFile {
    /// Reads one file, without following its includes.
    pub fn parse(path: &str, text: &str) -> Result<Self> {
        let mut items: Vec<Item> = Vec::new();
        let mut header = Vec::new();
        let lines = Lines::of(text);
        let mut via = via::ViaReader::default();
        for line in logical::logical_lines(text) {
            if let Some(comment) = line.comment.as_deref().filter(|_| line.text.is_empty()) {
                match items.last_mut() {
                    Some(item) if via.take(comment) => {
                        item.via.clone_from(&via.found);
                        item.annotated = true;
                    }
                    Some(_) => {}
                    None => header.push(comment.to_owned()),
                }
                continue;
            }
            via = via::ViaReader::default();
            if line.text.is_empty() {
                continue;
            }
            let lead = text.get(line.range.clone()).map_or(0, |raw| raw.len() - raw.trim_start().len());
            let place = lines.place(path, text, line.range.start + lead);
            let kind = kind(&line.text, &place)?;
            let annotated = line.comment.as_deref().is_some_and(|comment| via.take(comment));
            items.push(Item { place, range: line.range, kind, via: via.found.clone(), annotated });
        }
        Ok(Self { path: path.to_owned(), text: text.to_owned(), items, header })
    }

    /// The lines that name something to install.
    pub fn lines(&self) -> impl Iterator<Item = (&Item, &Line)> {
        self.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Requirement(line) => Some((item, line)),
            _ => None,
        })
    }
}

fn kind(text: &str, place: &Place) -> Result<ItemKind> {
    let error = |message: String| Error::new(ErrorKind::Syntax, place.clone(), message);
    let (requirement, options) = words::split(text).map_err(error)?;
    if !requirement.is_empty() {
        let line = line(&requirement, false, options, place)?;
        return Ok(ItemKind::Requirement(line));
    }
    let mut options = options.into_iter();
    let Some(first) = options.next() else {
        return Err(error("nothing to read on this line".to_owned()));
    };
    let value = first.value.clone().unwrap_or_default();
    let index = |role| ItemKind::Index(Index { name: None, url: value.clone(), role });
    let kind = match first.name.as_str() {
        "-e" | "--editable" => {
            return Ok(ItemKind::Requirement(line(&value, true, options.collect(), place)?));
        }
        "-r" | "--requirement" => ItemKind::Include(value),
        "-c" | "--constraint" => ItemKind::Constraint(value),
        "-i" | "--index-url" | "--pypi-url" => index(IndexRole::Default),
        "--extra-index-url" => index(IndexRole::Extra),
        "-f" | "--find-links" => index(IndexRole::FindLinks),
        "--hash" => return Err(error("`--hash` stands on a line without a requirement".to_owned())),
        _ => ItemKind::Option { name: first.name, value: first.value },
    };
    match options.next() {
        None => Ok(kind),
        // pip takes several options on one line, and only one of them each: rare enough to say so.
        Some(second) => Err(Error::new(
            ErrorKind::Unsupported,
            place.clone(),
            format!("`{}` follows another option on the same line", second.name),
        )
        .with_way_out("write one option per line")),
    }
}

fn line(text: &str, editable: bool, options: Vec<words::Opt>, place: &Place) -> Result<Line> {
    let mut hashes = Vec::new();
    let mut others = Vec::new();
    for option in options {
        match (option.name.as_str(), option.value) {
            ("--hash", Some(hash)) => hashes.push(checked_hash(hash, place)?),
            (_, value) => others.push((option.name, value)),
        }
    }
    let target = target(text, editable, place)?;
    Ok(Line { text: text.to_owned(), target, editable, hashes, options: others })
}

fn checked_hash(hash: String, place: &Place) -> Result<String> {
    // Source: pip's STRONG_HASHES and FAVORITE_HASH (_internal/utils/hashes.py): sha256, sha384, sha512.
    let length = match hash.split_once(':') {
        Some(("sha256", _)) => 64,
        Some(("sha384", _)) => 96,
        Some(("sha512", _)) => 128,
        _ => 0,
    };
    let digest = hash.split_once(':').map_or("", |(_, digest)| digest);
    if length == 0 || digest.len() != length || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("`{hash}` is no sha256, sha384 or sha512 hash");
        return Err(Error::new(ErrorKind::InvalidValue, place.clone(), message).in_field("--hash"));
    }
    Ok(hash)
}

/// What a requirement text names.
///
/// Source: `parse_req_from_line` in pip's `_internal/req/constructors.py` (26.3): an address has `://` or a
/// version control prefix; a path starts with `.`, holds a `/`, or ends like an archive.
fn target(text: &str, editable: bool, place: &Place) -> Result<Target> {
    let head = text.split([';', '@']).next().unwrap_or_default();
    let named = Name::new(head.split(['[', ' ', '<', '>', '=', '!', '~', '(']).next().unwrap_or_default());
    let bare = text.split(" ;").next().unwrap_or(text).trim();
    let has_address = text.contains('@') && named.is_some() && !head.contains(['/', ':']);
    if !has_address && bare.contains("://") {
        let (url, marker) = with_marker(text, " ;", place)?;
        return Ok(Target::Url { name: name_in_url(&url), url, marker });
    }
    let archive = [".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz"]
        .iter()
        .any(|ending| bare.split('[').next().unwrap_or(bare).ends_with(ending));
    if !has_address && (editable || head.starts_with('.') || head.contains('/') || archive) {
        let (path, marker) = with_marker(text, ";", place)?;
        let path = path.strip_prefix("file:").map_or(path.as_str(), |rest| rest).to_owned();
        let (path, extras) = match path.strip_suffix(']').and_then(|inner| inner.rsplit_once('[')) {
            Some((path, extras)) => {
                (path.to_owned(), extras.split(',').filter_map(|extra| Name::new(extra.trim())).collect())
            }
            None => (path, Vec::new()),
        };
        return Ok(Target::Path { path, extras, marker });
    }
    Requirement::parse(text).map(Target::Named).map_err(|error| {
        let mut place = place.clone();
        place.column += text.get(..error.offset).map_or(0, |before| before.chars().count());
        Error::new(ErrorKind::Syntax, place, format!("`{text}`: {error}"))
    })
}

fn with_marker(text: &str, separator: &str, place: &Place) -> Result<(String, Marker)> {
    let Some((address, marker)) = text.split_once(separator) else {
        return Ok((text.trim().to_owned(), Marker::always()));
    };
    let marker = Marker::parse(marker)
        .map_err(|error| Error::new(ErrorKind::Syntax, place.clone(), format!("`{text}`: {error}")))?;
    Ok((address.trim().to_owned(), marker))
}

fn name_in_url(url: &str) -> Option<Name> {
    if let Some((_, egg)) = url.split_once("#egg=").or_else(|| url.split_once("&egg=")) {
        return Name::new(egg.split(['&', '[']).next()?);
    }
    let file = url.split(['#', '?']).next()?.rsplit('/').next()?;
    file.ends_with(".whl").then(|| Name::new(file.split('-').next()?)).flatten()
}
