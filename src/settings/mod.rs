//! What the user wants: the configuration file and the options, put together.

mod file;
mod groups;
mod installer;
mod names;
mod servers;
mod targets;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dockfit_python::Groups;
use dockfit_rewrite::Selection;
use globset::GlobSet;

pub(crate) use file::normal;
pub(crate) use installer::Installer;
pub(crate) use names::{Names, nearest};
pub(crate) use targets::Targets;

use crate::args::{Format, Options};
use crate::baseline::{self, Baseline};
use crate::disk;
use crate::problem::{Problem, ProblemKind};
use crate::terminal::visible;

/// What the user wants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// The configuration file, if there is one.
    pub(crate) file: Option<PathBuf>,
    /// Which passes and decisions.
    pub(crate) selection: Selection,
    /// Only what this stage is built from.
    pub(crate) target: Option<String>,
    /// How to print, where the configuration says.
    pub(crate) format: Option<Format>,
    /// What folders are not searched for; paths relative to the configuration's folder.
    pub(crate) exclude: Option<GlobSet>,
    /// Build contexts by Dockerfile, both absolute.
    pub(crate) contexts: BTreeMap<PathBuf, PathBuf>,
    /// What installs Python packages, where the configuration or an option says so.
    pub(crate) installer: Option<Installer>,
    /// The groups of Python dependencies, where the configuration says something of them.
    pub(crate) groups: Option<Groups>,
    /// What `bench` holds the figures against.
    pub(crate) targets: Targets,
    /// The file of accepted refusals; it need not exist.
    pub(crate) baseline: PathBuf,
    /// What stands in it.
    pub(crate) accepted: Baseline,
}

impl Settings {
    /// The settings for what lies in `folder`: the nearest configuration from there up to `root`, with the
    /// options on top.
    pub(crate) fn load(
        folder: &Path,
        root: &Path,
        options: &Options,
        names: &Names,
    ) -> Result<Self, Problem> {
        let file = match &options.config {
            Some(file) => Some(file.clone()),
            None => nearest_file(folder, root),
        };
        let mut settings = match file {
            Some(file) => Self::read(&file, names)?,
            None => Self::default(),
        };
        let selection = &mut settings.selection;
        if !options.only.is_empty() {
            selection.only.clone_from(&options.only);
        }
        selection.skip.extend(options.skip.iter().cloned());
        selection.with.extend(options.with.iter().cloned());
        selection.allow_unsafe |= options.allow_unsafe;
        selection.all |= options.all;
        settings.installer = options.installer.clone().or(settings.installer);
        if let Some(installer) = settings.installer.clone() {
            installer.choose(&mut settings.selection);
        }
        settings.target.clone_from(&options.target);
        if settings.baseline.as_os_str().is_empty() {
            let folder = settings.file.as_deref().and_then(Path::parent).unwrap_or(root);
            settings.baseline = folder.join(baseline::FILE_NAME);
        }
        settings.accepted = Baseline::read(&settings.baseline)?.unwrap_or_default();
        Ok(settings)
    }

    fn read(path: &Path, names: &Names) -> Result<Self, Problem> {
        let shown = crate::project::shown(path);
        let bytes = disk::read(path).map_err(|failure| {
            let problem = Problem::new(ProblemKind::Config, failure.message()).in_file(&shown);
            problem.help("name the configuration file with --config, or leave the option away")
        })?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let problem = Problem::new(ProblemKind::Config, "the configuration is no UTF-8").in_file(&shown);
            problem.help("save it as UTF-8")
        })?;
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let folder = real.parent().unwrap_or(Path::new("/")).to_path_buf();
        let settings = file::parse(&text, is_pyproject(path), &folder, names).map_err(|error| {
            let problem = Problem::new(ProblemKind::Config, visible(&error.message)).in_file(&shown);
            let problem = problem.at(text.as_bytes(), error.span.into());
            match error.help {
                Some(help) => problem.help(help),
                None => problem,
            }
        })?;
        Ok(Self { file: Some(real), ..settings })
    }
}

fn is_pyproject(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "pyproject.toml")
}

/// The nearest `dockfit.toml`, or `pyproject.toml` with a table for dockfit, from `folder` up to `root`.
fn nearest_file(folder: &Path, root: &Path) -> Option<PathBuf> {
    for folder in folder.ancestors().take_while(|folder| folder.starts_with(root)) {
        let own = folder.join("dockfit.toml");
        if own.is_file() {
            return Some(own);
        }
        let python = folder.join("pyproject.toml");
        if disk::read(&python).is_ok_and(|bytes| file::speaks_of_dockfit(&bytes)) {
            return Some(python);
        }
    }
    None
}
