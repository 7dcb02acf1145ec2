//! Whether a command can be started: found, executable, and its interpreter there.

use std::fmt;

use crate::users::{Access, Account};
use crate::{Image, NodeKind};

/// Why a command cannot be started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotRunnable {
    /// There is no command.
    Empty,
    /// `USER` names nobody.
    NoUser(String),
    /// No folder of `PATH` has it, or there is no such file.
    NotFound(String),
    /// It is no file.
    NoFile(String),
    /// The user may not execute it.
    NotExecutable(String),
    /// The interpreter in its first line, or the loader that it names, is not there.
    NoInterpreter {
        /// The program.
        program: String,
        /// What is missing.
        interpreter: String,
    },
}

impl fmt::Display for NotRunnable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the image has no command"),
            Self::NoUser(user) => write!(f, "its user `{user}` is not in /etc/passwd"),
            Self::NotFound(program) => write!(f, "`{program}` is not in the image"),
            Self::NoFile(program) => write!(f, "`{program}` is no file"),
            Self::NotExecutable(program) => write!(f, "the image's user may not execute `{program}`"),
            Self::NoInterpreter { program, interpreter } => {
                write!(f, "`{program}` wants `{interpreter}`, which is not in the image")
            }
        }
    }
}

/// The engine's search path where the image sets none. Source: moby `oci/defaults.go`.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The path of the file that is executed for `words`, as the image's user in its folder. Mirrors runc `libcontainer/standard_init_linux.go`.
pub fn resolve(image: &Image, words: &[&str]) -> Result<String, NotRunnable> {
    let program = words.first().ok_or(NotRunnable::Empty)?;
    let account = Account::of(image).ok_or_else(|| NotRunnable::NoUser(image.config.user.clone()))?;
    let found = format!("/{}", find(image, &account, program)?);
    match interpreter(image, &found) {
        Some(interpreter) if image.tree.follow(&interpreter).is_none() => {
            Err(NotRunnable::NoInterpreter { program: found, interpreter })
        }
        _ => Ok(found),
    }
}

fn find(image: &Image, account: &Account, program: &str) -> Result<String, NotRunnable> {
    let may_run = |path: &str| {
        let (real, node) = image.tree.follow(path)?;
        (matches!(node.kind, NodeKind::File(_)) && account.may(Access::Execute, node)).then_some(real)
    };
    if program.contains('/') {
        let path = if program.starts_with('/') {
            program.to_owned()
        } else {
            format!("{}/{program}", image.config.folder())
        };
        let (_, node) = image.tree.follow(&path).ok_or_else(|| NotRunnable::NotFound(program.to_owned()))?;
        if !matches!(node.kind, NodeKind::File(_)) {
            return Err(NotRunnable::NoFile(program.to_owned()));
        }
        return may_run(&path).ok_or_else(|| NotRunnable::NotExecutable(program.to_owned()));
    }
    let mut seen = false;
    for folder in image.config.variable("PATH").unwrap_or(DEFAULT_PATH).split(':') {
        let path = format!("{folder}/{program}");
        if let Some(real) = may_run(&path) {
            return Ok(real);
        }
        seen |= image.tree.follow(&path).is_some();
    }
    let program = program.to_owned();
    Err(if seen { NotRunnable::NotExecutable(program) } else { NotRunnable::NotFound(program) })
}

/// What a program wants beside itself: the interpreter of a script, the loader of an ELF file. For `#!/usr/bin/env NAME`
/// the path of NAME.
fn interpreter(image: &Image, path: &str) -> Option<String> {
    let head = &image.tree.get(path)?.content()?.head;
    if let Some(line) = head.strip_prefix(b"#!") {
        let line = line.split(|byte| *byte == b'\n').next()?;
        let line = String::from_utf8_lossy(line).into_owned();
        let mut words = line.split_whitespace();
        let first = words.next()?;
        if !first.ends_with("/env") || image.tree.follow(first).is_none() {
            return Some(first.to_owned());
        }
        let name = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
        let mut folders = image.config.variable("PATH").unwrap_or(DEFAULT_PATH).split(':');
        let found = folders.find(|folder| image.tree.follow(&format!("{folder}/{name}")).is_some());
        return Some(found.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}")));
    }
    loader(head)
}

/// `PT_INTERP` of a 64-bit little-endian ELF file. Source: `elf(5)`.
fn loader(head: &[u8]) -> Option<String> {
    const PT_INTERP: u64 = 3;
    if !head.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let number = |at: usize, length: usize| -> Option<u64> {
        let bytes = head.get(at..at.checked_add(length)?)?;
        Some(bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    };
    let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    for index in 0..count {
        let at = usize::try_from(table.checked_add(index.checked_mul(size)?)?).ok()?;
        if number(at, 4)? == PT_INTERP {
            let start = usize::try_from(number(at.checked_add(8)?, 8)?).ok()?;
            let name = head.get(start..)?.split(|byte| *byte == 0).next()?;
            return Some(String::from_utf8_lossy(name).into_owned());
        }
    }
    None
}
