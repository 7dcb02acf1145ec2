//! No comment is lost.

use std::collections::BTreeMap;

use dockfit_dockerfile::{LineKind, NodeKind, Span};

use super::{Breach, Declarations};
use crate::Dockerfile;

/// Every comment of the old text, of the file or of a script in it, stands in the new one as often as before, but for those
/// that were declared to be gone.
pub(super) fn kept(old: &Dockerfile, new: &Dockerfile, declared: &Declarations<'_>) -> Result<(), Breach> {
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for (_, comment) in comments(new) {
        *left.entry(comment).or_default() += 1;
    }
    for (comment, count) in &declared.comments {
        *left.entry((*comment).to_owned()).or_default() += count;
    }
    for (span, comment) in comments(old) {
        match left.get_mut(&comment) {
            Some(count) if *count > 0 => *count -= 1,
            _ => {
                return Err(Breach::new(
                    "comments",
                    old.path(),
                    span,
                    format!("the comment `{comment}` is lost"),
                ));
            }
        }
    }
    Ok(())
}

fn comments(dockerfile: &Dockerfile) -> Vec<(Span, String)> {
    let document = dockerfile.document();
    let line = |span: Span| (span, document.text(span).trim().to_owned());
    let mut found = Vec::new();
    for node in document.nodes() {
        match node.kind {
            NodeKind::Comment | NodeKind::Directive(_) => found.push(line(node.span)),
            NodeKind::Instruction(index) => {
                let lines = document.instructions().get(index).map(|found| found.lines.as_slice());
                let lines = lines.unwrap_or_default().iter().filter(|line| line.kind == LineKind::Comment);
                found.extend(lines.map(|comment| line(comment.span)));
                found.extend(script_comments(dockerfile, index, node.span));
            }
            NodeKind::Blank | NodeKind::ByteOrderMark => {}
        }
    }
    found
}

/// The comments that a shell skips.
fn script_comments(dockerfile: &Dockerfile, index: usize, span: Span) -> Vec<(Span, String)> {
    let Some(run) = dockerfile.run(index) else { return Vec::new() };
    if !run.form.shell_text().is_some_and(|text| text.as_str().contains('#')) {
        return Vec::new();
    }
    let Some(script) = run.script() else { return Vec::new() };
    script.comments().iter().map(|range| (span, script.slice(range).trim().to_owned())).collect()
}
