//! Programs with their arguments, seen through wrappers and nested shells.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::Script;
use crate::ast::{Lookup, Nested, NestedBody, Word};
use crate::flow::{Located, State, Step};
use crate::wrapper::{EnvironmentChange, Peeled, RunAs, base_name, is_user_shell, peel, user_shell};

/// A program that a script runs.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub struct Invocation<'s> {
    /// The base name: `pip3` for `sudo /opt/venv/bin/pip3 install x`, `pip` for `python3 -m pip install x`.
    pub program: Cow<'s, str>,
    /// The word that names it; for `-mpip` the option.
    pub program_word: &'s Word,
    /// The words in front of it: wrappers, their options, `NAME=value` words.
    pub prefix: &'s [Word],
    /// The words behind it, each with its index among the command's words.
    pub args: Vec<(usize, &'s Word)>,
    /// The indices of the `NAME=value` words of wrappers; [`Invocation::env`] has them too.
    pub wrapper_assignments: Vec<usize>,
    /// The variables set for this program alone, in order of text.
    pub env: Vec<EnvAssignment<'s>>,
    /// As whom it runs, by `sudo`, `su`, `gosu` and the like.
    pub run_as: RunAs<'s>,
    /// `python -m` names it.
    pub module: bool,
    /// `xargs` adds arguments that are not written.
    pub adds_arguments: bool,
    /// The script defines a function or an alias of that name, so that it may not be the program.
    pub shadowed: bool,
    /// The simple command and its place.
    pub located: Located<'s>,
    /// What is known about the shell when the command starts.
    pub state: State,
    /// The script that all ranges are in: the one asked, or (not `exact`) that of a nested shell.
    pub script: &'s Script,
    /// Whether the text is what the shell reads. If not, it is from a script that is put together at run time or
    /// written with escapes: something to know, not to edit.
    pub exact: bool,
    environment_change: EnvironmentChange,
}

/// A variable set for one program: `A=b pip` or `env A=b pip`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvAssignment<'s> {
    /// The variable.
    pub name: &'s str,
    /// The value if it is the same on every execution.
    pub value: Option<&'s str>,
    /// All of `A=b`.
    pub range: &'s Range<usize>,
    /// Whether it is a word of `env` or `sudo`, and not the shell's own assignment.
    pub is_word: bool,
}

impl Invocation<'_> {
    /// What the program's environment holds for `name`, as far as the script says: an assignment in front of the
    /// program, else what was exported before, else what the state at the start of the script says.
    pub fn environment(&self, name: &str) -> Lookup {
        if let Some(assignment) = self.env.iter().rev().find(|a| a.name == name) {
            return assignment.value.map_or(Lookup::Unknown, |v| Lookup::Set(v.to_owned()));
        }
        match self.environment_change {
            EnvironmentChange::Keeps => self.state.environment(name),
            EnvironmentChange::Clears => Lookup::Unset,
            EnvironmentChange::Resets => Lookup::Unknown,
        }
    }
}

impl Script {
    /// Calls `each` for every program that the script runs, with what is known about the shell then. Programs of
    /// nested scripts are among them where their words stand in this script's text, `exact` or not. `outside` is asked for
    /// variables that the script does not touch.
    pub fn invocations<'s>(
        &'s self,
        initial: &State,
        outside: &dyn Fn(&str) -> Lookup,
        mut each: impl FnMut(Invocation<'s>, &State),
    ) {
        for invocation in collected(self, initial, outside) {
            if std::ptr::eq(invocation.script, self) {
                let state = invocation.state.clone();
                each(invocation, &state);
            }
        }
    }
}

/// The programs that `script` runs when it is started in a shell of the state `initial`, in order of text. Commands
/// whose program cannot be told (`$PIP install`) are not among them.
pub fn invocations<'s>(script: &'s Script, initial: &State) -> Vec<Invocation<'s>> {
    collected(script, initial, &|_| Lookup::Unknown)
}

fn collected<'s>(
    script: &'s Script,
    initial: &State,
    outside: &dyn Fn(&str) -> Lookup,
) -> Vec<Invocation<'s>> {
    let mut collector = Collector { script, outside, out: Vec::new(), shells: HashMap::new(), exact: true };
    collector.collect(initial, RunAs::Unchanged);
    collector.out
}

struct Collector<'s, 'o> {
    script: &'s Script,
    outside: &'o dyn Fn(&str) -> Lookup,
    out: Vec<Invocation<'s>>,
    /// As whom the nested scripts run, by their address.
    shells: HashMap<*const Nested, RunAs<'s>>,
    exact: bool,
}

impl<'s> Collector<'s, '_> {
    fn collect(&mut self, initial: &State, run_as: RunAs<'s>) {
        self.script.trace(initial, |located, state| self.command(located, state, run_as));
    }

    fn command(&mut self, located: Located<'s>, state: &State, around: RunAs<'s>) {
        let command = located.command;
        let lookup = |name: &str| {
            if state.touches(name) { state.variable(name) } else { (self.outside)(name) }
        };
        let peeled = peel(&command.words, &|word| word.resolve(self.script.text(), lookup));
        let around = located
            .path
            .iter()
            .rev()
            .find_map(|s| if let Step::Script(n) = s { Some(std::ptr::from_ref(*n)) } else { None })
            .and_then(|n| self.shells.get(&n).copied())
            .unwrap_or(around);
        let run_as = if peeled.run_as == RunAs::Unchanged { around } else { peeled.run_as };
        if let Some(nested) = &command.nested {
            let inner = match peeled.program.and_then(|p| Some((p, command.words.get(p)?.value()?))) {
                Some((at, name)) if is_user_shell(base_name(name)) => user_shell(&command.words, at).run_as,
                _ => run_as,
            };
            self.shells.insert(std::ptr::from_ref(&**nested), inner);
        }
        let nested = command.nested.as_ref();
        self.program(located, state, &peeled, run_as);
        let Some(Nested { body: NestedBody::Unescaped(script), errexit, .. }) = nested.map(|n| &**n) else {
            return;
        };
        let around =
            nested.and_then(|n| self.shells.get(&std::ptr::from_ref(&**n)).copied()).unwrap_or(run_as);
        let mut inner = Collector {
            script,
            outside: self.outside,
            out: Vec::new(),
            shells: HashMap::new(),
            exact: false,
        };
        inner.collect(&state.inherited(*errexit), around);
        self.out.append(&mut inner.out);
    }

    fn program(&mut self, located: Located<'s>, state: &State, peeled: &Peeled<'s>, run_as: RunAs<'s>) {
        let command = located.command;
        let words = &command.words;
        let Some((at, word)) = peeled.program.and_then(|p| Some((p, words.get(p)?))) else { return };
        let Some(program) = peeled.name.clone() else { return };
        let own = command.assignments.iter().filter(|a| !a.append && !a.subscript).map(|a| EnvAssignment {
            name: &a.name,
            value: a.value.value(),
            range: &a.range,
            is_word: false,
        });
        let of_words = peeled.assignments.iter().filter_map(|i| env_word(words.get(*i)?, self.script));
        let env = own.chain(of_words).collect();
        let dynamic = located
            .path
            .iter()
            .any(|s| matches!(s, Step::Script(n) if !matches!(n.body, NestedBody::Exact(_))));
        self.out.push(Invocation {
            program,
            program_word: word,
            prefix: words.get(..at).unwrap_or_default(),
            args: words.iter().enumerate().skip(at + 1).collect(),
            wrapper_assignments: peeled.assignments.clone(),
            env,
            run_as,
            module: peeled.module,
            adds_arguments: peeled.adds_arguments,
            shadowed: at == 0 && located.shadowed,
            located,
            state: state.clone(),
            script: self.script,
            exact: self.exact && !dynamic,
            environment_change: peeled.environment_change,
        });
    }
}

/// `NAME=value` as a word.
fn env_word<'s>(word: &'s Word, script: &'s Script) -> Option<EnvAssignment<'s>> {
    let value = word.value().and_then(|v| v.split_once('=')).map(|(_, value)| value);
    let (name, _) = script.slice(&word.range).split_once('=')?;
    Some(EnvAssignment {
        name: name.trim_start_matches(['"', '\'']),
        value,
        range: &word.range,
        is_word: true,
    })
}
