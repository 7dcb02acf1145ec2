//! Compound commands: groups, conditionals, loops, cases, functions.

use std::ops::Range;

use tree_sitter::Node;

use super::build::Builder;
use super::flatten::Unit;
use super::kind::{Kind, children, kind};
use super::scan::{Assigning, Scanned, Scanner};
use crate::ast::{
    Case, CaseArm, Clause, Function, Group, If, List, Node as Tree, OpaqueReason, Subshell, Word,
};

/// `Ok` if `node` is a token that really stands in the text.
pub(super) fn token(node: Option<&Node<'_>>, wanted: Kind) -> Scanned<()> {
    let stands = node.is_some_and(|n| kind(*n) == wanted && !n.is_missing() && !n.is_error());
    if stands { Ok(()) } else { Err(OpaqueReason::Syntax) }
}

impl<'t> Builder<'_, 't> {
    /// The list between an opening and a closing token, the first and last of `nodes`.
    pub(super) fn enclosed(
        &self,
        nodes: &[Node<'t>],
        open: Kind,
        close: Kind,
        depth: usize,
    ) -> Scanned<List> {
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else {
            return Err(OpaqueReason::Syntax);
        };
        token(Some(first), open)?;
        token(Some(last), close)?;
        let inner = nodes.get(1..nodes.len().saturating_sub(1)).unwrap_or_default();
        self.filled(inner, self.range(*first).end..self.range(*last).start, depth)
    }

    /// A list that must not be empty.
    pub(super) fn filled(&self, nodes: &[Node<'t>], range: Range<usize>, depth: usize) -> Scanned<List> {
        let list = self.list(nodes, range, depth + 1);
        if list.items.is_empty() { Err(OpaqueReason::Syntax) } else { Ok(list) }
    }

    pub(super) fn group(&self, unit: &Unit<'t>, node: Node<'t>, to: usize, depth: usize) -> Scanned<Tree> {
        let body = self.enclosed(&children(node), Kind::OpenBrace, Kind::CloseBrace, depth)?;
        let (redirects, end) = self.trailing(unit, unit.range.end, to, depth)?;
        Ok(Tree::Group(Group { range: unit.range.start..end, body, redirects }))
    }

    pub(super) fn subshell(&self, unit: &Unit<'t>, node: Node<'t>, to: usize, depth: usize) -> Scanned<Tree> {
        let body = self.enclosed(&children(node), Kind::OpenParen, Kind::CloseParen, depth)?;
        let (redirects, end) = self.trailing(unit, unit.range.end, to, depth)?;
        Ok(Tree::Subshell(Subshell { range: unit.range.start..end, body, redirects }))
    }

    pub(super) fn conditional(
        &self,
        unit: &Unit<'t>,
        node: Node<'t>,
        to: usize,
        depth: usize,
    ) -> Scanned<Tree> {
        let mut nodes = Vec::new();
        for child in children(node) {
            match kind(child) {
                Kind::ElifClause | Kind::ElseClause => nodes.extend(children(child)),
                _ => nodes.push(child),
            }
        }
        token(nodes.first(), Kind::If)?;
        token(nodes.last(), Kind::Fi)?;
        let mut clauses = Vec::new();
        let mut otherwise = None;
        let mut condition = None;
        for (keyword, body) in self.sections(&nodes, depth)? {
            match keyword {
                Kind::If | Kind::Elif if condition.is_none() => condition = Some(body),
                Kind::Then => {
                    let condition = condition.take().ok_or(OpaqueReason::Syntax)?;
                    clauses.push(Clause { condition, body });
                }
                Kind::Else if condition.is_none() && otherwise.is_none() => otherwise = Some(body),
                _ => return Err(OpaqueReason::Syntax),
            }
        }
        if clauses.is_empty() || condition.is_some() {
            return Err(OpaqueReason::Syntax);
        }
        let (redirects, end) = self.trailing(unit, unit.range.end, to, depth)?;
        Ok(Tree::If(If { range: unit.range.start..end, clauses, otherwise, redirects }))
    }

    /// Cuts `nodes` at the keywords of `if`: each keyword with the list behind it, without the final `fi`.
    fn sections(&self, nodes: &[Node<'t>], depth: usize) -> Scanned<Vec<(Kind, List)>> {
        let is_keyword =
            |n: &Node<'t>| matches!(kind(*n), Kind::If | Kind::Then | Kind::Elif | Kind::Else | Kind::Fi);
        let places: Vec<usize> =
            nodes.iter().enumerate().filter(|(_, n)| is_keyword(n)).map(|(i, _)| i).collect();
        let mut out = Vec::new();
        for pair in places.windows(2) {
            let &[from, to] = pair else { continue };
            let (Some(first), Some(next)) = (nodes.get(from), nodes.get(to)) else { continue };
            if first.is_missing() || next.is_missing() {
                return Err(OpaqueReason::Syntax);
            }
            let between = nodes.get(from + 1..to).unwrap_or_default();
            let range = self.range(*first).end..self.range(*next).start;
            out.push((kind(*first), self.filled(between, range, depth)?));
        }
        Ok(out)
    }

    /// Plain words that fill `range`, without assignments and redirections.
    pub(super) fn words(&self, nodes: &[Node<'t>], range: Range<usize>, depth: usize) -> Scanned<Vec<Word>> {
        if nodes.iter().any(Node::has_error) {
            return Err(OpaqueReason::Syntax);
        }
        let found = self.outermost(nodes);
        let segment = Scanner::new(self, range, &found, depth).over_lines().segment(Assigning::Never)?;
        if segment.redirects.is_empty() { Ok(segment.words) } else { Err(OpaqueReason::Syntax) }
    }

    pub(super) fn case(&self, unit: &Unit<'t>, node: Node<'t>, to: usize, depth: usize) -> Scanned<Tree> {
        let nodes = children(node);
        token(nodes.first(), Kind::Case)?;
        token(nodes.last(), Kind::Esac)?;
        if nodes.iter().any(|n| n.is_error() || n.is_missing()) {
            return Err(OpaqueReason::Syntax);
        }
        let keyword = nodes.iter().position(|n| kind(*n) == Kind::In).ok_or(OpaqueReason::Syntax)?;
        let from = nodes.first().map_or(unit.range.start, |n| self.range(*n).end);
        let stop = nodes.get(keyword).map_or(to, |n| self.range(*n).start);
        let subject = nodes.get(1..keyword).unwrap_or_default();
        let mut words = self.words(subject, from..stop, depth)?;
        let word = words.pop().ok_or(OpaqueReason::Syntax)?;
        if !words.is_empty() {
            return Err(OpaqueReason::Syntax);
        }
        let mut arms = Vec::new();
        let mut from = nodes.get(keyword).map_or(to, |n| self.range(*n).end);
        for (item, next) in nodes.iter().zip(nodes.iter().skip(1)) {
            if kind(*item) != Kind::CaseItem {
                continue;
            }
            self.expect_blank(from..self.range(*item).start)?;
            // Comments between two arms are the grammar's children of neither.
            let next_arm = nodes.iter().find(|n| {
                n.start_byte() >= next.start_byte() && matches!(kind(**n), Kind::CaseItem | Kind::Esac)
            });
            let end = next_arm.map_or(to, |n| self.range(*n).start);
            let arm = self.case_arm(*item, end, depth)?;
            from = arm.terminator.as_ref().map_or(end, |t| t.end);
            arms.push(arm);
        }
        self.expect_blank(from..nodes.last().map_or(to, |n| self.range(*n).start))?;
        let (redirects, end) = self.trailing(unit, unit.range.end, to, depth)?;
        Ok(Tree::Case(Case { range: unit.range.start..end, word, arms, redirects }))
    }

    fn case_arm(&self, node: Node<'t>, end: usize, depth: usize) -> Scanned<CaseArm> {
        let nodes = children(node);
        let close = nodes.iter().position(|n| kind(*n) == Kind::CloseParen).ok_or(OpaqueReason::Syntax)?;
        let paren = nodes.get(close).copied().ok_or(OpaqueReason::Syntax)?;
        let mut start = self.range(node).start;
        if nodes.first().is_some_and(|n| kind(*n) == Kind::OpenParen) {
            start += 1;
        }
        let patterns = start..self.range(paren).start;
        if self.slice(patterns.clone()).contains(['\n', ';', '&']) || paren.is_missing() {
            return Err(OpaqueReason::Ambiguous);
        }
        let is_end = |n: &Node<'t>| {
            matches!(kind(*n), Kind::DoubleSemicolon | Kind::Fallthrough | Kind::FallthroughTest)
        };
        let stop = nodes.iter().position(is_end);
        let statements = nodes.get(close + 1..stop.unwrap_or(nodes.len())).unwrap_or_default();
        let behind = stop.and_then(|s| nodes.get(s + 1..)).unwrap_or_default();
        if behind.iter().any(|n| kind(*n) != Kind::Comment) {
            return Err(OpaqueReason::Syntax);
        }
        let terminator = stop.and_then(|s| nodes.get(s)).map(|n| self.range(*n));
        let to = terminator.as_ref().map_or(end, |t| t.start);
        let body = self.list(statements, self.range(paren).end..to, depth + 1);
        Ok(CaseArm { patterns, body, terminator })
    }

    pub(super) fn function(&self, unit: &Unit<'t>, node: Node<'t>, to: usize, depth: usize) -> Scanned<Tree> {
        let nodes = children(node);
        if nodes.iter().any(|n| n.is_error() || n.is_missing()) {
            return Err(OpaqueReason::Syntax);
        }
        let name = nodes.iter().find(|n| kind(**n) == Kind::Word).ok_or(OpaqueReason::Syntax)?;
        let name_range = self.range(*name);
        let name = self.slice(name_range.clone());
        let is_body = |n: &&Node<'t>| {
            matches!(
                kind(**n),
                Kind::CompoundStatement | Kind::Subshell | Kind::TestCommand | Kind::IfStatement
            )
        };
        let body = nodes.iter().find(is_body).copied().ok_or(OpaqueReason::Syntax)?;
        let range = self.range(body);
        let head: String = self.slice(unit.range.start..range.start).split_whitespace().collect();
        let plain = head.strip_prefix("function").unwrap_or(&head);
        if plain.strip_suffix("()").unwrap_or(plain) != name {
            return Err(OpaqueReason::Ambiguous);
        }
        let inner = Unit { kind: kind(body), node: Some(body), range: range.clone(), redirects: Vec::new() };
        let body = Box::new(self.command(&inner, range.end, depth + 1)?);
        let own =
            nodes.into_iter().filter(|n| matches!(kind(*n), Kind::FileRedirect | Kind::HerestringRedirect));
        let redirects = own.chain(unit.redirects.iter().copied()).collect();
        let outer = Unit { kind: unit.kind, node: unit.node, range: unit.range.clone(), redirects };
        let (redirects, end) = self.trailing(&outer, range.end, to, depth)?;
        Ok(Tree::Function(Function {
            range: unit.range.start..end,
            name: name.into(),
            name_range,
            body,
            redirects,
        }))
    }
}
