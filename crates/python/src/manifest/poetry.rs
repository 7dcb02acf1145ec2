//! `[tool.poetry]`: dependencies with poetry's constraints, groups, extras, sources.

use super::poetry_constraint::specifiers;
use super::{DeclaredSource, Dependency, Manifest};
use crate::error::{ErrorKind, Result};
use crate::marker::Marker;
use crate::name::Name;
use crate::requirement::Requirement;
use crate::resolution::{Index, IndexRole};
use crate::toml_tree::{Table, Value};

/// Reads the table. With `[project]` beside it, its dependencies only add where packages come from.
///
/// Source: "The pyproject.toml file" and "Dependency specification", poetry documentation 2.5, 2026-11-24.
pub(super) fn read(poetry: &Table<'_, '_>, has_project: bool, manifest: &mut Manifest) -> Result<()> {
    if manifest.name.is_none()
        && let Some(name) = poetry.string("name")?
    {
        manifest.name = Some(poetry.as_name("name", name)?);
        manifest.written_name = Some(name.to_owned());
    }
    if manifest.version.is_none() {
        manifest.version = poetry.string("version")?.map(str::to_owned);
    }
    if poetry.boolean("package-mode")? == Some(false) {
        manifest.is_package = false;
    }
    let extras = optional_names(poetry)?;
    if let Some(table) = poetry.table("dependencies")? {
        table.refuse_same_names("packages")?;
        for key in table.keys() {
            if key == "python" {
                if manifest.requires_python.is_none()
                    && let Some(text) = table.string(key)?
                {
                    let read = specifiers(text).ok_or_else(|| {
                        let message = format!("`{text}` has no form as a list of version specifiers");
                        table.error(ErrorKind::Unsupported, key, message)
                    })?;
                    manifest.requires_python = Some(read);
                }
                continue;
            }
            for (dependency, optional) in dependencies(&table, key)? {
                if has_project {
                    enrich(manifest, dependency);
                } else if optional {
                    for (extra, names) in &extras {
                        if names.contains(&dependency.requirement.name) {
                            manifest.extras.entry(extra.clone()).or_default().push(dependency.clone());
                        }
                    }
                } else {
                    manifest.dependencies.push(dependency);
                }
            }
        }
    }
    for (extra, _) in extras {
        manifest.extras.entry(extra).or_default();
    }
    if let Some(table) = poetry.table("dev-dependencies")? {
        group(&table, "dev", manifest)?;
    }
    if let Some(groups) = poetry.table("group")? {
        groups.refuse_same_names("groups")?;
        for key in groups.keys() {
            let Some(entry) = groups.table(key)? else { continue };
            if entry.boolean("optional")? != Some(true) {
                manifest.default_groups.insert(groups.as_name(key, key)?);
            }
            if let Some(table) = entry.table("dependencies")? {
                group(&table, key, manifest)?;
            }
        }
    }
    sources(poetry, manifest)
}

fn group(table: &Table<'_, '_>, group: &str, manifest: &mut Manifest) -> Result<()> {
    let name = table.as_name(group, group)?;
    table.refuse_same_names("packages")?;
    let mut found = Vec::new();
    for key in table.keys() {
        found.extend(dependencies(table, key)?.into_iter().map(|(dependency, _)| dependency));
    }
    manifest.groups.entry(name).or_default().extend(found);
    Ok(())
}

/// `[tool.poetry.extras]`: extra → names.
fn optional_names(poetry: &Table<'_, '_>) -> Result<Vec<(Name, Vec<Name>)>> {
    let mut found = Vec::new();
    if let Some(table) = poetry.table("extras")? {
        table.refuse_same_names("extras")?;
        for key in table.keys() {
            let mut names = Vec::new();
            for text in table.plain_strings(key)? {
                // `name[extra]` is written here now and then.
                names.push(table.as_name(key, text.split(['[', ' ']).next().unwrap_or(text))?);
            }
            found.push((table.as_name(key, key)?, names));
        }
    }
    Ok(found)
}

/// The dependencies of one key: one, or several for different environments. With each: is it optional?
fn dependencies(table: &Table<'_, '_>, key: &str) -> Result<Vec<(Dependency, bool)>> {
    let name = table.as_name(key, key)?;
    match table.raw(key) {
        Some(Value::String(text)) => Ok(vec![(dependency(table, key, &name, text, None)?, false)]),
        Some(Value::Table(_)) => {
            let Some(entry) = table.table(key)? else { return Ok(Vec::new()) };
            Ok(vec![from_table(&entry, key, &name)?])
        }
        Some(Value::Array(_)) => {
            table.tables(key)?.iter().map(|entry| from_table(entry, key, &name)).collect()
        }
        Some(other) => {
            let message = format!("a constraint or a table was expected, found {}", other.type_str());
            Err(table.error(ErrorKind::WrongType, key, message))
        }
        None => Ok(Vec::new()),
    }
}

fn from_table(entry: &Table<'_, '_>, key: &str, name: &Name) -> Result<(Dependency, bool)> {
    let constraint = entry.string("version")?.unwrap_or("*");
    let mut found = dependency(entry, "version", name, constraint, Some(key))?;
    found.place = entry.place();
    found.requirement.extras = entry.names("extras")?;
    let mut marker = entry.marker("markers")?;
    if let Some(python) = entry.string("python")? {
        let only = specifiers(python).and_then(|text| Marker::of_requires_python(&text).ok());
        let only = only.ok_or_else(|| {
            let message = format!("`{python}` has no form as a marker");
            entry.error(ErrorKind::Unsupported, "python", message)
        })?;
        marker = marker.and(&only);
    }
    if let Some(platform) = entry.string("platform")? {
        let only = Marker::parse(&format!("sys_platform == '{platform}'"))
            .map_err(|error| entry.error(ErrorKind::InvalidValue, "platform", error.message))?;
        marker = marker.and(&only);
    }
    found.requirement.marker = marker;
    found.source = if let Some(path) = entry.string("path")? {
        let editable = entry.boolean("develop")?.unwrap_or(false);
        Some(DeclaredSource::Path { path: path.to_owned(), editable })
    } else if let Some(url) = entry.string("git")? {
        let mut reference = None;
        for key in ["rev", "tag", "branch"] {
            if let Some(text) = entry.string(key)? {
                reference = Some(text.to_owned());
                break;
            }
        }
        Some(DeclaredSource::Git { url: url.to_owned(), reference })
    } else if let Some(url) = entry.string("url")? {
        Some(DeclaredSource::Url(url.to_owned()))
    } else {
        entry.string("source")?.map(|name| DeclaredSource::Index(name.to_owned()))
    };
    let optional = entry.boolean("optional")?.unwrap_or(false);
    Ok((found, optional))
}

fn dependency(
    table: &Table<'_, '_>,
    field: &str,
    name: &Name,
    constraint: &str,
    written: Option<&str>,
) -> Result<Dependency> {
    let place = table.place_of(field);
    let read = specifiers(constraint);
    if read.is_none() && !constraint.contains('|') {
        let message = format!("`{constraint}` is no constraint of poetry's");
        return Err(table.error(ErrorKind::InvalidValue, field, message));
    }
    let unwritable = read.is_none().then(|| constraint.to_owned());
    let specifiers = read.unwrap_or_default();
    let written_name = written.unwrap_or(field).to_owned();
    let text = format!("{written_name}{specifiers}");
    let requirement = Requirement {
        name: name.clone(),
        written_name,
        extras: Vec::new(),
        specifiers,
        url: None,
        marker: Marker::always(),
        text,
    };
    Ok(Dependency { requirement, source: None, unwritable, place })
}

/// Adds poetry's source to a dependency that `[project]` declares.
fn enrich(manifest: &mut Manifest, from: Dependency) {
    let Some(source) = from.source else { return };
    let extras = manifest.extras.values_mut().flatten();
    for one in manifest.dependencies.iter_mut().chain(extras) {
        if one.requirement.name == from.requirement.name {
            one.source = Some(source.clone());
        }
    }
}

fn sources(poetry: &Table<'_, '_>, manifest: &mut Manifest) -> Result<()> {
    let mut default_seen = false;
    for source in poetry.tables("source")? {
        let name = source.required_string("name")?;
        let Some(url) = source.string("url")? else { continue };
        let priority = match source.string("priority")? {
            Some(priority) => priority,
            None if source.boolean("default")? == Some(true) => "default",
            None if source.boolean("secondary")? == Some(true) => "secondary",
            None => "primary",
        };
        let role = match priority {
            "default" | "primary" if !default_seen => {
                default_seen = true;
                IndexRole::Default
            }
            "primary" | "default" | "secondary" | "supplemental" => IndexRole::Extra,
            "explicit" => IndexRole::Explicit,
            other => {
                let message = format!("`{other}` is no priority that poetry knows");
                return Err(source.error(ErrorKind::InvalidValue, "priority", message));
            }
        };
        manifest.indexes.push(Index { name: Some(name.to_owned()), url: url.to_owned(), role });
    }
    Ok(())
}
