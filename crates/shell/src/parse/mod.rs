//! From text to syntax tree: tree-sitter's bash grammar for the structure, a scanner of our own for the words.

mod adapt;
mod build;
mod command;
mod compound;
mod expansion;
mod flatten;
mod kind;
mod nested;
mod repeat;
mod scan;
mod survey;

use std::cell::RefCell;
use std::ops::Range;

use tree_sitter::{Parser, Tree};

use self::adapt::{Adapted, adapted, with_semicolons};
use self::build::Builder;
use self::kind::{children, language};
use self::survey::{Survey, survey};
use crate::ast::{List, OpaqueReason};
use crate::{MAX_HEREDOCS, MAX_LENGTH};

/// A parsed text.
pub(crate) struct Parsed {
    pub(crate) body: List,
    /// Sorted and disjoint.
    pub(crate) comments: Vec<Range<usize>>,
}

/// Parses all of `text`; `depth` is the number of constructs around it.
pub(crate) fn parse(text: &str, depth: usize) -> Parsed {
    let mut parsed = parse_region(text, 0..text.len(), depth);
    // Within opaque text there are the grammar's comments too, which may be within one of the scanner's.
    parsed.comments.sort_by_key(|c| (c.start, std::cmp::Reverse(c.end)));
    let mut end = 0;
    parsed.comments.retain(|c| {
        let apart = c.start >= end;
        end = end.max(c.end);
        apart
    });
    parsed
}

/// Parses `range` of `text`; all places are in `text`.
fn parse_region(text: &str, range: Range<usize>, depth: usize) -> Parsed {
    let region = text.get(range.clone()).unwrap_or_default();
    let refused = |reason| {
        let builder = Builder::new(text, range.start, Survey::default());
        Parsed { body: builder.opaque_list(range.clone(), reason), comments: Vec::new() }
    };
    // The grammar's scanner looks at its stack of open here-documents for each token.
    if region.len() > MAX_LENGTH || region.matches("<<").count() > MAX_HEREDOCS {
        return refused(OpaqueReason::TooLarge);
    }
    // A shell cannot be handed a NUL.
    if region.contains('\0') {
        return refused(OpaqueReason::Syntax);
    }
    let adapted = adapted(region);
    let Some(tree) = tree(&adapted) else { return refused(OpaqueReason::Syntax) };
    let root = tree.root_node();
    if root.is_error() {
        return refused(OpaqueReason::Syntax);
    }
    let moved = adapted.moved.map(|(to, real)| (to + range.start, real + range.start));
    let builder = Builder::new(text, range.start, survey(&tree, text, range.start, moved));
    let body = builder.list(&children(root), range, depth);
    Parsed { body, comments: builder.into_comments() }
}

/// The grammar's tree. If it finds an error, a second try is made with the semicolons that it misses.
fn tree(adapted: &Adapted) -> Option<Tree> {
    let tree = grammar(&adapted.bytes)?;
    if tree.root_node().has_error()
        && let Some(bytes) = with_semicolons(&adapted.bytes)
        && let Some(second) = grammar(&bytes).filter(|t| !t.root_node().has_error())
    {
        return Some(second);
    }
    Some(tree)
}

fn grammar(text: &[u8]) -> Option<Tree> {
    thread_local! {
        static PARSER: RefCell<Option<Parser>> = RefCell::new({
            let mut parser = Parser::new();
            parser.set_language(language()).is_ok().then_some(parser)
        });
    }
    PARSER.with(|parser| parser.try_borrow_mut().ok()?.as_mut()?.parse(text, None))
}
