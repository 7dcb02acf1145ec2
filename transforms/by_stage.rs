//! Instructions of one kind, to be asked which of them stands before or behind another one in the image.

use dockfit_dockerfile::model::{Base, Model};

/// Instructions by the stage that they concern. Asking costs no more in a long file than in a short one.
#[derive(Debug)]
pub(crate) struct ByStage {
    /// Those of each stage, in order.
    own: Vec<Vec<usize>>,
    /// For each stage the first of those of the stages built on it.
    above: Vec<Option<usize>>,
    /// For each stage the first of those of the stages that it is built on.
    below: Vec<Option<usize>>,
}

impl ByStage {
    /// Each instruction under the stage that it stands in.
    pub(crate) fn of(model: &Model, instructions: impl IntoIterator<Item = usize>) -> Self {
        let staged = |index| Some((model.stage_of(index)?.index, index));
        Self::new(model, instructions.into_iter().filter_map(staged))
    }

    /// Pairs of a stage and an instruction that concerns it, in the order of the instructions.
    pub(crate) fn new(model: &Model, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let count = model.stages().len();
        let mut own: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (stage, instruction) in pairs {
            if let Some(own) = own.get_mut(stage) {
                own.push(instruction);
            }
        }
        let first = |stage: usize| own.get(stage).and_then(|own| own.first()).copied();
        let (mut above, mut below) = (vec![None; count], vec![None; count]);
        let parent = |stage: usize| match model.stages().get(stage)?.base {
            Base::Stage(parent) => Some(parent),
            _ => None,
        };
        // A stage stands behind the one that it is built on.
        for stage in 0..count {
            if let Some(parent) = parent(stage) {
                below[stage] = least(first(parent), below.get(parent).copied().flatten());
            }
        }
        for stage in (0..count).rev() {
            let here = least(first(stage), above[stage]);
            if let Some(above) = parent(stage).and_then(|parent| above.get_mut(parent)) {
                *above = least(*above, here);
            }
        }
        Self { own, above, below }
    }

    /// The first one that sees what `stage` holds after `instruction`: behind it in the stage, or in a stage built on it.
    pub(crate) fn first_after(&self, stage: usize, instruction: usize) -> Option<usize> {
        let own = self.own(stage);
        let after = own.partition_point(|index| *index <= instruction);
        own.get(after).copied().or_else(|| self.above.get(stage).copied().flatten())
    }

    /// The first one of `stage` and of those built on it.
    pub(crate) fn first_from(&self, stage: usize) -> Option<usize> {
        least(self.first_of(stage), self.above.get(stage).copied().flatten())
    }

    /// The first one of `stage` itself.
    pub(crate) fn first_of(&self, stage: usize) -> Option<usize> {
        self.own(stage).first().copied()
    }

    /// The first one whose effect `instruction` of `stage` sees, itself included: up to it in the stage, or in a stage
    /// that this is built on.
    pub(crate) fn first_until(&self, stage: usize, instruction: usize) -> Option<usize> {
        let below = self.below.get(stage).copied().flatten();
        below.or_else(|| self.first_of(stage).filter(|first| *first <= instruction))
    }

    fn own(&self, stage: usize) -> &[usize] {
        self.own.get(stage).map(Vec::as_slice).unwrap_or_default()
    }
}

fn least(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    a.into_iter().chain(b).min()
}

#[cfg(test)]
mod tests {
    use dockfit_dockerfile::Document;

    use super::*;

    /// Instructions: 0 FROM base, 1, 2; 3 FROM base AS child, 4; 5 FROM other, 6.
    const FILE: &str = "FROM debian AS base\nRUN a\nRUN b\nFROM base AS child\nRUN c\nFROM alpine\nRUN d\n";

    #[test]
    fn a_stage_sees_what_it_is_built_on_and_is_seen_by_what_is_built_on_it() {
        let model = Model::of(&Document::parse(FILE));
        let found = ByStage::of(&model, [2, 4, 6]);
        assert_eq!(found.first_after(0, 1), Some(2));
        assert_eq!(found.first_after(0, 2), Some(4));
        assert_eq!(found.first_after(1, 4), None);
        assert_eq!(found.first_from(0), Some(2));
        assert_eq!(found.first_from(1), Some(4));
        assert_eq!(found.first_until(0, 1), None);
        assert_eq!(found.first_until(0, 2), Some(2));
        assert_eq!(found.first_until(1, 4), Some(2));
        assert_eq!(found.first_until(2, 6), Some(6));
        assert_eq!(found.first_of(2), Some(6));
    }
}
