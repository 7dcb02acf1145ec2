//! Locks that hold a digest of what they were made from.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::python_json::{COMPACT, DEFAULT, Json};
use crate::error::Result;
use crate::toml_tree::{Document, Entries, Value};

const REASON: &str = "the digest that it holds is another one";

fn sha256(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn get<'a>(table: Option<&'a Entries<'a>>, key: &str) -> Option<&'a Value<'a>> {
    table.and_then(|table| table.get(key)).map(|item| &item.value)
}

fn sub<'a>(table: Option<&'a Entries<'a>>, key: &str) -> Option<&'a Entries<'a>> {
    get(table, key).and_then(Value::as_table)
}

/// Poetry's `content-hash`, in the forms of 1.x and 2.x.
///
/// Source: `_get_content_hash` in `packages/locker.py` of poetry 1.8 and 2.5, 2026-11-24.
pub(super) fn poetry(hash: &str, manifest: &str, text: &str) -> Result<Option<String>> {
    let manifest = Document::parse(manifest, text)?;
    let table = Some(manifest.raw());
    let forms = [poetry_text(table, true), poetry_text(table, false), poetry_legacy(table)];
    let fresh = forms.iter().any(|form| sha256(form) == hash);
    Ok((!fresh).then(|| REASON.to_owned()))
}

const LEGACY: [&str; 4] = ["dependencies", "source", "extras", "dev-dependencies"];

fn poetry_legacy(root: Option<&Entries<'_>>) -> String {
    let poetry = sub(sub(root, "tool"), "poetry");
    let mut entries = Vec::new();
    for key in LEGACY {
        entries.push((key.to_owned(), get(poetry, key).map_or(Json::Null, Json::Toml)));
    }
    entries.extend(get(poetry, "group").map(|value| ("group".to_owned(), Json::Toml(value))));
    Json::Object(entries).print(DEFAULT)
}

fn poetry_text(root: Option<&Entries<'_>>, with_groups: bool) -> String {
    let project = sub(root, "project");
    let mut of_project = Vec::new();
    for key in ["requires-python", "dependencies", "optional-dependencies"] {
        of_project.extend(get(project, key).map(|value| (key.to_owned(), Json::Toml(value))));
    }
    let groups = get(root, "dependency-groups")
        .filter(|value| with_groups && value.as_table().is_some_and(|table| !table.is_empty()));
    if of_project.is_empty() && groups.is_none() {
        return poetry_legacy(root);
    }
    let poetry = sub(sub(root, "tool"), "poetry");
    let mut of_poetry = Vec::new();
    for key in LEGACY.into_iter().chain(["group"]) {
        of_poetry.extend(get(poetry, key).map(|value| (key.to_owned(), Json::Toml(value))));
    }
    let mut entries = Vec::new();
    if !of_project.is_empty() {
        entries.push(("project".to_owned(), Json::Object(of_project)));
    }
    entries.extend(groups.map(|value| ("dependency-groups".to_owned(), Json::Toml(value))));
    let poetry = Json::Object(vec![("poetry".to_owned(), Json::Object(of_poetry))]);
    entries.push(("tool".to_owned(), poetry));
    Json::Object(entries).print(DEFAULT)
}

/// pdm's `content_hash`: since 2.17 over `resolution`, before over `overrides`.
///
/// Source: `content_hash` in `project/project_file.py` of pdm 2.22 and 2.29, 2026-11-24.
pub(super) fn pdm(hash: &str, manifest: &str, text: &str) -> Result<Option<String>> {
    let Some(hash) = hash.strip_prefix("sha256:") else {
        // Another algorithm may be configured; what cannot be checked is not called stale.
        return Ok(None);
    };
    let manifest = Document::parse(manifest, text)?;
    let table = Some(manifest.raw());
    let fresh = [false, true].into_iter().any(|old| sha256(&pdm_text(table, old)) == hash);
    Ok((!fresh).then(|| REASON.to_owned()))
}

fn pdm_text(root: Option<&Entries<'_>>, old: bool) -> String {
    let project = sub(root, "project");
    let settings = sub(sub(root, "tool"), "pdm");
    let or_list = |table, key| match get(table, key) {
        Some(value) => Json::Toml(value),
        None => Json::List(Vec::new()),
    };
    let or_object = |table, key| match get(table, key) {
        Some(value) => Json::Toml(value),
        None => Json::Object(Vec::new()),
    };
    let mut groups: Vec<(String, Vec<Json<'_>>)> = Vec::new();
    for table in [sub(root, "dependency-groups"), sub(settings, "dev-dependencies")] {
        for (key, value) in table.into_iter().flat_map(Entries::iter) {
            let name = crate::Name::new(key).map_or_else(|| key.to_owned(), |name| name.to_string());
            let items = value.value.as_array().into_iter().flatten();
            let items: Vec<Json<'_>> = items.map(|item| Json::Toml(&item.value)).collect();
            match groups.iter_mut().find(|(known, _)| *known == name) {
                Some((_, list)) => list.extend(items),
                None => groups.push((name, items)),
            }
        }
    }
    let groups = groups.into_iter().map(|(name, items)| (name, Json::List(items))).collect();
    let python = match get(project, "requires-python") {
        Some(value) => Json::Toml(value),
        None => Json::Text(""),
    };
    let mut entries = vec![
        ("sources".to_owned(), or_list(settings, "source")),
        ("dependencies".to_owned(), or_list(project, "dependencies")),
        ("dev-dependencies".to_owned(), Json::Object(groups)),
        ("optional-dependencies".to_owned(), or_object(project, "optional-dependencies")),
        ("requires-python".to_owned(), python),
    ];
    if old {
        let resolution = sub(settings, "resolution");
        entries.push(("overrides".to_owned(), or_object(resolution, "overrides")));
    } else {
        entries.push(("resolution".to_owned(), or_object(settings, "resolution")));
    }
    Json::Object(entries).print(DEFAULT)
}

/// Pipenv's hash of the Pipfile.
///
/// Source: `get_hash` in `plette/pipfiles.py` 2.4, which pipenv brings along, 2026-11-24.
pub(super) fn pipenv(hash: &str, manifest: &str, text: &str) -> Result<Option<String>> {
    let document = Document::parse(manifest, text)?;
    let root = Some(document.raw());
    let or_object = |key| match get(root, key) {
        Some(value) => Json::Toml(value),
        None => Json::Object(Vec::new()),
    };
    // Without a source, pipenv puts its default one in, whose address it knows and we do not.
    let Some(sources) = get(root, "source") else { return Ok(None) };
    let meta =
        vec![("sources".to_owned(), Json::Toml(sources)), ("requires".to_owned(), or_object("requires"))];
    let mut entries = vec![
        ("_meta".to_owned(), Json::Object(meta)),
        ("default".to_owned(), or_object("packages")),
        ("develop".to_owned(), or_object("dev-packages")),
    ];
    let known = [
        "source",
        "packages",
        "dev-packages",
        "requires",
        "scripts",
        "pipfile",
        "pipenv",
        "default",
        "develop",
    ];
    for (name, item) in document.raw().iter() {
        if !known.contains(&name) {
            entries.push((name.to_owned(), Json::Toml(&item.value)));
        }
    }
    let fresh = sha256(&Json::Object(entries).print(COMPACT)) == hash;
    Ok((!fresh).then(|| REASON.to_owned()))
}
