//! What an expression is, as far as its text says.

use tree_sitter::Node;

/// A literal, or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string without parts that are worked out later; pieces beside each other are one.
    Str(String),
    /// A whole number.
    Int(i64),
    /// `True` or `False`.
    Bool(bool),
    /// `None`.
    None,
    /// A list, tuple or set.
    List(Vec<Value>),
    /// A name, an attribute or a call, written as [`Call::callee`](super::Call::callee): `asyncio.Queue()`.
    Path(String),
    /// Anything else.
    Other,
}

impl Value {
    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }
}

/// Lists in lists are read so far.
const DEEPEST: usize = 4;

/// The value of an expression; `path` tells what a name is.
pub(super) fn value(node: Node<'_>, text: &str, path: &dyn Fn(Node<'_>) -> Option<String>) -> Value {
    value_at(node, text, path, DEEPEST)
}

fn value_at(node: Node<'_>, text: &str, path: &dyn Fn(Node<'_>) -> Option<String>, deeper: usize) -> Value {
    let written = text.get(node.byte_range()).unwrap_or_default();
    match node.kind() {
        "string" => string(node, text).map_or(Value::Other, Value::Str),
        "concatenated_string" => {
            let mut cursor = node.walk();
            let pieces: Option<String> = node
                .named_children(&mut cursor)
                .filter(|child| child.kind() != "comment")
                .map(|child| string(child, text))
                .collect();
            pieces.map_or(Value::Other, Value::Str)
        }
        "integer" => written.replace('_', "").parse().map_or(Value::Other, Value::Int),
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "none" => Value::None,
        "parenthesized_expression" if deeper > 0 => {
            node.named_child(0).map_or(Value::Other, |inner| value_at(inner, text, path, deeper - 1))
        }
        "list" | "tuple" | "set" if deeper > 0 => {
            let mut cursor = node.walk();
            let items = node.named_children(&mut cursor).filter(|child| child.kind() != "comment");
            Value::List(items.map(|child| value_at(child, text, path, deeper - 1)).collect())
        }
        "identifier" | "attribute" | "call" | "await" => path(node).map_or(Value::Other, Value::Path),
        _ => Value::Other,
    }
}

/// The text of a `string` node; none for bytes and for what is worked out when it runs.
pub(super) fn string(node: Node<'_>, text: &str) -> Option<String> {
    let mut cursor = node.walk();
    let mut value = String::new();
    let mut is_raw = false;
    for child in node.children(&mut cursor) {
        let written = text.get(child.byte_range())?;
        match child.kind() {
            "string_start" => {
                let prefix = written.trim_end_matches(['"', '\'']).to_ascii_lowercase();
                if prefix.contains('b') {
                    return None;
                }
                is_raw = prefix.contains('r');
            }
            "string_content" if is_raw => value.push_str(written),
            "string_content" => value.push_str(&unescaped(written)?),
            "string_end" => {}
            _ => return None,
        }
    }
    Some(value)
}

/// The escapes that commands and paths use; none where there is another one.
fn unescaped(written: &str) -> Option<String> {
    let mut value = String::with_capacity(written.len());
    let mut chars = written.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            value.push(char);
            continue;
        }
        match chars.next()? {
            '\n' => {}
            'n' => value.push('\n'),
            't' => value.push('\t'),
            'r' => value.push('\r'),
            same @ ('\\' | '\'' | '"') => value.push(same),
            'x' | 'u' | 'U' | 'N' | 'a' | 'b' | 'f' | 'v' | '0'..='7' => return None,
            // Unknown escapes keep their backslash.
            other => value.extend(['\\', other]),
        }
    }
    Some(value)
}
