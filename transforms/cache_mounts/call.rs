//! Commands of a RUN: the program, its arguments with their places, and what is known where it runs.

use std::ops::Range;

use dockfit_shell::{Cwd, Invocation, Located, Lookup, RunAs, Script, State, Word};

use super::Refusal;
use super::path::{Reach, reach};
use super::step::Step;

/// A command that runs a program.
pub(crate) struct Call<'s> {
    /// The program's base name, a version behind it stripped: `pip` of `/opt/venv/bin/pip3.13` and of
    /// `python3 -m pip`.
    pub(crate) program: String,
    pub(crate) args: Vec<Arg>,
    /// Assignments that hold for this command alone.
    pub(crate) assignments: Vec<Assigned>,
    /// As whom it runs, where a wrapper such as `sudo` changes that; `None` inside: an unknown user.
    pub(crate) user: Option<Option<String>>,
    /// The command itself; in an exec form it is the only one.
    located: Located<'s>,
    /// Whether its words stand in the file as they are.
    exact: bool,
    /// Whether the instruction is in exec form.
    exec: bool,
    state: State,
}

/// An argument.
#[derive(Clone, Debug)]
pub(crate) struct Arg {
    /// As written.
    pub(crate) text: String,
    /// Its value, where it is known; patterns are not expanded.
    pub(crate) value: Option<String>,
    /// What every value begins with.
    prefix: String,
    glob: bool,
    braces: bool,
    /// The folder that it counts from, where that is known.
    folder: Option<String>,
    place: Place,
}

/// Where a word can be taken out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// In the script's text.
    Text(Range<usize>),
    /// In the array of an exec form.
    Item(usize),
    /// Not where it stands.
    Nowhere,
}

/// `NAME=value` in front of a command.
#[derive(Clone, Debug)]
pub(crate) struct Assigned {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
    pub(crate) place: Place,
}

impl<'s> Call<'s> {
    /// The command in its script.
    pub(crate) fn located(&self) -> Result<&Located<'s>, Refusal> {
        if self.exact && !self.exec {
            return Ok(&self.located);
        }
        let text = format!("`{}` stands in a script that is put together at run time", self.program);
        Err(Refusal::new("not-understood", text, "write the command directly into the RUN"))
    }

    /// A variable in the command's environment, as far as the RUN or the command itself sets it; `None` where neither
    /// does.
    pub(crate) fn own_variable(&self, name: &str) -> Option<Lookup> {
        if let Some(assigned) = self.assignments.iter().rev().find(|assigned| assigned.name == name) {
            return Some(assigned.value.clone().map_or(Lookup::Unknown, Lookup::Set));
        }
        self.state.touches(name).then(|| self.state.environment(name))
    }

    /// Whether it runs a script that is not in the RUN.
    pub(crate) fn runs_script(&self) -> bool {
        let shell = matches!(self.program.as_str(), "sh" | "bash" | "dash" | "ash" | "." | "source");
        self.program.ends_with(".sh") || (shell && self.located.command.nested.is_none())
    }

    /// The arguments' values, unknown ones left out.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.args.iter().filter_map(|arg| arg.value.as_deref())
    }
}

impl Arg {
    /// How it lies to `folder`, taken as a path.
    pub(crate) fn reach(&self, folder: &str) -> Reach {
        if let (Some(value), false) = (&self.value, self.braces) {
            return match (&self.folder, value.starts_with('/')) {
                (_, true) => reach(value, self.glob, folder),
                (Some(base), false) if !value.is_empty() => {
                    reach(&format!("{base}/{value}"), self.glob, folder)
                }
                _ => Reach::Outside,
            };
        }
        // What is unknown might be anything below what is known.
        let prefix = self.prefix.as_str();
        let absolute = prefix.starts_with('/') && prefix.len() > 1;
        if absolute && (folder.starts_with(prefix) || prefix.starts_with(folder)) {
            Reach::Around
        } else {
            Reach::Outside
        }
    }

    /// Where it stands in the script.
    pub(crate) fn range(&self) -> Result<Range<usize>, Refusal> {
        match &self.place {
            Place::Text(range) => Ok(range.clone()),
            Place::Item(_) | Place::Nowhere => {
                Err(Refusal::from(dockfit_rewrite::surgery::CannotEdit::Scattered))
            }
        }
    }

    /// Where it can be taken out.
    pub(crate) fn place(&self) -> Place {
        self.place.clone()
    }
}

/// The commands of `script`, which is that of `step`.
pub(super) fn calls<'s>(step: &Step<'_>, script: &'s Script) -> Vec<Call<'s>> {
    let exec = step.text().is_none();
    let mut calls = Vec::new();
    script.invocations(&step.shell_state(), |invocation, state| {
        // The script within an exec form stands in a JSON string, quoted anew here: its words have no place of their own.
        let nested = invocation.located.path.iter().any(|at| matches!(at, dockfit_shell::Step::Script(_)));
        let reader = Reader { step, script, state, exec, exact: invocation.exact && !(exec && nested) };
        let program = dockfit_shell::strip_version(invocation.program).to_owned();
        let user = match invocation.run_as {
            RunAs::Unchanged => None,
            RunAs::User(user) => Some(Some(user.to_owned())),
            RunAs::Unknown => Some(None),
        };
        calls.push(Call {
            program,
            args: invocation.args.iter().map(|(index, word)| reader.arg(*index, word)).collect(),
            assignments: reader.assignments(&invocation),
            user,
            exact: invocation.exact,
            exec,
            state: state.clone(),
            located: invocation.located,
        });
    });
    calls
}

struct Reader<'r, 's> {
    step: &'r Step<'r>,
    script: &'s Script,
    state: &'r State,
    exec: bool,
    exact: bool,
}

impl Reader<'_, '_> {
    fn arg(&self, index: usize, word: &Word) -> Arg {
        Arg {
            text: self.script.slice(&word.range).to_owned(),
            value: word.resolve(self.script.text(), |name| self.lookup(name)),
            prefix: word.literal_prefix().into_owned(),
            glob: word.is_glob(),
            braces: word.has_braces(),
            folder: self.folder(),
            place: self.place(index, word.range.clone()),
        }
    }

    /// Assignments in front of the command, and those of `env` and `sudo`.
    fn assignments(&self, invocation: &Invocation<'_>) -> Vec<Assigned> {
        let command = invocation.located.command;
        let value = |word: &Word| word.resolve(self.script.text(), |name| self.lookup(name));
        let own = command.assignments.iter().map(|assignment| Assigned {
            name: assignment.name.to_string(),
            value: value(&assignment.value).filter(|_| !assignment.append && !assignment.subscript),
            place: self.place(usize::MAX, assignment.range.clone()),
        });
        let wrapped = invocation.wrapper_assignments.iter().filter_map(|index| {
            let word = command.words.get(*index)?;
            let prefix = word.literal_prefix();
            let (name, _) = prefix.split_once('=')?;
            let value =
                value(word).and_then(|whole| whole.split_once('=').map(|(_, value)| value.to_owned()));
            Some(Assigned { name: name.to_owned(), value, place: self.place(*index, word.range.clone()) })
        });
        own.chain(wrapped).collect()
    }

    fn lookup(&self, name: &str) -> Lookup {
        if self.state.touches(name) { self.state.variable(name) } else { self.step.variable(name) }
    }

    fn folder(&self) -> Option<String> {
        let start = || {
            let state = self.step.model().state(self.step.index)?;
            state.current_dir().as_known().map(str::to_owned)
        };
        match &self.state.cwd {
            Cwd::Unchanged => start(),
            Cwd::Changed(path) if path.starts_with('/') => Some(path.clone()),
            Cwd::Changed(path) => Some(format!("{}/{path}", start()?)),
            Cwd::Unknown => None,
        }
    }

    fn place(&self, index: usize, range: Range<usize>) -> Place {
        match (self.exec, self.exact) {
            (_, false) => Place::Nowhere,
            (true, true) => Place::Item(index),
            (false, true) => Place::Text(range),
        }
    }
}
