//! The commands of an image that start a server.

use dockfit_dockerfile::{JsonArray, Keyword, Span};
use dockfit_rewrite::{Decision, DecisionInfo, Outcome, Place, RelPath};
use dockfit_shell::base_name;

use super::compose::Started;
use super::find::{commands, of_script, of_stage, started_script};
use super::launcher::Launcher;
use super::script_file::{ScriptFile, Scripts};
use super::table::{SERVERS, Server};
use super::words::{ScriptPlace, Word, script, server};
use crate::dockerfiles::File;

/// A CMD or ENTRYPOINT that counts in its stage, and the server that it starts.
pub(crate) struct Launch {
    /// The server.
    pub(crate) server: &'static Server,
    /// The stage that the command stands in.
    pub(crate) stage: usize,
    /// The instruction that names the server.
    pub(crate) index: usize,
    /// CMD or ENTRYPOINT.
    pub(crate) keyword: Keyword,
    /// The words of the command that starts the server; those of a CMD behind an ENTRYPOINT are among them.
    pub(crate) words: Vec<Word>,
    /// Which of them names the server.
    pub(crate) program: usize,
    /// Which of them is the server's first argument.
    pub(crate) first: usize,
    /// How the command is written.
    pub(crate) form: Form,
    /// Who gets the command.
    pub(crate) launcher: Launcher,
    /// The start script that the command stands in, where that is none of the Dockerfile's own text.
    pub(crate) script: Option<ScriptFile>,
    /// Whether no other command of its text starts a server.
    pub(crate) alone: bool,
}

/// How a command is written.
pub(crate) enum Form {
    /// As an array that is executed as it is.
    Exec,
    /// As text for a shell.
    Shell(Shell),
}

/// Text for a shell.
pub(crate) struct Shell {
    /// The array that runs the shell, if it is not the shell form of the instruction.
    pub(crate) array: Option<JsonArray>,
    /// Where in the text the command stands.
    pub(crate) place: ScriptPlace,
    /// Whether the command does more than start a program: redirections, variables set for it.
    pub(crate) more: bool,
    /// Whether the shell is one whose words are read here, and whose start changes nothing.
    pub(crate) known: bool,
    /// Whether the bytes of its text are those of the file.
    pub(crate) exact: bool,
}

impl Launch {
    /// Those of a Dockerfile's own text: in each stage the last CMD and the last ENTRYPOINT.
    pub(crate) fn all(file: &File<'_>) -> Vec<Self> {
        // Most files name none: those need no look at their commands.
        let source = file.dockerfile.document().source();
        let named = |server: &Server| contains(source, server.name.as_bytes());
        if !SERVERS.iter().any(named) {
            return Vec::new();
        }
        let scripts = Scripts::new(file.task.project, file.dockerfile);
        let stages = file.dockerfile.model().stages().iter();
        stages.filter_map(|stage| of_stage(&scripts, stage)).collect()
    }

    /// Those of the start scripts that a Dockerfile's commands run.
    pub(crate) fn in_scripts(file: &File<'_>) -> Vec<Self> {
        let scripts = Scripts::new(file.task.project, file.dockerfile);
        let stages = file.dockerfile.model().stages().iter();
        stages.flat_map(|stage| of_script(&scripts, stage)).collect()
    }

    /// Start scripts that name a server and are not understood, each with the instruction that runs it.
    pub(crate) fn unclear_scripts(file: &File<'_>) -> Vec<(usize, ScriptFile)> {
        let scripts = Scripts::new(file.task.project, file.dockerfile);
        let stages = file.dockerfile.model().stages().iter();
        let found = stages.filter_map(|stage| {
            let (cmd, entrypoint) = commands(&scripts, stage);
            let index = entrypoint.or(cmd)?;
            Some((index, started_script(&scripts, stage.index, index)?))
        });
        let names_one = |script: &ScriptFile| {
            let text = script.script.text().as_bytes();
            SERVERS.iter().any(|server| contains(text, server.name.as_bytes()))
        };
        found.filter(|(_, script)| script.script.has_errors() && names_one(script)).collect()
    }

    /// What `decide` says of each of a file.
    pub(crate) fn decisions(file: &File<'_>, decide: fn(&File<'_>, &Self) -> Vec<Decision>) -> Vec<Decision> {
        Self::all(file)
            .iter()
            .chain(&Self::in_scripts(file))
            .flat_map(|launch| decide(file, launch))
            .collect()
    }

    /// A decision on it, where it stands.
    pub(crate) fn decision(
        &self,
        file: &File<'_>,
        info: &'static DecisionInfo,
        outcome: Outcome,
    ) -> Option<Decision> {
        let instruction = file.dockerfile.document().instructions().get(self.index)?;
        let mut decision = file.decision(info, instruction.text_span(), outcome);
        if let Some(script) = &self.script {
            let (first, last) = (self.words.first()?, self.words.last()?);
            let span = Span::new(first.range.start, last.range.end);
            decision.place = Place { file: script.path.clone(), span };
        }
        Some(decision)
    }

    /// Another Dockerfile of the project that starts the same script.
    pub(crate) fn other_dockerfile(&self, file: &File<'_>) -> Option<RelPath> {
        let script = self.script.as_ref()?;
        let others = File::all(file.task).filter(|other| other.dockerfile.path() != file.dockerfile.path());
        let starts = |other: &File<'_>| {
            let launches = Self::in_scripts(other);
            launches
                .iter()
                .any(|launch| launch.script.as_ref().is_some_and(|found| found.path == script.path))
        };
        others.filter(starts).map(|other| other.dockerfile.path().clone()).next()
    }

    /// The words behind the program.
    pub(crate) fn arguments(&self) -> &[Word] {
        self.words.get(self.first..).unwrap_or_default()
    }

    /// The option named `name` is there, with or without a value behind `=`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.arguments().iter().any(|word| {
            let rest = word.written.trim_start_matches(['"', '\'']).strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['=', '"', '\'']))
        })
    }

    /// The value of the option named `name`: what is written last counts.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let arguments = self.arguments();
        arguments.iter().enumerate().rev().find_map(|(at, word)| {
            let value = word.value.as_deref()?;
            if value == name {
                return arguments.get(at + 1)?.value.as_deref();
            }
            value.strip_prefix(name)?.strip_prefix('=')
        })
    }

    /// The application that the server is told to serve: `app.main:app`.
    pub(crate) fn application(&self) -> Option<&str> {
        let plain = |char: char| char.is_alphanumeric() || matches!(char, '_' | '.');
        let is_module = |text: &str| {
            text.split_once(':').is_some_and(|(module, name)| {
                !module.is_empty()
                    && module.chars().all(plain)
                    && name.starts_with(|char: char| !char.is_ascii_digit())
            })
        };
        let mut values = self.arguments().iter().filter_map(|word| word.value.as_deref());
        let last = self.arguments().last().and_then(|word| word.value.as_deref());
        let lone = last.filter(|text| {
            text.contains('.')
                && text.chars().all(plain)
                && !text.starts_with(|char: char| char.is_ascii_digit())
        });
        values.find(|text| is_module(text)).or(lone)
    }

    /// Whether its words can be edited where they stand.
    pub(crate) fn is_exact(&self) -> bool {
        match &self.form {
            Form::Exec => true,
            Form::Shell(shell) => shell.exact,
        }
    }

    /// The command as it is shown: the program and its subcommand.
    pub(crate) fn name(&self) -> String {
        match self.server.subcommand {
            Some(subcommand) => format!("{} {subcommand}", self.server.name),
            None => self.server.name.to_owned(),
        }
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// The server that the words of another file's command start, and what it is told.
pub(crate) fn started(words: &[String]) -> Option<Started> {
    let word = |(at, word): (usize, &String)| Word {
        instruction: 0,
        item: Some(at),
        value: Some(word.clone()),
        written: word.clone(),
        range: 0..0,
        plain: true,
    };
    let words = match words {
        [shell, option, text]
            if option.ends_with('c') && matches!(base_name(shell), "sh" | "bash" | "ash" | "dash") =>
        {
            script(text, 0, None)?.words
        }
        words => words.iter().enumerate().map(word).collect(),
    };
    let (program, first, server) = server(&words)?;
    let (keyword, form) = (Keyword::Cmd, Form::Exec);
    let (launcher, script) = (Launcher::Known, None);
    let (stage, index, alone) = (0, 0, true);
    let launch =
        Launch { server, stage, index, keyword, words, program, first, form, launcher, script, alone };
    Some(Started { server, counted: !launch.counts().is_empty(), reloads: launch.has("--reload") })
}
