//! What is known about the shell at a place in the script.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::Lookup;

/// How many variables are kept track of; with more nothing is known about any.
const MAX_VARIABLES: usize = 500;

/// Something that is on, off, or either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flag {
    /// Surely on.
    On,
    /// Surely off.
    #[default]
    Off,
    /// It depends on what happens before, or on what was not understood.
    Unknown,
}

impl Flag {
    /// On or off.
    pub fn new(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }

    fn join(self, other: Self) -> Self {
        if self == other { self } else { Self::Unknown }
    }
}

/// The options of `set` that change what a script does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// `-e`
    pub errexit: Flag,
    /// `-x`
    pub xtrace: Flag,
    /// `-u`
    pub nounset: Flag,
    /// `-o pipefail`
    pub pipefail: Flag,
    /// `-f`
    pub noglob: Flag,
}

impl Options {
    /// Nothing known.
    pub const UNKNOWN: Self = Self {
        errexit: Flag::Unknown,
        xtrace: Flag::Unknown,
        nounset: Flag::Unknown,
        pipefail: Flag::Unknown,
        noglob: Flag::Unknown,
    };

    /// The options with which a shell is started: the words between its name and `-c` in an exec form such as
    /// `["/bin/bash", "-eo", "pipefail", "-c"]`.
    pub fn from_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut options = Self::default();
        options.apply(arguments.into_iter().map(Some));
        options
    }

    /// `set` with these arguments; `None` is one that cannot be told.
    pub(super) fn apply<'a>(&mut self, arguments: impl IntoIterator<Item = Option<&'a str>>) {
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let Some(argument) = argument else {
                *self = Self::UNKNOWN;
                return;
            };
            let (on, letters) = match argument.split_at_checked(1) {
                Some(("-", letters)) => (true, letters),
                Some(("+", letters)) => (false, letters),
                _ => return,
            };
            if letters.is_empty() || letters.starts_with('-') {
                return;
            }
            for letter in letters.chars() {
                match letter {
                    'e' => self.errexit = Flag::new(on),
                    'x' => self.xtrace = Flag::new(on),
                    'u' => self.nounset = Flag::new(on),
                    'f' => self.noglob = Flag::new(on),
                    'o' => match arguments.next() {
                        Some(Some(name)) => self.named(name, on),
                        Some(None) => *self = Self::UNKNOWN,
                        None => {}
                    },
                    _ => {}
                }
            }
        }
    }

    fn named(&mut self, name: &str, on: bool) {
        match name {
            "errexit" => self.errexit = Flag::new(on),
            "xtrace" => self.xtrace = Flag::new(on),
            "nounset" => self.nounset = Flag::new(on),
            "pipefail" => self.pipefail = Flag::new(on),
            "noglob" => self.noglob = Flag::new(on),
            _ => {}
        }
    }

    fn join(self, other: Self) -> Self {
        Self {
            errexit: self.errexit.join(other.errexit),
            xtrace: self.xtrace.join(other.xtrace),
            nounset: self.nounset.join(other.nounset),
            pipefail: self.pipefail.join(other.pipefail),
            noglob: self.noglob.join(other.noglob),
        }
    }
}

/// The working directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cwd {
    /// As at the start of the script.
    #[default]
    Unchanged,
    /// Here, if each `cd` succeeded; a relative path is relative to the directory at the start.
    Changed(String),
    /// Not known.
    Unknown,
}

impl Cwd {
    pub(super) fn change(&mut self, target: Option<&str>) {
        *self = match (target, std::mem::take(self)) {
            (Some(path), _) if path.starts_with('/') => Self::Changed(path.to_owned()),
            (None | Some("" | "-"), _) | (Some(_), Self::Unknown) => Self::Unknown,
            (Some(path), Self::Unchanged) => Self::Changed(path.to_owned()),
            (Some(path), Self::Changed(base)) => {
                Self::Changed(format!("{}/{path}", base.trim_end_matches('/')))
            }
        };
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Variable {
    value: Lookup,
    exported: Flag,
}

/// What is known about the shell.
///
/// Commands are taken to succeed where the script goes on after them; what is said about a command in one branch
/// is not known behind the branches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The shell's options.
    pub options: Options,
    /// The working directory.
    pub cwd: Cwd,
    /// Whether `.`, `source` or `eval` ran text that is not in the script. Variables may then have other values.
    pub sourced: bool,
    /// The shell has left: `exit`, `exec`, `return`.
    pub(super) ended: bool,
    /// More variables than are kept track of.
    saturated: bool,
    variables: Arc<BTreeMap<Box<str>, Variable>>,
}

impl State {
    /// A shell started with these options in an environment of these variables; others may be set as well.
    pub fn new<'a>(options: Options, environment: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let variables = environment
            .into_iter()
            .map(|(name, value)| {
                let value = Lookup::Set(value.to_owned());
                (name.into(), Variable { value, exported: Flag::On })
            })
            .collect();
        Self { options, variables: Arc::new(variables), ..Self::default() }
    }

    /// The value of a shell variable, exported or not. [`Lookup::Unknown`] for one that the script does not set.
    pub fn variable(&self, name: &str) -> Lookup {
        match self.variables.get(name) {
            Some(variable) if !self.saturated => variable.value.clone(),
            _ => Lookup::Unknown,
        }
    }

    /// The value of a variable in the environment of commands. [`Lookup::Unset`] only if the script unsets it,
    /// [`Lookup::Unknown`] also for one that the script does not touch.
    pub fn environment(&self, name: &str) -> Lookup {
        match self.variables.get(name) {
            Some(variable) if !self.saturated => match (variable.exported, &variable.value) {
                (_, Lookup::Unset) => Lookup::Unset,
                (Flag::On, value) => value.clone(),
                _ => Lookup::Unknown,
            },
            _ => Lookup::Unknown,
        }
    }

    /// Whether the script changes the variable in front of this place, to whatever value.
    pub fn touches(&self, name: &str) -> bool {
        self.saturated || self.variables.contains_key(name)
    }

    pub(super) fn assign(&mut self, name: &str, value: Lookup, export: Option<bool>) {
        if self.variables.len() >= MAX_VARIABLES {
            self.saturated = true;
            return;
        }
        let variables = Arc::make_mut(&mut self.variables);
        let known = variables.get(name).map(|v| v.exported);
        let exported = match (export, known) {
            (Some(export), _) => Flag::new(export),
            (None, Some(exported)) => exported,
            // It may come from the environment, and then stays exported.
            (None, None) => Flag::Unknown,
        };
        variables.insert(name.into(), Variable { value, exported });
    }

    /// `export NAME` without a value.
    pub(super) fn export(&mut self, name: &str) {
        let value = self.variable(name);
        self.assign(name, value, Some(true));
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.assign(name, Lookup::Unknown, None);
        if let Some(variable) = Arc::make_mut(&mut self.variables).get_mut(name) {
            variable.exported = Flag::Unknown;
        }
    }

    /// What a shell that the command starts knows: exported variables, no options.
    pub(crate) fn inherited(&self, errexit: bool) -> Self {
        let mut variables = (*self.variables).clone();
        variables.retain(|_, v| v.exported == Flag::On);
        let options = Options { errexit: Flag::new(errexit), ..Options::default() };
        Self { options, ended: false, variables: Arc::new(variables), ..self.clone() }
    }

    /// Either of two.
    pub(super) fn join(&mut self, other: &Self) {
        if other.ended {
            return;
        }
        if self.ended {
            *self = other.clone();
            return;
        }
        self.options = self.options.join(other.options);
        self.sourced |= other.sourced;
        self.saturated |= other.saturated;
        if self.cwd != other.cwd {
            self.cwd = Cwd::Unknown;
        }
        if Arc::ptr_eq(&self.variables, &other.variables) {
            return;
        }
        let variables = Arc::make_mut(&mut self.variables);
        for (name, variable) in variables.iter_mut() {
            if other.variables.get(name) != Some(variable) {
                let exported = other.variables.get(name).map_or(Flag::Unknown, |v| v.exported);
                *variable = Variable { value: Lookup::Unknown, exported: variable.exported.join(exported) };
            }
        }
        for name in other.variables.keys() {
            if !variables.contains_key(name) {
                let unknown = Variable { value: Lookup::Unknown, exported: Flag::Unknown };
                variables.insert(name.clone(), unknown);
            }
        }
    }
}
