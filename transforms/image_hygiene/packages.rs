//! Which packages of Python the steps of a stage install.

use std::collections::BTreeSet;

use dockfit_python::requirements_txt::{RequirementsFile, Target};

use super::locked::names;
use super::need::in_context;
use crate::build_context::BuildContext;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, Call};
use crate::cache_mounts::step::Step;

/// Packages by their normalized names.
#[derive(Default)]
pub(super) struct Packages {
    /// Those that are known to be installed; nothing where none is.
    pub(super) names: Option<BTreeSet<String>>,
    /// Whether all that may be installed is among them.
    pub(super) is_complete: bool,
    /// Why the lock is not read, where there is one.
    pub(super) unread: Option<Refusal>,
}

/// Whether a command installs packages of Python.
pub(super) fn is_install(call: &Call<'_>) -> bool {
    let words: Vec<&str> = call.values().filter(|value| !value.starts_with('-')).collect();
    matches!(
        (call.program.as_str(), words.as_slice()),
        ("pip", ["install", ..])
            | ("uv", ["pip", "install" | "sync", ..] | ["sync", ..])
            | ("poetry" | "pdm", ["install" | "sync", ..])
    )
}

impl Packages {
    /// Those that the steps install. Files of requirements are read, and the lock beside the manifest or those files.
    pub(super) fn of<'s, 'd: 's>(
        tree: Option<&BuildContext<'_>>,
        steps: impl Iterator<Item = &'s Step<'d>>,
    ) -> Self {
        let Some(tree) = tree else { return Self::default() };
        let mut found = BTreeSet::new();
        for step in steps {
            for call in step.calls().iter().filter(|call| is_install(call)) {
                found.extend(required(tree, step, call));
            }
        }
        let (locked, unread) = match names(tree.project, tree.folder.as_str()) {
            Ok(locked) => (locked, None),
            Err(refusal) => (None, Some(refusal)),
        };
        let is_complete = locked.as_ref().is_some_and(|locked| found.is_subset(locked));
        found.extend(locked.unwrap_or_default());
        Self { names: (!found.is_empty()).then_some(found), is_complete, unread }
    }
}

/// Installers: what installs packages, and is none that the lock speaks of.
const INSTALLERS: &[&str] = &["pip", "setuptools", "wheel", "uv", "poetry", "pdm"];

/// What the files of requirements, and the arguments of an install, name.
fn required(tree: &BuildContext<'_>, step: &Step<'_>, call: &Call<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut args = call.args.iter().peekable();
    while let Some(arg) = args.next() {
        let value = arg.value.as_deref().unwrap_or_default();
        if call.program == "pip" && value.starts_with(|first: char| first.is_ascii_alphabetic()) {
            let name = value.split(['=', '<', '>', '~', '!', '[', '@', ';']).next().unwrap_or_default();
            if name != "install" && !INSTALLERS.contains(&name) {
                found.push(name.to_lowercase().replace(['_', '.'], "-"));
            }
        }
        if !matches!(value, "-r" | "--requirement") {
            continue;
        }
        let Some(path) = args.next().and_then(Arg::path).and_then(|path| in_context(tree, step, &path))
        else {
            continue;
        };
        let text = dockfit_rewrite::RelPath::new(&path)
            .and_then(|full| dockfit_rewrite::FileSource::read(tree.project, &full).ok().flatten())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let Some(file) = text.and_then(|text| RequirementsFile::parse(&path, &text).ok()) else { continue };
        found.extend(file.lines().filter_map(|(_, line)| match &line.target {
            Target::Named(requirement) => Some(requirement.name.to_string()),
            _ => None,
        }));
    }
    found
}
