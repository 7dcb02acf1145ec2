//! Walks over the tree without regard to what is executed when.

use crate::ast::command::heredoc_substitutions;
use crate::ast::{Assignment, Command, List, NestedBody, Node, Redirect, Substitution, Word};

/// What a walk visits.
enum Visit<'s> {
    List(&'s List),
    Node(&'s Node),
}

/// Calls `each` for every node of `list`, outer ones first, in order of text.
pub(crate) fn nodes<'s>(list: &'s List, each: impl FnMut(&'s Node)) {
    visit(Visit::List(list), each);
}

/// Calls `each` for `node` and every node within it, as [`nodes`] does.
pub(crate) fn below<'s>(node: &'s Node, each: impl FnMut(&'s Node)) {
    visit(Visit::Node(node), each);
}

fn visit<'s>(first: Visit<'s>, mut each: impl FnMut(&'s Node)) {
    let mut stack = vec![first];
    let mut below = Vec::new();
    while let Some(visit) = stack.pop() {
        match visit {
            Visit::List(list) => below.extend(list.items.iter().map(|i| Visit::Node(&i.node))),
            Visit::Node(node) => {
                each(node);
                children(node, &mut below);
            }
        }
        stack.extend(below.drain(..).rev());
    }
}

fn children<'s>(node: &'s Node, out: &mut Vec<Visit<'s>>) {
    match node {
        Node::Command(n) => {
            out.extend(n.substitutions().map(|s| Visit::List(&s.body)));
            if let Some(NestedBody::Exact(list) | NestedBody::Expanded(list)) =
                n.nested.as_ref().map(|n| &n.body)
            {
                out.push(Visit::List(list));
            }
        }
        Node::Assignment(n) => out.extend(assigned(&n.assignments)),
        Node::Declaration(n) => {
            out.extend(assigned(&n.assignments));
            out.extend(words(&n.words));
        }
        Node::Test(n) => {
            out.extend(words(&n.words));
            out.extend(n.substitutions.iter().map(|s| Visit::List(&s.body)));
        }
        Node::Pipeline(n) => out.extend(n.commands.iter().map(Visit::Node)),
        Node::Group(n) => out.push(Visit::List(&n.body)),
        Node::Subshell(n) => out.push(Visit::List(&n.body)),
        Node::If(n) => {
            for clause in &n.clauses {
                out.extend([Visit::List(&clause.condition), Visit::List(&clause.body)]);
            }
            out.extend(n.otherwise.as_ref().map(Visit::List));
        }
        Node::Loop(n) => {
            out.extend(words(n.words.as_deref().unwrap_or_default()));
            out.extend(n.condition.as_ref().map(Visit::List));
            out.push(Visit::List(&n.body));
        }
        Node::Case(n) => {
            out.extend(words(std::slice::from_ref(&n.word)));
            out.extend(n.arms.iter().map(|a| Visit::List(&a.body)));
        }
        Node::Function(n) => out.push(Visit::Node(&n.body)),
        Node::Opaque(_) => {}
    }
    if !matches!(node, Node::Command(_)) {
        out.extend(redirected(node.redirects()));
    }
}

fn words(words: &[Word]) -> impl Iterator<Item = Visit<'_>> {
    words.iter().flat_map(Word::substitutions).map(|s| Visit::List(&s.body))
}

fn assigned(assignments: &[Assignment]) -> impl Iterator<Item = Visit<'_>> {
    assignments.iter().flat_map(|a| a.value.substitutions()).map(|s| Visit::List(&s.body))
}

fn redirected(redirects: &[Redirect]) -> impl Iterator<Item = Visit<'_>> {
    let targets = redirects.iter().filter_map(|r| r.target.as_ref()).flat_map(Word::substitutions);
    targets.chain(heredoc_substitutions(redirects)).map(|s: &Substitution| Visit::List(&s.body))
}

pub(crate) fn commands(list: &List) -> Vec<&Command> {
    let mut out = Vec::new();
    nodes(list, |node| {
        if let Node::Command(command) = node {
            out.push(command);
        }
    });
    out
}

pub(crate) fn has_opaque(list: &List) -> bool {
    let mut found = false;
    nodes(list, |node| match node {
        Node::Opaque(_) => found = true,
        Node::Command(c) => {
            if let Some(NestedBody::Unescaped(script)) = c.nested.as_ref().map(|n| &n.body) {
                found |= script.has_errors();
            }
        }
        _ => {}
    });
    found
}
