//! Expansions within words: where the grammar finds them, and what they are.

use std::ops::Range;

use tree_sitter::Node;

use super::build::Builder;
use super::flatten::belongs_to_redirect;
use super::kind::{Kind, children, kind};
use super::scan::Scanned;
use crate::ast::{OpaqueReason, Operation, OperationKind, Substitution, SubstitutionKind, WordPart};

/// An expansion that the scanner steps over as a whole.
#[derive(Debug, Clone)]
pub(super) struct Found<'t> {
    pub range: Range<usize>,
    pub node: Node<'t>,
}

impl Found<'_> {
    pub(super) fn is_array(&self) -> bool {
        kind(self.node) == Kind::Array
    }
}

pub(super) fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_expansion(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Expansion
            | Kind::CommandSubstitution
            | Kind::ProcessSubstitution
            | Kind::ArithmeticExpansion
            | Kind::Array
    )
}

impl<'t> Builder<'_, 't> {
    /// The outermost expansions within `nodes`, in order of text. Plain `$name` is left to the scanner, the body of a
    /// here-document to [`Builder::heredoc`].
    pub(super) fn outermost(&self, nodes: &[Node<'t>]) -> Vec<Found<'t>> {
        let mut found = Vec::new();
        let mut stack: Vec<Node<'t>> = nodes.iter().rev().copied().collect();
        while let Some(node) = stack.pop() {
            match kind(node) {
                kind if is_expansion(kind) => {
                    found.push(Found { range: self.expansion_range(node), node });
                }
                Kind::HeredocRedirect => {
                    let own = children(node).into_iter().rev();
                    stack.extend(own.filter(|n| belongs_to_redirect(*n) && kind(*n) != Kind::HeredocBody));
                }
                _ if node.child_count() > 0 => stack.extend(children(node).into_iter().rev()),
                _ => {}
            }
        }
        found.sort_by_key(|f| f.range.start);
        found
    }

    /// The part of a word that the expansion `found` is.
    pub(super) fn expansion(&self, found: &Found<'t>, quoted: bool, depth: usize) -> Scanned<WordPart> {
        let range = found.range.clone();
        match kind(found.node) {
            Kind::CommandSubstitution | Kind::ProcessSubstitution => {
                let substitution = self.substitution(found.node, depth)?;
                Ok(WordPart::CommandSubstitution { substitution, quoted })
            }
            Kind::Expansion => self.parameter(found, quoted, depth),
            _ => Ok(WordPart::Other { range, quoted, substitutions: self.substitutions(found.node, depth)? }),
        }
    }

    /// The command and process substitutions within `node`, at any depth of other expansions.
    pub(super) fn substitutions(&self, node: Node<'t>, depth: usize) -> Scanned<Vec<Substitution>> {
        let mut out = Vec::new();
        let mut stack: Vec<Node<'t>> = children(node).into_iter().rev().collect();
        while let Some(node) = stack.pop() {
            match kind(node) {
                Kind::CommandSubstitution | Kind::ProcessSubstitution => {
                    out.push(self.substitution(node, depth)?);
                }
                _ if node.child_count() > 0 => stack.extend(children(node).into_iter().rev()),
                _ => {}
            }
        }
        Ok(out)
    }

    fn substitution(&self, node: Node<'t>, depth: usize) -> Scanned<Substitution> {
        let range = self.expansion_range(node);
        let raw = self.slice(range.clone());
        let (kind, opening) = if raw.starts_with("$(") {
            (SubstitutionKind::Dollar, 2)
        } else if raw.starts_with("<(") || raw.starts_with(">(") {
            (SubstitutionKind::Process, 2)
        } else if raw.starts_with('`') {
            (SubstitutionKind::Backquote, 1)
        } else {
            return Err(OpaqueReason::Ambiguous);
        };
        let closing = if kind == SubstitutionKind::Backquote { '`' } else { ')' };
        if raw.len() <= opening || !raw.ends_with(closing) {
            return Err(OpaqueReason::Ambiguous);
        }
        let inner = range.start + opening..range.end - 1;
        // The grammar reads `` `a` `b` `` as one substitution.
        if kind == SubstitutionKind::Backquote && self.slice(inner.clone()).replace("\\`", "").contains('`') {
            return Err(OpaqueReason::Ambiguous);
        }
        // Within backquotes the shell removes backslashes before it parses; the grammar does not.
        if kind == SubstitutionKind::Backquote && self.slice(inner.clone()).contains('\\') {
            return Ok(Substitution { range, kind, body: self.opaque_list(inner, OpaqueReason::Ambiguous) });
        }
        let all = children(node);
        let statements = all.get(1..all.len().saturating_sub(1)).unwrap_or_default();
        let body = self.list(statements, inner, depth + 1);
        Ok(Substitution { range, kind, body })
    }

    /// `${…}`
    fn parameter(&self, found: &Found<'t>, quoted: bool, depth: usize) -> Scanned<WordPart> {
        let range = found.range.clone();
        let substitutions = self.substitutions(found.node, depth)?;
        let raw = self.slice(range.clone());
        let Some(inner) = raw.strip_prefix("${").and_then(|r| r.strip_suffix('}')) else {
            return Err(OpaqueReason::Ambiguous);
        };
        let bytes = inner.as_bytes();
        let name_length = match bytes.first() {
            Some(b) if is_name_start(*b) => bytes.iter().take_while(|b| is_name_byte(**b)).count(),
            Some(b'0'..=b'9') => bytes.iter().take_while(|b| b.is_ascii_digit()).count(),
            Some(b'?' | b'@' | b'*' | b'-' | b'$') => 1,
            // Commands to bash 5.3: `${ cmd; }`
            Some(b' ' | b'\t' | b'\n' | b'|') => return Err(OpaqueReason::Ambiguous),
            // `${#name}`, `${!name}` and whatever else
            _ => return Ok(WordPart::Other { range, quoted, substitutions }),
        };
        let rest = inner.get(name_length..).unwrap_or_default();
        let name = inner.get(..name_length).unwrap_or_default().into();
        let operation = if rest.is_empty() {
            None
        } else {
            let (kind, length) = operation(rest);
            Some(Operation { kind, operand: range.start + 2 + name_length + length..range.end - 1 })
        };
        Ok(WordPart::Variable { range, name, operation, quoted, substitutions })
    }
}

/// The operator at the start of `rest` and its length.
fn operation(rest: &str) -> (OperationKind, usize) {
    let or_empty = rest.starts_with(':');
    let length = 1 + usize::from(or_empty);
    let kind = match rest.as_bytes().get(length - 1) {
        Some(b'-') => OperationKind::Default { or_empty },
        Some(b'=') => OperationKind::Assign { or_empty },
        Some(b'+') => OperationKind::Alternative { or_empty },
        Some(b'?') => OperationKind::Require { or_empty },
        _ => return (OperationKind::Other, 0),
    };
    (kind, length)
}
