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

/// Hands over the states of a file in the history of the commit that is checked out, newest first, at most so many:
/// when, in seconds since 1970, and the text. Of a merge only its result counts, not the way there.
pub(crate) fn states(
    root: &Path,
    path: &str,
    most: usize,
    mut take: impl FnMut(i64, &str),
) -> Result<(), Problem> {
    // A lock may be some megabytes long: so many are held at a time.
    const AT_ONCE: usize = 25;
    let most = format!("--max-count={most}");
    let fixed = ["rev-list", "--first-parent", "--timestamp", &most, "HEAD", "--", path];
    let output = run(root, fixed.into_iter(), None)?;
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    let commits: Vec<(i64, &str)> = listed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(date, commit)| Some((date.parse().ok()?, commit)))
        .collect();
    for commits in commits.chunks(AT_ONCE) {
        // `./` counts from `root`, whether that is the top of the work tree or not.
        let names: String = commits.iter().map(|(_, commit)| format!("{commit}:./{path}\n")).collect();
        let output = run(root, ["cat-file", "--batch"].into_iter(), Some(&names))?;
        let mut rest = output.stdout.as_slice();
        for (date, _) in commits {
            // `<object> blob <size>`, the bytes, a line end; or `<name> missing` where the commit took the file away.
            let Some(end) = memchr::memchr(b'\n', rest) else { break };
            let header = String::from_utf8_lossy(rest.get(..end).unwrap_or_default());
            let size = header.rsplit(' ').next().and_then(|size| size.parse::<usize>().ok());
            rest = rest.get(end + 1..).unwrap_or_default();
            let Some(size) = size else { continue };
            let Some(bytes) = rest.get(..size) else { break };
            take(*date, &String::from_utf8_lossy(bytes));
            rest = rest.get(size + 1..).unwrap_or_default();
        }
    }
    Ok(())
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
    let pipe = child.stdin.take();
    // At the same time: git answers before it has read everything, and would wait for a reader.
    let (written, output) = std::thread::scope(|scope| {
        let writer = scope.spawn(move || match (input, pipe) {
            (Some(text), Some(mut pipe)) => pipe.write_all(text.as_bytes()),
            _ => Ok(()),
        });
        let output = child.wait_with_output();
        (writer.join().unwrap_or(Ok(())), output)
    });
    let output = output.map_err(|error| failed(&error.to_string()))?;
    written.map_err(|error| failed(&error.to_string()))?;
    if output.status.success() {
        Ok(output)
    } else {
        let said = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
        Err(failed(&String::from_utf8_lossy(&said)))
    }
}
