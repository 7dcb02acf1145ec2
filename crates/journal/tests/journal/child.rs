//! The process that other tests kill, limit or strip of its rights: this test binary, started once more.

use std::io;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use dockfit_journal::{Journal, Step, Steps};

use crate::project::replacements;

/// Fails one change to the disk, and aborts the process just before another.
struct Faults {
    seen: AtomicUsize,
    fail_at: usize,
    kill_at: usize,
}

impl Steps for Faults {
    fn before(&self, _: Step, _: &Path) -> io::Result<()> {
        let now = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        if now == self.kill_at {
            std::process::abort();
        }
        if now == self.fail_at { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

/// What a child does in its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Do {
    Open,
    Apply,
    Undo,
}

/// The command that does `what`, killed before its `kill_at`-th change to the disk (0: not killed). It prints
/// `error:` and the error, or `done`. `wrapper`: a program and its arguments to start it with.
pub(crate) fn command(wrapper: &[&str], root: &Path, what: Do, kill_at: usize) -> Command {
    let mut command = test_process(wrapper, &std::env::current_exe().unwrap(), "child::entry");
    command.env("JOURNAL_ROOT", root).env("JOURNAL_DO", format!("{what:?}"));
    command.env("JOURNAL_KILL_AT", kill_at.to_string());
    command
}

/// The command that runs one of the ignored tests in a process of its own.
pub(crate) fn test_process(wrapper: &[&str], exe: &Path, test: &str) -> Command {
    let mut command = match wrapper {
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(exe);
            command
        }
        [] => Command::new(exe),
    };
    command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
    command
}

/// Runs it; it must pass.
pub(crate) fn must_pass(command: &mut Command) {
    let output = command.output().expect("util-linux is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{errors}");
}

/// Whether the child was killed; it must not have failed otherwise.
pub(crate) fn was_killed(output: &Output) -> bool {
    use std::os::unix::process::ExitStatusExt;
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.signal().is_some() || (output.status.success() && !text.contains("error:")),
        "{output:?}"
    );
    output.status.signal().is_some()
}

#[test]
#[ignore = "the process that other tests start"]
fn entry() {
    let Some(root) = std::env::var_os("JOURNAL_ROOT") else { return };
    let number = |name| std::env::var(name).map_or(0, |text| text.parse().unwrap());
    let (fail_at, kill_at) = (number("JOURNAL_FAIL_AT"), number("JOURNAL_KILL_AT"));
    let steps = || Box::new(Faults { seen: AtomicUsize::new(0), fail_at, kill_at });
    let root = Path::new(&root);
    let done = match std::env::var("JOURNAL_DO").unwrap().as_str() {
        "Open" => Journal::open_with(root, steps()).map(|_| ()),
        "Apply" => Journal::open_with(root, steps()).and_then(|(j, _)| j.apply(&replacements())).map(|_| ()),
        "Undo" => Journal::undo_with(root, steps()).map(|_| ()),
        other => panic!("{other}"),
    };
    match done {
        Ok(()) => println!("done"),
        Err(error) => println!("error: {error:?}"),
    }
}
