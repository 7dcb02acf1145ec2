//! The script in the order in which it runs: where each command stands, and what is known there.

mod effect;
mod place;
mod state;

use std::collections::BTreeSet;

pub use self::place::{Located, Step};
pub use self::state::{Cwd, Flag, Options, State};
use crate::Script;
use crate::ast::command::heredoc_substitutions;
use crate::ast::{
    Case, Command, If, List, Loop, Nested, NestedBody, Node, OperatorKind, Pipeline, Redirect, Substitution,
    Word,
};
use crate::walk;

/// Calls `each` for every simple command with its place and what is known when it starts.
pub(crate) fn trace<'s>(script: &'s Script, initial: &State, each: &mut dyn FnMut(Located<'s>, &State)) {
    let mut tracer =
        Tracer { text: script.text(), names: defined_names(&script.body), path: Vec::new(), index: 0, each };
    tracer.list(&script.body, &mut initial.clone());
}

/// The names of functions and aliases that the script defines anywhere.
pub(crate) fn defined_names(list: &List) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    walk::nodes(list, |node| match node {
        Node::Function(function) => names.extend(Some(&*function.name)),
        Node::Command(command) if command.name() == Some("alias") => {
            let words = command.words.iter().skip(1);
            names.extend(words.filter_map(Word::value).map(|w| w.split('=').next().unwrap_or(w)));
        }
        _ => {}
    });
    names
}

struct Tracer<'s, 'e> {
    text: &'s str,
    names: BTreeSet<&'s str>,
    path: Vec<Step<'s>>,
    index: usize,
    each: &'e mut dyn FnMut(Located<'s>, &State),
}

impl<'s> Tracer<'s, '_> {
    fn within(&mut self, step: Step<'s>, visit: impl FnOnce(&mut Self)) {
        self.path.push(step);
        visit(self);
        self.path.pop();
    }

    fn list(&mut self, list: &'s List, state: &mut State) {
        let mut start = 0;
        while start < list.items.len() {
            let joined = |i: &crate::Item| i.operator.as_ref().is_some_and(|o| o.kind.is_and_or());
            let end = start + 1 + list.items.iter().skip(start).take_while(|i| joined(i)).count();
            let end = end.min(list.items.len());
            self.chain(list, start..end, state);
            start = end;
        }
    }

    /// An and-or list. Its items run one after the other until one fails (`&&`) or succeeds (`||`).
    fn chain(&mut self, list: &'s List, chain: std::ops::Range<usize>, state: &mut State) {
        let before = state.clone();
        // What is known if the list so far succeeds, if it fails, and if it fails and is left.
        let mut ok = state.clone();
        let mut failed = state.clone();
        let mut left: Option<State> = None;
        let mut operator = None;
        for (index, item) in list.items.iter().enumerate().take(chain.end).skip(chain.start) {
            let mut after = if operator == Some(OperatorKind::Or) { failed.clone() } else { ok.clone() };
            let start = after.clone();
            let step = Step::Item { list, index, chain: chain.clone() };
            self.within(step, |tracer| tracer.node(&item.node, &mut after));
            // The one builtin that is commonly tried, and has no effect when it fails.
            let is_cd = matches!(&item.node, Node::Command(c) if c.name() == Some("cd"));
            let without = if is_cd { &start } else { &after };
            match (operator, &mut left) {
                (Some(OperatorKind::And), Some(left)) => {
                    failed.join(without);
                    left.join(&after);
                    ok = after;
                }
                (Some(OperatorKind::Or), Some(left)) => {
                    failed = without.clone();
                    ok.join(&after);
                    *left = after;
                }
                _ => {
                    failed = without.clone();
                    left = Some(after.clone());
                    ok = after;
                }
            }
            operator = item.operator.as_ref().map(|o| o.kind);
        }
        if let Some(left) = &left {
            ok.join(left);
        }
        *state = if operator == Some(OperatorKind::Background) { before } else { ok };
    }

    fn node(&mut self, node: &'s Node, state: &mut State) {
        match node {
            Node::Command(command) => self.command(command, state),
            Node::Assignment(node) => {
                self.words(node.assignments.iter().map(|a| &a.value), state);
                state.assignments(node, self.text);
            }
            Node::Declaration(node) => {
                self.words(node.assignments.iter().map(|a| &a.value).chain(&node.words), state);
                state.declaration(node, self.text);
            }
            Node::Test(node) => {
                self.words(&node.words, state);
                node.words.iter().for_each(|w| state.word(w));
                node.substitutions.iter().for_each(|s| self.substitution(s, state));
            }
            Node::Pipeline(pipeline) => self.pipeline(pipeline, state),
            Node::Group(group) => self.within(Step::Group(group), |t| t.list(&group.body, state)),
            Node::Subshell(subshell) => {
                let mut inner = state.clone();
                self.within(Step::Subshell(subshell), |t| t.list(&subshell.body, &mut inner));
            }
            Node::If(node) => self.conditional(node, state),
            Node::Loop(node) => self.repeat(node, state),
            Node::Case(case) => self.case(case, state),
            Node::Function(function) => {
                // It may be called from anywhere behind this place, and so run in between any two commands.
                walk::below(&function.body, |n| state.clobber_node(n, self.text));
                let mut inner = state.clone();
                inner.options = Options::UNKNOWN;
                inner.ended = false;
                self.within(Step::Function(function), |t| t.node(&function.body, &mut inner));
            }
            Node::Opaque(_) => state.opaque(),
        }
        if !matches!(node, Node::Command(_)) {
            self.redirects(node.redirects(), state);
        }
    }

    fn command(&mut self, command: &'s Command, state: &mut State) {
        let name = command.name();
        let located = Located {
            command,
            index: self.index,
            path: self.path.clone(),
            options: state.options,
            shadowed: name.is_some_and(|n| self.names.contains(n)),
        };
        self.index += 1;
        (self.each)(located, state);
        for substitution in command.substitutions() {
            self.substitution(substitution, state);
        }
        if let Some(nested) = &command.nested {
            self.nested(nested, command, state);
        }
        state.command(command, self.text);
    }

    fn nested(&mut self, nested: &'s Nested, command: &Command, state: &State) {
        let (NestedBody::Exact(list) | NestedBody::Expanded(list)) = &nested.body else { return };
        let mut inner = state.inherited(nested.errexit);
        for assignment in &command.assignments {
            inner.forget(&assignment.name);
        }
        // Aliases and functions do not reach another shell, but for `export -f`.
        self.within(Step::Script(nested), |t| t.list(list, &mut inner));
    }

    fn words(&mut self, words: impl IntoIterator<Item = &'s Word>, state: &State) {
        for word in words {
            for substitution in word.substitutions() {
                self.substitution(substitution, state);
            }
        }
    }

    fn redirects(&mut self, redirects: &'s [Redirect], state: &State) {
        self.words(redirects.iter().filter_map(|r| r.target.as_ref()), state);
        for substitution in heredoc_substitutions(redirects) {
            self.substitution(substitution, state);
        }
    }

    fn substitution(&mut self, substitution: &'s Substitution, state: &State) {
        let mut inner = state.clone();
        // bash switches errexit off in a substitution, other shells do not.
        if inner.options.errexit == Flag::On {
            inner.options.errexit = Flag::Unknown;
        }
        self.within(Step::Substitution(substitution), |t| t.list(&substitution.body, &mut inner));
    }

    fn pipeline(&mut self, pipeline: &'s Pipeline, state: &mut State) {
        let alone = pipeline.commands.len() == 1;
        for (index, command) in pipeline.commands.iter().enumerate() {
            let mut inner = state.clone();
            let step = Step::Pipeline { pipeline, index };
            self.within(step, |t| t.node(command, &mut inner));
            if alone {
                *state = inner;
            }
        }
    }

    fn conditional(&mut self, node: &'s If, state: &mut State) {
        let mut after: Option<State> = None;
        let mut leave = |state: State| match &mut after {
            Some(after) => after.join(&state),
            None => after = Some(state),
        };
        for (clause, lists) in node.clauses.iter().enumerate() {
            self.within(Step::IfCondition { node, clause }, |t| t.list(&lists.condition, state));
            let mut inner = state.clone();
            self.within(Step::IfBody { node, clause }, |t| t.list(&lists.body, &mut inner));
            leave(inner);
        }
        if let Some(body) = &node.otherwise {
            self.within(Step::Else(node), |t| t.list(body, state));
        }
        leave(state.clone());
        if let Some(after) = after {
            *state = after;
        }
    }

    fn repeat(&mut self, node: &'s Loop, state: &mut State) {
        self.words(node.words.iter().flatten(), state);
        // Any pass but the first sees what the one before it did.
        if let Some(condition) = &node.condition {
            state.clobber(condition, self.text);
        }
        state.clobber(&node.body, self.text);
        if let Some(variable) = &node.variable {
            let name = self.text.get(variable.clone()).unwrap_or_default();
            state.forget(name);
        }
        if let Some(condition) = &node.condition {
            self.within(Step::LoopCondition(node), |t| t.list(condition, state));
        }
        let mut inner = state.clone();
        self.within(Step::LoopBody(node), |t| t.list(&node.body, &mut inner));
        // `break` leaves the loop, not the script.
        inner.ended = false;
        state.join(&inner);
    }

    fn case(&mut self, case: &'s Case, state: &mut State) {
        self.words([&case.word], state);
        let falls_through = |t: &std::ops::Range<usize>| self.text.get(t.clone()).is_some_and(|t| t != ";;");
        if case.arms.iter().filter_map(|a| a.terminator.as_ref()).any(falls_through) {
            case.arms.iter().for_each(|a| state.clobber(&a.body, self.text));
        }
        let mut after = state.clone();
        for (arm, body) in case.arms.iter().map(|a| &a.body).enumerate() {
            let mut inner = state.clone();
            self.within(Step::CaseArm { case, arm }, |t| t.list(body, &mut inner));
            after.join(&inner);
        }
        *state = after;
    }
}
