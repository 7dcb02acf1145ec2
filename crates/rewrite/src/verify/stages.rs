//! Which stage of the new text is, or came from, which one of the old.

use std::collections::HashSet;

use dockfit_dockerfile::model::{Base, Model, Origin, Stage};
use dockfit_dockerfile::values::reference::ImageReference;

use super::Declarations;

/// A stage of the new text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pair {
    /// The index of the stage that it was, or that it came from.
    pub(super) old: usize,
    /// Whether it was added.
    pub(super) is_added: bool,
}

/// The stages of both texts, paired.
pub(super) struct Stages<'m> {
    was: &'m Model,
    is: &'m Model,
    /// Images that were declared, by the index of the stage in the old text.
    bases: HashSet<(usize, &'m str)>,
    /// By the index in the new text.
    pairs: Vec<Pair>,
}

/// What is wrong with the stage of the new text that has this index.
pub(super) type Wrong = (usize, &'static str);

const OTHERS: &str = "the stages are others than before";
const BASE: &str = "the stage is built on something else than before";

impl<'m> Stages<'m> {
    /// Pairs the stages in their order. All that were there are still there, under their names; a stage without a name may
    /// get one. Others are declared, and built on what the stage was built on that they came from, or on that stage.
    pub(super) fn pair(was: &'m Model, is: &'m Model, declared: &Declarations<'m>) -> Result<Self, Wrong> {
        let is_old = |name: &str| was.stage_named(name).is_some();
        let mut old = was.stages().iter();
        let mut found = Self { was, is, bases: declared.bases.clone(), pairs: Vec::new() };
        let mut added = 0;
        for stage in is.stages() {
            let like = stage.name.as_deref().and_then(|name| declared.stages.get(name)).copied();
            let like = like.filter(|like| *like < was.stages().len());
            let new_name = stage.name.as_deref().is_some_and(|name| !is_old(name));
            if let Some(like) = like.filter(|_| new_name) {
                added += 1;
                found.pairs.push(Pair { old: like, is_added: true });
                if !found.is_added_on_right_base(stage, like) {
                    return Err((stage.index, BASE));
                }
                continue;
            }
            let before = old.next().ok_or((stage.index, "a stage was added"))?;
            if before.name != stage.name && !(before.name.is_none() && new_name) {
                return Err((stage.index, OTHERS));
            }
            found.pairs.push(Pair { old: before.index, is_added: false });
            if !found.is_on_same_base(before, stage) {
                return Err((stage.index, BASE));
            }
        }
        if old.next().is_some() {
            return Err((0, "a stage was taken out"));
        }
        if added != declared.stages.len() {
            return Err((0, "a stage that was declared is not there"));
        }
        Ok(found)
    }

    /// Each stage of the new text with its pair, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'m Stage, Pair)> {
        self.is.stages().iter().zip(self.pairs.iter().copied())
    }

    /// The stage of the old text that a stage of the new one was or came from.
    pub(super) fn old(&self, new: usize) -> Option<usize> {
        self.pairs.get(new).map(|pair| pair.old)
    }

    /// Whether the default target is the one of before.
    pub(super) fn has_same_target(&self) -> bool {
        let is = self.is.target().and_then(|target| self.pairs.get(target.index));
        is.map(|pair| (pair.old, pair.is_added)) == self.was.target().map(|target| (target.index, false))
    }

    /// The stage of the new text that `stage` is built on, those left out that were added; or the lowest one of its own.
    fn below(&self, stage: &'m Stage) -> (Option<usize>, &'m Stage) {
        let mut at = stage;
        while let Base::Stage(below) = at.base {
            let Some(next) = self.is.stages().get(below) else { break };
            if !self.pairs.get(below).is_some_and(|pair| pair.is_added) {
                return (Some(below), at);
            }
            at = next;
        }
        (None, at)
    }

    /// Whether the stage is built on an image that was declared for `old`, the stage that it was or came from, and on
    /// the platform of before.
    fn is_on_declared_image(&self, old: usize, after: &Stage) -> bool {
        let before = self.was.lineage(old).last();
        matches!(after.base, Base::Image(_))
            && self.bases.contains(&(old, after.base_name.as_str()))
            && before.is_some_and(|before| before.platform == after.platform)
    }

    fn is_on_same_base(&self, before: &Stage, after: &'m Stage) -> bool {
        if self.is_on_declared_image(before.index, after) {
            return true;
        }
        let (below, lowest) = self.below(after);
        match (&before.base, below) {
            (Base::Stage(old), Some(new)) => self.old(new) == Some(*old) && before.platform == after.platform,
            (Base::Stage(_), None) | (_, Some(_)) => false,
            (_, None) => has_same_image(before, lowest),
        }
    }

    /// An added stage stands on the stage that it came from, on one below that, or on the image below all of them.
    fn is_added_on_right_base(&self, stage: &'m Stage, like: usize) -> bool {
        if self.is_on_declared_image(like, stage) {
            return true;
        }
        let (below, lowest) = self.below(stage);
        match below.and_then(|below| self.old(below)) {
            Some(old) => self.was.lineage(like).any(|stage| stage.index == old),
            None => self.was.lineage(like).last().is_some_and(|image| has_same_image(image, lowest)),
        }
    }

    /// Whether a stage of the new text takes from other stages and images what it took before. What came from one stage
    /// may come from stages that were added like it, or like the one that takes; from `new` images anything may come.
    pub(super) fn takes_the_same(&self, stage: &Stage, pair: Pair, new: &[ImageReference]) -> bool {
        let is_new = |origin: &Origin| matches!(origin, Origin::Image(image) if new.contains(image));
        let like = |origin: &Origin| match origin {
            Origin::Stage(new) => match self.pairs.get(*new) {
                Some(pair) => (Origin::Stage(pair.old), pair.is_added),
                None => (origin.clone(), false),
            },
            other => (other.clone(), false),
        };
        let own = Origin::Stage(pair.old);
        if pair.is_added {
            let mut known = self.was.lineage(pair.old).flat_map(|stage| &stage.takes).map(|take| &take.from);
            let known: Vec<&Origin> = known.by_ref().chain([&own]).collect();
            let mut own = stage.takes.iter().filter(|take| !is_new(&take.from));
            return own.all(|take| known.contains(&&like(&take.from).0));
        }
        let Some(before) = self.was.stages().get(pair.old) else { return false };
        // What it takes in parts of it, which it is built on, comes first.
        let is_part = |below: &&Stage| {
            below.index == stage.index
                || self.pairs.get(below.index).is_some_and(|found| found.is_added && found.old == pair.old)
        };
        let mut parts: Vec<&Stage> = self.is.lineage(stage.index).take_while(is_part).collect();
        parts.reverse();
        let takes = || parts.iter().flat_map(|part| &part.takes).filter(|take| !is_new(&take.from));
        let old = before.takes.iter().map(|take| &take.from).filter(|from| !is_new(from));
        let old = runs(old.map(|from| (from.clone(), false)));
        let now =
            takes().map(|take| like(&take.from)).filter(|(origin, is_added)| !is_added || *origin != own);
        let now = runs(now);
        // Where something comes in pieces, they stand for what does not come whole any more.
        let fits = |(old, now): (&Run, &Run)| {
            old.from == now.from
                && if now.pieces == 0 { old.whole == now.whole } else { now.whole <= old.whole }
        };
        old.len() == now.len() && old.iter().zip(&now).all(fits)
    }
}

/// What is taken from one stage or image, without others between.
struct Run {
    from: Origin,
    /// How often from itself.
    whole: usize,
    /// How often from stages that were added like it.
    pieces: usize,
}

fn runs(takes: impl Iterator<Item = (Origin, bool)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (from, is_piece) in takes {
        if runs.last().is_none_or(|last| last.from != from) {
            runs.push(Run { from, whole: 0, pieces: 0 });
        }
        if let Some(last) = runs.last_mut() {
            *(if is_piece { &mut last.pieces } else { &mut last.whole }) += 1;
        }
    }
    runs
}

/// Whether two stages are built on the same image, whatever the build arguments are.
fn has_same_image(before: &Stage, after: &Stage) -> bool {
    before.base == after.base
        && before.base_name == after.base_name
        && before.base_arguments == after.base_arguments
        && before.platform == after.platform
}
