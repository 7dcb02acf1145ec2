//! Programs that are run: their output line by line, and an end to them when the user wants one.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::{Cancel, EngineError};

/// How often it is asked whether the user wants an end.
const TICK: Duration = Duration::from_millis(100);
/// How long a program may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(10);
/// How long what removes things may take. A busy engine takes its time to remove an image.
const CLEANING: Duration = Duration::from_mins(2);

/// A line of output.
pub(crate) enum Said {
    Out(String),
    Err(String),
}

/// What a program answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a program to its end.
///
/// It is in a process group of its own: an interrupt at the terminal reaches dockfit alone, which then ends it. Otherwise
/// what cleans up would be interrupted, too.
pub(crate) fn run(
    command: &mut Command,
    cancel: Cancel,
    on_line: &mut dyn FnMut(&Said),
) -> Result<Answer, EngineError> {
    run_within(command, cancel, None, on_line)
}

/// Runs a program that removes things, whatever the user wants; what it says does not matter.
pub(crate) fn clean_up(command: &mut Command) {
    let _ = run_within(command, Cancel::never(), Some(CLEANING), &mut |_| {});
}

/// What another program writes to standard output, such as one that makes load; it must succeed within that time.
pub fn answer_of(command: &mut Command, cancel: Cancel, within: Duration) -> Result<String, EngineError> {
    let answer = run_within(command, cancel, Some(within), &mut |_| {})?;
    if answer.status.success() {
        return Ok(answer.out);
    }
    Err(EngineError::Failed { command: line_of(command), said: last_words(&answer.err, &answer.out) })
}

/// As [`run`]; ends the program when it takes longer than that.
pub(crate) fn run_within(
    command: &mut Command,
    cancel: Cancel,
    limit: Option<Duration>,
    on_line: &mut dyn FnMut(&Said),
) -> Result<Answer, EngineError> {
    if cancel.is_asked() {
        return Err(EngineError::Cancelled);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    group::of_its_own(command);
    let mut child = command.spawn().map_err(|error| EngineError::Start { program: name(command), error })?;
    let (sender, lines) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        read_lines(out, sender.clone(), Said::Out);
    }
    if let Some(err) = child.stderr.take() {
        read_lines(err, sender, Said::Err);
    }
    let (mut out, mut err) = (String::new(), String::new());
    let began = Instant::now();
    loop {
        match lines.recv_timeout(TICK) {
            Ok(said) => {
                on_line(&said);
                let (text, line) = match &said {
                    Said::Out(line) => (&mut out, line),
                    Said::Err(line) => (&mut err, line),
                };
                text.push_str(line);
                text.push('\n');
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if cancel.is_asked() {
            end(&mut child);
            return Err(EngineError::Cancelled);
        }
        if limit.is_some_and(|limit| began.elapsed() > limit) {
            end(&mut child);
            let said = format!("no answer within {} s", limit.unwrap_or_default().as_secs());
            return Err(EngineError::Failed { command: line_of(command), said });
        }
    }
    let status = child.wait().map_err(|error| EngineError::Start { program: name(command), error })?;
    Ok(Answer { status, out, err })
}

/// Runs a program that must succeed; answers with what it wrote to standard output.
pub(crate) fn succeed(command: &mut Command, cancel: Cancel) -> Result<String, EngineError> {
    let answer = run(command, cancel, &mut |_| {})?;
    if answer.status.success() {
        return Ok(answer.out);
    }
    Err(EngineError::Failed { command: line_of(command), said: last_words(&answer.err, &answer.out) })
}

fn read_lines(pipe: impl Read + Send + 'static, lines: Sender<Said>, kind: fn(String) -> Said) {
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line);
            if lines.send(kind(text.trim_end_matches(['\n', '\r']).to_owned())).is_err() {
                break;
            }
            line.clear();
        }
    });
}

/// Asks a program to end, and ends it when it does not.
fn end(child: &mut Child) {
    group::ask_to_end(child);
    let began = Instant::now();
    while began.elapsed() < GRACE {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Groups of processes, which an interrupt at the terminal reaches as one.
#[cfg(unix)]
mod group {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command};

    use rustix::process::{Pid, Signal, kill_process_group};

    pub(super) fn of_its_own(command: &mut Command) {
        command.process_group(0);
    }

    /// Its children, too: `docker` runs its plugins as programs.
    pub(super) fn ask_to_end(child: &mut Child) {
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(pid, Signal::TERM);
        }
    }
}

#[cfg(not(unix))]
mod group {
    use std::process::{Child, Command};

    pub(super) fn of_its_own(command: &mut Command) {
        #[cfg(windows)]
        {
            use std::os::windows::process::CommandExt as _;
            /// `CREATE_NEW_PROCESS_GROUP`, `winbase.h`.
            const NEW_GROUP: u32 = 0x0000_0200;
            command.creation_flags(NEW_GROUP);
        }
        #[cfg(not(windows))]
        let _ = command;
    }

    /// There is no such signal here.
    pub(super) fn ask_to_end(child: &mut Child) {
        let _ = child.kill();
    }
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// The command as one would type it, as far as it is shown.
pub(crate) fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(shown).collect::<Vec<_>>().join(" ")
}

fn shown(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_./=:,@+".contains(char);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The last line that says something.
pub(crate) fn last_words(err: &str, out: &str) -> String {
    let last = |text: &str| {
        text.lines().rev().find(|line| !line.trim().is_empty()).map(|line| line.trim().to_owned())
    };
    last(err).or_else(|| last(out)).unwrap_or_default()
}
