//! A YAML document as a tree, each node with its bytes: what reads or edits a compose file goes by it.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

/// The number of a node.
pub type Id = usize;

/// A document.
#[derive(Debug)]
pub struct Yaml {
    nodes: Vec<Node>,
    root: Id,
}

/// A node.
#[derive(Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its bytes; of a block collection, from its first key or dash.
    pub span: Range<usize>,
    /// Whether brackets stand around it.
    pub flow: bool,
    /// How a scalar is written; of other nodes, [`Style::Plain`].
    pub style: Style,
    /// Whether it has a name, by which others may repeat it.
    pub anchored: bool,
}

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// As it is.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// As a block of lines behind `|`.
    Literal,
    /// As a block of lines behind `>`, which are joined.
    Folded,
}

/// What a node is.
#[derive(Debug)]
pub enum Kind {
    /// A text or number, and whether it is written without quotes.
    Scalar(String, bool),
    /// A list.
    Sequence(Vec<Id>),
    /// Keys and values.
    Mapping(Vec<(Id, Id)>),
    /// Another node, by its anchor.
    Alias(Id),
}

/// A node that is being read.
struct Open {
    id: Id,
    key: Option<Id>,
}

impl Yaml {
    /// The only document of `text`; `None` for what is none, for several, and for what is nested too deeply.
    pub fn parse(text: &str) -> Option<Self> {
        const DEEPEST: usize = 60;
        let mut nodes: Vec<Node> = Vec::new();
        let mut anchors: HashMap<usize, Id> = HashMap::new();
        let mut open: Vec<Open> = Vec::new();
        let mut root = None;
        for next in Parser::new_from_str(text) {
            let (event, span) = next.ok()?;
            let start = span.start.byte_offset()?;
            let end = span.end.byte_offset()?;
            let flow = matches!(
                event,
                Event::SequenceStart(StructureStyle::Flow, ..)
                    | Event::MappingStart(StructureStyle::Flow, ..)
            );
            let style = match event {
                Event::Scalar(_, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted, ..) => Style::Quoted,
                Event::Scalar(_, ScalarStyle::Literal, ..) => Style::Literal,
                Event::Scalar(_, ScalarStyle::Folded, ..) => Style::Folded,
                _ => Style::Plain,
            };
            let (kind, anchor) = match event {
                Event::Scalar(value, style, anchor, ..) => {
                    (Kind::Scalar(value.into_owned(), style == ScalarStyle::Plain), anchor)
                }
                Event::SequenceStart(_, anchor, ..) => (Kind::Sequence(Vec::new()), anchor),
                Event::MappingStart(_, anchor, ..) => (Kind::Mapping(Vec::new()), anchor),
                Event::Alias(anchor) => (Kind::Alias(*anchors.get(&anchor)?), 0),
                Event::SequenceEnd | Event::MappingEnd => {
                    let closed = open.pop()?;
                    let node = nodes.get_mut(closed.id)?;
                    node.span.end = end.max(node.span.start);
                    continue;
                }
                Event::DocumentStart(..) if root.is_some() => return None,
                _ => continue,
            };
            let id = nodes.len();
            let opens = matches!(kind, Kind::Sequence(_) | Kind::Mapping(_));
            nodes.push(Node { kind, span: start..end.max(start), flow, style, anchored: anchor > 0 });
            if anchor > 0 {
                anchors.insert(anchor, id);
            }
            match open.last_mut() {
                None => root = Some(id),
                Some(parent) => {
                    let key = parent.key.take();
                    match (&mut nodes.get_mut(parent.id)?.kind, key) {
                        (Kind::Sequence(items), _) => items.push(id),
                        (Kind::Mapping(pairs), Some(key)) => pairs.push((key, id)),
                        (Kind::Mapping(_), None) => parent.key = Some(id),
                        _ => return None,
                    }
                }
            }
            if opens {
                open.push(Open { id, key: None });
            }
            if open.len() > DEEPEST {
                return None;
            }
        }
        Some(Self { nodes, root: root? })
    }

    /// The top node.
    pub fn root(&self) -> Id {
        self.root
    }

    /// The node with this number.
    pub fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The node that an alias stands for; others stand for themselves.
    pub fn resolve(&self, id: Id) -> Id {
        match self.node(id).map(|node| &node.kind) {
            Some(Kind::Alias(target)) => *target,
            _ => id,
        }
    }

    /// The keys and values of a mapping, without those of others that are merged into it.
    pub fn pairs(&self, mapping: Id) -> &[(Id, Id)] {
        match self.node(self.resolve(mapping)).map(|node| &node.kind) {
            Some(Kind::Mapping(pairs)) => pairs,
            _ => &[],
        }
    }

    /// The items of a list.
    pub fn items(&self, sequence: Id) -> &[Id] {
        match self.node(self.resolve(sequence)).map(|node| &node.kind) {
            Some(Kind::Sequence(items)) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self, id: Id) -> Option<&str> {
        match &self.node(self.resolve(id))?.kind {
            Kind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Whether the node is a plain scalar that says nothing: `key:` or `key: null`.
    pub fn is_null(&self, id: Id) -> bool {
        matches!(&self.node(self.resolve(id)).map(|node| &node.kind),
            Some(Kind::Scalar(text, true)) if matches!(text.as_str(), "" | "~" | "null"))
    }

    /// The value of a key in a mapping itself.
    pub fn own(&self, mapping: Id, key: &str) -> Option<Id> {
        let pairs = self.pairs(mapping).iter();
        pairs.rev().find(|(name, _)| self.text(*name) == Some(key)).map(|(_, value)| *value)
    }

    /// The value of a key, of the mapping itself or of those that `<<` merges into it.
    pub fn get(&self, mapping: Id, key: &str) -> Option<Id> {
        self.pair(mapping, key).map(|(_, value)| value)
    }

    /// As [`get`](Self::get), with the key as it stands where it is defined.
    pub fn pair(&self, mapping: Id, key: &str) -> Option<(Id, Id)> {
        self.pair_within(mapping, key, 0)
    }

    fn pair_within(&self, mapping: Id, key: &str, depth: usize) -> Option<(Id, Id)> {
        const DEEPEST: usize = 16;
        if depth > DEEPEST {
            return None;
        }
        let own = self.pairs(mapping).iter().rev().find(|(name, _)| self.text(*name) == Some(key));
        own.copied().or_else(|| {
            let merged = self.own(mapping, "<<")?;
            let list = self.items(merged);
            let mut sources = if list.is_empty() { vec![merged] } else { list.to_vec() }.into_iter();
            sources.find_map(|source| self.pair_within(source, key, depth + 1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_keys_are_found_and_places_are_bytes() {
        let text = "x-a: &a\n  é: ü\n  command: run\nservices:\n  web:\n    <<: *a\n    environment: [A=1, \"B=2\"]\n";
        let yaml = Yaml::parse(text).expect("a document");
        let services = yaml.get(yaml.root(), "services").expect("services");
        let web = yaml.get(services, "web").expect("web");
        let command = yaml.get(web, "command").expect("merged");
        assert_eq!(yaml.text(command), Some("run"));
        assert_eq!(yaml.own(web, "command"), None);
        let environment = yaml.get(web, "environment").expect("environment");
        let node = yaml.node(environment).expect("a node");
        assert!(node.flow);
        assert_eq!(&text[node.span.clone()], "[A=1, \"B=2\"]");
        assert_eq!(yaml.items(environment).len(), 2);
    }

    #[test]
    fn what_is_no_single_document_is_none() {
        assert!(Yaml::parse("a: [").is_none());
        assert!(Yaml::parse("a: 1\n---\nb: 2\n").is_none());
        assert!(Yaml::parse("").is_none());
    }
}
