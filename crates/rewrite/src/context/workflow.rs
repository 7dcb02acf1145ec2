//! GitHub workflows: steps that build images.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::Build;
use crate::RelPath;

#[derive(Deserialize)]
struct Workflow {
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize)]
struct Job {
    #[serde(rename = "runs-on")]
    machine: Option<Value>,
    strategy: Option<Value>,
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Defaults {
    run: RunDefaults,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RunDefaults {
    #[serde(rename = "working-directory")]
    folder: Option<String>,
}

#[derive(Deserialize)]
struct Step {
    uses: Option<Spanned<String>>,
    run: Option<Spanned<String>>,
    #[serde(rename = "working-directory")]
    folder: Option<String>,
    #[serde(rename = "with", default)]
    inputs: Option<Inputs>,
}

/// What a step hands to its action. Other actions have inputs of the same names, of whatever type.
type Inputs = BTreeMap<String, Value>;

fn input(step: &Step, name: &str) -> Option<String> {
    match step.inputs.as_ref()?.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

/// A build by `docker/build-push-action`.
pub(super) struct ActionBuild {
    pub(super) build: Build,
    /// The line that names the action.
    pub(super) line: usize,
    /// Its inputs of these names, as written.
    pub(super) cache_from: Option<String>,
    pub(super) cache_to: Option<String>,
}

/// Builds by `docker/bake-action`.
pub(super) struct BakeStep {
    /// The line that names the action.
    pub(super) line: usize,
    /// The folder that it works in.
    pub(super) folder: RelPath,
    /// The bake files; none where it looks for those of the usual names.
    pub(super) files: Vec<String>,
    /// The targets and groups; none for the default.
    pub(super) targets: Vec<String>,
    /// What it sets in targets: `*.cache-to=type=gha`.
    pub(super) set: Vec<String>,
}

/// A script of a step.
pub(super) struct Script {
    /// The line that its first line stands on.
    pub(super) line: usize,
    /// The folder that it runs in.
    pub(super) folder: RelPath,
    pub(super) text: String,
}

/// What a workflow does on machines that are thrown away.
#[derive(Default)]
pub(super) struct ThrownAway {
    pub(super) actions: Vec<ActionBuild>,
    pub(super) bakes: Vec<BakeStep>,
    pub(super) scripts: Vec<Script>,
}

const BUILD: &str = "docker/build-push-action";
const BAKE: &str = "docker/bake-action";

/// The builds by action of a workflow, wherever they run.
pub(super) fn builds(path: &RelPath, text: &str) -> Vec<ActionBuild> {
    if memchr::memmem::find(text.as_bytes(), BUILD.as_bytes()).is_none() {
        return Vec::new();
    }
    let Some(workflow) = parse(text) else { return Vec::new() };
    let steps = workflow.jobs.into_values().flat_map(|job| job.steps);
    steps.filter_map(|step| build(path, &step)).collect()
}

/// What the jobs do that name no machine of one's own (`self-hosted`), which keeps its cache.
pub(super) fn on_machines_thrown_away(path: &RelPath, text: &str) -> ThrownAway {
    let mut found = ThrownAway::default();
    // Most workflows build no image: those need not be parsed.
    if !["docker ", "docker/", "/kaniko/"].iter().any(|word| text.contains(word)) {
        return found;
    }
    let Some(workflow) = parse(text) else { return found };
    for job in workflow.jobs.values().filter(|job| !job.is_on_own_machine()) {
        for step in &job.steps {
            found.actions.extend(build(path, step));
            found.bakes.extend(bake(step));
            let folder = [&step.folder, &job.defaults.run.folder, &workflow.defaults.run.folder];
            let folder = folder.into_iter().flatten().next().map_or(".", String::as_str);
            let folder = RelPath::new(folder).filter(|_| !folder.contains('$'));
            if let (Some(run), Some(folder)) = (&step.run, folder) {
                let (line, text) = (line_of(text, run), run.value.clone());
                found.scripts.push(Script { line, folder, text });
            }
        }
    }
    found
}

fn parse(text: &str) -> Option<Workflow> {
    serde_saphyr::from_str(text).ok()
}

impl Job {
    /// Whether it may run on a machine that its owner keeps. A matrix may name one.
    fn is_on_own_machine(&self) -> bool {
        let names = |value: &Option<Value>| {
            value.as_ref().is_some_and(|value| value.to_string().contains("self-hosted"))
        };
        names(&self.machine) || names(&self.strategy)
    }
}

/// Context and file count from the top of the repository. A step without `context` builds the repository from its address,
/// which is the top as well.
fn build(path: &RelPath, step: &Step) -> Option<ActionBuild> {
    let uses = step.uses.as_ref().filter(|uses| uses.value.starts_with(BUILD))?;
    let context = input(step, "context").unwrap_or_else(|| ".".to_owned());
    let (file, target) = (input(step, "file"), input(step, "target"));
    let (file, target) = (file.as_deref(), target.as_deref());
    let build = Build::resolve(path, &RelPath::root(), &context, file, file.is_none(), target)?;
    let (cache_from, cache_to) = (input(step, "cache-from"), input(step, "cache-to"));
    Some(ActionBuild { build, line: line(uses), cache_from, cache_to })
}

fn bake(step: &Step) -> Option<BakeStep> {
    let uses = step.uses.as_ref().filter(|uses| uses.value.starts_with(BAKE))?;
    let list = |name: &str, ends: &[char]| -> Vec<String> {
        let text = input(step, name).unwrap_or_default();
        text.split(ends).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    };
    // `source` may be an address, of the same repository as a rule.
    let source = input(step, "source").filter(|source| !source.contains(['{', ':', '#']));
    let folder = input(step, "workdir").or(source).unwrap_or_else(|| ".".to_owned());
    let folder = RelPath::new(&folder).filter(|_| !folder.contains('$'))?;
    let (files, targets) = (list("files", &['\n', ',']), list("targets", &['\n', ',']));
    Some(BakeStep { line: line(uses), folder, files, targets, set: list("set", &['\n']) })
}

fn line(value: &Spanned<String>) -> usize {
    usize::try_from(value.defined.line()).unwrap_or(1)
}

/// The line of a script's first line: of a block it is the next one.
fn line_of(text: &str, run: &Spanned<String>) -> usize {
    let line = line(run);
    let key = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim_end();
    let is_block = key.rsplit_once("run:").is_some_and(|(_, value)| {
        let value = value.trim();
        value.starts_with(['|', '>']) && value.len() <= 3
    });
    if is_block { line + 1 } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_other_actions_do_not_matter() {
        let text = "jobs:\n  a:\n    runs-on: [ubuntu-latest]\n    steps:\n      - uses: other/action@v1\n        \
                    with: {source: true, files: 3, set: 1.5, target: null, context: [x]}\n      - run: |\n          \
                    echo\n          docker build .\n      - {run: docker build b}\n";
        let path = RelPath::new(".github/workflows/a.yml").expect("a path");
        let found = on_machines_thrown_away(&path, text);
        let scripts: Vec<(usize, &str)> =
            found.scripts.iter().map(|script| (script.line, script.text.as_str())).collect();
        assert_eq!(scripts, [(8, "echo\ndocker build .\n"), (10, "docker build b")]);
        assert!(found.actions.is_empty() && found.bakes.is_empty());
    }

    #[test]
    fn a_job_on_a_machine_of_ones_own_is_left_out() {
        let job = |name: &str, runs_on: &str| {
            format!("  {name}:\n    runs-on: {runs_on}\n    steps:\n      - uses: docker/bake-action@v6\n")
        };
        let text =
            format!("jobs:\n{}{}", job("a", "{group: x, labels: [self-hosted]}"), job("b", "ubuntu-latest"));
        let path = RelPath::new(".github/workflows/a.yml").expect("a path");
        let found = on_machines_thrown_away(&path, &text);
        assert_eq!(found.bakes.iter().map(|bake| bake.line).collect::<Vec<_>>(), [9]);
    }
}
