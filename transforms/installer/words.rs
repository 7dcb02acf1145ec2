//! The words of a `pip install`, and what uv is told in their place.

use std::ops::Range;

use super::options::{self, Uv};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, As, Call};

/// A `pip install`, as far as its words tell.
#[derive(Debug)]
pub(super) struct Told {
    /// What names the program and its command, in the script's text.
    pub(super) head: Range<usize>,
    /// Words that go.
    pub(super) dropped: Vec<Range<usize>>,
    /// Words that become others.
    pub(super) replaced: Vec<(Range<usize>, String)>,
    /// Options that come.
    pub(super) added: Vec<String>,
    /// Variables in front of the command.
    pub(super) assignments: Vec<String>,
    /// The requirement files, as the step names them.
    pub(super) files: Vec<String>,
    /// Packages by name, and folders.
    pub(super) others: Vec<String>,
    /// What says which folder is filled.
    pub(super) place: Option<Place>,
    pub(super) compiles: bool,
    pub(super) has_more_indexes: bool,
    pub(super) no_deps: bool,
}

/// What says which folder is filled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Prefix,
    Target,
    Python,
    /// `--user`, where it stands.
    User(Range<usize>),
}

impl Told {
    /// Reads a call; `None` if it is no `pip install`, or installs nothing.
    pub(super) fn read(call: &Call<'_>) -> Option<Result<Self, Refusal>> {
        if call.program != "pip" {
            return None;
        }
        let at = command(call)?;
        Some(read(call, at))
    }

    /// Adds an option once.
    pub(super) fn add(&mut self, option: &str) {
        if !self.added.iter().any(|other| other == option) {
            self.added.push(option.to_owned());
        }
    }
}

/// The index of the word `install`, behind options of pip itself.
fn command(call: &Call<'_>) -> Option<usize> {
    let mut rest = call.args.iter().enumerate();
    while let Some((at, arg)) = rest.next() {
        let text = arg.value.as_deref()?;
        if !text.starts_with('-') {
            return (text == "install").then_some(at);
        }
        if !text.contains('=') && options::find(text).is_some_and(|option| option.takes_value) {
            rest.next();
        }
    }
    None
}

fn read(call: &Call<'_>, at: usize) -> Result<Told, Refusal> {
    if call.user != As::Same {
        let text = "the install runs as somebody else than the RUN";
        return Err(Refusal::new("other-user", text, "set USER before the step"));
    }
    let located = call.located()?;
    let first = located.command.words.first().ok_or_else(|| not_understood(&call.program))?;
    let named = first.value().unwrap_or_default().to_owned();
    let program = named.rsplit('/').next().unwrap_or_default();
    if !program.starts_with("pip") && !program.starts_with("python") {
        return Err(not_understood(&named));
    }
    let install = call.args.get(at).ok_or_else(|| not_understood("install"))?.range()?;
    let start = first.range.start;
    let mut told = Told {
        head: start..install.end,
        dropped: Vec::new(),
        replaced: Vec::new(),
        added: Vec::new(),
        assignments: Vec::new(),
        files: Vec::new(),
        others: Vec::new(),
        place: None,
        compiles: true,
        has_more_indexes: false,
        no_deps: false,
    };
    if at > 0 {
        // Options stand between the program and its command.
        let end = call.args.first().map(Arg::range).transpose()?.map_or(start, |range| range.start);
        let program = located.command.words.iter().rev().find(|word| word.range.end <= end);
        told.head = start..program.map_or(end, |word| word.range.end);
        told.dropped.push(install);
    }
    let mut rest = call.args.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, arg)| arg);
    while let Some(arg) = rest.next() {
        told.take(arg, &mut rest)?;
    }
    Ok(told)
}

fn not_understood(words: &str) -> Refusal {
    let text = format!("`{words}` of the install is not understood");
    Refusal::new("not-understood", text, "write the step with plain options and file names")
}

impl Told {
    fn take<'a>(&mut self, arg: &'a Arg, rest: &mut impl Iterator<Item = &'a Arg>) -> Result<(), Refusal> {
        let text = arg.value.as_deref().unwrap_or(&arg.text);
        if !text.starts_with('-') || text == "-" {
            self.others.push(text.to_owned());
            return Ok(());
        }
        let (name, joined) = match text.split_once('=') {
            Some((name, _)) if name.starts_with("--") => {
                (name, arg.text.split_once('=').map(|(_, value)| value))
            }
            // `-rfile`
            None if !text.starts_with("--") && options::find(text).is_none() => {
                (text.get(..2).unwrap_or(text), arg.text.get(2..).filter(|value| !value.is_empty()))
            }
            _ => (text, None),
        };
        let option = options::find(name).ok_or_else(|| not_understood(text))?;
        if joined.is_some() != option.takes_value && joined.is_some() {
            return Err(not_understood(text));
        }
        let value = if option.takes_value && joined.is_none() {
            Some(rest.next().ok_or_else(|| not_understood(text))?)
        } else {
            None
        };
        // As written, and what it says where that is known.
        let written =
            joined.or_else(|| value.map(|value| value.text.as_str())).unwrap_or_default().to_owned();
        let said = || match value {
            Some(value) => value.value.clone(),
            None => arg.value.as_ref().and_then(|_| text.split_once('=').map(|(_, value)| value.to_owned())),
        };
        let own = arg.range()?;
        let both = own.start..value.map(Arg::range).transpose()?.map_or(own.end, |range| range.end);
        match option.uv {
            Uv::Same => {}
            Uv::NoDeps => self.no_deps = true,
            Uv::Index => self.has_more_indexes = true,
            Uv::As(other) => self.replaced.push((own.start..own.start + name.len(), other.to_owned())),
            Uv::Nothing => self.dropped.push(both),
            Uv::Variable(variable) => {
                self.assignments.push(format!("{variable}={written}"));
                self.dropped.push(both);
            }
            Uv::Compile(compiles) => {
                self.compiles = compiles;
                self.dropped.push(both);
            }
            Uv::Requirements => {
                let file = said().or_else(|| text.get(2..).filter(|_| value.is_none()).map(str::to_owned));
                self.files.push(file.ok_or_else(|| not_understood(text))?);
            }
            Uv::Prefix => self.place = Some(Place::Prefix),
            Uv::Target => self.place = Some(Place::Target),
            Uv::Python => self.place = Some(Place::Python),
            Uv::User => self.place = Some(Place::User(own)),
            Uv::Refuse(why) => {
                let text = format!("`{name}`: {why}");
                return Err(Refusal::new("option", text, "do without it, or leave the step to pip"));
            }
        }
        Ok(())
    }
}
