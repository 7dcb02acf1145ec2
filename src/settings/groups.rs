//! `[groups]`: the groups that the Python dependencies are split into.

use dockfit_python::{GroupOverride, Groups};
use dockfit_rewrite::PackageGroups;
use toml::de::DeTable;

use super::file::{FileError, Value, strings, wrong};
use super::nearest;

/// The well-known groups with what the table says: `order = ["core", …]`, and a list `packages` for each group. The same as
/// passes want it, too.
pub(super) fn groups(value: &Value<'_>) -> Result<(Groups, PackageGroups), FileError> {
    let table = value.get_ref().as_table().ok_or_else(|| {
        wrong(value, "a table of groups", "`[groups.core]`, and below it `packages = [\"fastapi\"]`")
    })?;
    let mut overrides = Vec::new();
    let mut order = None;
    for (name, value) in table {
        match (name.get_ref().as_ref(), value.get_ref().as_table()) {
            ("order", None) => {
                let names = strings(value)?.into_iter().map(|(name, _)| name.to_owned());
                order = Some(names.collect::<Vec<_>>());
            }
            (name, Some(table)) => {
                overrides.push(GroupOverride { name: name.to_owned(), packages: packages(table, value)? });
            }
            (name, None) => {
                let example = format!("`[groups.{name}]`, and below it `packages = [\"fastapi\"]`");
                return Err(wrong(value, "a table", &example));
            }
        }
    }
    let made = Groups::well_known().and_then(|known| known.with(&overrides, order.as_deref(), ""));
    let packages = overrides.into_iter().map(|group| (group.name, group.packages)).collect();
    let told = PackageGroups { packages, order };
    made.map(|groups| (groups, told)).map_err(|error| {
        let at = table.iter().find(|(name, _)| {
            let name = name.get_ref().as_ref();
            error.field == format!("groups.{name}") || error.field == format!("groups.{name}.packages")
        });
        let span = at.map_or_else(|| value.span(), |(name, _)| name.span());
        let help = error.way_out.unwrap_or_else(|| "for example `packages = [\"langchain*\"]`".to_owned());
        FileError::new(span, error.message, help)
    })
}

fn packages(table: &DeTable<'_>, value: &Value<'_>) -> Result<Vec<String>, FileError> {
    let mut packages = None;
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "packages" => {
                let names = strings(value)?.into_iter().map(|(name, _)| name.to_owned());
                packages = Some(names.collect());
            }
            unknown => {
                let help = match nearest(unknown, std::iter::once("packages")) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`packages` holds names and patterns, as `\"langchain*\"`".to_owned(),
                };
                return Err(FileError::new(key.span(), format!("unknown key `{unknown}`"), help));
            }
        }
    }
    packages.ok_or_else(|| {
        FileError::new(
            value.span(),
            "the group has no list `packages`",
            "for example `packages = [\"fastapi\"]`",
        )
    })
}
