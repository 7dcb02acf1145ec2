//! What holds at one place of a stage, apart from variables.

use std::sync::Arc;

use super::Value;

/// User, working directory and shell as an instruction finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// USER; empty is root.
    pub user: Value,
    /// WORKDIR; empty where neither the image nor an instruction sets one, which is `/`.
    pub working_dir: Value,
    /// SHELL, where the image or an instruction sets one.
    pub shell: Option<Arc<[String]>>,
    /// Whether the image is for Windows.
    pub windows: bool,
    /// Whether there is no file at all yet: `scratch`, and nothing done. Users are not found by name then.
    pub(crate) no_files: bool,
}

const SHELL: [&str; 2] = ["/bin/sh", "-c"];
const WINDOWS_SHELL: [&str; 3] = ["cmd", "/S", "/C"];

impl State {
    /// `command` as a shell gets it. Mirrors buildkit `withShell` and `defaultShell`.
    pub fn with_shell(&self, command: &str) -> Vec<String> {
        let mut words: Vec<String> = match (&self.shell, self.windows) {
            (Some(shell), _) if !shell.is_empty() => shell.to_vec(),
            (_, true) => WINDOWS_SHELL.map(str::to_owned).to_vec(),
            (_, false) => SHELL.map(str::to_owned).to_vec(),
        };
        words.push(command.to_owned());
        words
    }

    /// The directory that a command starts in.
    pub fn current_dir(&self) -> Value {
        match &self.working_dir {
            Value::Known(path) if path.is_empty() => Value::known("/"),
            other => other.clone(),
        }
    }
}
