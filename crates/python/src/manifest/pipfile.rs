//! `Pipfile`.

use super::{DeclaredSource, Dependency, Manifest, Tool};
use crate::error::{ErrorKind, Result};
use crate::marker::Marker;
use crate::name::Name;
use crate::requirement::{Requirement, check_specifiers};
use crate::resolution::{Index, IndexRole};
use crate::toml_tree::{Document, Table, Value};

/// Tables that hold no packages.
const OTHERS: [&str; 5] = ["source", "requires", "scripts", "pipenv", "pipfile"];

/// Reads the file. Its categories beside `packages` are groups, `dev-packages` under the name `dev`.
///
/// Source: "Pipfile & Pipfile.lock", pipenv documentation 2026.0, 2026-11-24.
pub(super) fn read(path: &str, text: &str) -> Result<Manifest> {
    let document = Document::parse(path, text)?;
    let root = document.root();
    let mut manifest = Manifest::empty(path);
    manifest.is_package = false;
    manifest.tools.insert(Tool::Pipenv);
    for (number, source) in root.tables("source")?.into_iter().enumerate() {
        let name = source.string("name")?.map(str::to_owned);
        let role = if number == 0 { IndexRole::Default } else { IndexRole::Explicit };
        manifest.indexes.push(Index { name, url: source.required_string("url")?.to_owned(), role });
    }
    if let Some(requires) = root.table("requires")? {
        let full = requires.string("python_full_version")?;
        if let Some(version) = full.or(requires.string("python_version")?) {
            let exact = version.split('.').count() > 2;
            manifest.requires_python =
                Some(if exact { format!("=={version}") } else { format!("=={version}.*") });
        }
    }
    for key in root.keys().filter(|key| !OTHERS.contains(key)) {
        let Some(table) = root.table(key)? else { continue };
        table.refuse_same_names("packages")?;
        let mut found = Vec::new();
        for package in table.keys() {
            found.push(dependency(&table, package)?);
        }
        match key {
            "packages" => manifest.dependencies = found,
            "dev-packages" => {
                manifest.groups.insert(root.as_name(key, "dev")?, found);
            }
            other => {
                manifest.groups.insert(root.as_name(key, other)?, found);
            }
        }
    }
    Ok(manifest)
}

fn dependency(table: &Table<'_, '_>, key: &str) -> Result<Dependency> {
    let name = table.as_name(key, key)?;
    if let Some(Value::String(text)) = table.raw(key) {
        return build(table, key, key, &name, text);
    }
    let Some(entry) = table.table(key)? else {
        return Err(table.error(ErrorKind::MissingField, key, "nothing is given"));
    };
    let version = entry.string("version")?.unwrap_or("*");
    let mut found = build(&entry, "version", key, &name, version)?;
    found.requirement.extras = entry.names("extras")?;
    found.requirement.marker = marker(&entry)?;
    found.source = source(&entry)?;
    found.place = table.place_of(key);
    Ok(found)
}

/// `markers`, and single conditions such as `sys_platform = "== 'win32'"`.
fn marker(entry: &Table<'_, '_>) -> Result<Marker> {
    let mut marker = entry.marker("markers")?;
    for key in ["os_name", "sys_platform", "platform_machine", "platform_system", "python_version"] {
        if let Some(condition) = entry.string(key)? {
            let one = Marker::parse(&format!("{key} {condition}"))
                .map_err(|error| entry.error(ErrorKind::InvalidValue, key, error.message))?;
            marker = marker.and(&one);
        }
    }
    Ok(marker)
}

fn source(entry: &Table<'_, '_>) -> Result<Option<DeclaredSource>> {
    if let Some(path) = entry.string("path")? {
        let editable = entry.boolean("editable")?.unwrap_or(false);
        return Ok(Some(DeclaredSource::Path { path: path.to_owned(), editable }));
    }
    if let Some(url) = entry.string("git")? {
        let reference = entry.string("ref")?.map(str::to_owned);
        return Ok(Some(DeclaredSource::Git { url: url.to_owned(), reference }));
    }
    if let Some(url) = entry.string("file")? {
        return Ok(Some(DeclaredSource::Url(url.to_owned())));
    }
    Ok(entry.string("index")?.map(|name| DeclaredSource::Index(name.to_owned())))
}

fn build(table: &Table<'_, '_>, field: &str, key: &str, name: &Name, version: &str) -> Result<Dependency> {
    let specifiers = if version == "*" { "" } else { version };
    check_specifiers(specifiers).map_err(|message| table.error(ErrorKind::InvalidValue, field, message))?;
    let requirement = Requirement {
        name: name.clone(),
        written_name: key.to_owned(),
        extras: Vec::new(),
        specifiers: specifiers.to_owned(),
        url: None,
        marker: Marker::always(),
        text: format!("{key}{specifiers}"),
    };
    Ok(Dependency::plain(requirement, table.place_of(field)))
}
