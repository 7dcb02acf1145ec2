//! Dependencies that `[project]` leaves to the build backend, where a file holds them.

use super::{Dependency, Manifest, Tool};
use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::{Files, folder_of, join};
use crate::marker::Marker;
use crate::requirements_txt::{Target, read_requirements};
use crate::toml_tree::{Table, Value};

/// Fills in what setuptools and hatch read from requirement files; what is left stays in `dynamic`.
///
/// Source: "Dynamic metadata", setuptools documentation 80; hatch-requirements-txt 0.4, 2026-11-24.
pub(super) fn read(files: &dyn Files, root: &Table<'_, '_>, manifest: &mut Manifest) -> Result<()> {
    if manifest.tools.contains(&Tool::Poetry) {
        // Poetry fills them in from its own table, which was read.
        manifest.dynamic.retain(|field| field != "dependencies" && field != "optional-dependencies");
    }
    let Some(tool) = root.table("tool")? else { return Ok(()) };
    if manifest.dynamic.iter().any(|field| field == "dependencies")
        && let Some((paths, told)) = dependency_files(&tool)?
    {
        manifest.dependencies = from_files(files, manifest, &paths, &told)?;
        manifest.dynamic.retain(|field| field != "dependencies");
    }
    if manifest.dynamic.iter().any(|field| field == "optional-dependencies")
        && let Some(setuptools) = tool.table("setuptools")?
        && let Some(dynamic) = setuptools.table("dynamic")?
        && let Some(extras) = dynamic.table("optional-dependencies")?
    {
        for key in extras.keys() {
            let Some(entry) = extras.table(key)? else { continue };
            let (paths, told) = file_list(&entry, "file")?;
            let list = from_files(files, manifest, &paths, &told)?;
            manifest.extras.insert(extras.as_name(key, key)?, list);
        }
        manifest.dynamic.retain(|field| field != "optional-dependencies");
    }
    Ok(())
}

fn dependency_files(tool: &Table<'_, '_>) -> Result<Option<(Vec<String>, Told)>> {
    if let Some(setuptools) = tool.table("setuptools")?
        && let Some(dynamic) = setuptools.table("dynamic")?
        && let Some(entry) = dynamic.table("dependencies")?
    {
        return file_list(&entry, "file").map(Some);
    }
    if let Some(hatch) = tool.table("hatch")?
        && let Some(metadata) = hatch.table("metadata")?
        && let Some(hooks) = metadata.table("hooks")?
        && let Some(hook) = hooks.table("requirements_txt")?
    {
        let key = if hook.has("files") { "files" } else { "filename" };
        return file_list(&hook, key).map(Some);
    }
    Ok(None)
}

fn file_list(entry: &Table<'_, '_>, key: &str) -> Result<(Vec<String>, Told)> {
    let told = Told { place: entry.place_of(key), field: entry.field(key) };
    let paths = match entry.raw(key) {
        Some(Value::String(text)) => vec![text.to_string()],
        _ => entry.plain_strings(key)?.into_iter().map(str::to_owned).collect(),
    };
    Ok((paths, told))
}

/// Where a manifest names its files.
pub(super) struct Told {
    pub(super) place: Place,
    pub(super) field: String,
}

/// The requirements of files beside the manifest.
pub(super) fn from_files(
    files: &dyn Files,
    manifest: &Manifest,
    paths: &[String],
    told: &Told,
) -> Result<Vec<Dependency>> {
    let mut found = Vec::new();
    for path in paths {
        let joined = join(folder_of(&manifest.path), path).ok_or_else(|| {
            let message = format!("`{path}` is outside of the project");
            Error::new(ErrorKind::Unsupported, told.place.clone(), message).in_field(&told.field)
        })?;
        let read = read_requirements(files, &joined).map_err(|error| {
            let is_it = error.kind == ErrorKind::MissingFile && error.place.path == joined;
            let at_manifest = Error { place: told.place.clone(), field: told.field.clone(), ..error.clone() };
            if is_it { at_manifest } else { error }
        })?;
        for (item, line) in read.lines() {
            match &line.target {
                Target::Named(requirement) => {
                    found.push(Dependency::plain(requirement.clone(), item.place.clone()));
                }
                Target::Url { url, name: Some(name), marker } => {
                    let mut requirement = crate::Requirement::parse(&format!("{name} @ {url}"))
                        .map_err(|error| Error::new(ErrorKind::Syntax, item.place.clone(), error.message))?;
                    requirement.marker = Marker::clone(marker);
                    found.push(Dependency::plain(requirement, item.place.clone()));
                }
                _ => {
                    let message = format!("`{}` has no name that metadata could hold", line.text);
                    return Err(Error::new(ErrorKind::Unsupported, item.place.clone(), message));
                }
            }
        }
    }
    Ok(found)
}
