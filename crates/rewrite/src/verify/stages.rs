//! Which stage of the new text comes from which one of the old.

use dockfit_dockerfile::model::{Model, Origin, Stage};

use super::Declarations;

/// A stage of the new text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pair {
    /// Its index in the new text.
    pub(super) new: usize,
    /// The index of the stage that it was, or that it came from.
    pub(super) old: usize,
    /// Whether it was added.
    pub(super) is_added: bool,
}

/// The stages of the new text in order, each with the one that it was or came from. `None` where a stage is gone, another
/// one than before, or there without having been declared. A stage that had no name may get one; the last one stays.
pub(super) fn pairs(was: &Model, is: &Model, declared: &Declarations<'_>) -> Option<Vec<Pair>> {
    let mut old = was.stages().iter();
    let mut pairs = Vec::new();
    for stage in is.stages() {
        let added = stage.name.as_deref().and_then(|name| declared.stages.get(name)).copied();
        if let Some(like) = added.filter(|like| *like < was.stages().len()) {
            pairs.push(Pair { new: stage.index, old: like, is_added: true });
            continue;
        }
        let before = old.next()?;
        let named = before.name == stage.name || (before.name.is_none() && !declared.stages.is_empty());
        if !named || before.base_name != stage.base_name {
            return None;
        }
        pairs.push(Pair { new: stage.index, old: before.index, is_added: false });
    }
    let last_is_old = pairs.last().is_none_or(|pair| !pair.is_added);
    (old.next().is_none() && last_is_old).then_some(pairs)
}

/// Where a stage of the old text takes from, in order.
pub(super) fn taken_before(stage: &Stage, declared: &Declarations<'_>) -> Vec<Origin> {
    merged(stage.takes.iter().map(|take| take.from.clone()).collect(), declared)
}

/// The same of a stage of the new text, each stage as the one that it was or came from.
pub(super) fn taken_after(stage: &Stage, pairs: &[Pair], declared: &Declarations<'_>) -> Vec<Origin> {
    let origin = |from: &Origin| match from {
        Origin::Stage(index) => Origin::Stage(pairs.get(*index).map_or(*index, |pair| pair.old)),
        other => other.clone(),
    };
    merged(stage.takes.iter().map(|take| origin(&take.from)).collect(), declared)
}

/// Where stages were added, what was taken at once may be taken piece by piece.
fn merged(mut taken: Vec<Origin>, declared: &Declarations<'_>) -> Vec<Origin> {
    if !declared.stages.is_empty() {
        taken.dedup();
    }
    taken
}
