//! Which of two programs by one name a step runs, as far as the Dockerfile and the files beside it tell.

use dockfit_dockerfile::operation::{Operation, Source};
use dockfit_rewrite::{Context, Dockerfile, Project, RelPath};
use dockfit_shell::Lookup;

use super::manager::{Edition, Manager};
use super::usage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// The row for what `step` runs, which is `manager` by name.
pub(super) fn of(
    project: &Project,
    copied: &Copied,
    step: &Step<'_>,
    manager: &'static Manager,
) -> Result<&'static Manager, Refusal> {
    let Some(edition) = &manager.edition else { return Ok(manager) };
    let calls = || step.calls().iter().filter(|call| manager.programs.contains(&call.program.as_str()));
    let by_words = |call: &Call<'_>| {
        usage::is_command(manager, call, edition.commands)
            || call.values().any(|value| edition.options.contains(&value))
    };
    let sources = copied.before(step);
    let is_copied = sources.iter().any(|source| {
        source.split('/').any(|part| edition.files.iter().any(|name| part.trim_end_matches('*') == *name))
    });
    let text = read(project, step.dockerfile, &sources, edition);
    if text.is_none() && !is_copied && !calls().any(by_words) {
        return Ok(manager);
    }
    let by_variable = calls().any(|call| {
        matches!(usage::value(step, call, edition.variable), Lookup::Set(value) if value == edition.value)
    });
    let by_file = || text.as_deref().and_then(|text| setting(text, edition.setting)) == Some(edition.value);
    if by_variable || by_file() {
        return Ok(edition.row);
    }
    Err(Refusal::new("links-into-cache", edition.why, edition.way_out))
}

/// What COPY and ADD bring out of the context.
pub(super) struct Copied(Vec<(usize, usize, String)>);

impl Copied {
    /// Stage, instruction and path of each source.
    pub(super) fn of(steps: &Steps<'_>) -> Self {
        let model = steps.model();
        let mut all = Vec::new();
        for index in 0..steps.dockerfile().document().instructions().len() {
            let (Some(Operation::Copy(copy) | Operation::Add(copy)), Some(stage)) =
                (model.operation(index), model.stage_of(index))
            else {
                continue;
            };
            let paths =
                copy.sources.iter().filter(|_| copy.from.is_none()).filter_map(|source| match source {
                    Source::Path(word) => Some(word),
                    Source::Heredoc { .. } => None,
                });
            all.extend(paths.map(|word| {
                let path = model.expand(index, &word.text);
                (stage.index, index, path.map_or_else(|_| word.text.clone(), |found| found.text))
            }));
        }
        Self(all)
    }

    /// The sources of what `step` finds.
    fn before(&self, step: &Step<'_>) -> Vec<&str> {
        let stages: Vec<usize> = step.stages().collect();
        let found = self.0.iter().filter(|(stage, index, _)| *index < step.index && stages.contains(stage));
        found.map(|(.., path)| path.as_str()).collect()
    }
}

/// The text of the edition's own file, from a folder of which something is copied.
fn read(project: &Project, dockerfile: &Dockerfile, sources: &[&str], edition: &Edition) -> Option<String> {
    let Context::Known(context) = dockerfile.context() else { return None };
    let name = edition.files.first()?;
    let folders = sources.iter().flat_map(|source| {
        let source = source.trim_start_matches('/').trim_end_matches('/');
        let above = source.rsplit_once('/').map_or("", |(above, _)| above);
        [above.to_owned(), source.to_owned()]
    });
    let mut paths: Vec<RelPath> = folders.filter_map(|folder| context.join(folder)?.join(name)).collect();
    paths.dedup();
    let bytes = paths.iter().find_map(|path| project.read(path).ok().flatten())?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The value of a setting at the start of a line, as `key: value`.
fn setting<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let value = line.strip_prefix(key)?.trim_start().strip_prefix(':')?;
        let value = value.split(" #").next().unwrap_or_default();
        Some(value.trim().trim_matches(['"', '\'']))
    })
}
