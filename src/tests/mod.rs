//! The command from inside, with passes of its own.

mod apply;
mod bad_input;
mod builders;
mod config_schema;
mod configuration;
mod contexts;
mod forms;
mod hostile_reports;
mod inspect;
mod passes;
mod patch;
mod reports;
mod split;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::args::Cli;
use crate::commands::{Exit, dispatch};
use crate::console::capture;

/// A folder of its own for a test.
struct Place {
    folder: tempfile::TempDir,
}

/// What a command wrote, with the folder's name taken out.
struct Said {
    exit: Exit,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("dockfit-").tempdir().expect("a folder for the test");
        Self { folder }
    }

    /// With files, given as path and text.
    fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::new();
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    /// With files that git has committed.
    fn in_git(files: &[(&str, &str)]) -> Self {
        let place = Self::with(files);
        place.git(&["init", "--quiet"]);
        place.git(&["config", "user.email", "test@localhost"]);
        place.git(&["config", "user.name", "Test"]);
        place.git(&["add", "--all"]);
        place.git(&["commit", "--quiet", "--allow-empty", "--message=Start"]);
        place
    }

    /// The folder's name, whether it is there or not.
    fn root_before(&self) -> &Path {
        self.folder.path()
    }

    fn root(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).expect("the folder is there")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("the file is there")
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output =
            Command::new("git").args(arguments).current_dir(self.folder.path()).output().expect("git");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs a command; a word that starts with `@` is a path in the folder.
    fn run(&self, words: &[&str]) -> Said {
        self.run_with(words, "", false)
    }

    /// As [`Self::run`], with this on standard input; `answers` tells whether somebody sits there.
    fn run_with(&self, words: &[&str], input: &str, answers: bool) -> Said {
        let words = words.iter().map(|word| match word.strip_prefix('@') {
            Some(path) => self.path(path).to_string_lossy().into_owned(),
            None => (*word).to_owned(),
        });
        let words: Vec<String> = words.collect();
        let (cli, words) = Cli::read(words.into_iter().map(Into::into).collect()).expect("valid words");
        let words = words.into_iter().map(|word| word.into_string().expect("text")).collect();
        let (mut console, out, err) = capture::console(input, answers);
        console.words = words;
        let exit = dispatch(cli, passes::ALL, &mut console).expect("memory can be written");
        Said { exit, out: self.plain(&out.text()), err: self.plain(&err.text()) }
    }

    /// `text` with the folder's name as `/project`.
    fn plain(&self, text: &str) -> String {
        let text = text.replace(&*self.root().to_string_lossy(), "/project");
        text.replace(&*Path::new(self.folder.path()).to_string_lossy(), "/project")
    }
}

impl Said {
    /// All of it, for a snapshot.
    fn whole(&self) -> String {
        let err =
            if self.err.is_empty() { String::new() } else { format!("--- standard error\n{}", self.err) };
        format!("exit {}\n{}{err}", self.exit as u8, self.out)
    }
}

/// Where the snapshots are.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// Compares with a snapshot.
macro_rules! snapshot {
    ($name:expr, $text:expr) => {
        crate::tests::settings().bind(|| insta::assert_snapshot!($name, $text))
    };
}
use snapshot;
