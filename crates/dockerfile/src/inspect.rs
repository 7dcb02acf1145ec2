//! The model as data: what `dockfit inspect` prints.

use serde::Serialize;

use crate::model::{BuildOptions, Execution, Model, Setter, Stage, Value};
use crate::{Document, SyntaxError};

/// A Dockerfile as the engine understands it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The configuration of the target's image, in the names of `docker image inspect`; keys that are null or not
    /// known are left out, and what a base image adds to a text stands as a reference (`PATH=/opt/bin:$PATH`).
    pub config: serde_json::Value,
    /// The keys of the configuration to which the base image may add more than is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<&'static str>,
    /// The stages in order.
    pub stages: Vec<InspectedStage>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InspectedStage {
    /// Its name, in lower case.
    pub name: Option<String>,
    /// What it builds on, variables expanded.
    pub base: String,
    /// Stages and images that it takes files from with COPY and mounts, each once.
    pub from: Vec<String>,
    /// Whether the target needs it. The engine executes nothing of other stages.
    pub built: bool,
    /// What its RUNs execute.
    pub runs: Vec<InspectedRun>,
}

/// A process that the engine starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InspectedRun {
    /// Its words.
    pub argv: Vec<String>,
    /// Its directory; null where the base image decides.
    pub cwd: Option<String>,
    /// Its user as USER has it, `root` where there is none; null where the base image decides.
    pub user: Option<String>,
    /// Its variables as far as they are known, sorted; those for secrets are empty, as in a build that is given none.
    /// The engine adds `HOME` and `HOSTNAME`.
    pub env: Vec<String>,
    /// The text of the file that it executes, where a here-document starts with `#!`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_file: Option<String>,
}

/// Looks into a document.
///
/// # Errors
/// Why the engine would refuse it, in order; never empty.
pub fn inspect(document: &Document, options: &BuildOptions<'_>) -> Result<Inspection, Vec<SyntaxError>> {
    let model = Model::with(document, options);
    let target = match (model.errors(), model.target()) {
        ([], Some(target)) => target,
        (errors, _) => return Err(errors.to_vec()),
    };
    let config = model.config(target.index);
    Ok(Inspection {
        config: config.to_json(),
        unknown: config.unknown_keys(),
        stages: model.stages().iter().map(|stage| inspect_stage(&model, document, stage)).collect(),
    })
}

fn inspect_stage(model: &Model, document: &Document, stage: &Stage) -> InspectedStage {
    let mut from = Vec::new();
    for take in &stage.takes {
        let name = take.from.name(model.stages());
        if !from.contains(&name) {
            from.push(name);
        }
    }
    let executions = if stage.built { model.executions(document, stage.index) } else { Vec::new() };
    InspectedStage {
        name: stage.name.clone(),
        base: stage.base_name.clone(),
        from,
        built: stage.built,
        runs: executions.into_iter().map(InspectedRun::from).collect(),
    }
}

impl From<Execution> for InspectedRun {
    fn from(execution: Execution) -> Self {
        let secrets = execution.env.iter().filter(|variable| variable.setter == Setter::Mount);
        let secrets = secrets.filter(|variable| variable.value == Value::Unknown);
        let mut env: Vec<String> = secrets.map(|variable| format!("{}=", variable.name)).collect();
        env.extend(crate::model::assignments(&execution.env));
        env.sort();
        let text = |value: &Value| value.as_known().map(str::to_owned);
        let user = text(&execution.user).map(|user| if user.is_empty() { "root".to_owned() } else { user });
        Self {
            argv: execution.argv,
            cwd: text(&execution.cwd),
            user,
            env,
            script_file: execution.script_file,
        }
    }
}
