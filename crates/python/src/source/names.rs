//! The scopes of a module, and what the text says of the names in them.

use std::collections::HashMap;

use tree_sitter::Node;

/// What a name is bound to.
#[derive(Clone, Debug)]
pub(super) enum Bound<'t> {
    /// An import: the dotted path that the name stands for.
    Import(String),
    /// An assignment of an expression, seen from this scope.
    Assigned(Node<'t>, usize),
    /// A function, class, parameter or loop variable.
    Local,
}

/// A module, class or function.
#[derive(Debug, Default)]
pub(super) struct Scope<'t> {
    parent: Option<usize>,
    is_class: bool,
    names: HashMap<String, Bound<'t>>,
}

/// All scopes of a module; the first is its top level.
#[derive(Debug)]
pub(super) struct Scopes<'t> {
    scopes: Vec<Scope<'t>>,
}

/// The module's own scope.
pub(super) const TOP: usize = 0;
/// So many attributes and calls of one chain are read.
const LONGEST: usize = 64;
/// So many assignments are followed.
const MOST_HOPS: usize = 8;

impl<'t> Scopes<'t> {
    pub(super) fn new() -> Self {
        Self { scopes: vec![Scope::default()] }
    }

    pub(super) fn add(&mut self, parent: usize, is_class: bool) -> usize {
        self.scopes.push(Scope { parent: Some(parent), is_class, names: HashMap::new() });
        self.scopes.len() - 1
    }

    /// Binds a name. An import is kept whatever is bound later, then the first assignment.
    pub(super) fn bind(&mut self, scope: usize, name: &str, bound: Bound<'t>) {
        let Some(scope) = self.scopes.get_mut(scope) else { return };
        match (scope.names.get(name), &bound) {
            (Some(Bound::Import(_)), _) | (Some(Bound::Assigned(..)), Bound::Local | Bound::Assigned(..)) => {
            }
            _ => {
                scope.names.insert(name.to_owned(), bound);
            }
        }
    }

    /// The nearest class around a scope.
    pub(super) fn class_of(&self, scope: usize) -> Option<usize> {
        let mut at = Some(scope);
        while let Some(index) = at {
            let scope = self.scopes.get(index)?;
            if scope.is_class {
                return Some(index);
            }
            at = scope.parent;
        }
        None
    }

    /// Where a name is bound that stands in `scope`. Functions do not see the names of the class around them.
    pub(super) fn find(&self, scope: usize, name: &str) -> Option<(usize, &Bound<'t>)> {
        let mut at = Some(scope);
        while let Some(index) = at {
            let found = self.scopes.get(index)?;
            if (!found.is_class || index == scope)
                && let Some(bound) = found.names.get(name)
            {
                return Some((index, bound));
            }
            at = found.parent;
        }
        None
    }

    /// The dotted path of an expression; none where it begins with no name.
    pub(super) fn path(&self, node: Node<'_>, scope: usize, text: &str) -> Option<String> {
        self.path_at(node, scope, text, MOST_HOPS)
    }

    fn path_at(&self, node: Node<'_>, scope: usize, text: &str, hops: usize) -> Option<String> {
        let mut pieces = Vec::new();
        let mut at = node;
        while pieces.len() < LONGEST {
            let (piece, next) = match at.kind() {
                "identifier" => {
                    let name = text.get(at.byte_range())?;
                    return Some(self.joined(name, &pieces, scope, text, hops));
                }
                "attribute" => {
                    let name = at.child_by_field_name("attribute")?;
                    (format!(".{}", text.get(name.byte_range())?), at.child_by_field_name("object")?)
                }
                "call" => ("()".to_owned(), at.child_by_field_name("function")?),
                "subscript" => ("[]".to_owned(), at.child_by_field_name("value")?),
                "await" | "parenthesized_expression" => (String::new(), at.named_child(0)?),
                _ => return None,
            };
            pieces.push(piece);
            at = next;
        }
        None
    }

    /// The path of `name` with the pieces behind it, the last one first.
    fn joined(&self, name: &str, pieces: &[String], scope: usize, text: &str, hops: usize) -> String {
        let rest = |pieces: &[String]| pieces.iter().rev().map(String::as_str).collect::<String>();
        let hop = hops.checked_sub(1);
        let follow = |bound: &Bound<'t>| match (bound, hop) {
            (Bound::Import(path), _) => Some(path.clone()),
            (Bound::Assigned(node, scope), Some(hops)) => self.path_at(*node, *scope, text, hops),
            _ => None,
        };
        if let (true, Some((attribute, before))) = (name == "self", pieces.split_last()) {
            let key = format!("self{attribute}");
            let class = self.class_of(scope).and_then(|class| self.scopes.get(class));
            let path = class.and_then(|class| class.names.get(&key)).and_then(follow);
            return format!("{}{}", path.unwrap_or(key), rest(before));
        }
        let path = self.find(scope, name).and_then(|(_, bound)| follow(bound));
        format!("{}{}", path.as_deref().unwrap_or(name), rest(pieces))
    }
}
