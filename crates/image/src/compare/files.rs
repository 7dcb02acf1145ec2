//! Files: the application's byte for byte, those that steps made by whether they are there.

use super::places::{Packaged, is_passing, is_system};
use super::{Aspect, Difference, Sources};
use crate::{Image, Node, NodeKind};

pub(super) fn differences(before: &Image, after: &Image, sources: &Sources) -> Vec<Difference> {
    let packaged = Packaged::of([before, after]);
    let mut found = Vec::new();
    for (path, was) in before.tree.iter() {
        let is = after.tree.get(path);
        // Most are the same.
        if is.is_some_and(|is| same(was, is)) || is_passing(path) {
            continue;
        }
        let of_context =
            was.content().filter(|content| content.size > 0 && sources.before.contains(&content.digest));
        let aspect = match (of_context, is) {
            (Some(content), is) if sources.is_rewritten(content, is.and_then(Node::content)) => {
                Aspect::RewrittenFile
            }
            (Some(content), None) if !sources.after.contains(&content.digest) => Aspect::UnsentFile,
            (Some(_), None) if has_bytecode(after, path) => Aspect::CompiledFile,
            (Some(content), Some(is)) if is.content().is_some_and(|is| is.digest == content.digest) => {
                Aspect::ApplicationOwner
            }
            (Some(_), _) => Aspect::ApplicationFile,
            (None, _) if packaged.covers(path) => continue,
            (None, Some(is)) if with_other_bytes(was, is) => Aspect::MadeContent,
            // A folder is there for what lies in it.
            (None, None) if was.kind == NodeKind::Folder => continue,
            (None, _) if is_system(path) => Aspect::SystemFile,
            (None, _) => Aspect::MadeFile,
        };
        let others = is.map(|is| described(is, was));
        found.push(Difference {
            aspect,
            subject: format!("/{path}"),
            before: Some(described(was, is.unwrap_or(was))),
            after: others,
        });
    }
    let new = after.tree.iter().filter(|(path, node)| {
        before.tree.get(path).is_none()
            && node.kind != NodeKind::Folder
            && !is_passing(path)
            && !packaged.covers(path)
    });
    found.extend(new.map(|(path, node)| Difference {
        aspect: Aspect::NewFile,
        subject: format!("/{path}"),
        before: None,
        after: Some(described(node, node)),
    }));
    found
}

/// Whether bytecode stands in the place of a source. Python imports it from there, and not from `__pycache__`, where
/// there is no source.
fn has_bytecode(image: &Image, path: &str) -> bool {
    path.ends_with(".py") && image.tree.get(&format!("{path}c")).is_some()
}

/// Whether two nodes are the same to who uses the image.
fn same(was: &Node, is: &Node) -> bool {
    let alike = match (&was.kind, &is.kind) {
        (NodeKind::File(was), NodeKind::File(is)) => was.digest == is.digest,
        (NodeKind::Link(was), NodeKind::Link(is)) => was == is,
        (was, is) => std::mem::discriminant(was) == std::mem::discriminant(is),
    };
    let link = matches!(was.kind, NodeKind::Link(_));
    alike && (link || (was.mode == is.mode && was.uid == is.uid && was.gid == is.gid))
}

/// Whether they differ in nothing but their bytes.
fn with_other_bytes(was: &Node, is: &Node) -> bool {
    let files = matches!((&was.kind, &is.kind), (NodeKind::File(_), NodeKind::File(_)));
    files && was.mode == is.mode && was.uid == is.uid && was.gid == is.gid
}

/// A node, by what it does not share with `other`.
fn described(node: &Node, other: &Node) -> String {
    let mut words = vec![match &node.kind {
        NodeKind::File(content) => {
            let digest: String = content.digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            format!("{} bytes, {digest}", content.size)
        }
        NodeKind::Folder => "a folder".to_owned(),
        NodeKind::Link(target) => format!("a link to {target}"),
        NodeKind::Special => "a device or pipe".to_owned(),
    }];
    if node.mode != other.mode {
        words.push(format!("mode {:04o}", node.mode));
    }
    if (node.uid, node.gid) != (other.uid, other.gid) {
        words.push(format!("owner {}:{}", node.uid, node.gid));
    }
    words.join(", ")
}
