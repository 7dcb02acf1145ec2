//! What a RUN executes.

use crate::operation::MountKind;
use crate::values::path::clean;
use crate::{Document, Instruction, RunForm};

use super::evaluate::Entry;
use super::{Model, Setter, Value, Variable};

/// A process, as the engine starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// The words; of a shell form the last one is the script.
    pub argv: Vec<String>,
    /// The directory that it starts in.
    pub cwd: Value,
    /// The user; empty is root.
    pub user: Value,
    /// The variables in the engine's order; those that hold secrets last, without a value. The engine adds `HOME` and
    /// `HOSTNAME`, and proxies.
    pub env: Vec<Variable>,
    /// Whether the base image may set more variables.
    pub env_open: bool,
    /// The text of the file that is executed, where a here-document starts with `#!`.
    pub script_file: Option<String>,
}

pub(super) fn of_stage(model: &Model, document: &Document, stage: usize) -> Vec<Execution> {
    let Some(found) = model.stages.get(stage) else { return Vec::new() };
    let triggers = model.trigger_entries.get(stage).map(Vec::as_slice).unwrap_or_default();
    let deferred = found.triggers.iter().zip(triggers).filter_map(|(trigger, entry)| {
        of(model, stage, entry.as_ref()?, &trigger.document, trigger.document.instructions().first()?)
    });
    let own = found.instructions.clone().filter_map(|index| model.execution(document, index));
    deferred.chain(own).collect()
}

/// Mirrors buildkit `dispatchRun`.
pub(super) fn of(
    model: &Model,
    stage: usize,
    entry: &Entry,
    document: &Document,
    instruction: &Instruction,
) -> Option<Execution> {
    if instruction.keyword() != crate::Keyword::Run {
        return None;
    }
    let (argv, script_file) = match RunForm::of(document, instruction) {
        RunForm::Exec(array) => (array.items.into_iter().map(|item| item.value).collect(), None),
        RunForm::File { text, .. } if !entry.before.windows => {
            let name = instruction.heredocs.first().map(|heredoc| heredoc.name.as_str()).unwrap_or_default();
            let path = clean(&format!("/dev/pipes/{name}"));
            (entry.before.with_shell(&path), Some(text.as_str().to_owned()))
        }
        RunForm::Shell(text) | RunForm::File { text, .. } => (entry.before.with_shell(text.as_str()), None),
    };
    let environment = model.scopes.at(stage, entry.step);
    let mut env = environment.variables();
    if let Some(socket) = agent_socket(entry)
        && environment.value("SSH_AUTH_SOCK").is_none()
    {
        env.push(Variable {
            name: "SSH_AUTH_SOCK".into(),
            value: Value::known(socket),
            setter: Setter::Mount,
        });
    }
    for secret in entry.mounts.iter().flatten().filter(|mount| mount.kind == MountKind::Secret) {
        if let Some(name) = secret.env.as_deref() {
            env.retain(|variable| &*variable.name != name);
            env.push(Variable { name: name.into(), value: Value::Unknown, setter: Setter::Mount });
        }
    }
    Some(Execution {
        argv,
        cwd: entry.before.current_dir(),
        user: entry.before.user.clone(),
        env,
        env_open: environment.is_open(),
        script_file,
    })
}

/// The agent's socket of the first ssh mount, which the process finds in a variable. Mirrors buildkit
/// `client/llb/exec.go`.
fn agent_socket(entry: &Entry) -> Option<String> {
    let mount = entry.mounts.iter().flatten().find(|mount| mount.kind == MountKind::Ssh)?;
    let target = mount.target.clone().filter(|target| !target.is_empty());
    Some(target.unwrap_or_else(|| "/run/buildkit/ssh_agent.0".to_owned()))
}
