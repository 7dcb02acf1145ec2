//! Folders of packages that the image that runs copies from a stage that builds.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_dockerfile::model::{CopiedSource, Stage};
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::values::path::clean;

use super::packages::is_install;
use crate::bytecode::source::of_lineage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// The stages, each with a folder into which its steps install packages and which the default target copies.
pub(super) fn folders<'t>(file: &File<'t>, steps: &Steps<'_>) -> Vec<(&'t Stage, String)> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let Some(target) = model.target() else { return Vec::new() };
    let mut found: Vec<(&Stage, String)> = Vec::new();
    let mut known: BTreeMap<usize, Option<BTreeSet<String>>> = BTreeMap::new();
    for index in of_lineage(model, target.index) {
        let Some(Operation::Copy(copy)) = model.operation(index) else { continue };
        let Some(from) = copy.from.as_ref() else { continue };
        let number = from.text.parse::<usize>().ok();
        let by_number = number.and_then(|number| model.stages().get(number));
        let Some(stage) = by_number.or_else(|| model.stage_named(&from.text)) else { continue };
        if model.lineage(target.index).any(|below| below.index == stage.index) {
            continue;
        }
        let Some(copied) = model.copied(document, index) else { continue };
        for source in &copied.sources {
            let CopiedSource::Path(value) = source else { continue };
            let Some(path) = value.as_known().map(|path| clean(&format!("/{path}"))) else { continue };
            let named = known.entry(stage.index).or_insert_with(|| named(steps, stage));
            let holds = named.as_ref().is_some_and(|named| {
                named.contains(&path) || path.ends_with("/.venv") || path.ends_with("-packages")
            });
            if holds && !found.iter().any(|(other, folder)| other.index == stage.index && *folder == path) {
                found.push((stage, path));
            }
        }
    }
    found
}

/// The folders that the installs of a stage, or what makes environments in it, name; nothing where it has no install.
fn named(steps: &Steps<'_>, stage: &Stage) -> Option<BTreeSet<String>> {
    let own = of_lineage(steps.model(), stage.index).filter_map(|index| steps.at(index));
    let calls: Vec<&Call<'_>> = own.flat_map(Step::calls).collect();
    if !calls.iter().any(|call| is_install(call)) {
        return None;
    }
    let makes =
        |call: &&Call<'_>| is_install(call) || matches!(call.program.as_str(), "venv" | "virtualenv" | "uv");
    let mut found = BTreeSet::new();
    for call in calls.into_iter().filter(makes) {
        for word in call.values().chain(call.path.as_deref()) {
            let value = word.split_once('=').map_or(word, |(_, value)| value);
            let folder = value.split_once("/bin/").map_or(value, |(folder, _)| folder);
            if folder.starts_with('/') {
                found.insert(clean(folder));
            }
        }
    }
    Some(found)
}

/// Refuses where another stage is built on this one.
pub(super) fn stage_above(file: &File<'_>, stage: &Stage, what: &str) -> Result<(), Refusal> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let above = model.stages().iter().find(|other| {
        other.index != stage.index && model.lineage(other.index).any(|below| below.index == stage.index)
    });
    match above {
        None => Ok(()),
        Some(other) => {
            let line = document.line_of(other.from);
            let text = format!("the stage in line {line} is built on this one and {what}");
            Err(Refusal::new("stage-above", text, "make the environment in a stage of its own"))
        }
    }
}

/// Refuses a name that is not written into a RUN.
pub(super) fn folder_is_plain(folder: &str) -> Result<(), Refusal> {
    if folder.bytes().any(|byte| !byte.is_ascii_graphic() || b"\"'\\$;&|()<>*?[".contains(&byte)) {
        let text = "the folder's name holds characters that are not written into a RUN";
        return Err(Refusal::new("odd-name", text, "delete it by hand"));
    }
    Ok(())
}

/// Refuses where the end of the stage runs as another user than the step.
pub(super) fn runs_as_at_end(file: &File<'_>, step: usize, stage: &Stage) -> Result<(), Refusal> {
    let model = file.dockerfile.model();
    let is_user = |index: &usize| matches!(model.operation(*index), Some(Operation::User(_)));
    let changes = (step + 1..stage.instructions.end).any(|index| is_user(&index));
    let user = model.state(step).map(|state| state.user.clone());
    if !changes || user == Some(model.config(stage.index).user) {
        return Ok(());
    }
    let text = "another user than the one that made the environment is set at the end of the stage";
    Err(Refusal::new("other-user", text, "do it by hand"))
}
