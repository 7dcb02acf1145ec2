//! From a module's text to what it says.

use std::borrow::Cow;
use std::collections::BTreeSet;

use tree_sitter::{Node, Parser};

use super::Module;
use super::walk::Walk;
use crate::error::{Error, ErrorKind, Place, Result};

/// Longer texts are data, not source; the grammar's recovery from errors is slow on them.
const MAX_LENGTH: usize = 4 << 20;

/// What stands before a statement that imports on first use.
pub(super) const LAZY: &str = "lazy ";

/// Reads a module. `path` is for places only.
pub fn read_module(path: &str, text: &str) -> Result<Module> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MAX_LENGTH {
        let message = format!("a module of more than {} MB is not read", MAX_LENGTH >> 20);
        return Err(Error::new(ErrorKind::Unsupported, Place::file(path), message));
    }
    let syntax = |offset: usize, message: &str| {
        Err(Error::new(ErrorKind::Syntax, Place::at(path, text, offset), message.to_owned()))
    };
    if let Some(at) = text.find('\0') {
        return syntax(at, "a NUL byte in a Python module");
    }
    let mut parser = Parser::new();
    let set = parser.set_language(&tree_sitter_python::LANGUAGE.into());
    let (plain, lazy) = without_lazy(text);
    let Some(tree) = set.ok().and_then(|()| parser.parse(&*plain, None)) else {
        return syntax(0, "the grammar of Python could not be loaded");
    };
    if let Some(at) = first_error(tree.root_node()) {
        return syntax(at, "this is no Python that is understood");
    }
    let mut walk = Walk::new(text, lazy);
    walk.all(tree.root_node());
    // The grammar takes the statements of Python 2, too.
    if let Some(at) = walk.python_2 {
        return syntax(at, "a statement of Python 2");
    }
    Ok(walk.finish(path))
}

/// Python 3.15 writes `lazy import a` and `lazy from a import b` at the top level (PEP 810), which the grammar does not know.
/// The text as it does, byte for byte as long, and where these statements start.
fn without_lazy(text: &str) -> (Cow<'_, str>, BTreeSet<usize>) {
    let mut found = BTreeSet::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("lazy import ") || line.starts_with("lazy from ") {
            found.insert(at);
        }
        at += line.len();
    }
    if found.is_empty() {
        return (Cow::Borrowed(text), found);
    }
    let mut plain = text.to_owned();
    for at in &found {
        plain.replace_range(*at..*at + LAZY.len(), "0;   ");
    }
    (Cow::Owned(plain), found)
}

/// Where the first error of the tree is.
fn first_error(root: Node<'_>) -> Option<usize> {
    let mut at = root.has_error().then_some(root)?;
    loop {
        if at.is_error() || at.is_missing() {
            return Some(at.start_byte());
        }
        let mut cursor = at.walk();
        match at.children(&mut cursor).find(|child| child.has_error() || child.is_missing()) {
            Some(child) => at = child,
            None => return Some(at.start_byte()),
        }
    }
}
