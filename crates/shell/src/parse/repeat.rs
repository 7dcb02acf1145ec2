//! Loops.

use tree_sitter::Node;

use super::build::Builder;
use super::compound::token;
use super::flatten::Unit;
use super::kind::{Kind, children, kind};
use super::scan::Scanned;
use crate::ast::{List, Loop, LoopKind, Node as Tree, OpaqueReason};

impl<'t> Builder<'_, 't> {
    pub(super) fn while_loop(
        &self,
        unit: &Unit<'t>,
        node: Node<'t>,
        to: usize,
        depth: usize,
    ) -> Scanned<Tree> {
        let nodes = children(node);
        let loop_kind = match nodes.first().map(|n| kind(*n)) {
            Some(Kind::While) => LoopKind::While,
            Some(Kind::Until) => LoopKind::Until,
            _ => return Err(OpaqueReason::Syntax),
        };
        let group = nodes.last().copied().ok_or(OpaqueReason::Syntax)?;
        let first = nodes.first().copied().ok_or(OpaqueReason::Syntax)?;
        let between = nodes.get(1..nodes.len().saturating_sub(1)).unwrap_or_default();
        let body = self.do_group(group, depth)?;
        let range = self.range(first).end..self.range(group).start;
        let condition = Some(self.filled(between, range, depth)?);
        let (redirects, end) = self.trailing(unit, unit.range.end, to, depth)?;
        let range = unit.range.start..end;
        Ok(Tree::Loop(Loop {
            range,
            kind: loop_kind,
            variable: None,
            words: None,
            condition,
            body,
            redirects,
        }))
    }

    fn do_group(&self, node: Node<'t>, depth: usize) -> Scanned<List> {
        token(Some(&node), Kind::DoGroup)?;
        self.enclosed(&children(node), Kind::Do, Kind::Done, depth)
    }

    pub(super) fn for_loop(&self, unit: &Unit<'t>, node: Node<'t>, to: usize, depth: usize) -> Scanned<Tree> {
        let nodes = children(node);
        let loop_kind = match nodes.first().map(|n| kind(*n)) {
            Some(Kind::For) => LoopKind::For,
            Some(Kind::Select) => LoopKind::Select,
            _ => return Err(OpaqueReason::Syntax),
        };
        if nodes.iter().any(|n| n.is_error() || n.is_missing()) {
            return Err(OpaqueReason::Syntax);
        }
        let group = nodes.last().copied().ok_or(OpaqueReason::Syntax)?;
        let variable = nodes.iter().find(|n| kind(**n) == Kind::VariableName).map(|n| self.range(*n));
        // A line end in place of the semicolon is hidden by the grammar.
        let semicolon = nodes.iter().position(|n| kind(*n) == Kind::Semicolon);
        let terminator = semicolon.unwrap_or(nodes.len() - 1);
        let stop = nodes.get(terminator).map_or(to, |n| self.range(*n).start);
        let words = match nodes.iter().position(|n| kind(*n) == Kind::In) {
            Some(place) if place < terminator => {
                let from = nodes.get(place).map_or(stop, |n| self.range(*n).end);
                Some(self.words(nodes.get(place + 1..terminator).unwrap_or_default(), from..stop, depth)?)
            }
            Some(_) => return Err(OpaqueReason::Syntax),
            None => None,
        };
        let behind = semicolon.and_then(|s| nodes.get(s)).map_or(stop, |n| self.range(*n).end);
        self.expect_blank(behind..self.range(group).start)?;
        let body = self.do_group(group, depth)?;
        let (redirects, end) = self.trailing(unit, unit.range.end, to, depth)?;
        let range = unit.range.start..end;
        Ok(Tree::Loop(Loop { range, kind: loop_kind, variable, words, condition: None, body, redirects }))
    }

    pub(super) fn arithmetic_loop(
        &self,
        unit: &Unit<'t>,
        node: Node<'t>,
        to: usize,
        depth: usize,
    ) -> Scanned<Tree> {
        let nodes = children(node);
        if nodes.iter().any(|n| n.is_error() || n.is_missing()) {
            return Err(OpaqueReason::Syntax);
        }
        let group = nodes.last().copied().ok_or(OpaqueReason::Syntax)?;
        let body = self.do_group(group, depth)?;
        let (redirects, end) = self.trailing(unit, unit.range.end, to, depth)?;
        Ok(Tree::Loop(Loop {
            range: unit.range.start..end,
            kind: LoopKind::Arithmetic,
            variable: None,
            words: None,
            condition: None,
            body,
            redirects,
        }))
    }
}
