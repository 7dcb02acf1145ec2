//! The options of an earlier split, as its files remember them.

use dockfit_python::{Choices, Files as _, PythonVersion, made};
use dockfit_rewrite::RelPath;

use super::plan::{environment, names};
use crate::args::{Grouping, SplitArgs};
use crate::problem::Problem;
use crate::python::PythonFiles;

/// The most groups that are learnt, unless told otherwise.
const LAYERS: u8 = 3;

/// What a split is made with, and where that comes from.
pub(super) struct Remembered {
    pub(super) choices: Choices,
    /// Where the files stand, what is told of their options.
    pub(super) said: Option<String>,
}

impl Remembered {
    /// The options that are given; those of the files in `folder` where none is.
    pub(super) fn of(args: &SplitArgs, files: &PythonFiles, folder: &RelPath) -> Result<Self, Problem> {
        let given = given(args)?;
        let before = before(files, folder);
        let is_given = args.python.is_some()
            || args.groups.is_some()
            || args.layers.is_some()
            || !(args.platform.is_empty() && args.extra.is_empty() && args.group.is_empty());
        let Some(before) = before else { return Ok(Self { choices: given, said: None }) };
        let shown = |choices: &Choices| format!("`dockfit split{choices}`");
        let said = if is_given {
            // A Python or a platform that makes no difference is not remembered.
            let same = Choices {
                python: before.python.clone(),
                platforms: before.platforms.clone(),
                ..given.clone()
            };
            let narrower = before.python.is_none() && before.platforms.is_empty() && same == before;
            (given != before && !narrower).then(|| format!("The files were made by {}.", shown(&before)))
        } else {
            (before != Choices::default()).then(|| format!("As the files were made: {}.", shown(&before)))
        };
        Ok(Self { choices: if is_given { given } else { before }, said })
    }
}

fn given(args: &SplitArgs) -> Result<Choices, Problem> {
    let environment = environment(args)?;
    let python = environment.python.map(|PythonVersion { major, minor, patch }| match patch {
        Some(patch) => format!("{major}.{minor}.{patch}"),
        None => format!("{major}.{minor}"),
    });
    let learnt = (args.groups == Some(Grouping::Auto)).then(|| args.layers.unwrap_or(LAYERS));
    Ok(Choices {
        extras: names(&args.extra, "--extra")?,
        groups: names(&args.group, "--group")?,
        python,
        platforms: args.platform.clone(),
        learnt,
    })
}

/// What the first file of an earlier split in `folder` says.
fn before(files: &PythonFiles, folder: &RelPath) -> Option<Choices> {
    let mut names = files.names_in(folder);
    names.sort();
    let made_there = names.iter().filter(|name| name.starts_with("requirements-")).filter_map(|name| {
        let bytes = files.read(folder.join(name)?.as_str()).ok()??;
        made(std::str::from_utf8(&bytes).ok()?)
    });
    made_there.map(|made| made.choices).next()
}
