//! From the stream of commands and operators to the syntax tree.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use tree_sitter::Node;

use super::flatten::{Token, flatten};
use super::scan::Scanned;
use super::survey::Survey;
use crate::MAX_DEPTH;
use crate::ast::{Item, List, Node as Tree, Opaque, OpaqueReason, Operator, Pipeline};

/// What one parse of the grammar is turned into a tree with.
pub(super) struct Builder<'s, 't> {
    /// The whole text of the script.
    pub text: &'s str,
    /// Where the parsed part begins in it.
    pub base: usize,
    /// Comments and here-documents.
    pub survey: Survey<'t>,
    /// The comments that were stepped over.
    pub comments: RefCell<Vec<Range<usize>>>,
    /// Whether anything became opaque.
    opaque: Cell<bool>,
}

impl<'s, 't> Builder<'s, 't> {
    pub(super) fn new(text: &'s str, base: usize, survey: Survey<'t>) -> Self {
        Self { text, base, survey, comments: RefCell::default(), opaque: Cell::new(false) }
    }

    /// The comments found. Within opaque text they are those that the grammar sees.
    pub(super) fn into_comments(self) -> Vec<Range<usize>> {
        let mut comments = self.comments.into_inner();
        if self.opaque.get() {
            comments.extend(self.survey.comments);
        }
        comments
    }

    pub(super) fn range(&self, node: Node<'_>) -> Range<usize> {
        node.start_byte() + self.base..node.end_byte() + self.base
    }

    /// The place of an expansion. The grammar begins `${` with the blanks in front of it in a string.
    pub(super) fn expansion_range(&self, node: Node<'_>) -> Range<usize> {
        let range = self.range(node);
        let text = self.slice(range.clone());
        range.start + (text.len() - text.trim_start_matches([' ', '\t', '\n']).len())..range.end
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'s str {
        self.text.get(range).unwrap_or_default()
    }

    /// Whether `range` holds only blanks, line ends, joined lines, comments and here-documents' bodies. Comments are
    /// noted.
    pub(super) fn is_blank(&self, range: Range<usize>) -> bool {
        let bytes = self.text.as_bytes();
        let mut pos = range.start;
        while pos < range.end {
            match (bytes.get(pos), bytes.get(pos + 1)) {
                (Some(b'\n'), _) => pos = self.survey.after_body(pos).unwrap_or(pos + 1),
                (Some(b' ' | b'\t'), _) => pos += 1,
                (Some(b'\\'), Some(b'\n')) => pos += 2,
                (Some(b'#'), _) => {
                    let rest = self.slice(pos..range.end);
                    let end = pos + rest.find('\n').unwrap_or(rest.len());
                    self.comments.borrow_mut().push(pos..end);
                    pos = end.max(pos + 1);
                }
                _ => return false,
            }
        }
        pos <= range.end
    }

    /// A list that holds nothing but text that was not understood.
    pub(super) fn opaque_list(&self, range: Range<usize>, reason: OpaqueReason) -> List {
        self.opaque.set(true);
        let text = self.slice(range.clone());
        let start = range.start + (text.len() - text.trim_start().len());
        let inner = start..start + text.trim().len();
        if inner.is_empty() {
            return List { items: Vec::new(), range, opaque: false };
        }
        let node = Tree::Opaque(Opaque { range: inner, reason });
        List { items: vec![Item { node, operator: None }], range, opaque: true }
    }

    /// The list that `nodes` make; they and the blanks between them fill `range`.
    ///
    /// Whatever is not understood makes all of the list opaque: past it nothing is known to be where it seems
    /// (`! { a; b; }`, which the grammar takes for commands called `{` and `}`, would give a top-level `b`).
    pub(super) fn list(&self, nodes: &[Node<'t>], range: Range<usize>, depth: usize) -> List {
        if depth > MAX_DEPTH {
            return self.opaque_list(range, OpaqueReason::TooDeep);
        }
        match self.items(nodes, range.clone(), depth) {
            Ok(items) => List { items, range, opaque: false },
            Err(reason) => self.opaque_list(range, reason),
        }
    }

    fn items(&self, nodes: &[Node<'t>], range: Range<usize>, depth: usize) -> Scanned<Vec<Item>> {
        let tokens = flatten(nodes, self.text, self.base, range.end);
        let mut items = Vec::new();
        let mut from = range.start;
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let length = rest.iter().take_while(|t| !matches!(t, Token::Operator(..))).count();
            let (pipeline, behind) = rest.split_at(length);
            let to = behind.first().map_or(range.end, |t| t.range().start);
            let node = self.pipeline(pipeline, from..to, depth)?;
            let Some((Token::Operator(kind, at), behind)) = behind.split_first() else {
                items.push(Item { node, operator: None });
                return Ok(items);
            };
            items.push(Item { node, operator: Some(Operator { kind: *kind, range: at.clone() }) });
            from = at.end;
            rest = behind;
        }
        self.expect_blank(from..range.end)?;
        Ok(items)
    }

    fn pipeline(&self, tokens: &[Token<'t>], range: Range<usize>, depth: usize) -> Scanned<Tree> {
        let mut tokens = tokens.iter().peekable();
        let mut from = range.start;
        let mut negated = None;
        // The grammar was not shown the `!`.
        if let Some(first) = tokens.peek()
            && let Some(at) = self.bang(from..first.range().start)
        {
            self.expect_blank(from..at)?;
            from = at + 1;
            negated = Some(at..from);
        }
        let mut commands = Vec::new();
        let mut operators = Vec::new();
        loop {
            let Some(Token::Unit(unit)) = tokens.next() else { return Err(OpaqueReason::Syntax) };
            self.expect_blank(from..unit.range.start)?;
            // A `!` at the end of a line stands alone.
            if negated.as_ref().is_some_and(|n| n.end == from)
                && self.slice(from..unit.range.start).contains('\n')
            {
                return Err(OpaqueReason::Ambiguous);
            }
            let to = tokens.peek().map_or(range.end, |t| t.range().start);
            if unit.range.start > to {
                return Err(OpaqueReason::Ambiguous);
            }
            commands.push(self.command(unit, to, depth)?);
            match tokens.next() {
                Some(Token::Pipe(at)) => {
                    from = at.end;
                    operators.push(at.clone());
                }
                Some(_) => return Err(OpaqueReason::Syntax),
                None => break,
            }
        }
        if negated.is_none() && commands.len() == 1 {
            return commands.pop().ok_or(OpaqueReason::Syntax);
        }
        let first = commands.first().map_or(range.start, |c| c.range().start);
        let start = negated.as_ref().map_or(first, |n| n.start);
        let end = commands.last().map_or(range.end, |c| c.range().end);
        Ok(Tree::Pipeline(Pipeline { range: start..end, negated, commands, operators }))
    }

    /// Where the first thing in `range` that is not blank is a `!`.
    fn bang(&self, range: Range<usize>) -> Option<usize> {
        let mut at = range.start;
        for line in self.slice(range.clone()).split_inclusive('\n') {
            let stripped = line.trim_start_matches([' ', '\t']);
            if stripped.starts_with('!') {
                return Some(at + line.len() - stripped.len());
            }
            if !(stripped.starts_with('#') || stripped == "\n" || stripped == "\\\n") {
                return None;
            }
            at += line.len();
        }
        None
    }

    pub(super) fn expect_blank(&self, range: Range<usize>) -> Scanned<()> {
        if range.start <= range.end && self.is_blank(range) { Ok(()) } else { Err(OpaqueReason::Ambiguous) }
    }
}
