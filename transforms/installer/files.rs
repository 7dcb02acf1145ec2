//! Whether what a step installs is pinned, so that uv installs the same.

use dockfit_python::requirements_txt::{ItemKind, RequirementsFile, Target};
use dockfit_python::{IndexRole, is_compiled};

use super::words::Told;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::split_dependencies::{Tree, within};

/// Options of a whole file that uv reads as pip does, and those that say nothing where all is pinned.
///
/// Source: uv 0.13.9 run with each of them; it warns of the second kind and goes on. 2026-11-24.
const SAME: &[&str] = &["--no-binary", "--only-binary", "--no-index"];
const NOTHING: &[&str] = &["--pre", "--prefer-binary", "--require-hashes"];

/// Judges each requirements file, and puts down what it wants of the command.
pub(super) fn judge(
    tree: &Tree<'_>,
    step: &Step<'_>,
    call: &Call<'_>,
    told: &mut Told,
) -> Result<(), Refusal> {
    for word in told.files.clone() {
        let unknown = || {
            let text = format!("no COPY of this stage brings `{word}` from the context");
            Refusal::new("file-unknown", text, "copy it by name, directly before the step")
        };
        let path = within(call.folder.as_deref(), &word).ok_or_else(unknown)?;
        let found = tree.brought(step, &path).ok_or_else(unknown)?;
        let text = tree.text(&found.source).ok_or_else(unknown)?;
        let file = RequirementsFile::parse(&found.source, &text).map_err(|error| {
            Refusal::new(error.kind.code(), format!("{}: {}", error.place, error.message), "mend the file")
        })?;
        one(&file, told)?;
    }
    Ok(())
}

fn one(file: &RequirementsFile, told: &mut Told) -> Result<(), Refusal> {
    let path = &file.path;
    let not_pinned = |what: &str| {
        let text = format!("`{path}` {what}, and uv might choose other versions than pip");
        Refusal::new("not-pinned", text, "install from a lock: `dockfit lock`, then split-dependencies")
    };
    let like_pip = |what: &str| {
        let text = format!("`{path}` has {what}, which uv does not read as pip does");
        Refusal::new("file-option", text, "leave the step to pip")
    };
    for item in &file.items {
        match &item.kind {
            ItemKind::Requirement(line) => {
                let pinned = match &line.target {
                    Target::Named(requirement) => {
                        requirement.url.is_some() || requirement.pinned_version().is_some()
                    }
                    Target::Url { .. } => true,
                    Target::Path { .. } => {
                        return Err(like_pip(&format!("the folder or file `{}`", line.text)));
                    }
                };
                if !pinned {
                    return Err(not_pinned(&format!("does not pin `{}`", line.text)));
                }
                if let Some((name, _)) = line.options.first() {
                    return Err(like_pip(&format!("`{name}` of one package")));
                }
            }
            ItemKind::Include(other) | ItemKind::Constraint(other) => {
                return Err(not_pinned(&format!("reads `{other}` as well")));
            }
            ItemKind::Index(index) => {
                told.has_more_indexes |= matches!(index.role, IndexRole::Extra | IndexRole::Explicit);
            }
            ItemKind::Option { name, value: Some(host) } if name == "--trusted-host" => {
                told.add(&format!("--allow-insecure-host {host}"));
            }
            ItemKind::Option { name, .. }
                if SAME.contains(&name.as_str()) || NOTHING.contains(&name.as_str()) => {}
            ItemKind::Option { name, .. } => return Err(like_pip(&format!("`{name}`"))),
        }
    }
    if !told.no_deps && !is_compiled(file) {
        return Err(not_pinned("may leave out what the packages need"));
    }
    Ok(())
}
