//! What stands around an install of wheels, and what else names their folder.

use dockfit_dockerfile::model::{Model, Stage, State};

use super::{Brought, List, User, otherwise};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::split_dependencies::plan::Lead;
use crate::split_dependencies::shape::{between_refusal, may_stand_between};

impl User<'_, '_> {
    /// What stands before the step and is for it.
    pub(super) fn lead(&self, steps: &Steps<'_>) -> Result<Lead, Refusal> {
        let index_of = |how: Brought| match how {
            Brought::Copied(index) => Some(index),
            Brought::Mounted(_) => None,
        };
        let list = match self.list {
            Some(List::Context(index)) => Some(index).filter(|index| *index != self.step.index),
            Some(List::Stage(how)) => index_of(how),
            Some(List::AmongWheels) | None => None,
        };
        let mut inputs: Vec<usize> = index_of(self.wheels).into_iter().chain(list).collect();
        inputs.sort_unstable();
        inputs.dedup();
        let Some(first) = inputs.first().copied() else { return Ok(Lead::default()) };
        let step = self.step;
        let between: Vec<usize> = (first..step.index).filter(|index| !inputs.contains(index)).collect();
        if let Some(index) = between.iter().find(|index| !may_stand_between(steps, **index)) {
            return Err(between_refusal(step, *index));
        }
        let text = |index: &usize| {
            step.document().instructions().get(*index).map(dockfit_dockerfile::Instruction::arguments)
        };
        if !between.is_empty() && inputs.iter().filter_map(text).any(|text| text.contains('$')) {
            let text = "a variable names what is copied before the install, with other instructions between";
            return Err(Refusal::new("steps-between", text, "copy the file directly before the install"));
        }
        let state = step.model().state(step.index).map(State::current_dir);
        let folder = &self.taking.folder;
        if state.is_none_or(|folder_now| folder_now.as_known().is_none_or(|now| is_inside(now, folder))) {
            return Err(otherwise(format!("the step works in `{folder}`, the folder of the wheels")));
        }
        Ok(Lead { inputs, between })
    }

    /// An error where something else names the folder of the wheels; the instruction that only deletes it.
    pub(super) fn named_elsewhere(
        &self,
        steps: &Steps<'_>,
        build: &Step<'_>,
        used: &[usize],
    ) -> Result<Option<usize>, Refusal> {
        let (document, model) = (build.document(), build.model());
        let builder = model.stage_of(build.index).map(|stage| stage.instructions.clone()).unwrap_or_default();
        let folder = self.taking.folder.as_str();
        let mut deleted_by = None;
        for (index, instruction) in document.instructions().iter().enumerate() {
            if builder.contains(&index) || used.contains(&index) {
                continue;
            }
            if !names_folder(model, index, instruction.text.as_str(), folder) {
                continue;
            }
            let calls = steps.at(index).map(|step| (step, step.calls())).filter(|(_, calls)| {
                calls.iter().all(|call| {
                    let named = call.args.iter().any(|arg| names(&arg.text, folder));
                    let forced = |text: &str| text.starts_with('-') && text.contains('f');
                    !named || (call.program == "rm" && call.args.iter().any(|arg| forced(&arg.text)))
                })
            });
            match calls {
                None => {
                    let text = format!("line {} names `{folder}`, too", document.line_of(index));
                    return Err(otherwise(text));
                }
                Some((step, [call]))
                    if call.args.iter().filter(|arg| !arg.text.starts_with('-')).count() == 1 =>
                {
                    let alone =
                        step.script().is_some_and(|script| script.text().trim_start().starts_with("rm "));
                    let commented = !document.comments_above(index).is_empty();
                    deleted_by = Some(index).filter(|_| alone && !commented);
                }
                Some(_) => {}
            }
        }
        Ok(deleted_by)
    }
}

/// Refuses where what a stage does behind its wheels may need them.
pub(super) fn needed_behind(build: &Step<'_>, stage: &Stage, folder: &str) -> Result<(), Refusal> {
    let (document, model) = (build.document(), build.model());
    for index in build.index + 1..stage.instructions.end {
        let Some(instruction) = document.instructions().get(index) else { continue };
        let within = model.state(index).map(State::current_dir).is_none_or(|current| {
            current.as_known().is_none_or(|current| current == folder || is_inside(current, folder))
        });
        if within || names_folder(model, index, instruction.text.as_str(), folder) {
            let line = document.line_of(index);
            return Err(otherwise(format!("line {line} may need them in the stage that builds them")));
        }
    }
    Ok(())
}

/// Whether an instruction names `folder`, or a path in it, from the root or from where it works.
fn names_folder(model: &Model, index: usize, text: &str, folder: &str) -> bool {
    let relative = model.state(index).map(State::current_dir).and_then(|current| {
        let current = current.as_known()?;
        folder.strip_prefix(current.trim_end_matches('/'))?.strip_prefix('/').map(str::to_owned)
    });
    names(text, folder) || relative.is_some_and(|relative| names(text, &relative))
}

/// Whether `text` has `path` in it, as a whole or as the beginning of one.
fn names(text: &str, path: &str) -> bool {
    let part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    text.match_indices(path).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let behind = text.get(at + path.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(|char| part(char) || char == '/') && !behind.is_some_and(part)
    })
}
