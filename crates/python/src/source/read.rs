//! From a module's text to what it says.

use std::borrow::Cow;
use std::collections::BTreeSet;

use tree_sitter::{Node, Parser, Tree};

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
    let (tree, lazy) = parsed(path, text)?;
    let mut walk = Walk::new(text, lazy);
    walk.all(tree.root_node());
    if let Some(at) = walk.python_2 {
        return Err(python_2(path, text, at));
    }
    Ok(walk.finish(path))
}

/// Whether a module is one that an interpreter would compile, as far as its grammar tells: what [`read_module`] refuses,
/// and in less time.
pub fn check_module(path: &str, text: &str) -> Result<()> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (tree, _) = parsed(path, text)?;
    let may_be_old = ["print", "exec"].iter().any(|word| text.contains(word));
    match may_be_old.then(|| first_of_python_2(&tree)).flatten() {
        Some(at) => Err(python_2(path, text, at)),
        None => Ok(()),
    }
}

/// The tree of a text without errors, and where statements start that import on first use.
fn parsed(path: &str, text: &str) -> Result<(Tree, BTreeSet<usize>)> {
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
    Ok((tree, lazy))
}

fn python_2(path: &str, text: &str, at: usize) -> Error {
    // The grammar takes these statements, too.
    Error::new(ErrorKind::Syntax, Place::at(path, text, at), "a statement of Python 2".to_owned())
}

/// Where the first statement of Python 2 starts. Only statements are looked at, without recursion: source may nest deeper
/// than a stack is.
fn first_of_python_2(tree: &Tree) -> Option<usize> {
    const HOLD_STATEMENTS: &[&str] = &["_statement", "_clause", "_definition", "block", "module"];
    let mut cursor = tree.walk();
    loop {
        let kind = cursor.node().kind();
        if matches!(kind, "print_statement" | "exec_statement") {
            return Some(cursor.node().start_byte());
        }
        if HOLD_STATEMENTS.iter().any(|end| kind.ends_with(end)) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
    }
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
