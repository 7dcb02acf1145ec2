//! Which programs a script runs.

use crate::Script;
use crate::ast::{NestedBody, Word};
use crate::flow::{Located, State, Step};
use crate::wrapper::{Peeled, RunAs, base_name, peel};

/// A command that runs a program, wrappers such as `sudo` and `env` taken off.
#[derive(Debug, Clone)]
pub struct Invocation<'s> {
    /// The program's name without its directory.
    pub program: &'s str,
    /// The arguments, each with its index among the command's words.
    pub args: Vec<(usize, &'s Word)>,
    /// The indices of the `NAME=value` words of wrappers.
    pub wrapper_assignments: Vec<usize>,
    /// As whom it runs.
    pub run_as: RunAs<'s>,
    /// The command with its place.
    pub located: Located<'s>,
    /// Whether the words stand in the script's text as they are.
    pub exact: bool,
}

impl Script {
    /// Calls `each` for every program that the script runs, with what is known about the shell then.
    pub fn invocations<'s>(&'s self, initial: &State, mut each: impl FnMut(Invocation<'s>, &State)) {
        self.trace(initial, |located, state| {
            let words = &located.command.words;
            let Peeled { program: Some(at), glued, assignments, run_as, .. } = peel(words) else { return };
            let Some(name) = glued.or_else(|| words.get(at).and_then(Word::value)) else { return };
            let args = words.iter().enumerate().skip(at + 1).collect();
            let exact = located.path.iter().all(|step| match step {
                Step::Script(nested) => matches!(nested.body, NestedBody::Exact(_)),
                _ => true,
            });
            let invocation = Invocation {
                program: base_name(name),
                args,
                wrapper_assignments: assignments,
                run_as,
                located,
                exact,
            };
            each(invocation, state);
        });
    }
}
