//! Puts the model together: reads the instructions, plans the stages, evaluates them.

use crate::expand::Lexer;
use crate::operation::{Features, Operation};
use crate::{Document, Span, SyntaxError, SyntaxErrorKind};

use super::base_images::BaseConfig;
use super::evaluate::{Entry, Evaluator, Site};
use super::expansion::Budget;
use super::options::BuildOptions;
use super::plan::Names;
use super::planner::Planner;
use super::stage::{Base, Origin, Stage, Taker};
use super::{Model, frontend};

/// Mirrors buildkit `dockerfile2llb/convert.go` `toDispatchState`.
pub(super) fn model(document: &Document, options: &BuildOptions<'_>) -> Model {
    let features = frontend::features(document);
    let mut errors = document.errors().to_vec();
    let operations = read(document, features, &mut errors);
    check_order(document, &operations, &mut errors);

    let lexer = Lexer::new(document.escape());
    let mut budget = Budget::default();
    let mut planner =
        Planner { document, options, lexer, errors, latent: Vec::new(), names: Names::default() };
    let (mut stages, globals) = planner.stages(&operations, &mut budget);
    let target = planner.target(&stages);
    let circular = planner.takes(&mut stages, &operations);
    let (bases, mut trigger_errors) = planner.triggers(&mut stages, features);
    mark_built(&mut stages, target);

    let evaluator = Evaluator::new(options, &globals, features, lexer, budget);
    let mut evaluation = Evaluation {
        document,
        evaluator,
        entries: vec![None; document.instructions().len()],
        trigger_entries: Vec::with_capacity(stages.len()),
        circular,
    };
    for stage in &stages {
        let mut wrong = trigger_errors.remove(&stage.index).unwrap_or_default();
        evaluation.stage(
            &stages,
            stage,
            bases.get(stage.index).and_then(Option::as_ref),
            &operations,
            &mut wrong,
        );
        let list = if stage.built { &mut planner.errors } else { &mut planner.latent };
        list.append(&mut wrong);
    }
    let Evaluation { evaluator, entries, trigger_entries, .. } = evaluation;
    let scopes = evaluator.scopes;
    let Planner { errors, latent, .. } = planner;
    Model {
        stages,
        operations,
        entries,
        trigger_entries,
        bases,
        scopes,
        globals,
        escape: document.escape(),
        target,
        errors,
        latent,
    }
}

/// What the instructions say. An error that the document has already at the same place is not told twice.
fn read(document: &Document, features: Features, errors: &mut Vec<SyntaxError>) -> Vec<Option<Operation>> {
    let known = errors.clone();
    document
        .instructions()
        .iter()
        .map(|instruction| match Operation::of(instruction, document.escape(), features) {
            Ok(operation) => Some(operation),
            Err(error) => {
                if !known.iter().any(|known| instruction.span.encloses(known.span)) {
                    errors.push(error);
                }
                None
            }
        })
        .collect()
}

/// A stage begins with FROM; only ARG stands before the first.
fn check_order(document: &Document, operations: &[Option<Operation>], errors: &mut Vec<SyntaxError>) {
    let first = operations.iter().position(|operation| matches!(operation, Some(Operation::From(_))));
    let before = operations.get(..first.unwrap_or(operations.len())).unwrap_or_default();
    for (operation, instruction) in before.iter().zip(document.instructions()) {
        if let Some(operation) = operation
            && !matches!(operation, Operation::Arg(_))
        {
            let span = instruction.keyword_span();
            let message = format!("{} stands before the first FROM", instruction.keyword());
            let error = SyntaxError::new(SyntaxErrorKind::Stage, span, message);
            errors.push(error.with_help("begin a stage with FROM; only ARG can stand before it"));
            return;
        }
    }
    if first.is_none() && errors.is_empty() {
        let end = document.source().len();
        let error =
            SyntaxError::new(SyntaxErrorKind::Stage, Span::empty(end), "there is no FROM: nothing to build");
        errors.push(error.with_help("begin a stage with FROM"));
    }
}

/// Marks the stages that the target needs. Mirrors buildkit `allReachableStages`.
fn mark_built(stages: &mut [Stage], target: Option<usize>) {
    let mut open: Vec<usize> = target.into_iter().collect();
    while let Some(index) = open.pop() {
        let Some(stage) = stages.get_mut(index) else { continue };
        if std::mem::replace(&mut stage.built, true) {
            continue;
        }
        if let Base::Stage(below) = stage.base {
            open.push(below);
        }
        open.extend(stage.takes.iter().filter_map(|take| match take.from {
            Origin::Stage(other) => Some(other),
            _ => None,
        }));
    }
}

struct Evaluation<'a> {
    document: &'a Document,
    evaluator: Evaluator<'a>,
    entries: Vec<Option<Entry>>,
    trigger_entries: Vec<Vec<Option<Entry>>>,
    /// That has been reported, and that stages stand in the wrong order is no news then.
    circular: bool,
}

impl Evaluation<'_> {
    fn stage(
        &mut self,
        stages: &[Stage],
        stage: &Stage,
        base: Option<&BaseConfig>,
        operations: &[Option<Operation>],
        errors: &mut Vec<SyntaxError>,
    ) {
        self.evaluator.begin(stage, base);
        // A stage that a context replaces is not executed.
        let replaced =
            matches!((&stage.base, &stage.name), (Base::Context(context), Some(name)) if context == name);
        let from = self.document.instructions().get(stage.from).map(crate::Instruction::text_span);
        let mut triggers = Vec::with_capacity(stage.triggers.len());
        for (number, trigger) in stage.triggers.iter().enumerate() {
            let instruction = trigger.document.instructions().first();
            let (Some(operation), Some(instruction)) = (&trigger.operation, instruction) else {
                triggers.push(None);
                continue;
            };
            let site = Site { document: &trigger.document, instruction, reported_at: from };
            self.check_order(stages, stage, Taker::Trigger(number), site, errors);
            triggers.push(Some(self.evaluator.step(operation, site, errors)));
        }
        self.trigger_entries.push(triggers);

        if !replaced {
            for index in stage.instructions.clone() {
                let operation = operations.get(index).and_then(Option::as_ref);
                let instruction = self.document.instructions().get(index);
                let (Some(operation), Some(instruction)) = (operation, instruction) else { continue };
                let site = Site { document: self.document, instruction, reported_at: None };
                self.check_order(stages, stage, Taker::Instruction(index), site, errors);
                let entry = self.evaluator.step(operation, site, errors);
                if let Some(slot) = self.entries.get_mut(index) {
                    *slot = Some(entry);
                }
            }
        }
        self.evaluator.end();
    }

    /// Stages are built in order: what a stage takes from must stand before it.
    fn check_order(
        &self,
        stages: &[Stage],
        stage: &Stage,
        by: Taker,
        site: Site<'_>,
        errors: &mut Vec<SyntaxError>,
    ) {
        let later = stage.takes.iter().filter(|take| take.by == by).find_map(|take| match take.from {
            Origin::Stage(other) if other >= stage.index => Some(other),
            _ => None,
        });
        if let Some(other) = later
            && !self.circular
        {
            let span = site.reported_at.unwrap_or_else(|| site.instruction.text_span());
            let name = Origin::Stage(other).name(stages);
            let message =
                format!("the stage `{name}` stands behind this one, so nothing can be taken from it yet");
            let error = SyntaxError::new(SyntaxErrorKind::Stage, span, message);
            errors.push(error.with_help("move the stage before this one"));
        }
    }
}
