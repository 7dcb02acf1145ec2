//! What a step installs from, and where to.

use std::ops::Range;

use dockfit_dockerfile::model::Value;
use dockfit_dockerfile::values::path::clean;
use dockfit_shell::ast::Node;
use dockfit_shell::{OperatorKind, Step as At};

use super::managers::{self, Managed};
use super::options::{self, Treatment};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, As, Call};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// An install of the dependencies of a project.
#[derive(Debug)]
pub(super) struct Install {
    /// What it installs.
    pub(super) what: What,
    /// The words that name it, in the script's text.
    pub(super) operand: Range<usize>,
    /// The folder that it fills, where that is known.
    pub(super) root: Option<Root>,
    /// `--no-deps` stands there already.
    pub(super) no_deps: bool,
    /// `--require-hashes` stands there already.
    pub(super) require_hashes: bool,
    /// The program as people say it.
    pub(super) program: &'static str,
    /// The commands before it in the same script, joined to it by `&&`.
    pub(super) before: Option<Before>,
}

/// Commands before an install, as places in the script's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Before {
    /// Where the last of them ends.
    pub(super) end: usize,
    /// Where the install begins.
    pub(super) install: usize,
}

/// What is installed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum What {
    /// A requirements file: as the step names it, and its path in the image.
    Requirements { word: String, path: String },
    /// A project: as the step names its folder (with extras), and that folder in the image.
    Project { word: String, folder: String, extras: Vec<String> },
    /// What a manager installs from its own lock: the folder of its project in the image.
    Locked { managed: Managed, folder: String },
}

/// The folder that an install fills.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Root {
    /// Its path.
    pub(super) path: String,
    /// Whether it holds a whole environment before the install already.
    pub(super) is_environment: bool,
    /// Whether packages lie directly in it.
    pub(super) is_target: bool,
}

/// The install in a step, if it has one; why it cannot be split, if that is so. A step that only installs packages by name
/// has none.
pub(super) fn read(step: &Step<'_>) -> Option<Result<Install, Refusal>> {
    let mut found = step.calls().iter().filter_map(|call| Some((call, read_call(step, call)?)));
    let (call, install) = found.next()?;
    if found.next().is_some() {
        return Some(Err(Refusal::new(
            "several-installs",
            "the step installs more than once",
            "give each install a RUN of its own",
        )));
    }
    if step.exec_form().is_some() {
        return Some(Err(Refusal::new("exec-form", "the install is in exec form", "write it in shell form")));
    }
    Some(install.and_then(|install| Ok(Install { before: before(step, call)?, ..install })))
}

/// The install of a manager from its own lock in a step, if it has one; why it cannot be split, if that is so.
pub(super) fn read_locked(steps: &Steps<'_>, step: &Step<'_>) -> Option<Result<Install, Refusal>> {
    let managed = managers::read(steps, step)?;
    Some(managed.and_then(|managed| {
        let program = managed.name;
        let folder = absolute(step, ".").ok_or_else(|| workdir_unknown(program))?;
        let what = What::Locked { managed, folder };
        let (no_deps, require_hashes) = (false, false);
        Ok(Install { what, operand: 0..0, root: None, no_deps, require_hashes, program, before: None })
    }))
}

fn workdir_unknown(word: &str) -> Refusal {
    let text =
        format!("the working directory is not known, so that it cannot be told which files `{word}` means");
    Refusal::new("workdir-unknown", text, "set WORKDIR before the step")
}

/// The words of `call` behind `pip install`, and who installs.
fn words<'c>(call: &'c Call<'_>) -> Option<(&'static str, &'c [Arg])> {
    let value = |at: usize| call.args.get(at).and_then(|arg| arg.value.as_deref());
    match call.program.as_str() {
        "pip" => {
            let at = call.args.iter().position(|arg| !arg.text.starts_with('-'))?;
            (value(at) == Some("install")).then(|| ("pip", call.args.get(at + 1..).unwrap_or_default()))
        }
        "uv" if value(0) == Some("pip") && value(1) == Some("install") => {
            Some(("uv", call.args.get(2..).unwrap_or_default()))
        }
        _ => None,
    }
}

fn read_call(step: &Step<'_>, call: &Call<'_>) -> Option<Result<Install, Refusal>> {
    let (program, args) = words(call)?;
    let mut reading = Reading::default();
    let mut refusal = None;
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let Some(text) = arg.value.as_deref() else {
            refusal = refusal.or_else(|| Some(not_understood(&arg.text)));
            continue;
        };
        if let Err(found) = reading.take(text, arg, &mut rest) {
            refusal = refusal.or(Some(found));
        }
    }
    if reading.operands.is_empty() {
        return None;
    }
    Some(refusal.map_or_else(|| reading.install(step, call, program), Err))
}

fn not_understood(words: &str) -> Refusal {
    let text = format!("`{words}` of the install is not understood");
    Refusal::new("not-understood", text, "write the step with plain options and file names")
}

#[derive(Default)]
struct Reading {
    /// Requirement files and folders: the text, whether it is a file, and the range of all its words.
    operands: Vec<(Arg, String, bool, Option<Range<usize>>)>,
    named: Vec<String>,
    prefix: Option<(Treatment, Option<String>)>,
    no_deps: bool,
    require_hashes: bool,
}

impl Reading {
    fn take<'a>(
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

    fn install(self, step: &Step<'_>, call: &Call<'_>, program: &'static str) -> Result<Install, Refusal> {
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
        let archive = [".whl", ".tar.gz", ".zip"].iter().any(|end| bare.ends_with(end));
        let path = absolute(step, bare).ok_or_else(|| workdir_unknown(word))?;
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
        Ok(Install { what, operand, root, no_deps, require_hashes, program, before: None })
    }

    fn root(&self, step: &Step<'_>, call: &Call<'_>, program: &str) -> Option<Root> {
        let folder = |path: &str| absolute(step, path);
        let root = |path: Option<String>, is_target| {
            path.map(|path| Root { path, is_environment: false, is_target })
        };
        match &self.prefix {
            Some((Treatment::Prefix, value)) => root(value.as_deref().and_then(folder), false),
            Some((Treatment::Target, value)) => root(value.as_deref().and_then(folder), true),
            Some((_, _)) => {
                let home = step.account().ok().filter(|account| account.assumed.is_none());
                root(home.map(|account| format!("{}/.local", account.home)), false)
            }
            None => environment(step, call, program),
        }
    }
}

/// The environment that the program installs into by itself.
fn environment(step: &Step<'_>, call: &Call<'_>, program: &str) -> Option<Root> {
    let root = |path: &str| Root { path: path.to_owned(), is_environment: true, is_target: false };
    let variable = |name: &str| {
        let at = step.model().environment(step.index)?;
        match at.value(name) {
            Some(Value::Known(value)) => Some(value.to_string()),
            _ => None,
        }
    };
    let named = call.located().ok()?.command.words.first()?.value()?.to_owned();
    let folder = match named.rsplit_once('/') {
        Some((folder, _)) if folder.starts_with('/') => folder.to_owned(),
        Some(_) => return None,
        None if program == "uv" => match variable("VIRTUAL_ENV") {
            Some(path) if path.starts_with('/') => return Some(root(&path)),
            _ => return None,
        },
        None => variable("PATH")?.split(':').next()?.to_owned(),
    };
    folder.strip_suffix("/bin").filter(|path| path.starts_with('/')).map(root)
}

/// `path` as the step sees it.
fn absolute(step: &Step<'_>, path: &str) -> Option<String> {
    let current = step.model().state(step.index)?.current_dir();
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", current.as_known()?.trim_end_matches('/'))
    };
    Some(clean(&format!("/{whole}")))
}

/// What stands before the install in its script. An error where more than that stands there, so that the install cannot be
/// written several times.
fn before(step: &Step<'_>, call: &Call<'_>) -> Result<Option<Before>, Refusal> {
    let more = || {
        let text = "the step does more than this one install";
        Refusal::new("not-alone", text, "give the install a RUN of its own")
    };
    let found = call.located()?;
    let [At::Item { list, index, chain }] = found.path.as_slice() else { return Err(more()) };
    let own = found.command;
    let plain = own.redirects.is_empty() && own.nested.is_none() && call.user == As::Same;
    if !plain || !call.assignments.is_empty() || *chain != (0..list.items.len()) || index + 1 != chain.end {
        return Err(more());
    }
    let ahead = list.items.get(..*index).unwrap_or_default();
    let joined = ahead.iter().all(|item| {
        matches!(item.node, Node::Command(_))
            && item.operator.as_ref().is_some_and(|operator| operator.kind == OperatorKind::And)
    });
    if !joined || !step.calls().iter().all(|other| std::ptr::eq(other, call) || is_harmless(step, other)) {
        return Err(more());
    }
    let end = ahead.last().map(|item| item.node.range().end);
    Ok(end.map(|end| Before { end, install: own.range.start }))
}

/// Programs that read nothing of a project, so that they may run before its files are there.
const HARMLESS: &[&str] = &[
    "apt-get",
    "apt",
    "apk",
    "mkdir",
    "useradd",
    "groupadd",
    "adduser",
    "addgroup",
    "venv",
    "virtualenv",
    "set",
];

/// Whether a command reads nothing of the project.
fn is_harmless(step: &Step<'_>, call: &Call<'_>) -> bool {
    match call.program.as_str() {
        // Lists and caches are named by absolute paths, the files of the project by relative ones.
        "rm" => call.args.iter().all(|arg| arg.text.starts_with(['-', '/']) && !arg.varies()),
        "pip" => call.args.iter().all(|arg| arg.value.is_some()) && read_call(step, call).is_none(),
        program => HARMLESS.contains(&program),
    }
}

/// Whether all commands of a step read nothing of the project.
pub(super) fn is_harmless_step(step: &Step<'_>) -> bool {
    let readable =
        step.script().is_some_and(|script| !script.has_errors() && script.text().lines().count() > 0);
    let found = step.calls().iter().filter_map(|call| call.located().ok()).collect::<Vec<_>>();
    let plain = found.iter().all(|found| {
        matches!(found.path.as_slice(), [At::Item { .. }]) && found.command.redirects.is_empty()
    });
    readable
        && plain
        && !found.is_empty()
        && found.len() == step.calls().len()
        && step.calls().iter().all(|call| is_harmless(step, call))
        && step.document().instructions().get(step.index).is_some_and(|found| {
            found.flags("mount").all(|mount| mount.value().is_some_and(|value| value.contains("type=cache")))
        })
}
