//! Diffs of one file: for the terminal with the changed words marked, and as git has them.

use std::fmt::Write as _;

use dockfit_rewrite::pipeline::FileChange;
use similar::{ChangeTag, DiffOp, DiffTag, InlineChange, TextDiff};

use crate::terminal::{Palette, paint, visible_line};

/// Lines of context around a change.
pub(super) const CONTEXT: usize = 3;

pub(super) fn lines(change: &FileChange) -> TextDiff<'_, '_, [u8]> {
    TextDiff::from_lines(change.before.as_deref().unwrap_or_default(), &*change.after)
}

/// Lines of a new file that are all shown; of a longer one the first `NEW_FIRST`.
pub(super) const NEW_MOST: usize = 60;
pub(super) const NEW_FIRST: usize = 12;

/// The diff for a terminal. A long new file, such as a lock, is shown by its first lines unless the `whole` is asked for.
pub(crate) fn for_terminal(change: &FileChange, whole: bool, palette: &Palette) -> String {
    let path = crate::terminal::visible(change.path.as_str()).into_owned();
    let old = if change.before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let mut out = String::new();
    for (sign, name) in [("---", old), ("+++", format!("b/{path}"))] {
        let _ = writeln!(out, "{}", paint(palette.dim, format!("{sign} {name}")));
    }
    let diff = lines(change);
    let count = diff.iter_new_slices().count();
    if change.before.is_none() && count > NEW_MOST && !whole {
        for text in diff.iter_new_slices().take(NEW_FIRST) {
            line(&mut out, ChangeTag::Insert, &[(false, text)], false, palette);
        }
        let rest = format!("… {} more lines of a new file; --verbose shows them", count - NEW_FIRST);
        let _ = writeln!(out, "{}", paint(palette.dim, rest));
        return out;
    }
    for group in diff.grouped_ops(CONTEXT) {
        let header = similar::udiff::UnifiedHunkHeader::new(&group);
        let _ = writeln!(out, "{}", paint(palette.hunk, header));
        for op in &group {
            operation(&mut out, &diff, op, palette);
        }
    }
    out
}

fn operation(out: &mut String, diff: &TextDiff<'_, '_, [u8]>, op: &DiffOp, palette: &Palette) {
    const INLINE_MOST: usize = 64 << 10;
    let returns = op.tag() != DiffTag::Equal && returns_differ(diff, op);
    let size: usize = diff.iter_changes(op).map(|change| change.value().len()).sum();
    if palette.styled && op.tag() == DiffTag::Replace && size <= INLINE_MOST {
        for change in diff.iter_inline_changes_deadline(op, None) {
            let parts = inline_parts(&change);
            line(out, change.tag(), &parts, returns, palette);
        }
    } else {
        for change in diff.iter_changes(op) {
            line(out, change.tag(), &[(false, change.value())], returns, palette);
        }
    }
}

fn inline_parts<'a>(change: &'a InlineChange<'_, [u8]>) -> Vec<(bool, &'a [u8])> {
    change.values().iter().map(|(marked, part)| (*marked, *part)).collect()
}

/// Whether the line ends differ between the lines that go and those that come; for lines that only come or
/// go, whether they differ from the rest of the file.
pub(super) fn returns_differ(diff: &TextDiff<'_, '_, [u8]>, op: &DiffOp) -> bool {
    let mut ends = diff.iter_changes(op).map(|change| change.value().ends_with(b"\r\n"));
    let Some(first) = ends.next() else { return false };
    if ends.any(|end| end != first) {
        return true;
    }
    let mut others = diff.iter_old_slices().map(|line| line.ends_with(b"\r\n"));
    op.tag() != DiffTag::Replace && others.next().is_some_and(|end| end != first)
}

/// The length of a line without its end; a carriage return before it counts only where such are shown.
pub(super) fn without_end(line: &[u8], returns: bool) -> usize {
    line.strip_suffix(b"\n").map_or(line.len(), |rest| {
        if returns { rest.len() } else { rest.strip_suffix(b"\r").unwrap_or(rest).len() }
    })
}

fn line(out: &mut String, tag: ChangeTag, parts: &[(bool, &[u8])], returns: bool, palette: &Palette) {
    let (sign, plain, marked) = match tag {
        ChangeTag::Equal => (' ', palette.dim, palette.dim),
        ChangeTag::Delete => ('-', palette.removed, palette.removed_words),
        ChangeTag::Insert => ('+', palette.added, palette.added_words),
    };
    let whole: Vec<u8> = parts.iter().flat_map(|(_, part)| part.iter().copied()).collect();
    let mut left = without_end(&whole, returns);
    let style = if tag == ChangeTag::Equal { anstyle::Style::new() } else { plain };
    out.push_str(&paint(style, sign));
    for (is_marked, part) in parts {
        let shown = &part[..part.len().min(left)];
        left -= shown.len();
        let style = match (tag, is_marked) {
            (ChangeTag::Equal, _) => anstyle::Style::new(),
            (_, true) => marked,
            (_, false) => plain,
        };
        if !shown.is_empty() {
            out.push_str(&paint(style, visible_line(shown)));
        }
    }
    out.push('\n');
    if !whole.ends_with(b"\n") {
        let _ = writeln!(out, "{}", paint(palette.dim, "\\ No newline at end of file"));
    }
}

/// The diff as git has it, byte for byte.
pub(crate) fn for_git(change: &FileChange) -> Vec<u8> {
    let path = change.path.as_str();
    let (old, new) = (quoted("a/", path), quoted("b/", path));
    let mut out = format!("diff --git {old} {new}\n").into_bytes();
    if change.before.is_none() {
        out.extend_from_slice(b"new file mode 100644\n");
    }
    let from = if change.before.is_some() { old.as_str() } else { "/dev/null" };
    out.extend_from_slice(format!("--- {}\n+++ {}\n", with_tab(from), with_tab(&new)).as_bytes());
    let diff = lines(change);
    for group in diff.grouped_ops(CONTEXT) {
        out.extend_from_slice(similar::udiff::UnifiedHunkHeader::new(&group).to_string().as_bytes());
        out.push(b'\n');
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            out.push(match change.tag() {
                ChangeTag::Equal => b' ',
                ChangeTag::Delete => b'-',
                ChangeTag::Insert => b'+',
            });
            out.extend_from_slice(change.value());
            if !change.value().ends_with(b"\n") {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// A file name with a blank is ended with a tab, as git does.
fn with_tab(name: &str) -> String {
    if name.contains(' ') && !name.starts_with('"') { format!("{name}\t") } else { name.to_owned() }
}

/// A path as git writes it: in quotes with escapes where it holds anything unusual (git `core.quotePath`).
fn quoted(side: &str, path: &str) -> String {
    let plain = path.bytes().all(|byte| (0x20..0x7f).contains(&byte) && !matches!(byte, b'"' | b'\\'));
    if plain {
        return format!("{side}{path}");
    }
    let mut out = format!("\"{side}");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            0x20..0x7f => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out.push('"');
    out
}
