//! Dependencies in TOML files that are folders of the project.

use toml::{Table, Value};

/// A table by its dotted name.
pub(super) fn table<'t>(root: &'t Table, name: &str) -> Option<&'t Table> {
    name.split('.').try_fold(root, |table, part| table.get(part)?.as_table())
}

/// A boolean by its dotted name.
pub(super) fn flag(root: &Table, folder: &str, name: &str) -> Option<bool> {
    table(root, folder)?.get(name)?.as_bool()
}

/// Whether the build backend says what the project depends on (pyproject.toml, `project.dynamic`).
pub(super) fn is_dynamic(root: &Table) -> bool {
    let dynamic = table(root, "project").and_then(|project| project.get("dynamic")).and_then(Value::as_array);
    let names = dynamic.into_iter().flatten().filter_map(Value::as_str);
    names.into_iter().any(|name| matches!(name, "dependencies" | "optional-dependencies"))
}

/// The first dependency below `value` that names a path: `name = { path = "…" }`, or a requirement with `@ file:`.
pub(super) fn local(value: &Value) -> Option<String> {
    match value {
        Value::Table(table) => match table.get("path") {
            Some(Value::String(path)) => Some(path.clone()),
            _ => table.values().find_map(local),
        },
        Value::Array(items) => items.iter().find_map(local),
        Value::String(text) => text.contains("@ file:").then(|| text.clone()),
        _ => None,
    }
}

/// As [`local`], in the tables of these names.
pub(super) fn local_in(root: &Table, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let (folder, last) = name.rsplit_once('.').map_or(("", *name), |(folder, last)| (folder, last));
        let holder = if folder.is_empty() { Some(root) } else { table(root, folder) };
        holder?.get(last).and_then(local)
    })
}
