//! GitHub workflows: steps that use `docker/build-push-action`.

use std::collections::BTreeMap;

use serde::Deserialize;

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
    uses: Option<String>,
    #[serde(rename = "with", default)]
    inputs: Option<Inputs>,
}

#[derive(Deserialize, Default)]
struct Inputs {
    context: Option<String>,
    file: Option<String>,
    target: Option<String>,
}

/// The builds of a workflow: context and file count from the top of the repository. A step without
/// `context` builds the repository from its address, which is the top as well.
pub(super) fn builds(path: &RelPath, text: &str) -> Vec<Build> {
    if memchr::memmem::find(text.as_bytes(), b"docker/build-push-action").is_none() {
        return Vec::new();
    }
    let Ok(workflow) = serde_saphyr::from_str::<Workflow>(text) else { return Vec::new() };
    let root = RelPath::root();
    let steps = workflow.jobs.into_values().flat_map(|job| job.steps);
    steps
        .filter(|step| step.uses.as_deref().is_some_and(|uses| uses.starts_with("docker/build-push-action")))
        .filter_map(|step| {
            let inputs = step.inputs.unwrap_or_default();
            let context = inputs.context.as_deref().unwrap_or(".");
            let in_context = inputs.file.is_none();
            let file = inputs.file.as_deref();
            Build::resolve(path, &root, context, file, in_context, inputs.target.as_deref())
        })
        .collect()
}
