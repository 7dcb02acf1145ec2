//! From the grammar's tree to a flat stream of commands and operators.
//!
//! The grammar gives redirections a scope that no shell does (`a && b > f` is a redirected list, `cat <<E && b` has
//! `b` inside the redirection). In the stream this does not matter: a redirection belongs to the command that it
//! stands behind, and `|` binds tighter than `&&`, which binds tighter than `;`.

use std::ops::Range;

use tree_sitter::Node;

use super::kind::{Kind, children, kind};
use crate::ast::OperatorKind;

/// An element of the stream.
#[derive(Debug)]
pub(super) enum Token<'t> {
    /// A command of any kind.
    Unit(Unit<'t>),
    /// `&&`, `||`, `;`, `&`, line end.
    Operator(OperatorKind, Range<usize>),
    /// `|`, `|&`
    Pipe(Range<usize>),
    /// What the grammar could not read.
    Error(Range<usize>),
}

impl Token<'_> {
    pub(super) fn range(&self) -> Range<usize> {
        match self {
            Self::Unit(unit) => unit.range.clone(),
            Self::Operator(_, r) | Self::Pipe(r) | Self::Error(r) => r.clone(),
        }
    }
}

/// A command in the stream.
#[derive(Debug)]
pub(super) struct Unit<'t> {
    /// [`Kind::Command`] for redirections alone.
    pub kind: Kind,
    /// The command itself; `None` for redirections alone.
    pub node: Option<Node<'t>>,
    /// The node, or the first redirection.
    pub range: Range<usize>,
    /// Redirections that the grammar keeps outside of the command.
    pub redirects: Vec<Node<'t>>,
}

impl Unit<'_> {
    fn is_compound(&self) -> bool {
        matches!(
            self.kind,
            Kind::ForStatement
                | Kind::CStyleFor
                | Kind::WhileStatement
                | Kind::IfStatement
                | Kind::CaseStatement
                | Kind::CompoundStatement
                | Kind::Subshell
                | Kind::FunctionDefinition
        )
    }

    /// The end of the command with its redirections, here-documents included.
    fn end(&self, base: usize) -> usize {
        let redirects = self.redirects.iter().map(|n| n.end_byte() + base).max();
        redirects.unwrap_or(0).max(self.range.end)
    }
}

enum Work<'t> {
    Visit(Node<'t>),
    Redirect(Node<'t>),
}

/// The stream of `nodes`, which fill `text` up to `to`; `base` is added to all positions.
pub(super) fn flatten<'t>(nodes: &[Node<'t>], text: &str, base: usize, to: usize) -> Vec<Token<'t>> {
    let mut out = Vec::with_capacity(nodes.len());
    let mut stack: Vec<Work<'t>> = nodes.iter().rev().map(|n| Work::Visit(*n)).collect();
    while let Some(work) = stack.pop() {
        match work {
            Work::Visit(node) => visit(node, text, base, &mut stack, &mut out),
            Work::Redirect(node) => redirect(node, text, base, &mut out),
        }
    }
    with_line_ends(out, text, base, to)
}

/// Puts in the line ends that end commands, which the grammar hides: those between two commands without another
/// operator, and the one behind the last command.
fn with_line_ends<'t>(tokens: Vec<Token<'t>>, text: &str, base: usize, to: usize) -> Vec<Token<'t>> {
    let mut out = Vec::with_capacity(tokens.len() * 2);
    let mut end = None;
    for token in tokens {
        let continues = matches!(token, Token::Operator(..) | Token::Pipe(_));
        if let Some(end) = end.filter(|_| !continues && matches!(out.last(), Some(Token::Unit(_)))) {
            out.extend(line_end(text, end, token.range().start));
        }
        let own = if let Token::Unit(unit) = &token { unit.end(base) } else { token.range().end };
        end = end.max(Some(own));
        out.push(token);
    }
    if let Some(end) = end.filter(|_| matches!(out.last(), Some(Token::Unit(_)))) {
        out.extend(line_end(text, end, to));
    }
    out
}

/// The first line end between two places, if there are only blanks or a comment in front of it.
fn line_end<'t>(text: &str, from: usize, to: usize) -> Option<Token<'t>> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < to {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b' ' | b'\t', _) => at += 1,
            (b'\\', Some(b'\n')) => at += 2,
            (b'#', _) => at += text.get(at..to)?.find('\n')?,
            (b'\n', _) => return Some(Token::Operator(OperatorKind::Newline, at..at + 1)),
            _ => return None,
        }
    }
    None
}

fn shifted(node: Node<'_>, base: usize) -> Range<usize> {
    node.start_byte() + base..node.end_byte() + base
}

fn visit<'t>(node: Node<'t>, text: &str, base: usize, stack: &mut Vec<Work<'t>>, out: &mut Vec<Token<'t>>) {
    let range = shifted(node, base);
    if node.is_error() || node.is_missing() {
        out.push(Token::Error(range));
        return;
    }
    match kind(node) {
        Kind::Comment => {}
        Kind::AndAnd => out.push(Token::Operator(OperatorKind::And, range)),
        Kind::OrOr => out.push(Token::Operator(OperatorKind::Or, range)),
        Kind::Semicolon if text.as_bytes().get(range.start) == Some(&b';') => {
            out.push(Token::Operator(OperatorKind::Semicolon, range));
        }
        // One that only the grammar was given.
        Kind::Semicolon => {
            if !matches!(out.last(), Some(Token::Unit(unit)) if unit.is_compound()) {
                out.push(Token::Error(range));
            }
        }
        Kind::Ampersand => out.push(Token::Operator(OperatorKind::Background, range)),
        Kind::Pipe | Kind::PipeAmpersand => out.push(Token::Pipe(range)),
        Kind::List | Kind::Pipeline => {
            stack.extend(children(node).into_iter().rev().map(Work::Visit));
        }
        Kind::RedirectedStatement => redirected(node, stack),
        Kind::FileRedirect | Kind::HerestringRedirect => redirect(node, text, base, out),
        Kind::Command
        | Kind::VariableAssignment
        | Kind::VariableAssignments
        | Kind::DeclarationCommand
        | Kind::UnsetCommand
        | Kind::TestCommand
        | Kind::ForStatement
        | Kind::CStyleFor
        | Kind::WhileStatement
        | Kind::IfStatement
        | Kind::CaseStatement
        | Kind::CompoundStatement
        | Kind::Subshell
        | Kind::FunctionDefinition => {
            let unit = Unit { kind: kind(node), node: Some(node), range, redirects: Vec::new() };
            out.push(Token::Unit(unit));
        }
        _ => out.push(Token::Error(range)),
    }
}

/// The body of a redirected statement, its redirections, and what the grammar hangs into a here-document's
/// redirection because it stands on the same line.
fn redirected<'t>(node: Node<'t>, stack: &mut Vec<Work<'t>>) {
    let mut work = Vec::new();
    for child in children(node) {
        match kind(child) {
            Kind::FileRedirect | Kind::HerestringRedirect => work.push(Work::Redirect(child)),
            Kind::HeredocRedirect => {
                work.push(Work::Redirect(child));
                for inner in children(child) {
                    match kind(inner) {
                        Kind::HeredocBody | Kind::HeredocEnd => break,
                        _ if belongs_to_redirect(inner) => {}
                        _ => work.push(Work::Visit(inner)),
                    }
                }
            }
            _ => work.push(Work::Visit(child)),
        }
    }
    stack.extend(work.into_iter().rev());
}

/// Whether a child of a here-document's redirection is part of the same command: delimiter, arguments, further
/// redirections. The rest are operators and the commands behind them.
pub(super) fn belongs_to_redirect(node: Node<'_>) -> bool {
    if node.is_error() || node.is_missing() {
        return false;
    }
    let continues = matches!(
        kind(node),
        Kind::AndAnd
            | Kind::OrOr
            | Kind::Pipe
            | Kind::PipeAmpersand
            | Kind::List
            | Kind::Pipeline
            | Kind::NegatedCommand
            | Kind::RedirectedStatement
            | Kind::Command
            | Kind::VariableAssignment
            | Kind::VariableAssignments
            | Kind::DeclarationCommand
            | Kind::UnsetCommand
            | Kind::TestCommand
            | Kind::ForStatement
            | Kind::CStyleFor
            | Kind::WhileStatement
            | Kind::IfStatement
            | Kind::CaseStatement
            | Kind::CompoundStatement
            | Kind::Subshell
            | Kind::FunctionDefinition
            | Kind::Comment
    );
    !continues
}

/// A redirection continues the command in front of it, unless a line ends between the two: the grammar skips line
/// ends there.
fn redirect<'t>(node: Node<'t>, text: &str, base: usize, out: &mut Vec<Token<'t>>) {
    let range = shifted(node, base);
    if let Some(Token::Unit(unit)) = out.last_mut()
        && line_end(text, unit.end(base), range.start).is_none()
    {
        unit.redirects.push(node);
        return;
    }
    let unit = Unit { kind: Kind::Command, node: None, range, redirects: vec![node] };
    out.push(Token::Unit(unit));
}
