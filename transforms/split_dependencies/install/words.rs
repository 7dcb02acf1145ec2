//! The words of an install: operands and options.

use std::ops::Range;

use super::place::{environment, within};
use super::workdir_unknown;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, Call};
use crate::cache_mounts::step::Step;
use crate::split_dependencies::options::{self, Treatment};
use crate::split_dependencies::plan::{Install, Root, RootKind, What};

pub(super) fn not_understood(words: &str) -> Refusal {
    let text = format!("`{words}` of the install is not understood");
    Refusal::new("not-understood", text, "write the step with plain options and file names")
}

/// Wheels that are built, or copied, all at once.
pub(super) fn wheels(what: &str) -> Refusal {
    let text = format!("{what} wheels of one folder, which changes as a whole when one of them does");
    let way_out = "install in the stage that builds the wheels, with --prefix=/install, and copy that folder";
    Refusal::new("wheels", text, way_out)
}

/// What an install is read for.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mode {
    /// What it installs of an index.
    #[default]
    Install,
    /// What it builds wheels of.
    Build,
    /// What it installs of wheels in a folder.
    Take,
}

#[derive(Default)]
pub(super) struct Reading {
    mode: Mode,
    /// Requirement files and folders: the text, whether it is a file, and the range of all its words.
    pub(super) operands: Vec<(Arg, String, bool, Option<Range<usize>>)>,
    named: Vec<String>,
    prefix: Option<(Treatment, Option<String>)>,
    python: Option<String>,
    no_deps: bool,
    require_hashes: bool,
    wheel_folder: Option<String>,
    /// The folders with wheels, as the install names them.
    pub(super) links: Vec<String>,
}

impl Reading {
    pub(super) fn of(mode: Mode) -> Self {
        Self { mode, ..Self::default() }
    }

    pub(super) fn take<'a>(
        &mut self,
        text: &str,
        arg: &'a Arg,
        rest: &mut impl Iterator<Item = &'a Arg>,
    ) -> Result<(), Refusal> {
        if !text.starts_with('-') || text == "-" {
            self.operand(text, arg);
            return Ok(());
        }
        let (name, joined) = match text.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            // `-rfile`
            None if !text.starts_with("--") && options::find(text).is_none() => {
                let split = text.char_indices().nth(2).map_or(text.len(), |(at, _)| at);
                (text.get(..split).unwrap_or(text), text.get(split..).filter(|value| !value.is_empty()))
            }
            _ => (text, None),
        };
        let Some(option) = options::find(name) else { return Err(not_understood(text)) };
        if joined.is_some() && !option.takes_value {
            return Err(not_understood(text));
        }
        let mut range = arg.range().ok();
        let value = match (option.takes_value, joined) {
            (true, Some(value)) => Some((value.to_owned(), arg)),
            (true, None) => {
                let next = rest.next();
                let end = next.and_then(|next| next.range().ok());
                range = range.zip(end).map(|(start, end)| start.start..end.end);
                next.and_then(|next| Some((next.value.clone()?, next)))
            }
            (false, _) => None,
        };
        match option.treatment {
            Treatment::Keep => {}
            Treatment::Given => {
                self.no_deps |= name == "--no-deps";
                self.require_hashes |= name == "--require-hashes";
            }
            Treatment::Requirements => {
                let Some((path, of)) = value else {
                    self.operands.push((arg.clone(), String::new(), true, None));
                    return Err(not_understood(text));
                };
                self.operands.push((of.clone(), path, true, range));
            }
            Treatment::Prefix | Treatment::Target | Treatment::User => {
                self.prefix = Some((option.treatment, value.map(|(path, _)| path)));
            }
            Treatment::Python => self.python = Some(value.map_or_else(String::new, |(path, _)| path)),
            Treatment::Wheels if self.mode == Mode::Take => {}
            Treatment::Wheels => return Err(wheels("`--no-index` installs")),
            Treatment::WheelFolder if self.mode == Mode::Build => {
                self.wheel_folder = value.map(|(path, _)| path);
            }
            Treatment::WheelFolder => return Err(not_understood(text)),
            Treatment::Links => {
                let is_page = value.as_ref().is_none_or(|(path, _)| path.contains("://"));
                if !is_page && self.mode == Mode::Take {
                    self.links.extend(value.map(|(path, _)| path));
                } else if !is_page {
                    return Err(wheels(&format!("`{name}` installs")));
                }
            }
            Treatment::Refuse(why) => {
                if name == "-e" || name == "--editable" {
                    self.operands.push((arg.clone(), String::new(), false, None));
                }
                let words = format!("`{name}`: {why}");
                return Err(Refusal::new(
                    "option",
                    words,
                    "install from the lock alone, without this option",
                ));
            }
        }
        Ok(())
    }

    fn operand(&mut self, text: &str, arg: &Arg) {
        let bare = text.split('[').next().unwrap_or(text);
        if bare == "."
            || bare == ".."
            || bare.starts_with("./")
            || bare.starts_with("../")
            || bare.starts_with('/')
        {
            self.operands.push((arg.clone(), text.to_owned(), false, arg.range().ok()));
        } else {
            self.named.push(text.to_owned());
        }
    }

    pub(super) fn install(
        self,
        step: &Step<'_>,
        call: &Call<'_>,
        program: &'static str,
    ) -> Result<Install, Refusal> {
        if let Some(name) = self.named.first() {
            let text = format!("the step installs `{name}` by name, too, which no lock pins");
            return Err(Refusal::new(
                "packages-named",
                text,
                "add it to the manifest, or install it in a RUN of its own",
            ));
        }
        let [(arg, word, is_file, range)] = self.operands.as_slice() else {
            return Err(Refusal::new(
                "several-files",
                "the step installs from several files or folders",
                "install from one file that holds all that was resolved",
            ));
        };
        let (bare, extras) = match word.strip_suffix(']').and_then(|inner| inner.split_once('[')) {
            Some((bare, extras)) if !is_file => (bare, extras),
            _ => (word.as_str(), ""),
        };
        if !is_file && bare.contains('*') {
            let folder = bare.strip_suffix("/*").or_else(|| bare.strip_suffix("/*.whl"));
            let folder = folder.filter(|folder| self.mode == Mode::Take && !folder.contains('*'));
            let folder = folder.and_then(|folder| within(call.folder.as_deref(), folder));
            let (Some(folder), Some(operand)) = (folder, range.clone()) else {
                return Err(wheels("the step installs"));
            };
            let what = What::Wheels { folder };
            let (no_deps, require_hashes) = (self.no_deps, self.require_hashes);
            return Ok(Install {
                what,
                operand,
                root: None,
                no_deps,
                require_hashes,
                program,
                parts: Vec::new(),
            });
        }
        let archive = [".whl", ".tar.gz", ".zip"].iter().any(|end| bare.ends_with(end));
        let path = within(call.folder.as_deref(), bare).ok_or_else(|| workdir_unknown(word))?;
        // What is quoted or holds a variable is not written anew; a `[` is quoted with good reason.
        let plain = arg.text == *word || arg.text.ends_with(word.as_str()) || !extras.is_empty();
        let (Some(operand), true, false) = (range.clone(), plain, archive || bare.contains("://")) else {
            return Err(not_understood(&arg.text));
        };
        let what = if *is_file {
            What::Requirements { word: word.clone(), path }
        } else {
            let extras = extras.split(',').map(str::trim).filter(|name| !name.is_empty());
            What::Project { word: bare.to_owned(), folder: path, extras: extras.map(str::to_owned).collect() }
        };
        let root = self.root(step, call, program);
        let (no_deps, require_hashes) = (self.no_deps, self.require_hashes);
        Ok(Install { what, operand, root, no_deps, require_hashes, program, parts: Vec::new() })
    }

    fn root(&self, step: &Step<'_>, call: &Call<'_>, program: &str) -> Option<Root> {
        let folder = |path: &str| within(call.folder.as_deref(), path);
        let root = |path: Option<String>, kind| path.map(|path| Root { path, kind });
        if self.mode == Mode::Build {
            let is_set = |name| matches!(step.variable(name), dockfit_shell::Lookup::Set(_));
            let named = match &self.wheel_folder {
                Some(named) => named.as_str(),
                None if is_set("PIP_WHEEL_DIR") => return None,
                None => ".",
            };
            return root(folder(named), RootKind::Wheels);
        }
        match &self.prefix {
            Some((Treatment::Prefix, value)) => root(value.as_deref().and_then(folder), RootKind::Prefix),
            Some((Treatment::Target, value)) => root(value.as_deref().and_then(folder), RootKind::Target),
            Some((_, _)) => {
                let home = step.account().ok().filter(|account| account.assumed.is_none());
                root(home.map(|account| format!("{}/.local", account.home)), RootKind::Prefix)
            }
            None if self.python.is_some() => {
                // A version names none that is known.
                let named = self.python.as_deref().filter(|path| path.starts_with('/'))?;
                let (folder, name) = named.rsplit_once('/')?;
                let path = if name.starts_with("python") { folder.strip_suffix("/bin")? } else { named };
                Some(Root { path: path.to_owned(), kind: RootKind::Environment })
            }
            None => environment(step, call, program),
        }
    }
}
