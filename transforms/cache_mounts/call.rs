//! Commands of a RUN: the program, its arguments with their places, and what is known where it runs.

use std::ops::Range;

use dockfit_shell::ast::NestedBody;
use dockfit_shell::{
    Cwd, Invocation, Item, Located, Lookup, OperatorKind, RunAs, Script, State, Step as At, Word,
};

use super::Refusal;
use super::path::{Reach, reach};
use super::step::Step;

/// A command that runs a program.
pub(crate) struct Call<'s> {
    /// The program's base name, a version behind it stripped: `pip` of `/opt/venv/bin/pip3.13` and of
    /// `python3 -m pip`.
    pub(crate) program: String,
    /// The program as it is named, where that is known and it is no module.
    pub(crate) path: Option<String>,
    pub(crate) args: Vec<Arg>,
    /// Assignments that hold for this command alone.
    pub(crate) assignments: Vec<Assigned>,
    /// Whether a wrapper such as `sudo` changes as whom it runs.
    pub(crate) user: As,
    /// The folder that it starts in, where that is known.
    pub(crate) folder: Option<String>,
    /// The command itself; in an exec form it is the only one.
    located: Located<'s>,
    /// Whether its words stand in the file as they are.
    exact: bool,
    /// Whether the instruction is in exec form.
    exec: bool,
    /// Whether it is named by a path that is no folder of programs (`./install`, `/tmp/setup`).
    by_path: bool,
    state: State,
}

/// As whom a command runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum As {
    /// As the RUN does.
    Same,
    /// As this user.
    User(String),
    /// As somebody else.
    Unknown,
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
    variables: Variables,
    /// What the variables in it hold, as far as it is known.
    pub(crate) held: Vec<String>,
    /// The folder that it counts from, where that is known.
    folder: Option<String>,
    place: Place,
}

/// What is known of the variables in a word, other than `HOME`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Variables {
    /// There are none.
    None,
    /// No build can set them otherwise.
    Fixed,
    /// A build or the script may.
    Open,
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

    /// The command with its redirections and variables.
    pub(crate) fn command(&self) -> &'s dockfit_shell::Command {
        self.located.command
    }

    /// Whether it reads what another command writes.
    pub(super) fn reads_pipe(&self) -> bool {
        self.located.path.iter().any(|at| matches!(at, At::Pipeline { index, .. } if *index > 0))
    }

    /// A variable in the command's environment, as far as the RUN or the command itself sets it; `None` where neither
    /// does.
    pub(crate) fn own_variable(&self, name: &str) -> Option<Lookup> {
        if let Some(assigned) = self.assignments.iter().rev().find(|assigned| assigned.name == name) {
            return Some(assigned.value.clone().map_or(Lookup::Unknown, Lookup::Set));
        }
        self.state.touches(name).then(|| self.state.environment(name))
    }

    /// Whether it is a shell whose script stands in the RUN as it is.
    pub(crate) fn has_own_script(&self) -> bool {
        self.located.command.nested.as_ref().is_some_and(|nested| matches!(nested.body, NestedBody::Exact(_)))
    }

    /// The index of the item of the script's own list that it is, or belongs to.
    pub(crate) fn item(&self) -> Option<usize> {
        match self.located.path.first() {
            Some(At::Item { index, .. }) => Some(*index),
            _ => None,
        }
    }

    /// Whether it runs only when something else says so: in a branch, a loop, a function, or behind `||`.
    pub(crate) fn is_in_branch(&self) -> bool {
        self.located.path.iter().any(|step| match step {
            At::IfBody { .. } | At::Else(_) | At::LoopBody(_) | At::CaseArm { .. } | At::Function(_) => true,
            At::Item { list, index, chain } => list.items.get(chain.start..*index).is_some_and(|before| {
                let or =
                    |item: &Item| item.operator.as_ref().is_some_and(|found| found.kind == OperatorKind::Or);
                before.iter().any(or)
            }),
            _ => false,
        })
    }

    /// Whether it stands in a branch of an `if`, in a list of several commands.
    #[cfg(test)]
    pub(crate) fn is_in_list_of_branch(&self) -> bool {
        let within = |at: &At<'_>| matches!(at, At::IfBody { .. } | At::Else(_));
        let Some(branch) = self.located.path.iter().position(within) else { return false };
        self.located.path[branch..].iter().any(|at| {
            matches!(at, At::Item { list, .. } if list.items.iter().any(|item| {
                item.operator.as_ref().is_some_and(|found| found.kind == OperatorKind::Semicolon)
            }) && list.items.len() > 1)
        })
    }

    /// Whether it runs a script that is not in the RUN.
    pub(crate) fn runs_script(&self) -> bool {
        if self.by_path {
            return true;
        }
        let shell = matches!(self.program.as_str(), "sh" | "bash" | "dash" | "ash" | "." | "source");
        self.program.rsplit_once('.').is_some_and(|(_, end)| end == "sh")
            || (shell && self.located.command.nested.is_none())
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
                // Counted from a folder that is not known, it may be the one.
                (None, false) if may_end(folder, value) => Reach::Around,
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

    /// It as an absolute path, where that is known.
    pub(crate) fn path(&self) -> Option<String> {
        let value = self.value.as_deref()?;
        if value.starts_with('/') {
            return Some(value.to_owned());
        }
        self.folder.as_ref().map(|folder| format!("{folder}/{value}"))
    }

    /// Whether it is the root of the file system.
    pub(crate) fn is_root(&self) -> bool {
        self.value.as_deref().is_some_and(|value| !value.is_empty() && value.trim_matches('/').is_empty())
    }

    /// Whether `folder` is named within it, as in an option's value or a script.
    pub(crate) fn mentions(&self, folder: &str) -> bool {
        let text = self.value.as_deref().unwrap_or(&self.text);
        !text.starts_with('/') && text.contains(folder)
    }

    /// Whether its value depends on a variable other than `HOME`, which a build may set.
    pub(crate) fn varies(&self) -> bool {
        self.variables != Variables::None
    }

    /// Whether no build can set the variables in it otherwise.
    pub(crate) fn is_fixed(&self) -> bool {
        self.variables != Variables::Open
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
pub(super) fn calls<'d>(step: &Step<'d>, script: &'d Script) -> Vec<Call<'d>> {
    let exec = step.text().is_none();
    let mut calls = Vec::new();
    script.invocations(&step.shell_state(), &|name| step.variable(name), |invocation, state| {
        // The script within an exec form stands in a JSON string, quoted anew here: its words have no place of their own.
        let nested = invocation.located.path.iter().any(|at| matches!(at, At::Script(_)));
        let reader = Reader { step, script, state, exec, exact: invocation.exact && !(exec && nested) };
        let program = dockfit_shell::strip_version(&invocation.program).to_owned();
        let user = match invocation.run_as {
            RunAs::Unchanged => As::Same,
            RunAs::User(user) => As::User(user.to_owned()),
            RunAs::Unknown => As::Unknown,
        };
        calls.push(Call {
            program,
            args: invocation.args.iter().map(|(index, word)| reader.arg(*index, word)).collect(),
            assignments: reader.assignments(&invocation),
            user,
            folder: reader.folder(),
            path: (!invocation.module)
                .then(|| invocation.program_word.value().map(std::string::ToString::to_string))
                .flatten(),
            exact: invocation.exact,
            exec,
            by_path: by_path(&invocation),
            state: state.clone(),
            located: invocation.located,
        });
    });
    calls
}

/// Whether `folder` may be what the relative path `value` names.
fn may_end(folder: &str, value: &str) -> bool {
    let value = value.trim_start_matches("./").trim_end_matches('/');
    !value.is_empty() && folder.strip_suffix(value).is_some_and(|before| before.ends_with('/'))
}

fn by_path(invocation: &Invocation<'_>) -> bool {
    let folder =
        invocation.program_word.value().and_then(|word| word.rsplit_once('/')).map(|(folder, _)| folder);
    !invocation.module && folder.is_some_and(|folder| !folder.ends_with("/bin") && !folder.ends_with("/sbin"))
}

struct Reader<'r, 'd> {
    step: &'r Step<'d>,
    script: &'d Script,
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
            variables: self.variables(word),
            held: word
                .variables()
                .filter_map(|name| match self.lookup(name) {
                    Lookup::Set(value) => Some(value),
                    Lookup::Unset | Lookup::Unknown => None,
                })
                .collect(),
            folder: self.folder(),
            place: self.place(index, word.range.clone()),
        }
    }

    fn variables(&self, word: &Word) -> Variables {
        let names = || word.variables().filter(|name| *name != "HOME");
        let users = self.step.users();
        let is_fixed =
            |name: &str| !self.state.touches(name) && users.is_some_and(|users| users.is_fixed(name));
        if names().next().is_none() {
            Variables::None
        } else if names().all(is_fixed) {
            Variables::Fixed
        } else {
            Variables::Open
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
