//! The diff of one file as blocks: a heading per hunk, its context, and what changes, with the changed words marked.
//!
//! A block is laid out by the style sheet, side by side or one below the other: lines that go come before lines that come.
//! Line numbers are counters of the style sheet, which a heading sets, so that the text can be selected without them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use dockfit_rewrite::pipeline::FileChange;
use similar::{ChangeTag, DiffOp, DiffTag, TextDiff};

use super::authors::Authors;
use super::escape::text;
use crate::report::diff::{CONTEXT, NEW_FIRST, NEW_MOST, lines, returns_differ, without_end};
use crate::terminal::visible_line;

/// A file's diff.
pub(super) struct FileDiff {
    pub(super) blocks: Vec<String>,
    pub(super) added: usize,
    pub(super) removed: usize,
    pub(super) is_new: bool,
    /// The pass behind all of it, where that is one; then no block names it.
    pub(super) only: Option<&'static str>,
}

/// Longer operations are not searched for words.
const INLINE_MOST: usize = 64 << 10;

impl FileDiff {
    /// Of a change; `numbers` takes the line numbers that headings set, `section` is what links to passes begin with.
    pub(super) fn of(
        change: &FileChange,
        authors: &Authors,
        section: &str,
        numbers: &mut BTreeSet<usize>,
    ) -> Self {
        let diff = lines(change);
        let count = |tag: ChangeTag| {
            diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal).fold(0, |sum, op| {
                sum + if tag == ChangeTag::Insert { op.new_range().len() } else { op.old_range().len() }
            })
        };
        let (added, removed) = (count(ChangeTag::Insert), count(ChangeTag::Delete));
        let is_new = change.before.is_none();
        let changing = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
        let passes: BTreeSet<&'static str> = changing.flat_map(|op| authors.behind(op)).collect();
        let only = if passes.len() == 1 { passes.first().copied() } else { None };
        let behind = |op: &DiffOp| if only.is_some() { Vec::new() } else { authors.behind(op) };
        let mut blocks = Vec::new();
        if is_new && added > NEW_MOST {
            blocks.push(heading(0..0, 0..added, numbers));
            let mut block =
                opened(&behind(&DiffOp::Insert { old_index: 0, new_index: 0, new_len: added }), section);
            for text in diff.iter_new_slices().take(NEW_FIRST) {
                line(&mut block, "ins", &[(false, text)], false);
            }
            block.push_str("</div>");
            blocks.push(block);
            blocks.push(format!("<p class=\"rest\">… {} more lines of a new file</p>", added - NEW_FIRST));
            return Self { blocks, added, removed, is_new, only };
        }
        let parts = Parts { diff: &diff, section };
        for group in diff.grouped_ops(CONTEXT) {
            let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
            let old = first.old_range().start..last.old_range().end;
            let new = first.new_range().start..last.new_range().end;
            blocks.push(heading(old, new, numbers));
            for op in &group {
                parts.of(op, &behind(op), &mut blocks);
            }
        }
        Self { blocks, added, removed, is_new, only }
    }
}

/// Where a hunk stands, in both versions.
fn heading(
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
    numbers: &mut BTreeSet<usize>,
) -> String {
    numbers.extend([old.start, new.start]);
    let words = |range: &std::ops::Range<usize>| match range.len() {
        0 => "–".to_owned(),
        1 => format!("{}", range.end),
        _ => format!("{}–{}", range.start + 1, range.end),
    };
    format!(
        "<div class=\"h\"><i class=\"o{}\"></i><i class=\"n{}\"></i>lines {} → {}</div>",
        old.start,
        new.start,
        words(&old),
        words(&new)
    )
}

fn opened(passes: &[&str], section: &str) -> String {
    let links: Vec<String> =
        passes.iter().map(|pass| format!("<a href=\"#{section}-{pass}\">{pass}</a>")).collect();
    let by = if links.is_empty() { String::new() } else { format!("<small>{}</small>", links.join(" ")) };
    format!("<div class=\"k\">{by}")
}

/// What makes the blocks of an operation.
struct Parts<'a, 'd> {
    diff: &'a TextDiff<'d, 'd, [u8]>,
    section: &'a str,
}

impl Parts<'_, '_> {
    fn of(&self, op: &DiffOp, passes: &[&str], blocks: &mut Vec<String>) {
        let diff = self.diff;
        if op.tag() == DiffTag::Equal {
            let mut out = "<div class=\"k\">".to_owned();
            for change in diff.iter_changes(op) {
                // Twice, for both sides; one of them is not shown where there is one column.
                line(&mut out, "span", &[(false, change.value())], false);
                line(&mut out, "span aria-hidden=true", &[(false, change.value())], false);
            }
            out.push_str("</div>");
            blocks.push(out);
            return;
        }
        let returns = returns_differ(diff, op);
        let size: usize = diff.iter_changes(op).map(|change| change.value().len()).sum();
        let words = op.tag() == DiffTag::Replace && size <= INLINE_MOST;
        let mut lines: Vec<(ChangeTag, String)> = Vec::new();
        let mut starts: Vec<bool> = Vec::new();
        let mut push = |tag: ChangeTag, parts: &[(bool, &[u8])]| {
            let mut out = String::new();
            line(&mut out, element(tag), parts, returns);
            starts.push(parts.first().and_then(|(_, part)| part.first()).is_some_and(u8::is_ascii_uppercase));
            lines.push((tag, out));
        };
        if words {
            for change in diff.iter_inline_changes_deadline(op, None) {
                let parts: Vec<(bool, &[u8])> =
                    change.values().iter().map(|(marked, part)| (*marked, *part)).collect();
                push(change.tag(), &parts);
            }
        } else {
            for change in diff.iter_changes(op) {
                push(change.tag(), &[(false, change.value())]);
            }
        }
        // Lines that stand beside none are cut where instructions begin: other versions have most of these pieces, too.
        let gone = op.old_range().len();
        let mut out = opened(passes, self.section);
        let mut come = 0;
        for ((tag, line), starts) in lines.into_iter().zip(starts) {
            if tag == ChangeTag::Insert {
                if starts && come >= gone && come > 0 {
                    out.push_str("</div>");
                    blocks.push(std::mem::replace(&mut out, "<div class=\"k\">".to_owned()));
                }
                come += 1;
            }
            out.push_str(&line);
        }
        out.push_str("</div>");
        blocks.push(out);
    }
}

fn element(tag: ChangeTag) -> &'static str {
    match tag {
        ChangeTag::Equal => "span",
        ChangeTag::Delete => "del",
        ChangeTag::Insert => "ins",
    }
}

fn line(out: &mut String, element: &str, parts: &[(bool, &[u8])], returns: bool) {
    let whole: Vec<u8> = parts.iter().flat_map(|(_, part)| part.iter().copied()).collect();
    let mut left = without_end(&whole, returns);
    let _ = write!(out, "<{element}>");
    let mut is_open = false;
    for (is_marked, part) in parts {
        let shown = part.get(..part.len().min(left)).unwrap_or_default();
        left -= shown.len();
        if shown.is_empty() {
            continue;
        }
        if *is_marked != is_open {
            out.push_str(if *is_marked { "<b>" } else { "</b>" });
            is_open = *is_marked;
        }
        out.push_str(&text(&visible_line(shown)));
    }
    if is_open {
        out.push_str("</b>");
    }
    if !whole.ends_with(b"\n") {
        out.push_str("<em>no newline at the end of the file</em>");
    }
    let name = element.split(' ').next().unwrap_or(element);
    let _ = write!(out, "</{name}>");
}
