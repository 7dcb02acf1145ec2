//! Plans the stages of a file: reports what is wrong with them, and finds what each takes and inherits.

use std::collections::HashMap;

use crate::expand::Lexer;
use crate::operation::{Features, Operation, Problem};
use crate::values::platform::Platform;
use crate::{Document, Instruction, Keyword, Span, SyntaxError, SyntaxErrorKind};

use super::base_images::BaseConfig;
use super::expansion::Budget;
use super::globals::Globals;
use super::onbuild;
use super::options::BuildOptions;
use super::plan::{self, Names};
use super::stage::{Base, Stage, Take, Taker};

/// The stages while they are planned.
pub(super) struct Planner<'a> {
    pub(super) document: &'a Document,
    pub(super) options: &'a BuildOptions<'a>,
    pub(super) lexer: Lexer,
    pub(super) errors: Vec<SyntaxError>,
    pub(super) latent: Vec<SyntaxError>,
    pub(super) names: Names,
}

impl Planner<'_> {
    fn report(&mut self, instruction: usize, problem: Problem) {
        if let Some(instruction) = self.document.instructions().get(instruction) {
            self.errors.push(problem.at(&instruction.text));
        }
    }

    pub(super) fn stages(
        &mut self,
        operations: &[Option<Operation>],
        budget: &mut Budget,
    ) -> (Vec<Stage>, Globals) {
        let last_from = operations.iter().rev().find_map(|operation| match operation {
            Some(Operation::From(from)) => Some(from),
            _ => None,
        });
        let last_name = last_from.and_then(|from| from.name.as_ref()).map(|name| name.text.as_str());
        let target =
            self.options.target.filter(|target| !target.is_empty()).or(last_name).unwrap_or_default();
        let default_platform = Platform::default();
        let platform = self.options.platform.unwrap_or(&default_platform);
        let build_args = self.options.build_args;
        let build_arg = |name: &str| build_args.get(name).cloned();
        let mut globals = Globals::predefined(platform, target, build_arg);

        let mut stages: Vec<Stage> = Vec::new();
        let mut problems = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            match operation {
                Some(Operation::Arg(arguments)) if stages.is_empty() => {
                    if let Err(problem) = globals.declare(arguments, self.lexer, budget, build_arg) {
                        self.report(index, problem);
                    }
                }
                Some(Operation::From(from)) => {
                    let context = (&globals, &self.names, self.options, self.lexer);
                    let stage = plan::stage(from, stages.len(), index, context, budget, &mut problems);
                    self.names.add(stage.name.as_deref());
                    stages.push(stage);
                    for problem in problems.drain(..) {
                        self.report(index, problem);
                    }
                }
                _ => {
                    if let Some(stage) = stages.last_mut() {
                        stage.instructions.end = index + 1;
                    }
                }
            }
        }
        (stages, globals)
    }

    pub(super) fn target(&mut self, stages: &[Stage]) -> Option<usize> {
        let last = stages.len().checked_sub(1);
        let Some(name) = self.options.target.filter(|target| !target.is_empty()) else { return last };
        let found = self.names.find(name);
        if found.is_none() {
            let message = format!("there is no stage called `{name}` to build");
            let names: Vec<&str> = stages.iter().filter_map(|stage| stage.name.as_deref()).collect();
            let help = if names.is_empty() {
                "no stage of this file has a name".to_owned()
            } else {
                format!("the stages are called {}", names.join(", "))
            };
            self.errors
                .push(SyntaxError::new(SyntaxErrorKind::Stage, Span::default(), message).with_help(help));
        }
        found
    }

    /// Finds what the stages take from each other; whether that goes round in a circle.
    pub(super) fn takes(&mut self, stages: &mut [Stage], operations: &[Option<Operation>]) -> bool {
        for stage in &mut *stages {
            for index in stage.instructions.clone() {
                let Some(Some(operation)) = operations.get(index) else { continue };
                let by = Taker::Instruction(index);
                let found =
                    plan::takes(operation, by, &mut self.names, self.options, self.lexer, &mut stage.takes);
                if let Err(problem) = found {
                    self.report(index, problem);
                }
            }
        }
        if let Some(Take { by: Taker::Instruction(index), .. }) = plan::circular(stages)
            && let Some(instruction) = self.document.instructions().get(*index)
        {
            let span = instruction.text_span();
            let message = "the stage takes from itself, directly or by way of others";
            let error = SyntaxError::new(SyntaxErrorKind::Stage, span, message);
            self.errors.push(error.with_help("take from an earlier stage"));
            return true;
        }
        false
    }

    /// What each stage's base deferred with ONBUILD. Mirrors buildkit `initOnBuildTriggers`.
    pub(super) fn triggers(
        &mut self,
        stages: &mut [Stage],
        features: Features,
    ) -> (Vec<Option<BaseConfig>>, HashMap<usize, Vec<SyntaxError>>) {
        let mut bases = Vec::with_capacity(stages.len());
        let mut wrong: HashMap<usize, Vec<SyntaxError>> = HashMap::new();
        for index in 0..stages.len() {
            let Some(stage) = stages.get(index) else { break };
            let base = match &stage.base {
                Base::Image(reference) => {
                    Some(self.options.base_images.config(reference).unwrap_or_else(BaseConfig::unknown))
                }
                Base::Context(_) | Base::Invalid => Some(BaseConfig::unknown()),
                Base::Scratch | Base::Stage(_) => None,
            };
            let texts: Vec<String> = match (&base, &stage.base) {
                (Some(base), _) => base.on_build.clone(),
                (None, Base::Stage(below)) => stages.get(*below).map_or_else(Vec::new, |below| {
                    let instructions = self.document.instructions().get(below.instructions.clone());
                    let deferred = instructions.unwrap_or_default().iter().filter(|instruction| {
                        instruction.keyword() == Keyword::Onbuild && instruction.onbuild.is_some()
                    });
                    deferred.map(|instruction| onbuild::text(self.document, instruction)).collect()
                }),
                _ => Vec::new(),
            };
            bases.push(base);
            let from = self.document.instructions().get(stage.from).map(Instruction::text_span);
            let from = from.unwrap_or_default();
            let Some(stage) = stages.get_mut(index) else { break };
            for (number, text) in texts.iter().enumerate() {
                let (trigger, mut error) = onbuild::trigger(text, features);
                if let (Some(operation), Some(instruction)) =
                    (&trigger.operation, trigger.document.instructions().first())
                {
                    let by = Taker::Trigger(number);
                    let takes = &mut stage.takes;
                    let found = plan::takes(operation, by, &mut self.names, self.options, self.lexer, takes);
                    error = error.or(found.err().map(|problem| problem.at(&instruction.text)));
                }
                if let Some(error) = error {
                    let message =
                        format!("in what ONBUILD deferred (`{}`): {}", first_line(text), error.message);
                    let error = SyntaxError { span: from, message, ..error };
                    wrong.entry(index).or_default().push(error);
                }
                stage.triggers.push(trigger);
            }
        }
        (bases, wrong)
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
