//! `setup.cfg`: the declarative form of setuptools.

use std::collections::BTreeSet;

use super::{Dependency, Manifest, Tool, dynamic};
use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::Files;
use crate::requirement::{Requirement, check_specifiers};

/// One value: its lines, each with its number (from 1).
type Value = Vec<(usize, String)>;

/// Reads the file.
///
/// Source: "Configuring setuptools using setup.cfg files", setuptools documentation 80, 2026-11-24.
pub(super) fn read(files: &dyn Files, path: &str, text: &str) -> Result<Manifest> {
    let mut manifest = Manifest::empty(path);
    manifest.tools.insert(Tool::Setuptools);
    for (section, key, value) in entries(path, text)? {
        let first = value.iter().map(|(_, line)| line.as_str()).find(|line| !line.is_empty());
        match (section.as_str(), key.as_str()) {
            ("metadata", "name") => {
                manifest.written_name = first.map(str::to_owned);
                let name =
                    first.map(|text| named(path, &value, text).map_err(|e| e.in_field("metadata.name")));
                manifest.name = name.transpose()?;
            }
            ("metadata", "version") => {
                manifest.version = first.filter(|text| !text.contains(':')).map(str::to_owned);
            }
            ("options", "python_requires") => {
                if let Some(python) = first {
                    check_specifiers(python).map_err(|message| {
                        Error::new(ErrorKind::InvalidValue, line_of(path, &value), message)
                            .in_field("options.python_requires")
                    })?;
                    manifest.requires_python = Some(python.to_owned());
                }
            }
            ("options", "install_requires") => {
                manifest.dependencies = list(files, &manifest, "options.install_requires", &value)?;
            }
            ("options.extras_require", extra) => {
                let field = format!("options.extras_require.{extra}");
                let list = list(files, &manifest, &field, &value)?;
                let name = named(path, &value, extra).map_err(|error| error.in_field(&field))?;
                if manifest.extras.insert(name, list).is_some() {
                    let message = format!(
                        "the extra `{extra}` is given twice: names that differ in `-_.` are the same"
                    );
                    return Err(
                        Error::new(ErrorKind::Duplicate, line_of(path, &value), message).in_field(field)
                    );
                }
            }
            _ => {}
        }
    }
    Ok(manifest)
}

fn at(path: &str, line: usize) -> Place {
    Place { path: path.to_owned(), line, column: 1 }
}

/// The line on which a value begins.
fn line_of(path: &str, value: &Value) -> Place {
    at(path, value.first().map_or(1, |(line, _)| *line))
}

fn named(path: &str, value: &Value, text: &str) -> Result<crate::Name> {
    crate::Name::new(text).ok_or_else(|| {
        Error::new(ErrorKind::InvalidValue, line_of(path, value), format!("`{text}` is no name"))
    })
}

fn list(files: &dyn Files, manifest: &Manifest, field: &str, value: &Value) -> Result<Vec<Dependency>> {
    let mut found = Vec::new();
    for (number, line) in value {
        if let Some(paths) = line.strip_prefix("file:") {
            let paths: Vec<String> = paths.split(',').map(|path| path.trim().to_owned()).collect();
            let told = dynamic::Told { place: at(&manifest.path, *number), field: field.to_owned() };
            found.extend(dynamic::from_files(files, manifest, &paths, &told)?);
            continue;
        }
        // One per line, or several with `;` where no marker stands: only the first form is read.
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let requirement = Requirement::parse(line).map_err(|error| {
            Error::new(ErrorKind::InvalidValue, at(&manifest.path, *number), format!("`{line}`: {error}"))
                .in_field(field)
        })?;
        found.push(Dependency::plain(requirement, at(&manifest.path, *number)));
    }
    Ok(found)
}

/// Section, key and value of each entry, as Python's `configparser` reads them.
fn entries(path: &str, text: &str) -> Result<Vec<(String, String, Value)>> {
    let mut found: Vec<(String, String, Value)> = Vec::new();
    let mut section = String::new();
    let mut sections = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with(';') {
            continue;
        }
        if line.starts_with(char::is_whitespace) {
            if let Some((_, _, value)) = found.last_mut() {
                value.push((number, trimmed.to_owned()));
                continue;
            }
        } else if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.trim().clone_into(&mut section);
            if !sections.insert(section.clone()) {
                let message = format!("the section `{section}` is given twice");
                return Err(Error::new(ErrorKind::Duplicate, at(path, number), message).in_field(section));
            }
            continue;
        } else if let Some(cut) = trimmed.find(['=', ':']) {
            let (key, value) = trimmed.split_at(cut);
            let value = vec![(number, value[1..].trim().to_owned())];
            let key = key.trim().to_ascii_lowercase().replace('-', "_");
            if found.iter().any(|(other, name, _)| *other == section && *name == key) {
                let message = format!("`{key}` is given twice");
                return Err(Error::new(ErrorKind::Duplicate, at(path, number), message)
                    .in_field(format!("{section}.{key}")));
            }
            found.push((section.clone(), key, value));
            continue;
        }
        let message = "neither a section nor `key = value`";
        return Err(Error::new(ErrorKind::Syntax, at(path, number), message));
    }
    Ok(found)
}
