//! No comment is lost.

use std::collections::BTreeMap;

use dockfit_dockerfile::{LineKind, NodeKind, Span};

use super::Breach;
use crate::Dockerfile;

/// Every comment line of the old text stands in the new one as often as before.
pub(super) fn kept(old: &Dockerfile, new: &Dockerfile) -> Result<(), Breach> {
    let mut left: BTreeMap<&[u8], usize> = BTreeMap::new();
    for span in comments(new) {
        *left.entry(text(new, span)).or_default() += 1;
    }
    for span in comments(old) {
        match left.get_mut(text(old, span)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => {
                let words = String::from_utf8_lossy(text(old, span)).into_owned();
                return Err(Breach::new(
                    "comments",
                    old.path(),
                    span,
                    format!("the comment `{words}` is lost"),
                ));
            }
        }
    }
    Ok(())
}

fn text(dockerfile: &Dockerfile, span: Span) -> &[u8] {
    dockerfile.document().bytes(span).trim_ascii()
}

fn comments(dockerfile: &Dockerfile) -> Vec<Span> {
    let document = dockerfile.document();
    let mut spans = Vec::new();
    for node in document.nodes() {
        match node.kind {
            NodeKind::Comment | NodeKind::Directive(_) => spans.push(node.span),
            NodeKind::Instruction(index) => {
                let lines = document.instructions().get(index).map(|found| found.lines.as_slice());
                let lines = lines.unwrap_or_default().iter().filter(|line| line.kind == LineKind::Comment);
                spans.extend(lines.map(|line| line.span));
            }
            NodeKind::Blank | NodeKind::ByteOrderMark => {}
        }
    }
    spans
}
