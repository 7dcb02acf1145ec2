//! What is known about the status of commands, and about what a script does with it.

use std::collections::BTreeSet;

use super::RefusalReason;
use super::context::is_exact;
use crate::Script;
use crate::ast::{
    Assignment, Command, Node, OperationKind, Redirect, RedirectKind, TestKind, Word, WordPart,
};
use crate::flow::{Located, Step, defined_names};

/// What a script does with the status of its commands.
pub(super) struct ScriptFacts<'s> {
    /// It may read `$?`, in so many words or by `exit` or `return` without an argument.
    pub reads_status: bool,
    /// It reads other traces that a command leaves.
    reads_trace: bool,
    /// It may change the shell's options.
    pub sets_options: bool,
    /// The functions and aliases that it defines.
    names: BTreeSet<&'s str>,
}

impl<'s> ScriptFacts<'s> {
    pub(super) fn of(script: &'s Script) -> Self {
        let text = script.text();
        let exits = |c: &Command| {
            matches!(c.name(), Some("exit" | "return")) && c.words.len() < 2
                || matches!(c.name(), Some("eval" | "trap"))
        };
        let sets = |c: &Command| matches!(c.name(), None | Some("set" | "shopt" | "eval" | "." | "source"));
        Self {
            reads_status: text.contains("$?")
                || text.contains("${?")
                || script.has_errors()
                || script.commands().any(exits),
            reads_trace: text.contains("PIPESTATUS") || reads_last_argument(text),
            sets_options: script.has_errors() || script.commands().any(sets),
            names: defined_names(&script.body),
        }
    }

    /// Whether `node` runs no other commands of the script that `errexit` could hold for.
    pub(super) fn is_atomic(&self, node: &Node) -> bool {
        match node {
            Node::Command(command) => {
                command
                    .name()
                    .is_some_and(|n| !self.names.contains(n) && !matches!(n, "eval" | "." | "source"))
                    && !runs_others(node)
            }
            Node::Pipeline(pipeline) => pipeline.commands.iter().all(|c| self.is_atomic(c)),
            _ => !runs_others(node) && node.redirects().iter().all(is_silent),
        }
    }

    /// Whether the command has to stay for a reason of its own or of its place.
    pub(super) fn refuses(&self, script: &Script, target: &Located<'_>) -> Result<(), RefusalReason> {
        for step in target.own_path() {
            match step {
                Step::Pipeline { pipeline, .. } if pipeline.commands.len() == 1 => {
                    return Err(RefusalReason::Negated);
                }
                Step::Pipeline { .. } => return Err(RefusalReason::Pipeline),
                Step::Substitution(_) => return Err(RefusalReason::Substitution),
                Step::IfCondition { .. } | Step::LoopCondition(_) => return Err(RefusalReason::Condition),
                Step::Item { .. } if step.is_background() => return Err(RefusalReason::Background),
                _ => {}
            }
        }
        if !is_exact(target) {
            return Err(RefusalReason::Expanded);
        }
        if target.shadowed || self.names.contains("true") {
            return Err(RefusalReason::Shadowed);
        }
        if self.reads_trace {
            return Err(RefusalReason::ReadsTrace);
        }
        if target.command.substitutions().next().is_some()
            || target.command.all_words().any(|w| changes_variables(w, script))
        {
            return Err(RefusalReason::RunsOthers);
        }
        if !target.command.redirects.iter().all(is_silent) {
            return Err(RefusalReason::Redirected);
        }
        Ok(())
    }
}

/// The substitutions in words, redirections aside.
fn runs_others(node: &Node) -> bool {
    let in_assignments = |all: &[Assignment]| all.iter().any(|a| a.value.substitutions().next().is_some());
    let in_words = |all: &[Word]| all.iter().any(|w| w.substitutions().next().is_some());
    match node {
        Node::Command(n) => n.substitutions().next().is_some(),
        Node::Assignment(n) => in_assignments(&n.assignments),
        Node::Declaration(n) => in_assignments(&n.assignments) || in_words(&n.words),
        Node::Test(n) => in_words(&n.words) || !n.substitutions.is_empty(),
        _ => true,
    }
}

/// `$_`, the last argument of the command before.
fn reads_last_argument(text: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices("$_").any(|(at, found)| text.get(at + found.len()..).is_some_and(ends))
        || text.contains("${_}")
}

/// `${x:=y}`, `${x?}` and arithmetic.
fn changes_variables(word: &Word, script: &Script) -> bool {
    word.parts.iter().any(|part| match part {
        WordPart::Variable { operation: Some(operation), .. } => {
            matches!(operation.kind, OperationKind::Assign { .. } | OperationKind::Require { .. })
        }
        WordPart::Other { range, .. } => script.slice(range).starts_with("$(("),
        _ => false,
    })
}

/// A redirection that no file is left of.
fn is_silent(redirect: &Redirect) -> bool {
    let target = redirect.target.as_ref().and_then(Word::value);
    match redirect.operator {
        RedirectKind::Input | RedirectKind::Output | RedirectKind::Clobber | RedirectKind::Append => {
            target == Some("/dev/null")
        }
        RedirectKind::DuplicateInput | RedirectKind::DuplicateOutput => {
            target.is_some_and(|t| t.trim_end_matches('-').bytes().all(|b| b.is_ascii_digit()))
        }
        // To a POSIX shell `&>` is `&` and `>`.
        RedirectKind::OutputAndError
        | RedirectKind::AppendOutputAndError
        | RedirectKind::ReadWrite
        | RedirectKind::Heredoc
        | RedirectKind::Herestring => false,
    }
}

/// `true` and `:` without anything that has an effect.
pub(super) fn does_nothing(node: &Node) -> bool {
    let Node::Command(command) = node else { return false };
    matches!(command.name(), Some("true" | ":"))
        && command.words.iter().all(|w| w.value().is_some())
        && command.assignments.is_empty()
        && command.redirects.iter().all(is_silent)
}

/// Whether the shell never goes on after `node` with a status other than 0; `stops` if a failing command ends the
/// shell.
pub(super) fn cannot_pass_failing(node: &Node, stops: bool, facts: &ScriptFacts<'_>) -> bool {
    match node {
        _ if does_nothing(node) && facts.names.is_empty() => true,
        Node::Assignment(n) if n.redirects.is_empty() && n.assignments.iter().all(is_static) => true,
        Node::Function(n) => n.redirects.is_empty() || stops,
        Node::Command(_) | Node::Assignment(_) | Node::Subshell(_) => stops,
        Node::Test(test) => stops && test.kind == TestKind::Single,
        Node::Pipeline(pipeline) => stops && pipeline.negated.is_none(),
        _ => false,
    }
}

fn is_static(assignment: &Assignment) -> bool {
    assignment.value.value().is_some() && !assignment.subscript
}
