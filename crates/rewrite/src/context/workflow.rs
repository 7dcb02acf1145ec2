//! GitHub workflows: steps that use `docker/build-push-action`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::Build;
use crate::RelPath;

#[derive(Deserialize)]
struct Workflow {
    #[serde(default)]
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize)]
struct Job {
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    uses: Option<Spanned<String>>,
    #[serde(rename = "with", default)]
    inputs: Option<Inputs>,
}

#[derive(Deserialize, Default)]
struct Inputs {
    context: Option<String>,
    file: Option<String>,
    target: Option<String>,
    #[serde(rename = "cache-from")]
    cache_from: Option<String>,
    #[serde(rename = "cache-to")]
    cache_to: Option<String>,
}

/// A build by the action.
pub(super) struct ActionBuild {
    pub(super) build: Build,
    /// The line that names the action.
    pub(super) line: usize,
    /// Its inputs of these names, as written.
    pub(super) cache_from: Option<String>,
    pub(super) cache_to: Option<String>,
}

/// The builds of a workflow: context and file count from the top of the repository. A step without
/// `context` builds the repository from its address, which is the top as well.
pub(super) fn builds(path: &RelPath, text: &str) -> Vec<ActionBuild> {
    const ACTION: &str = "docker/build-push-action";
    if memchr::memmem::find(text.as_bytes(), ACTION.as_bytes()).is_none() {
        return Vec::new();
    }
    let Ok(workflow) = serde_saphyr::from_str::<Workflow>(text) else { return Vec::new() };
    let steps = workflow.jobs.into_values().flat_map(|job| job.steps);
    steps
        .filter_map(|step| {
            let uses = step.uses.filter(|uses| uses.value.starts_with(ACTION))?;
            let inputs = step.inputs.unwrap_or_default();
            let context = inputs.context.as_deref().unwrap_or(".");
            let (file, target) = (inputs.file.as_deref(), inputs.target.as_deref());
            let build = Build::resolve(path, &RelPath::root(), context, file, file.is_none(), target)?;
            let line = usize::try_from(uses.defined.line()).unwrap_or(1);
            Some(ActionBuild { build, line, cache_from: inputs.cache_from, cache_to: inputs.cache_to })
        })
        .collect()
}
