//! Simple commands, tests and here-documents.

use std::ops::Range;

use tree_sitter::Node;

use super::build::Builder;
use super::flatten::Unit;
use super::kind::{Kind, children, kind};
use super::nested::nested;
use super::scan::{Assigning, Scanned, Scanner};
use crate::ast::{
    Assignments, Command, Declaration, Heredoc, Node as Tree, OpaqueReason, Redirect, Substitution, Test,
    TestKind, Word,
};

/// The words that never name a command when unquoted (POSIX 2.4, and bash's). As a command's name they show
/// that the grammar read a broken construct as commands. `time` is a command to a POSIX shell.
const RESERVED: &[&str] = &[
    "!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "then", "until", "while",
    "[[", "]]", "function", "select", "coproc",
];

impl<'t> Builder<'_, 't> {
    /// A command of any kind; it and its redirections end before `to`.
    pub(super) fn command(&self, unit: &Unit<'t>, to: usize, depth: usize) -> Scanned<Tree> {
        let Some(node) = unit.node else { return self.simple(unit, to, depth) };
        match unit.kind {
            Kind::Command
            | Kind::VariableAssignment
            | Kind::VariableAssignments
            | Kind::DeclarationCommand
            | Kind::UnsetCommand => self.simple(unit, to, depth),
            Kind::TestCommand
                if children(node).first().map(|n| kind(*n)) != Some(Kind::OpenDoubleBracket) =>
            {
                self.simple(unit, to, depth)
            }
            Kind::TestCommand => self.bracketed(unit, to, depth, TestKind::Double),
            Kind::CompoundStatement
                if children(node).first().map(|n| kind(*n)) == Some(Kind::OpenDoubleParen) =>
            {
                self.bracketed(unit, to, depth, TestKind::Arithmetic)
            }
            Kind::CompoundStatement => self.group(unit, node, to, depth),
            Kind::Subshell => self.subshell(unit, node, to, depth),
            Kind::IfStatement => self.conditional(unit, node, to, depth),
            Kind::WhileStatement => self.while_loop(unit, node, to, depth),
            Kind::ForStatement => self.for_loop(unit, node, to, depth),
            Kind::CStyleFor => self.arithmetic_loop(unit, node, to, depth),
            Kind::CaseStatement => self.case(unit, node, to, depth),
            Kind::FunctionDefinition => self.function(unit, node, to, depth),
            _ => Err(OpaqueReason::Syntax),
        }
    }

    fn simple(&self, unit: &Unit<'t>, to: usize, depth: usize) -> Scanned<Tree> {
        let nodes: Vec<_> = unit.node.into_iter().chain(unit.redirects.iter().copied()).collect();
        if nodes.iter().any(tree_sitter::Node::has_error) {
            return Err(OpaqueReason::Syntax);
        }
        let found = self.outermost(&nodes);
        let start = unit.range.start;
        let declaration = unit.kind == Kind::DeclarationCommand;
        let assigning = if declaration { Assigning::Everywhere } else { Assigning::Prefix };
        let segment = Scanner::new(self, start..to, &found, depth).segment(assigning)?;
        let range = start..segment.end;
        let (assignments, mut words, redirects) = (segment.assignments, segment.words, segment.redirects);
        let Some(first) = words.first() else {
            return Ok(Tree::Assignment(Assignments { range, assignments, redirects }));
        };
        if !first.is_quoted() && first.value().is_some_and(|v| RESERVED.contains(&v)) {
            return Err(OpaqueReason::Syntax);
        }
        if declaration {
            let keyword = words.remove(0);
            if assignments.first().is_some_and(|a| a.range.start < keyword.range.start) {
                return Err(OpaqueReason::Ambiguous);
            }
            return Ok(Tree::Declaration(Declaration { range, keyword, assignments, words, redirects }));
        }
        if unit.kind == Kind::TestCommand {
            if !assignments.is_empty() {
                return Err(OpaqueReason::Ambiguous);
            }
            let substitutions = Vec::new();
            return Ok(Tree::Test(Test { range, kind: TestKind::Single, words, substitutions, redirects }));
        }
        let nested = nested(self, &words, &redirects, depth).map(Box::new);
        Ok(Tree::Command(Command { range, assignments, words, redirects, nested }))
    }

    /// `[[ … ]]` and `(( … ))`: the inside is the grammar's.
    fn bracketed(&self, unit: &Unit<'t>, to: usize, depth: usize, test: TestKind) -> Scanned<Tree> {
        let Some(node) = unit.node else { return Err(OpaqueReason::Syntax) };
        if node.has_error() {
            return Err(OpaqueReason::Syntax);
        }
        let substitutions = self.substitutions(node, depth)?;
        let (redirects, end) = self.trailing(unit, unit.range.end, to, depth)?;
        let range = unit.range.start..end;
        Ok(Tree::Test(Test { range, kind: test, words: Vec::new(), substitutions, redirects }))
    }

    /// The redirections behind a compound command that ends at `from`, and where they end.
    pub(super) fn trailing(
        &self,
        unit: &Unit<'t>,
        from: usize,
        to: usize,
        depth: usize,
    ) -> Scanned<(Vec<Redirect>, usize)> {
        if unit.redirects.iter().any(tree_sitter::Node::has_error) {
            return Err(OpaqueReason::Syntax);
        }
        if from > to {
            return Err(OpaqueReason::Ambiguous);
        }
        let found = self.outermost(&unit.redirects);
        let segment = Scanner::new(self, from..to, &found, depth).segment(Assigning::Never)?;
        if !segment.words.is_empty() {
            return Err(OpaqueReason::Syntax);
        }
        Ok((segment.redirects, segment.end))
    }

    /// The body of the here-document whose delimiter is `target`. Its end is found by the shell's rule, and must be
    /// where the grammar has it.
    pub(super) fn heredoc(&self, target: &Word, dash: bool, depth: usize) -> Scanned<Heredoc> {
        let delimiter = target.value().ok_or(OpaqueReason::Ambiguous)?;
        let site = self.survey.heredoc(target.range.start).ok_or(OpaqueReason::Ambiguous)?;
        let quoted = target.is_quoted();
        let start = site.line_end + 1;
        let mut line_start = start;
        let mut joined = false;
        while let Some(rest) = self.text.get(line_start..).filter(|r| !r.is_empty()) {
            let line = rest.split('\n').next().unwrap_or_default();
            let stripped = if dash { line.trim_start_matches('\t') } else { line };
            if !joined && stripped == delimiter {
                let end = line_start + line.len();
                if end != site.end {
                    return Err(OpaqueReason::Ambiguous);
                }
                let body = start..line_start;
                let substitutions =
                    if quoted { Vec::new() } else { self.heredoc_substitutions(site.body, &body, depth)? };
                return Ok(Heredoc { body, end: line_start..end, quoted, dash, substitutions });
            }
            joined = !quoted && line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
            line_start += line.len() + 1;
        }
        Err(OpaqueReason::Syntax)
    }

    /// The substitutions in a body that is expanded. The grammar knows none in backquotes there.
    fn heredoc_substitutions(
        &self,
        node: Option<Node<'t>>,
        body: &Range<usize>,
        depth: usize,
    ) -> Scanned<Vec<Substitution>> {
        let found = node.map(|n| self.outermost(&children(n))).unwrap_or_default();
        let mut from = body.start;
        for (start, end) in found.iter().map(|f| (f.range.start, f.range.end)).chain([(body.end, body.end)]) {
            if start < from || starts_expansion(self.slice(from..start)) {
                return Err(OpaqueReason::Ambiguous);
            }
            from = end;
        }
        node.map_or(Ok(Vec::new()), |n| self.substitutions(n, depth))
    }
}

/// Whether an unescaped `` ` ``, `$(` or `${` stands in the text of a here-document.
fn starts_expansion(text: &str) -> bool {
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'`' => return true,
            b'$' if matches!(bytes.peek(), Some(b'(' | b'{')) => return true,
            _ => {}
        }
    }
    false
}
