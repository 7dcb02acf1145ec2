//! `[dependency-groups]` (PEP 735), with includes.

use std::collections::BTreeMap;

use super::{Dependency, Manifest};
use crate::error::{ErrorKind, Result};
use crate::name::Name;
use crate::requirement::Requirement;
use crate::toml_tree::{Table, Value};

enum Entry {
    Dependency(Box<Dependency>),
    Include(Name),
}

/// Reads the table, if there is one, and works its includes out.
///
/// Source: "Dependency Groups", Python Packaging User Guide, 2026-11-24.
pub(super) fn read(root: &Table<'_, '_>, manifest: &mut Manifest) -> Result<()> {
    let Some(table) = root.table("dependency-groups")? else { return Ok(()) };
    let mut keys: BTreeMap<Name, &str> = BTreeMap::new();
    let mut lists: BTreeMap<Name, Vec<Entry>> = BTreeMap::new();
    table.refuse_same_names("groups")?;
    for key in table.keys() {
        let name = table.as_name(key, key)?;
        keys.insert(name.clone(), key);
        lists.insert(name, entries(&table, key)?);
    }
    for (name, key) in &keys {
        let mut found = Vec::new();
        expand(&table, key, name, &lists, &mut vec![name.clone()], &mut found)?;
        manifest.groups.insert(name.clone(), found);
    }
    Ok(())
}

fn entries(table: &Table<'_, '_>, key: &str) -> Result<Vec<Entry>> {
    let mut found = Vec::new();
    for (index, item) in table.array(key)?.into_iter().flatten().enumerate() {
        let field = format!("{key}[{index}]");
        let place = table.place_at(item.start);
        match &item.value {
            Value::String(text) => {
                let requirement = Requirement::parse(text).map_err(|error| {
                    table.error_at(
                        ErrorKind::InvalidValue,
                        place.clone(),
                        &field,
                        format!("`{text}`: {error}"),
                    )
                })?;
                found.push(Entry::Dependency(Box::new(Dependency::plain(requirement, place))));
            }
            Value::Table(entry) => {
                let include = entry.get("include-group").and_then(|name| name.value.as_str());
                let Some(name) = include.and_then(Name::new).filter(|_| entry.len() == 1) else {
                    let message = "only `{include-group = \"NAME\"}` may stand here";
                    return Err(table.error_at(ErrorKind::InvalidValue, place, &field, message));
                };
                found.push(Entry::Include(name));
            }
            other => {
                let message = format!("a requirement or an include was expected, found {}", other.type_str());
                return Err(table.error_at(ErrorKind::WrongType, place, &field, message));
            }
        }
    }
    Ok(found)
}

fn expand(
    table: &Table<'_, '_>,
    key: &str,
    name: &Name,
    lists: &BTreeMap<Name, Vec<Entry>>,
    above: &mut Vec<Name>,
    found: &mut Vec<Dependency>,
) -> Result<()> {
    for entry in lists.get(name).into_iter().flatten() {
        match entry {
            Entry::Dependency(dependency) => {
                let known = found.iter().any(|one| one.requirement == dependency.requirement);
                if !known {
                    found.push((**dependency).clone());
                }
            }
            Entry::Include(other) => {
                if above.contains(other) {
                    let round: Vec<&str> = above.iter().map(Name::as_str).collect();
                    let message = format!("the groups include each other: {} → {other}", round.join(" → "));
                    return Err(table.error(ErrorKind::Cycle, key, message));
                }
                if !lists.contains_key(other) {
                    let message = format!("there is no group `{other}` to include");
                    return Err(table.error(ErrorKind::InvalidValue, key, message));
                }
                above.push(other.clone());
                expand(table, key, other, lists, above, found)?;
                above.pop();
            }
        }
    }
    Ok(())
}
