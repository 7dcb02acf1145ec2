//! Where a command stands.

use std::ops::Range;

use super::state::Options;
use crate::ast::{
    Case, Command, Function, Group, If, Item, List, Loop, Nested, OperatorKind, Pipeline, Subshell,
    Substitution,
};

/// A simple command with its place in the script.
#[derive(Debug, Clone)]
pub struct Located<'s> {
    /// The command.
    pub command: &'s Command,
    /// Its number among the commands of [`crate::Script::locate`], from 0.
    pub index: usize,
    /// The constructs around it from the script's list inwards. The last step is the item (or the place in a
    /// pipeline) that the command itself is.
    pub path: Vec<Step<'s>>,
    /// The shell's options when it starts.
    pub options: Options,
    /// Whether the script defines a function or an alias of the command's name, so that it may not be the program.
    pub shadowed: bool,
}

impl<'s> Located<'s> {
    /// The part of the path within the innermost shell process started with a script of its own (`sh -c '…'`).
    pub fn own_path(&self) -> &[Step<'s>] {
        let script = self.path.iter().rposition(|s| matches!(s, Step::Script(_)));
        self.path.get(script.map_or(0, |at| at + 1)..).unwrap_or_default()
    }

    /// Whether it runs in a process of its own, so that `cd` and variables do not outlive it: in a subshell, a
    /// pipeline of several commands, a substitution, or in the background.
    pub fn in_subshell(&self) -> bool {
        self.own_path().iter().any(|step| match step {
            Step::Subshell(_) | Step::Substitution(_) => true,
            Step::Pipeline { pipeline, .. } => pipeline.commands.len() > 1,
            step => step.is_background(),
        })
    }

    /// Whether the command might not run, or run more than once, when the script runs: it stands behind `&&` or
    /// `||`, in a branch, a loop or a function.
    pub fn is_conditional(&self) -> bool {
        self.path.iter().any(|step| match step {
            Step::Item { chain, index, .. } => *index > chain.start,
            Step::IfCondition { clause, .. } => *clause > 0,
            Step::IfBody { .. }
            | Step::Else(_)
            | Step::LoopBody(_)
            | Step::CaseArm { .. }
            | Step::Function(_) => true,
            _ => false,
        })
    }
}

/// One construct on the way to a command.
#[derive(Debug, Clone)]
pub enum Step<'s> {
    /// An item of a list.
    Item {
        /// The list.
        list: &'s List,
        /// The item's index in it.
        index: usize,
        /// The indices of the items joined to it by `&&` and `||`, itself included.
        chain: Range<usize>,
    },
    /// A command of a pipeline, or one that is negated.
    Pipeline {
        /// The pipeline.
        pipeline: &'s Pipeline,
        /// The command's index in it.
        index: usize,
    },
    /// In `{ … }`.
    Group(&'s Group),
    /// In `( … )`.
    Subshell(&'s Subshell),
    /// Behind `if` or `elif`.
    IfCondition {
        /// The whole construct.
        node: &'s If,
        /// The index of the clause.
        clause: usize,
    },
    /// Behind `then`.
    IfBody {
        /// The whole construct.
        node: &'s If,
        /// The index of the clause.
        clause: usize,
    },
    /// Behind `else`.
    Else(&'s If),
    /// Between `while` or `until` and `do`.
    LoopCondition(&'s Loop),
    /// Between `do` and `done`.
    LoopBody(&'s Loop),
    /// In an arm of a `case`.
    CaseArm {
        /// The whole construct.
        case: &'s Case,
        /// The index of the arm.
        arm: usize,
    },
    /// In the body of a function.
    Function(&'s Function),
    /// In `$(…)`, `` `…` ``, `<(…)` or `>(…)`.
    Substitution(&'s Substitution),
    /// In the script that a command hands to another shell.
    Script(&'s Nested),
}

impl<'s> Step<'s> {
    /// The item, if the step is one.
    pub fn item(&self) -> Option<&'s Item> {
        match self {
            Self::Item { list, index, .. } => list.items.get(*index),
            _ => None,
        }
    }

    /// Whether the step is an item of an and-or list that runs in the background.
    pub fn is_background(&self) -> bool {
        let Self::Item { list, chain, .. } = self else { return false };
        let last = chain.end.checked_sub(1).and_then(|l| list.items.get(l));
        last.and_then(|i| i.operator.as_ref()).is_some_and(|o| o.kind == OperatorKind::Background)
    }

    /// Whether a failure within the step does not end the shell under `set -e` (POSIX 2.8.1, `set -e`).
    pub(crate) fn ignores_errexit(&self) -> bool {
        match self {
            Self::Item { chain, index, .. } => index + 1 < chain.end,
            Self::IfCondition { .. } | Self::LoopCondition(_) => true,
            Self::Pipeline { pipeline, .. } => pipeline.negated.is_some(),
            _ => false,
        }
    }
}
