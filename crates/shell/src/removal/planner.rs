//! What to delete and what to put `true` for, one command after the other.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::context::{ignores_errexit, is_tail};
use super::status::{ScriptFacts, cannot_pass_failing, does_nothing};
use super::{RefusalReason, Removal};
use crate::Script;
use crate::ast::{List, OperatorKind};
use crate::flow::{Flag, Located, Step};

/// A place in a list; lists are told apart by their address.
type Place = (*const List, usize);

pub(super) struct Planner<'s> {
    script: &'s Script,
    facts: ScriptFacts<'s>,
    /// The items that are deleted, each with the item before it that is not.
    gone: HashMap<Place, Option<usize>>,
    /// The items that are `true` now.
    replaced: HashSet<Place>,
    /// What is deleted, in order; ranges that touch are one.
    deleted: Vec<Range<usize>>,
}

/// The item that a command is, and what it is joined to.
struct Spot<'s> {
    list: &'s List,
    /// The items that go: the command, and `|| true` behind it.
    items: Range<usize>,
    /// The and-or list.
    chain: Range<usize>,
}

impl<'s> Planner<'s> {
    pub(super) fn new(script: &'s Script) -> Self {
        let facts = ScriptFacts::of(script);
        Self { script, facts, gone: HashMap::new(), replaced: HashSet::new(), deleted: Vec::new() }
    }

    /// What was deleted, in order of text.
    pub(super) fn deleted(self) -> impl Iterator<Item = Range<usize>> {
        self.deleted.into_iter()
    }

    pub(super) fn decide(&mut self, target: &Located<'s>) -> Result<Removal, RefusalReason> {
        self.facts.refuses(self.script, target)?;
        let spot = self.spot(target)?;
        let before = self.live_before(&spot);
        let in_chain_before = before.filter(|b| *b >= spot.chain.start);
        let has_next_in_chain = spot.items.end < spot.chain.end;
        match in_chain_before {
            Some(before) => {
                if operator_before(spot.list, spot.items.start) != Some(OperatorKind::And) {
                    return Ok(self.replace(&spot));
                }
                if !has_next_in_chain && !self.may_become_last(target, &spot, before) {
                    return Ok(self.replace(&spot));
                }
                // With the operator behind only if it is the same: `a && X || b` must become `a || b`.
                let same = operator_before(spot.list, spot.items.end) == Some(OperatorKind::And);
                Ok(self.delete(&spot, Some(before), Some(spot.items.end).filter(|_| same)))
            }
            None if has_next_in_chain => {
                // `X || a`: `a` never runs, and would now.
                let operator = operator_before(spot.list, spot.items.end);
                if operator != Some(OperatorKind::And) || self.facts.reads_status {
                    return Ok(self.replace(&spot));
                }
                Ok(self.delete(&spot, None, Some(spot.items.end)))
            }
            None => Ok(self.statement(target, &spot, before)),
        }
    }

    /// The command is a whole and-or list; `before` is the item in front of it.
    fn statement(&mut self, target: &Located<'s>, spot: &Spot<'s>, before: Option<usize>) -> Removal {
        let next = Some(spot.items.end).filter(|n| *n < spot.list.items.len());
        if self.facts.reads_status {
            return self.replace(spot);
        }
        if next.is_some() {
            let ends = |b: &usize| {
                let operator = spot.list.items.get(*b).and_then(|i| i.operator.as_ref());
                operator.is_some_and(|o| matches!(o.kind, OperatorKind::Semicolon | OperatorKind::Newline))
            };
            return self.delete(spot, before.filter(ends), next);
        }
        let Some(before) = before else { return self.replace(spot) };
        let stops =
            target.options.errexit == Flag::On && !self.script.has_errors() && !ignores_errexit(target);
        if !self.succeeds(spot.list, before, stops) {
            return self.replace(spot);
        }
        self.delete(spot, Some(before), None)
    }

    /// Whether the and-or list that ends with the item `end` has status 0 whenever the shell goes on after it;
    /// `stops` if a failing command ends the shell.
    fn succeeds(&self, list: &List, end: usize, stops: bool) -> bool {
        let Some(item) = list.items.get(end) else { return false };
        if item.operator.as_ref().is_some_and(|o| o.kind == OperatorKind::Background) {
            return false;
        }
        self.only_or_before(list, end)
            && (self.replaced.contains(&(std::ptr::from_ref(list), end))
                || cannot_pass_failing(&item.node, stops, &self.facts))
    }

    /// Whether no `&&` stands in front of `end` in its and-or list: behind one, the list may have failed before.
    fn only_or_before(&self, list: &List, end: usize) -> bool {
        let mut at = end;
        loop {
            match operator_before(list, at) {
                Some(OperatorKind::Or) => match self.before(list, at) {
                    Some(before) => at = before,
                    None => return true,
                },
                Some(OperatorKind::And) => return false,
                _ => return true,
            }
        }
    }

    /// Whether the command in front of the target, the item `before`, may become the last one of its and-or list.
    ///
    /// `errexit` then holds for it and, if it is made of several commands, for those within it as well.
    fn may_become_last(&self, target: &Located<'_>, spot: &Spot<'_>, before: usize) -> bool {
        if ignores_errexit(target) {
            return true;
        }
        let off = target.options.errexit == Flag::Off && !self.script.has_errors();
        let atomic = spot.list.items.get(before).is_some_and(|i| self.facts.is_atomic(&i.node));
        if atomic { off || is_tail(target) } else { off && !self.facts.sets_options }
    }

    fn spot(&self, target: &Located<'s>) -> Result<Spot<'s>, RefusalReason> {
        let Some(Step::Item { list, index, chain }) = target.path.last() else {
            return Err(RefusalReason::Pipeline);
        };
        let (list, index, chain) = (*list, *index, chain.clone());
        let mut end = index + 1;
        // `X || true` goes as a whole, unless the command is joined to one before it.
        if self.before(list, index).is_none_or(|b| b < chain.start) {
            let or = |at: usize| {
                let operator = list.items.get(at).and_then(|i| i.operator.as_ref());
                operator.is_some_and(|o| o.kind == OperatorKind::Or)
            };
            while or(end - 1) && list.items.get(end).is_some_and(|i| does_nothing(&i.node)) {
                end += 1;
            }
            if or(end - 1) {
                end = index + 1;
            }
        }
        Ok(Spot { list, items: index..end, chain })
    }

    fn live_before(&self, spot: &Spot<'_>) -> Option<usize> {
        self.before(spot.list, spot.items.start)
    }

    /// The item in front of `index` that is still there.
    fn before(&self, list: &List, index: usize) -> Option<usize> {
        let previous = index.checked_sub(1)?;
        match self.gone.get(&(std::ptr::from_ref(list), previous)) {
            Some(live) => *live,
            None => Some(previous),
        }
    }

    /// `true` in place of the items.
    fn replace(&mut self, spot: &Spot<'_>) -> Removal {
        let range = Self::range(spot);
        self.replaced.insert((std::ptr::from_ref(spot.list), spot.items.start));
        Removal::ReplaceWithTrue(range)
    }

    fn range(spot: &Spot<'_>) -> Range<usize> {
        let at = |i: usize| spot.list.items.get(i).map(|i| i.node.range().clone());
        let first = at(spot.items.start).unwrap_or_default();
        let last = at(spot.items.end - 1).unwrap_or_else(|| first.clone());
        first.start..last.end
    }

    /// Deletes with the operator in front, or else with the one behind; where a comment or a here-document would go
    /// too, puts `true` in its place.
    fn delete(&mut self, spot: &Spot<'_>, before: Option<usize>, next: Option<usize>) -> Removal {
        let range = Self::range(spot);
        let behind = before.and_then(|b| {
            let end = spot.list.items.get(b)?.node.range().end;
            self.only_operators(end..range.start).then_some(end..range.end)
        });
        let ahead = || {
            let start = spot.list.items.get(next?)?.node.range().start;
            self.only_operators(range.end..start).then_some(range.start..start)
        };
        let Some(deleted) = behind.or_else(ahead) else { return self.replace(spot) };
        self.note(deleted.clone());
        let live = self.live_before(spot);
        let list = std::ptr::from_ref(spot.list);
        for index in spot.items.clone() {
            self.gone.insert((list, index), live);
        }
        Removal::Delete(deleted)
    }

    fn note(&mut self, mut deleted: Range<usize>) {
        while let Some(last) = self.deleted.last().filter(|l| l.end >= deleted.start) {
            deleted = last.start.min(deleted.start)..last.end.max(deleted.end);
            self.deleted.pop();
        }
        self.deleted.push(deleted);
    }

    /// Whether there is nothing but operators and blanks, besides what is deleted already.
    fn only_operators(&self, range: Range<usize>) -> bool {
        let mut end = range.end;
        let blank = |range: Range<usize>| {
            let text = self.script.slice(&range).replace("\\\n", " ");
            text.chars().all(|c| c.is_ascii_whitespace() || matches!(c, '&' | '|' | ';'))
        };
        for deleted in self.deleted.iter().rev().take_while(|d| d.end > range.start) {
            if deleted.end < end && !blank(deleted.end..end) {
                return false;
            }
            end = end.min(deleted.start);
        }
        range.start >= end || blank(range.start..end)
    }
}

/// The operator between an item and the one in front of it, as written.
fn operator_before(list: &List, index: usize) -> Option<OperatorKind> {
    let operator = list.items.get(index.checked_sub(1)?)?.operator.as_ref()?;
    Some(operator.kind)
}
