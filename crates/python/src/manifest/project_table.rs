//! `[project]` (PEP 621).

use super::{Dependency, Manifest};
use crate::error::{ErrorKind, Result};
use crate::requirement::check_specifiers;
use crate::toml_tree::Table;

/// Reads the table, if there is one.
///
/// Source: "Declaring project metadata", Python Packaging User Guide, 2026-11-24.
pub(super) fn read(root: &Table<'_, '_>, manifest: &mut Manifest) -> Result<()> {
    let Some(project) = root.table("project")? else { return Ok(()) };
    let dynamic: Vec<String> = project.plain_strings("dynamic")?.into_iter().map(str::to_owned).collect();
    let name = project.required_string("name")?;
    manifest.name = Some(project.as_name("name", name)?);
    manifest.written_name = Some(name.to_owned());
    manifest.version = project.string("version")?.map(str::to_owned);
    if let Some(python) = project.string("requires-python")? {
        check_specifiers(python)
            .map_err(|message| project.error(ErrorKind::InvalidValue, "requires-python", message))?;
        manifest.requires_python = Some(python.to_owned());
    }
    for field in ["dependencies", "optional-dependencies"] {
        if project.has(field) && dynamic.iter().any(|one| one == field) {
            let message = format!("`{field}` is given, and listed in `dynamic` too");
            return Err(project.error(ErrorKind::Duplicate, field, message));
        }
    }
    manifest.dependencies = plain(project.requirements("dependencies")?);
    if let Some(optional) = project.table("optional-dependencies")? {
        optional.refuse_same_names("extras")?;
        for extra in optional.keys() {
            let name = optional.as_name(extra, extra)?;
            manifest.extras.insert(name, plain(optional.requirements(extra)?));
        }
    }
    manifest.dynamic = dynamic;
    Ok(())
}

fn plain(found: Vec<(crate::Requirement, crate::Place)>) -> Vec<Dependency> {
    found.into_iter().map(|(requirement, place)| Dependency::plain(requirement, place)).collect()
}
