//! What uv, pdm and hatch add to `pyproject.toml`.

use super::{DeclaredSource, Dependency, Manifest, Tool};
use crate::error::{ErrorKind, Result};
use crate::resolution::{Index, IndexRole};
use crate::toml_tree::{Table, Value};

/// Reads the tables of `[tool]`.
pub(super) fn read(tool: &Table<'_, '_>, manifest: &mut Manifest) -> Result<()> {
    if let Some(table) = tool.table("uv")? {
        manifest.tools.insert(Tool::Uv);
        uv(&table, manifest)?;
    }
    if let Some(table) = tool.table("pdm")? {
        manifest.tools.insert(Tool::Pdm);
        pdm(&table, manifest)?;
    }
    if let Some(table) = tool.table("hatch")? {
        manifest.tools.insert(Tool::Hatch);
        hatch(&table, manifest)?;
    }
    if tool.has("setuptools") {
        manifest.tools.insert(Tool::Setuptools);
    }
    Ok(())
}

/// Source: "Settings" and "Dependency sources", uv documentation 0.13, 2026-11-24.
fn uv(uv: &Table<'_, '_>, manifest: &mut Manifest) -> Result<()> {
    if uv.boolean("package")? == Some(false) {
        manifest.is_package = false;
    }
    let dev: Vec<Dependency> = plain(uv, "dev-dependencies")?;
    if !dev.is_empty() {
        manifest.groups.entry(uv.as_name("dev-dependencies", "dev")?).or_default().extend(dev);
    }
    match uv.raw("default-groups") {
        Some(Value::String(_)) => manifest.default_groups.extend(manifest.groups.keys().cloned()),
        Some(_) => manifest.default_groups.extend(uv.names("default-groups")?),
        None => manifest.default_groups.extend(uv.as_name("dev", "dev").ok()),
    }
    manifest.indexes.extend(uv_indexes(uv)?);
    if let Some(workspace) = uv.table("workspace")? {
        manifest.workspace_members =
            workspace.plain_strings("members")?.into_iter().map(str::to_owned).collect();
    }
    if let Some(sources) = uv.table("sources")? {
        sources.refuse_same_names("packages")?;
        for key in sources.keys() {
            let name = sources.as_name(key, key)?;
            let entries = match sources.raw(key) {
                Some(Value::Array(_)) => sources.tables(key)?,
                _ => sources.table(key)?.into_iter().collect(),
            };
            for entry in entries {
                if let Some(source) = declared(&entry)? {
                    manifest.sources.entry(name.clone()).or_default().push(source);
                }
            }
        }
    }
    Ok(())
}

fn uv_indexes(uv: &Table<'_, '_>) -> Result<Vec<Index>> {
    let mut found = Vec::new();
    for index in uv.tables("index")? {
        let role = if index.boolean("explicit")? == Some(true) {
            IndexRole::Explicit
        } else if index.boolean("default")? == Some(true) {
            IndexRole::Default
        } else if index.string("format")? == Some("flat") {
            IndexRole::FindLinks
        } else {
            IndexRole::Extra
        };
        let name = index.string("name")?.map(str::to_owned);
        found.push(Index { name, url: index.required_string("url")?.to_owned(), role });
    }
    if let Some(url) = uv.string("index-url")? {
        found.push(Index { name: None, url: url.to_owned(), role: IndexRole::Default });
    }
    for (key, role) in [("extra-index-url", IndexRole::Extra), ("find-links", IndexRole::FindLinks)] {
        for url in uv.plain_strings(key)? {
            found.push(Index { name: None, url: url.to_owned(), role });
        }
    }
    Ok(found)
}

/// `uv.toml` beside `pyproject.toml`: its indexes stand in the place of those in `[tool.uv]`, of which only what a
/// source names is left.
///
/// Source: "Configuration files", uv documentation 0.13, 2026-11-24.
pub(super) fn uv_file(root: &Table<'_, '_>, manifest: &mut Manifest) -> Result<()> {
    let sources: Vec<&DeclaredSource> = manifest.sources.values().flatten().collect();
    let named = |index: &Index| {
        sources.iter().any(|source| match source {
            DeclaredSource::Index(name) => index.name.as_ref() == Some(name),
            _ => false,
        })
    };
    manifest.indexes.retain(named);
    for index in &mut manifest.indexes {
        index.role = IndexRole::Explicit;
    }
    manifest.indexes.extend(uv_indexes(root)?);
    Ok(())
}

fn declared(entry: &Table<'_, '_>) -> Result<Option<DeclaredSource>> {
    if entry.boolean("workspace")? == Some(true) {
        return Ok(Some(DeclaredSource::Workspace));
    }
    if let Some(path) = entry.string("path")? {
        let editable = entry.boolean("editable")?.unwrap_or(false);
        return Ok(Some(DeclaredSource::Path { path: path.to_owned(), editable }));
    }
    if let Some(url) = entry.string("git")? {
        let mut reference = None;
        for key in ["rev", "tag", "branch"] {
            reference = reference.or(entry.string(key)?.map(str::to_owned));
        }
        return Ok(Some(DeclaredSource::Git { url: url.to_owned(), reference }));
    }
    if let Some(url) = entry.string("url")? {
        return Ok(Some(DeclaredSource::Url(url.to_owned())));
    }
    Ok(entry.string("index")?.map(|name| DeclaredSource::Index(name.to_owned())))
}

/// Source: "Project settings", pdm documentation 2.25, 2026-11-24.
fn pdm(pdm: &Table<'_, '_>, manifest: &mut Manifest) -> Result<()> {
    if pdm.boolean("distribution")? == Some(false) {
        manifest.is_package = false;
    }
    if let Some(groups) = pdm.table("dev-dependencies")? {
        groups.refuse_same_names("groups")?;
        for key in groups.keys() {
            let name = groups.as_name(key, key)?;
            let mut found = Vec::new();
            for (index, (text, place)) in groups.strings(key)?.into_iter().enumerate() {
                // `-e file:///${PROJECT_ROOT}/sub#egg=sub`: a folder of the project, installed as a link.
                let requirement = match text.strip_prefix("-e ").map(str::trim) {
                    Some(url) => {
                        let name = url.split_once("#egg=").map_or("", |(_, egg)| egg);
                        format!("{name} @ {url}")
                    }
                    None => text.to_owned(),
                };
                let requirement = crate::Requirement::parse(&requirement).map_err(|error| {
                    let field = format!("{key}[{index}]");
                    groups.error_at(
                        ErrorKind::InvalidValue,
                        place.clone(),
                        &field,
                        format!("`{text}`: {error}"),
                    )
                })?;
                found.push(Dependency::plain(requirement, place));
            }
            manifest.default_groups.insert(name.clone());
            manifest.groups.entry(name).or_default().extend(found);
        }
    }
    for source in pdm.tables("source")? {
        let name = source.string("name")?;
        let role = match (source.string("type")?, name) {
            (Some("find_links"), _) => IndexRole::FindLinks,
            // pdm's name of the default index; another address under it takes its place.
            (_, Some("pypi")) => IndexRole::Default,
            _ => IndexRole::Extra,
        };
        let url = source.required_string("url")?.to_owned();
        manifest.indexes.push(Index { name: name.map(str::to_owned), url, role });
    }
    Ok(())
}

/// The environments of hatch count as groups, where nothing else has their name.
///
/// Source: "Environment configuration", hatch documentation 1.14, 2026-11-24.
fn hatch(hatch: &Table<'_, '_>, manifest: &mut Manifest) -> Result<()> {
    let Some(environments) = hatch.table("envs")? else { return Ok(()) };
    for key in environments.keys() {
        let Some(environment) = environments.table(key)? else { continue };
        let mut found = plain(&environment, "dependencies")?;
        found.extend(plain(&environment, "extra-dependencies")?);
        let Some(name) = crate::Name::new(key).filter(|_| !found.is_empty()) else { continue };
        manifest.groups.entry(name).or_insert(found);
    }
    Ok(())
}

fn plain(table: &Table<'_, '_>, key: &str) -> Result<Vec<Dependency>> {
    let found = table.requirements(key)?.into_iter();
    Ok(found.map(|(requirement, place)| Dependency::plain(requirement, place)).collect())
}
