//! `dockfit lock`: run the project's own locking tool.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use dockfit_python::{Error, Files as _, Locker, find_manifest, lockers, read_manifest};
use dockfit_rewrite::RelPath;

use super::Exit;
use crate::args::LockArgs;
use crate::console::Console;
use crate::interrupt;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;
use crate::python::{Given, PythonFiles};

/// Finds the tool, says the command and runs it.
pub(super) fn lock(args: &LockArgs, console: &mut Console) -> io::Result<Exit> {
    match run(args, console) {
        Ok(said) => super::done(said, console),
        Err(problem) => {
            console.problem(&problem);
            super::failed(console)
        }
    }
}

fn run(args: &LockArgs, console: &mut Console) -> Result<String, Problem> {
    let (files, path, given) = PythonFiles::find(&args.path)?;
    let folder = if given == Given::Folder { path.clone() } else { path.parent() };
    let found = candidates(&files, &path, &folder, &given).map_err(|error| files.problem(&error))?;
    let Some(first) = found.first() else {
        let problem = Problem::new(ProblemKind::Path, "nothing here says what a Python project needs");
        let problem = problem.in_file(shown(&args.path));
        return Err(
            problem.help("name the folder of a pyproject.toml, Pipfile, setup.cfg or requirements.in")
        );
    };
    let Some(locker) = found.iter().find(|locker| is_installed(&locker.program)) else {
        let line = line(first, args);
        let message = format!("{} is not installed; the lock would be made by `{line}`", first.program);
        let problem = Problem::new(ProblemKind::NoTool, message).in_file(files.shown(&first.lock));
        return Err(problem.help(format!("install it: pip install {}", first.package)));
    };
    let work = RelPath::new(&locker.folder).unwrap_or_else(RelPath::root).on_disk(&files.root);
    let line = line(locker, args);
    console.say(format!("{} ({}), in {}\n", crate::terminal::visible(&line), locker.because, shown(&work)));
    let before = files.read(&locker.lock).ok().flatten();
    let failed =
        |message: String| Problem::new(ProblemKind::Tool, message).in_file(files.shown(&locker.lock));
    let mut command = Command::new(&locker.program);
    command.args(&locker.arguments).args(&args.options).current_dir(&work);
    // The tool gets the interrupt too, and ends in its own way first.
    let status = interrupt::finish_first(|| command.status());
    let status = status.map_err(|error| failed(format!("{} cannot be started: {error}", locker.program)))?;
    if was_interrupted(status) {
        interrupt::end();
    }
    if !status.success() {
        let how = status
            .code()
            .map_or_else(|| "was ended".to_owned(), |code| format!("failed with exit code {code}"));
        let problem = failed(format!("`{line}` {how}"));
        return Err(problem.help("what it said stands above; mend that, and run it again"));
    }
    let after = PythonFiles::new(files.root.clone()).read(&locker.lock).ok().flatten();
    let said = match (&before, &after) {
        (_, None) => return Err(failed(format!("`{line}` ended well but did not write the lock"))),
        (None, Some(_)) => "made",
        (Some(before), Some(after)) if before == after => "as it was",
        (Some(_), Some(_)) => "renewed",
    };
    Ok(format!("{}: {said}\n", files.shown(&locker.lock)))
}

fn candidates(
    files: &PythonFiles,
    path: &RelPath,
    folder: &RelPath,
    given: &Given,
) -> Result<Vec<Locker>, Error> {
    let manifest = match given {
        Given::Manifest => Some(path.as_str().to_owned()),
        Given::Folder | Given::Lock => find_manifest(files, folder.as_str())?,
    };
    let manifest = manifest.map(|path| read_manifest(files, &path)).transpose()?;
    lockers(files, folder.as_str(), manifest.as_ref())
}

fn line(locker: &Locker, args: &LockArgs) -> String {
    let words = std::iter::once(&locker.program).chain(&locker.arguments).chain(&args.options);
    words.map(|word| super::hint::quoted(word)).collect::<Vec<_>>().join(" ")
}

/// Whether the search path has a program.
fn is_installed(program: &str) -> bool {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).map(|folder: PathBuf| folder.join(&file)).any(|path| executable(&path))
}

/// Whether the tool was interrupted, of which this process may hear later than the tool ends.
#[cfg(unix)]
fn was_interrupted(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    const SIGINT: i32 = 2;
    status.signal() == Some(SIGINT) || status.code() == Some(130)
}

#[cfg(not(unix))]
fn was_interrupted(_: ExitStatus) -> bool {
    false
}

#[cfg(unix)]
fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn executable(path: &Path) -> bool {
    path.is_file()
}
