//! What a Dockerfile means to the engine: its stages, what they take from each other, and what holds at each
//! instruction.
//!
//! Where engines differ it is Docker 28's meaning. What only a base image could tell is [`Value::Unknown`], not guessed.

mod base_images;
mod base_s2i;
mod base_table;
mod build;
mod config;
mod copied;
mod copying;
mod directory;
mod effect;
mod evaluate;
mod execution;
mod expansion;
mod frontend;
mod globals;
mod onbuild;
mod options;
mod plan;
mod planner;
mod running;
mod scope;
mod stage;
mod state;
mod value;

pub use base_images::{BaseConfig, BaseImages, Fact, KnownBaseImages};
pub use config::ImageConfig;
pub(crate) use config::assignments;
pub use copied::{Copied, CopiedSource};
pub use effect::HealthcheckConfig;
pub use execution::Execution;
pub use options::BuildOptions;
pub use scope::{At, Setter, Variable};
pub use stage::{Base, Origin, Stage, Take, Taker, Trigger};
pub use state::State;
pub use value::Value;

use crate::expand::{ExpandError, Expanded, Lexer};
use crate::operation::{Mount, Operation};
use crate::values::lowercase;
use crate::{Document, SyntaxError};

use evaluate::Entry;
use globals::Globals;
use scope::Scopes;

/// The meaning of one Dockerfile under given build options.
///
/// Instructions and stages are named by their index in the [`Document`] that it was made of.
#[derive(Debug, Clone)]
pub struct Model {
    stages: Vec<Stage>,
    operations: Vec<Option<Operation>>,
    /// What each instruction of a stage found and did.
    entries: Vec<Option<Entry>>,
    /// The same of each stage's triggers.
    trigger_entries: Vec<Vec<Option<Entry>>>,
    /// The configuration of each stage's base, where that is an image.
    bases: Vec<Option<BaseConfig>>,
    scopes: Scopes,
    globals: Globals,
    escape: char,
    target: Option<usize>,
    errors: Vec<SyntaxError>,
    latent: Vec<SyntaxError>,
}

impl Model {
    /// The model of `document` for the last stage and without build arguments.
    pub fn of(document: &Document) -> Self {
        Self::with(document, &BuildOptions::default())
    }

    /// The model of `document`. There always is one; what the engine would refuse stands in [`Model::errors`].
    pub fn with(document: &Document, options: &BuildOptions<'_>) -> Self {
        build::model(document, options)
    }

    /// Why the engine would not build the target; the document's own errors come first.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// What is wrong in stages that the target does not need; the engine does not notice.
    pub fn latent_errors(&self) -> &[SyntaxError] {
        &self.latent
    }

    /// The stages in order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The stage that `FROM name`, `--from=name` and `--target name` mean: the last one of that name, in any case.
    pub fn stage_named(&self, name: &str) -> Option<&Stage> {
        let name = lowercase(name);
        self.stages.iter().rev().find(|stage| stage.name.as_deref() == Some(name.as_str()))
    }

    /// The stage that an instruction belongs to; a FROM belongs to the stage that it begins.
    pub fn stage_of(&self, instruction: usize) -> Option<&Stage> {
        let after = self.stages.partition_point(|stage| stage.from <= instruction);
        self.stages.get(after.checked_sub(1)?)
    }

    /// The stage and those that it builds on, itself first.
    pub fn lineage(&self, stage: usize) -> impl Iterator<Item = &Stage> {
        std::iter::successors(self.stages.get(stage), |stage| match stage.base {
            Base::Stage(below) => self.stages.get(below),
            _ => None,
        })
    }

    /// The stage to build.
    pub fn target(&self) -> Option<&Stage> {
        self.stages.get(self.target?)
    }

    /// What an instruction says, if that is right.
    pub fn operation(&self, instruction: usize) -> Option<&Operation> {
        self.operations.get(instruction)?.as_ref()
    }

    /// User, working directory and shell as an instruction of a stage finds them. A FROM finds nothing.
    pub fn state(&self, instruction: usize) -> Option<&State> {
        self.entry(instruction).map(|entry| &entry.before)
    }

    /// The variables as an instruction of a stage finds them.
    pub fn environment(&self, instruction: usize) -> Option<At<'_>> {
        let stage = self.stage_of(instruction)?;
        Some(self.scopes.at(stage.index, self.entry(instruction)?.step))
    }

    /// The variables at the end of a stage.
    pub fn environment_at_end(&self, stage: usize) -> At<'_> {
        self.scopes.at(stage, u32::MAX)
    }

    /// The value of a variable before the first FROM: predefined, or an ARG there.
    pub fn global(&self, name: &str) -> Option<&str> {
        self.globals.value(name)
    }

    /// The home directory of the user at an instruction: `HOME` where a variable says so, else that of root.
    pub fn home(&self, instruction: usize) -> Value {
        if let Some(value) =
            self.environment(instruction).and_then(|environment| environment.value("HOME").cloned())
            && value != Value::Unknown
        {
            return value;
        }
        let user = self.state(instruction).and_then(|state| state.user.as_known());
        match user.map(|user| user.split(':').next().unwrap_or_default()) {
            Some("" | "0" | "root") => Value::known("/root"),
            _ => Value::Unknown,
        }
    }

    /// `word` as an instruction would expand it. Before the first FROM and in a FROM, with the global variables.
    pub fn expand(&self, instruction: usize, word: &str) -> Result<Expanded, ExpandError> {
        let lexer = Lexer::new(self.escape);
        match self.environment(instruction) {
            Some(environment) => lexer.process_word(word, &environment),
            None => lexer.process_word(word, &self.globals),
        }
    }

    /// The text that a here-document of a COPY or ADD puts into the image: with variables expanded unless its name is
    /// quoted.
    pub fn heredoc_text(&self, document: &Document, instruction: usize, index: usize) -> Option<Value> {
        let heredoc = document.instructions().get(instruction)?.heredocs.get(index)?;
        let text = copying::heredoc_text(heredoc, document);
        if !heredoc.expand {
            return Some(Value::known(text));
        }
        let environment = self.environment(instruction)?;
        copying::BODY.process_word(&text, &environment).ok().map(Value::from)
    }

    /// The mounts of a RUN; nothing in place of one whose fields only the build can tell.
    pub fn mounts(&self, instruction: usize) -> &[Option<Mount>] {
        self.entry(instruction).map(|entry| entry.mounts.as_slice()).unwrap_or_default()
    }

    /// The configuration of the image that a stage makes.
    pub fn config(&self, stage: usize) -> ImageConfig {
        let mut chain = vec![stage];
        while let Some(Base::Stage(below)) =
            chain.last().and_then(|last| self.stages.get(*last)).map(|stage| &stage.base)
        {
            chain.push(*below);
        }
        let lowest = chain.last().and_then(|lowest| self.bases.get(*lowest)).and_then(Option::as_ref);
        let mut config = lowest.map_or_else(ImageConfig::of_scratch, ImageConfig::of_base);
        for stage in chain.iter().rev() {
            config.begin_stage();
            let triggers = self.trigger_entries.get(*stage).map(Vec::as_slice).unwrap_or_default();
            let instructions =
                self.stages.get(*stage).map(|stage| stage.instructions.clone()).unwrap_or_default();
            let own = self.entries.get(instructions).unwrap_or_default();
            for entry in triggers.iter().chain(own).flatten() {
                entry.effects.iter().for_each(|effect| config.apply(effect));
            }
        }
        config.set_env(self.scopes.image_variables(stage), self.scopes.is_open(stage));
        config
    }

    /// What the RUNs of a stage execute, in order; those that the base deferred come first.
    pub fn executions(&self, document: &Document, stage: usize) -> Vec<Execution> {
        execution::of_stage(self, document, stage)
    }

    /// What a RUN executes.
    pub fn execution(&self, document: &Document, instruction: usize) -> Option<Execution> {
        let stage = self.stage_of(instruction)?.index;
        let entry = self.entry(instruction)?;
        execution::of(self, stage, entry, document, document.instructions().get(instruction)?)
    }

    fn entry(&self, instruction: usize) -> Option<&Entry> {
        self.entries.get(instruction)?.as_ref()
    }
}

#[cfg(test)]
mod tests;
