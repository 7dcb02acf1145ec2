//! What dockfit asks git, as a process.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, OnceLock};

use dockfit_rewrite::RelPath;

use crate::problem::{Problem, ProblemKind};

/// The files that git keeps below the top of a work tree, listed when first asked for.
#[derive(Debug, Default)]
pub(crate) struct Tracked {
    /// `None`: nothing is asked.
    top: Option<PathBuf>,
    files: OnceLock<Option<Arc<BTreeSet<RelPath>>>>,
}

impl Tracked {
    /// Those of the work tree whose top is `top`.
    pub(crate) fn below(top: PathBuf) -> Self {
        Self { top: Some(top), files: OnceLock::new() }
    }

    /// The files; `None` where git keeps none or cannot be asked.
    pub(crate) fn files(&self) -> Option<Arc<BTreeSet<RelPath>>> {
        let top = self.top.as_deref()?;
        let list = || {
            let fixed = ["ls-files", "-z", "--cached", "--recurse-submodules"];
            let output = run(top, fixed.into_iter(), None).ok()?;
            let listed = String::from_utf8_lossy(&output.stdout);
            Some(Arc::new(listed.split_terminator('\0').filter_map(RelPath::new).collect()))
        };
        self.files.get_or_init(list).clone()
    }
}

/// The paths among `paths` (relative to `root`) that have changes which are not committed.
pub(crate) fn dirty(root: &Path, paths: &[&str]) -> Result<BTreeSet<String>, Problem> {
    // Far below what a system takes as arguments.
    const MOST: usize = 500;
    let mut dirty = BTreeSet::new();
    for paths in paths.chunks(MOST) {
        let fixed = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--"];
        let output = run(root, fixed.into_iter().chain(paths.iter().copied()), None)?;
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        // `XY path`, each ended by NUL.
        dirty.extend(listed.split('\0').filter_map(|entry| entry.get(3..)).map(str::to_owned));
    }
    Ok(dirty)
}

/// Commits the work tree's state of `paths`, whatever else is staged.
pub(crate) fn commit(root: &Path, paths: &[&str], message: &str) -> Result<(), Problem> {
    run(root, ["add", "--"].into_iter().chain(paths.iter().copied()), None)?;
    let fixed = ["commit", "--quiet", "--file=-", "--only", "--"];
    run(root, fixed.into_iter().chain(paths.iter().copied()), Some(message)).map(drop)
}

/// Takes `paths` out of the index again, where a commit failed.
pub(crate) fn unstage(root: &Path, paths: &[&str]) -> Result<(), Problem> {
    run(root, ["reset", "--quiet", "--"].into_iter().chain(paths.iter().copied()), None).map(drop)
}

fn run<'a>(
    root: &Path,
    arguments: impl Iterator<Item = &'a str>,
    input: Option<&str>,
) -> Result<Output, Problem> {
    let arguments: Vec<&str> = arguments.collect();
    let name = arguments.first().copied().unwrap_or_default();
    let failed = |said: &str| {
        let said = crate::terminal::visible(said.trim()).replace('␊', "; ");
        let problem = Problem::new(ProblemKind::Git, format!("git {name} failed: {said}"));
        problem.in_file(crate::project::shown(root))
    };
    let mut command = Command::new("git");
    // Paths are files, not patterns.
    command.arg("--literal-pathspecs").args(arguments.iter().map(OsStr::new)).current_dir(root);
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| failed(&error.to_string()).help("install git"))?;
    if let (Some(text), Some(mut pipe)) = (input, child.stdin.take()) {
        pipe.write_all(text.as_bytes()).map_err(|error| failed(&error.to_string()))?;
    }
    let output = child.wait_with_output().map_err(|error| failed(&error.to_string()))?;
    if output.status.success() {
        Ok(output)
    } else {
        let said = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
        Err(failed(&String::from_utf8_lossy(&said)))
    }
}
