//! Wheels that one stage builds, `pip wheel -w /wheels -r requirements.txt`, and another one installs, `pip install
//! /wheels/*`.

use super::place::within;
use super::words::Mode;
use super::{command_of_pip, parts, read_words, reading, words, workdir_unknown};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, Call};
use crate::cache_mounts::step::Step;
use crate::split_dependencies::plan::{Install, Role, What};

/// The words of a `pip wheel`, behind the command.
fn words_of_wheel<'c>(call: &'c Call<'_>) -> Option<&'c [Arg]> {
    let words = call.args.get(command_of_pip(call)..)?;
    let (command, rest) = words.split_first()?;
    (call.program == "pip" && command.text == "wheel").then_some(rest)
}

/// Whether `call` builds the wheels of a requirements file or a project.
pub(in crate::split_dependencies) fn builds(call: &Call<'_>) -> bool {
    words_of_wheel(call).is_some_and(|words| {
        words
            .iter()
            .any(|arg| arg.text.starts_with("-r") || arg.text.starts_with("--requirement") || arg.text == ".")
    })
}

/// What `call` builds wheels of: an install whose folder is the one that they go to.
pub(super) fn built(step: &Step<'_>, call: &Call<'_>) -> Option<Result<Install, Refusal>> {
    let install = read_words(step, call, "pip", words_of_wheel(call)?, Mode::Build)?;
    Some(install.and_then(|install| match install.root {
        Some(_) => Ok(install),
        None => {
            Err(Refusal::new("wheels", "the folder of the wheels cannot be told", "name it with --wheel-dir"))
        }
    }))
}

/// An install of wheels that lie in a folder.
pub(in crate::split_dependencies) struct Taking {
    pub(in crate::split_dependencies) install: Install,
    /// The folder.
    pub(in crate::split_dependencies) folder: String,
    /// Words of commands that go on, and which delete the wheels.
    pub(in crate::split_dependencies) deleting: Vec<std::ops::Range<usize>>,
}

/// The install of wheels in a step, if it has one; why it cannot be split, if that is so.
pub(in crate::split_dependencies) fn taking(step: &Step<'_>) -> Option<Result<Taking, Refusal>> {
    let mut installs = step.calls().iter().filter(|call| {
        words(call).is_some_and(|(_, args)| {
            let (reading, _) = reading(args, Mode::Take);
            !reading.links.is_empty() || reading.operands.iter().any(|operand| operand.1.contains('*'))
        })
    });
    let call = installs.next()?;
    let (program, args) = words(call)?;
    let (reading, refusal) = reading(args, Mode::Take);
    if installs.next().is_some() {
        let text = "the step installs more than once";
        return Some(Err(Refusal::new("several-installs", text, "give each install a RUN of its own")));
    }
    if step.exec_form().is_some() {
        return Some(Err(Refusal::new("exec-form", "the install is in exec form", "write it in shell form")));
    }
    let links = reading.links.clone();
    let install = refusal.map_or_else(|| reading.install(step, call, program), Err);
    Some(install.and_then(|install| {
        let folder = folder(call, &install, &links)?;
        let parts = parts(step, call, &install)?;
        let mut taking = Taking { install: Install { parts, ..install }, folder, deleting: Vec::new() };
        taking.leave_out_deleting(step)?;
        Ok(taking)
    }))
}

/// The one folder that holds all wheels.
fn folder(call: &Call<'_>, install: &Install, links: &[String]) -> Result<String, Refusal> {
    let mut folders = Vec::new();
    if let What::Wheels { folder } = &install.what {
        folders.push(folder.clone());
    }
    for link in links {
        let path = link.strip_prefix("file://").unwrap_or(link);
        folders.push(within(call.folder.as_deref(), path).ok_or_else(|| workdir_unknown(link))?);
    }
    folders.dedup();
    match folders.as_slice() {
        [folder] => Ok(folder.clone()),
        _ => Err(Refusal::new(
            "wheels",
            "wheels of several folders are installed",
            "install from the one that holds all",
        )),
    }
}

impl Taking {
    /// Leaves out what deletes the wheels behind the install: they are in no layer.
    fn leave_out_deleting(&mut self, step: &Step<'_>) -> Result<(), Refusal> {
        let folder = self.folder.clone();
        let is_wheels = |arg: &&Arg| {
            arg.path().is_some_and(|path| {
                path.trim_end_matches(['/', '*']) == folder || path == format!("{folder}/*.whl")
            })
        };
        for call in step.calls().iter().filter(|call| call.program == "rm") {
            let own = call.args.iter().filter(is_wheels).count();
            let operands = call.args.iter().filter(|arg| !arg.text.starts_with('-')).count();
            let Some(part) = call.item().and_then(|at| self.install.parts.get_mut(at)) else { continue };
            if own == 0 || part.role == Role::Ahead {
                continue;
            }
            if own == operands {
                part.role = Role::DeletesWheels;
            } else {
                let ranges = call.args.iter().filter(is_wheels).map(Arg::range);
                self.deleting.extend(ranges.collect::<Result<Vec<_>, _>>()?);
            }
        }
        Ok(())
    }
}
