//! What a file says around its installs, gathered once.

use dockfit_dockerfile::model::Model;
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::{Document, Instruction, Keyword};

use super::program;
use crate::by_stage::ByStage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// What is gathered.
pub(super) struct Around {
    /// What brings or writes a configuration file of pip.
    configurations: ByStage,
    /// What brings uv.
    uv: ByStage,
    /// ARGs of pip's variables: the instruction, and the name.
    arguments: Vec<(usize, String)>,
}

impl Around {
    pub(super) fn of(steps: &Steps<'_>) -> Self {
        let (document, model) = (steps.dockerfile().document(), steps.model());
        let all = || document.instructions().iter().enumerate();
        let configurations = all().filter(|(_, one)| configures(document, one)).map(|(index, _)| index);
        let uv = all().filter(|(index, one)| brings_uv(steps, *index, one)).map(|(index, _)| index);
        let arguments = all().flat_map(|(index, _)| arguments(model, index)).collect();
        Self { configurations: ByStage::of(model, configurations), uv: ByStage::of(model, uv), arguments }
    }

    /// Refuses where a file configures pip, which uv does not read.
    pub(super) fn configured(&self, step: &Step<'_>) -> Result<(), Refusal> {
        let Some(index) = first_until(&self.configurations, step) else { return Ok(()) };
        let line = step.line_of(index);
        let text = format!("line {line} concerns pip's configuration file, which uv does not read");
        Err(Refusal::new("configured", text, "set what it says in variables that uv reads"))
    }

    /// Whether `step` finds uv.
    pub(super) fn has_uv(&self, step: &Step<'_>) -> bool {
        program::is_in_base(step) || program::is_mounted(step) || first_until(&self.uv, step).is_some()
    }

    /// The variables of pip that a build may give to `step`.
    pub(super) fn arguments<'a>(&'a self, step: &'a Step<'_>) -> impl Iterator<Item = &'a str> {
        let stages: Vec<usize> = step.stages().collect();
        let seen = move |index: usize| {
            let stage = step.model().stage_of(index);
            index < step.index && stage.is_some_and(|stage| stages.contains(&stage.index))
        };
        self.arguments.iter().filter(move |(index, _)| seen(*index)).map(|(_, name)| name.as_str())
    }
}

fn first_until(found: &ByStage, step: &Step<'_>) -> Option<usize> {
    found.first_until(step.model().stage_of(step.index)?.index, step.index)
}

fn configures(document: &Document, instruction: &Instruction) -> bool {
    const WORDS: &[&str] = &["pip.conf", "pip.ini", "pip config set", "PIP_CONFIG_FILE"];
    let names = |text: &str| WORDS.iter().any(|word| text.contains(word));
    names(instruction.text.as_str())
        || instruction.heredocs.iter().any(|heredoc| names(&document.text(heredoc.body)))
}

fn brings_uv(steps: &Steps<'_>, index: usize, instruction: &Instruction) -> bool {
    match (instruction.keyword(), steps.model().operation(index)) {
        (Keyword::Copy, Some(Operation::Copy(copy))) => {
            copy.from.is_some() && copy.sources.iter().any(|source| source.word().text.ends_with("/uv"))
        }
        (Keyword::Run, _) => steps.at(index).filter(|step| step.mentions(&["uv"])).is_some_and(|step| {
            let named = |value: &str| value == "uv" || value.starts_with("uv==");
            step.calls().iter().any(|call| call.program == "pip" && call.values().any(named))
        }),
        _ => false,
    }
}

fn arguments(model: &Model, index: usize) -> Vec<(usize, String)> {
    let Some(Operation::Arg(arguments)) = model.operation(index) else { return Vec::new() };
    let names = arguments.iter().map(|argument| argument.name.text.as_str());
    names.filter(|name| name.starts_with("PIP_")).map(|name| (index, name.to_owned())).collect()
}
