//! `Pipfile.lock`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::build::{dist, edges_to, is_hash, package};
use super::compiled::address;
use crate::error::{Error, ErrorKind, Place, Result};
use crate::manifest::Manifest;
use crate::marker::Marker;
use crate::name::Name;
use crate::resolution::{Edge, Index, IndexRole, LockKind, Package, Record, Resolution, Source, When};

/// Reads specification 6: categories of pinned packages, without what needs what.
///
/// Source: pipenv 2026.0's `utils/locking.py`, 2026-11-24.
pub(super) fn read(path: &str, text: &str, manifest: Option<&Manifest>) -> Result<Resolution> {
    let reader = Reader { path, text };
    let root = crate::json::parse(path, text)?;
    let root = reader.object(&root, "", "")?;
    let Some(meta) = root.get("_meta") else {
        let message = "the field `_meta` is missing";
        return Err(reader.error(ErrorKind::MissingField, "", "_meta", message));
    };
    let meta = reader.object(meta, "_meta", "_meta")?;
    match meta.get("pipfile-spec").and_then(Value::as_u64) {
        Some(6) => {}
        Some(other) => {
            let message = format!("version {other} of this format is not known, only 6 is");
            return Err(reader.error(
                ErrorKind::UnknownVersion,
                "pipfile-spec",
                "_meta.pipfile-spec",
                message,
            ));
        }
        None => {
            let message = "the field `pipfile-spec` is missing";
            return Err(reader.error(ErrorKind::MissingField, "_meta", "_meta.pipfile-spec", message));
        }
    }
    let hash = meta.get("hash").and_then(|hash| hash.get("sha256")).and_then(Value::as_str);
    let record = hash.map_or(Record::None, |hash| Record::Digest(hash.to_owned()));
    let mut packages: Vec<Package> = Vec::new();
    let mut needed: Vec<(usize, When)> = Vec::new();
    for (category, entries) in root.iter().filter(|(key, _)| *key != "_meta") {
        let when = match category.as_str() {
            "default" => When::Always,
            "develop" => When::Group(Name::dev()),
            other => When::Group(Name::new(other).ok_or_else(|| {
                reader.error(ErrorKind::InvalidValue, other, other, format!("`{other}` is no name"))
            })?),
        };
        let mut seen = BTreeSet::new();
        for (key, entry) in reader.object(entries, category, category)? {
            let found = reader.entry(category, key, entry)?;
            if !seen.insert(found.name.clone()) {
                let message = format!("`{key}` has the same name as another package of `{category}`");
                return Err(Error::new(ErrorKind::Duplicate, found.place, message)
                    .in_field(format!("{category}.{key}")));
            }
            let known = packages.iter().position(|other| {
                other.name == found.name && other.version == found.version && other.source == found.source
            });
            let at = known.unwrap_or_else(|| {
                packages.push(found);
                packages.len() - 1
            });
            needed.push((at, when.clone()));
        }
    }
    let own = manifest.and_then(|manifest| manifest.name.clone()).unwrap_or_else(Name::project);
    let place = Place::file(manifest.map_or(path, |manifest| &manifest.path));
    let mut project = package(own, None, Source::Project { path: String::new() }, place);
    for (at, when) in needed {
        if let Some(target) = packages.get(at) {
            let new: Vec<Edge> = edges_to(&[at], &target.name, &[], &Marker::always(), &when);
            project.edges.extend(new);
        }
    }
    packages.push(project);
    let direct = manifest
        .map(|manifest| manifest.all_dependencies().map(|(_, one)| one.requirement.name.clone()).collect());
    Ok(Resolution {
        path: path.to_owned(),
        kind: LockKind::Pipfile,
        requires_python: Marker::always(),
        members: vec![packages.len() - 1],
        packages,
        flat: false,
        edges_known: false,
        indexes: indexes(meta),
        options: Vec::new(),
        direct,
        record,
    })
}

fn indexes(meta: &Map<String, Value>) -> Vec<Index> {
    let sources = meta.get("sources").and_then(Value::as_array);
    let mut found = Vec::new();
    for (number, source) in sources.into_iter().flatten().enumerate() {
        let Some(url) = source.get("url").and_then(Value::as_str) else { continue };
        let name = source.get("name").and_then(Value::as_str).map(str::to_owned);
        let role = if number == 0 { IndexRole::Default } else { IndexRole::Extra };
        found.push(Index { name, url: url.to_owned(), role });
    }
    found
}

struct Reader<'t> {
    path: &'t str,
    text: &'t str,
}

impl Reader<'_> {
    /// JSON values have no places: the first mention of the key is the best there is.
    fn error(&self, kind: ErrorKind, key: &str, field: &str, message: impl Into<String>) -> Error {
        Error::new(kind, self.place(key), message).in_field(field)
    }

    fn place(&self, key: &str) -> Place {
        let offset = if key.is_empty() { None } else { self.text.find(&format!("\"{key}\"")) };
        Place::at(self.path, self.text, offset.unwrap_or_default())
    }

    fn object<'v>(&self, value: &'v Value, key: &str, field: &str) -> Result<&'v Map<String, Value>> {
        value
            .as_object()
            .ok_or_else(|| self.error(ErrorKind::WrongType, key, field, "an object was expected"))
    }

    fn text_of<'v>(
        &self,
        entry: &'v Map<String, Value>,
        key: &str,
        field: &str,
        name: &str,
    ) -> Result<Option<&'v str>> {
        match entry.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(
                ErrorKind::WrongType,
                key,
                &format!("{field}.{name}"),
                "a string was expected",
            )),
        }
    }

    fn entry(&self, category: &str, key: &str, entry: &Value) -> Result<Package> {
        let field = format!("{category}.{key}");
        let invalid = |message: String| self.error(ErrorKind::InvalidValue, key, &field, message);
        let name = Name::new(key).ok_or_else(|| invalid(format!("`{key}` is no name")))?;
        let entry = self.object(entry, key, &field)?;
        let source = self.source(entry, key, &field)?;
        let version = self.text_of(entry, key, &field, "version")?;
        let version = match version {
            // Written for what the markers ruled out where it was locked: nothing was resolved. Refused where it is
            // installed, by `select`.
            Some("*") => None,
            Some(text) => Some(
                text.strip_prefix("==")
                    .ok_or_else(|| invalid(format!("`{text}` is not pinned with `==`")))?,
            ),
            None if matches!(source, Source::Index { .. }) => {
                let message = "the field `version` is missing";
                return Err(self.error(ErrorKind::MissingField, key, &field, message));
            }
            None => None,
        };
        let mut found = package(name, version.map(str::to_owned), source, self.place(key));
        found.field.clone_from(&field);
        if let Some(marker) = self.text_of(entry, key, &field, "markers")? {
            found.marker = Marker::parse(marker).map_err(|error| invalid(format!("`{marker}`: {error}")))?;
        }
        if let Some(hashes) = entry.get("hashes") {
            let wrong = || {
                self.error(
                    ErrorKind::WrongType,
                    key,
                    &format!("{field}.hashes"),
                    "a list of hashes was expected",
                )
            };
            for hash in hashes.as_array().ok_or_else(wrong)? {
                let hash = hash.as_str().filter(|hash| is_hash(hash)).ok_or_else(wrong)?;
                found.files.push(dist("", Some(hash), None));
            }
        }
        Ok(found)
    }

    fn source(&self, entry: &Map<String, Value>, key: &str, field: &str) -> Result<Source> {
        let subdirectory = self.text_of(entry, key, field, "subdirectory")?.map(str::to_owned);
        if let Some(url) = self.text_of(entry, key, field, "git")? {
            let commit = self.text_of(entry, key, field, "ref")?.unwrap_or_default().to_owned();
            return Ok(Source::Git { url: url.to_owned(), commit, subdirectory });
        }
        if let Some(path) = self.text_of(entry, key, field, "path")? {
            let editable = entry.get("editable").and_then(Value::as_bool).unwrap_or(false);
            return Ok(match address(&format!("file:{path}")) {
                Source::Path { path, directory, .. } => Source::Path { path, directory, editable },
                other => other,
            });
        }
        if let Some(url) = self.text_of(entry, key, field, "file")? {
            return Ok(address(url));
        }
        Ok(Source::Index { url: None })
    }
}
