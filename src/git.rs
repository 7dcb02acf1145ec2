//! What dockfit asks git, as a process.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write as _};
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
    let most = format!("--max-count={most}");
    let fixed = ["rev-list", "--first-parent", "--timestamp", &most, "HEAD", "--", path];
    let output = run(root, fixed.into_iter(), None)?;
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    let commits: Vec<(i64, &str)> = listed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(date, commit)| Some((date.parse().ok()?, commit)))
        .collect();
    if commits.is_empty() {
        return Ok(());
    }
    // `./` counts from `root`, whether that is the top of the work tree or not.
    let names: String = commits.iter().map(|(_, commit)| format!("{commit}:./{path}\n")).collect();
    let failed = |said: &str| {
        let problem = Problem::new(ProblemKind::Git, format!("git cat-file failed: {said}"));
        problem.in_file(crate::project::shown(root))
    };
    let mut child = command(root, ["cat-file", "--batch"].into_iter())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(&error.to_string()).help("install git"))?;
    let (pipe, out) = (child.stdin.take(), child.stdout.take());
    // One after another, into the same memory: a history may be gigabytes of locks.
    let read = std::thread::scope(|scope| {
        scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(names.as_bytes())));
        out.map_or(Ok(()), |out| each(&mut BufReader::new(out), &commits, &mut take))
    });
    let status = child.wait().map_err(|error| failed(&error.to_string()))?;
    read.map_err(|error| failed(&error.to_string()))?;
    if status.success() { Ok(()) } else { Err(failed("it could not read the history")) }
}

/// Takes apart what `git cat-file --batch` prints of the commits: `<object> blob <size>`, the bytes, a line end; or `<name>
/// missing` where the commit took the file away.
fn each(
    from: &mut impl BufRead,
    commits: &[(i64, &str)],
    take: &mut impl FnMut(i64, &str),
) -> std::io::Result<()> {
    let (mut header, mut bytes) = (String::new(), Vec::new());
    for (date, _) in commits {
        header.clear();
        if from.read_line(&mut header)? == 0 {
            break;
        }
        let Some(size) = header.trim_end().rsplit(' ').next().and_then(|size| size.parse::<usize>().ok())
        else {
            continue;
        };
        bytes.resize(size + 1, 0);
        from.read_exact(&mut bytes)?;
        take(*date, &String::from_utf8_lossy(bytes.get(..size).unwrap_or_default()));
    }
    Ok(())
}

/// Git with these arguments, in which paths are files, not patterns.
fn command<'a>(root: &Path, arguments: impl Iterator<Item = &'a str>) -> Command {
    let mut command = Command::new("git");
    // A program that the repository's own configuration names, which git would run to list or compare files.
    command.args(["-c", "core.fsmonitor=false", "--literal-pathspecs"]);
    command.args(arguments.map(OsStr::new)).current_dir(root);
    command
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
    let mut command = command(root, arguments.iter().copied());
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
