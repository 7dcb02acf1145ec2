//! The files of an image: layers put over one another.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use sha2::Digest as _;

use crate::archive::normal;
use crate::layer::{Entry, EntryKind};

/// SHA-256.
pub type Digest = [u8; 32];

/// The digest of `bytes`.
pub fn digest_of(bytes: &[u8]) -> Digest {
    sha2::Sha256::digest(bytes).into()
}

/// Files and folders by path, without the slash at the start.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: BTreeMap<Arc<str>, Node>,
}

/// A file, folder or link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Permissions, with the bits for set-uid, set-gid and sticky.
    pub mode: u32,
    /// The owner.
    pub uid: u64,
    /// Its group.
    pub gid: u64,
    /// The index of the layer that it comes from.
    pub layer: usize,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A regular file.
    File(Content),
    /// A folder.
    Folder,
    /// A symbolic link, and what it names.
    Link(String),
    /// A device, pipe or socket.
    Special,
}

/// What is kept of a file's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// How many there are.
    pub size: u64,
    /// Their digest.
    pub digest: Digest,
    /// All of them, of files that say what is installed.
    pub text: Option<Arc<[u8]>>,
    /// The first ones, of programs.
    pub head: Arc<[u8]>,
}

/// How many links are followed. Linux: `MAXSYMLINKS`.
const MOST_LINKS: usize = 40;

impl Tree {
    /// What is at a path; links are not followed.
    pub fn get(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path.trim_start_matches('/'))
    }

    /// Everything, in the order of paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.nodes.iter().map(|(path, node)| (&**path, node))
    }

    /// Everything whose path begins with `prefix`.
    pub fn below<'t>(&'t self, prefix: &'t str) -> impl Iterator<Item = (&'t str, &'t Node)> {
        let from = self.nodes.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        from.take_while(move |(path, _)| path.starts_with(prefix)).map(|(path, node)| (&**path, node))
    }

    /// The path and node that `path` leads to, links followed in every folder of it.
    pub fn follow(&self, path: &str) -> Option<(String, &Node)> {
        let mut rest: Vec<String> = parts(path);
        let mut at: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = rest.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    at.pop();
                    continue;
                }
                _ => at.push(part),
            }
            // A folder need not be in any layer for its files to be.
            let Some(node) = self.nodes.get(at.join("/").as_str()) else { continue };
            if let NodeKind::Link(target) = &node.kind {
                links += 1;
                if links > MOST_LINKS {
                    return None;
                }
                at.pop();
                if target.starts_with('/') {
                    at.clear();
                }
                rest.extend(parts(target));
            }
        }
        let path = at.join("/");
        let node = self.nodes.get(path.as_str())?;
        Some((path, node))
    }

    /// The bytes of a file that is kept whole.
    pub fn text(&self, path: &str) -> Option<&[u8]> {
        match &self.follow(path)?.1.kind {
            NodeKind::File(content) => content.text.as_deref(),
            _ => None,
        }
    }

    /// Puts a layer over it. What a layer removes, it removes from the layers below only.
    pub(crate) fn put(&mut self, layer: usize, entries: &[Entry]) {
        for entry in entries {
            match &entry.kind {
                EntryKind::Whiteout => self.remove(&entry.path),
                EntryKind::Opaque => self.remove_below(&entry.path),
                _ => {}
            }
        }
        for entry in entries {
            let kind = match &entry.kind {
                EntryKind::Whiteout | EntryKind::Opaque => continue,
                EntryKind::HardLink(target) => match self.nodes.get(normal(target).as_str()) {
                    Some(node) => node.kind.clone(),
                    None => continue,
                },
                EntryKind::Node(kind) => kind.clone(),
            };
            if kind != NodeKind::Folder
                && self.get(&entry.path).is_some_and(|node| node.kind == NodeKind::Folder)
            {
                self.remove_below(&entry.path);
            }
            let node = Node { kind, mode: entry.mode, uid: entry.uid, gid: entry.gid, layer };
            self.nodes.insert(entry.path.as_str().into(), node);
        }
    }

    fn remove(&mut self, path: &str) {
        self.nodes.remove(path);
        self.remove_below(path);
    }

    fn remove_below(&mut self, path: &str) {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let from = self.nodes.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded));
        let below = from.map(|(path, _)| path).take_while(|path| path.starts_with(&prefix));
        let doomed: Vec<Arc<str>> = below.cloned().collect();
        for path in doomed {
            self.nodes.remove(&path);
        }
    }
}

/// The parts of a path, the last one first.
fn parts(path: &str) -> Vec<String> {
    path.split('/').rev().map(str::to_owned).collect()
}

impl Node {
    /// Its content, if it is a file.
    pub fn content(&self) -> Option<&Content> {
        match &self.kind {
            NodeKind::File(content) => Some(content),
            _ => None,
        }
    }
}
