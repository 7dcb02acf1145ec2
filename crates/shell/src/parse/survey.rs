//! One walk over the whole tree before anything is built: comments and here-documents.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::kind::{Kind, children, kind};

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Survey<'t> {
    /// What the grammar takes as comments.
    pub comments: Vec<Range<usize>>,
    /// The here-documents in the order of their delimiters' starts.
    heredocs: Vec<HeredocSite<'t>>,
    /// (line end, end) of each, in the order of the line ends.
    bodies: Vec<(usize, usize)>,
}

/// A here-document as the grammar sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeredocSite<'t> {
    /// The start of the delimiter behind the operator.
    pub delimiter: usize,
    /// The line end behind which the body begins.
    pub line_end: usize,
    /// The end of the delimiter's line, its line end not included.
    pub end: usize,
    /// The body, for the expansions in it.
    pub body: Option<Node<'t>>,
}

impl<'t> Survey<'t> {
    /// Where the text goes on when a here-document's body begins behind the line end at `line_end`.
    pub(super) fn after_body(&self, line_end: usize) -> Option<usize> {
        let index = self.bodies.binary_search_by_key(&line_end, |b| b.0).ok()?;
        self.bodies.get(index).map(|b| b.1)
    }

    /// The here-document whose delimiter starts at `delimiter`.
    pub(super) fn heredoc(&self, delimiter: usize) -> Option<&HeredocSite<'t>> {
        let index = self.heredocs.binary_search_by_key(&delimiter, |h| h.delimiter).ok()?;
        self.heredocs.get(index)
    }
}

/// Walks `tree`, which is of `text` from `base` on; `base` is added to all positions. `moved` is a delimiter that the
/// grammar saw in another place than where it really stands.
pub(super) fn survey<'t>(
    tree: &'t Tree,
    text: &str,
    base: usize,
    moved: Option<(usize, usize)>,
) -> Survey<'t> {
    let mut found = Survey::default();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        match kind(node) {
            Kind::Comment => found.comments.push(node.start_byte() + base..node.end_byte() + base),
            Kind::HeredocRedirect => found.heredocs.extend(site(node, text, base)),
            _ => {}
        }
        if cursor.goto_first_child() || cursor.goto_next_sibling() {
            continue;
        }
        loop {
            if !cursor.goto_parent() {
                for site in &mut found.heredocs {
                    if let Some((to, real)) = moved
                        && site.delimiter == to
                    {
                        site.delimiter = real;
                    }
                }
                found.heredocs.sort_by_key(|h| h.delimiter);
                found.bodies = found.heredocs.iter().map(|h| (h.line_end, h.end)).collect();
                found.bodies.sort_unstable();
                return found;
            }
            if cursor.goto_next_sibling() {
                break;
            }
        }
    }
}

fn site<'t>(node: Node<'t>, text: &str, base: usize) -> Option<HeredocSite<'t>> {
    let (mut delimiter, mut end, mut body) = (None, None, None);
    // The grammar hides the line end; it is the first one behind what stands on the operator's line.
    let mut line = node.start_byte() + base;
    for child in children(node) {
        match kind(child) {
            Kind::HeredocStart => delimiter = Some(child.start_byte() + base),
            Kind::HeredocBody => body = Some(child),
            Kind::HeredocEnd => end = Some(child.end_byte() + base),
            _ => {}
        }
        if body.is_none() && end.is_none() {
            line = child.end_byte() + base;
        }
    }
    let line_end = line + text.get(line..)?.find('\n')?;
    Some(HeredocSite { delimiter: delimiter?, line_end, end: end?, body })
}
