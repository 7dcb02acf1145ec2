//! `# dockfit: ignore[pass]` above an instruction.

use dockfit_dockerfile::{Document, Span};

/// A comment that keeps passes away from the instruction below it: `# dockfit: ignore` all of them,
/// `# dockfit: ignore[package-caches, apt-caches/mount]` these passes or decisions. What follows is for
/// people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IgnoreComment {
    /// The names and where they stand; none: everything.
    pub names: Vec<(String, Span)>,
    /// The whole comment.
    pub span: Span,
    /// Whether the brackets are closed and hold a name; if not, nothing is ignored.
    pub well_formed: bool,
}

impl IgnoreComment {
    /// Whether it keeps `name`, a pass or a decision, away.
    pub fn covers(&self, name: &str) -> bool {
        let named = |listed: &str| {
            name.strip_prefix(listed).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.well_formed && (self.names.is_empty() || self.names.iter().any(|(listed, _)| named(listed)))
    }
}

/// The ignore comments in the comment lines directly above an instruction.
pub fn ignore_comments_above(document: &Document, instruction: usize) -> Vec<IgnoreComment> {
    let comments = document.comments_above(instruction);
    let mut at = comments.start;
    let mut found = Vec::new();
    for line in document.bytes(comments).split_inclusive(|byte| *byte == b'\n') {
        let span = Span::new(at, at + line.len());
        at = span.end;
        found.extend(std::str::from_utf8(line).ok().and_then(|line| parse(line, span)));
    }
    found
}

fn parse(line: &str, span: Span) -> Option<IgnoreComment> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("dockfit:")?;
    let rest = rest.trim_start().strip_prefix("ignore")?;
    let comment = |names, well_formed| Some(IgnoreComment { names, span, well_formed });
    let Some(list) = rest.strip_prefix('[') else {
        let alone = rest.chars().next().is_none_or(|char| !char.is_alphanumeric());
        return if alone { comment(Vec::new(), true) } else { None };
    };
    let Some((list, _)) = list.split_once(']') else { return comment(Vec::new(), false) };
    let mut at = span.start + line.len() - rest.len() + 1;
    let mut names = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let start = at + part.len() - part.trim_start().len();
        if !name.is_empty() {
            names.push((name.to_owned(), Span::new(start, start + name.len())));
        }
        at += part.len() + 1;
    }
    let well_formed = !names.is_empty();
    comment(names, well_formed)
}
