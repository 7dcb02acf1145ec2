//! The commands by which pip downloads, and what says how long they wait.

use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::{Document, Instruction};
use dockfit_rewrite::Dockerfile;

use crate::by_stage::ByStage;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;

/// pip's subcommands (`pip --help`, 23.2 and 26.3); 2026-11-24.
const SUBCOMMANDS: &[&str] = &[
    "install",
    "download",
    "uninstall",
    "freeze",
    "inspect",
    "list",
    "lock",
    "show",
    "check",
    "config",
    "search",
    "cache",
    "index",
    "wheel",
    "hash",
    "completion",
    "debug",
    "help",
];

/// Those that download packages.
const DOWNLOADING: &[&str] = &["install", "download", "wheel", "lock"];

/// Options with which nothing is downloaded.
const OFFLINE: &[&str] = &["--no-index", "--help", "-h", "--version", "-V"];

/// The options that say how long to wait, and the variables that say the same.
const OPTIONS: &[&str] = &["--timeout", "--default-timeout"];
const VARIABLES: &[&str] = &["PIP_DEFAULT_TIMEOUT", "PIP_TIMEOUT"];

/// What is so of the downloads of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Downloads {
    /// There are none.
    No,
    /// All of them say how long they wait.
    Patient,
    /// One of them waits as long as pip does by itself.
    AsPipDoes,
}

/// What the file itself says of how long pip waits, gathered once.
pub(super) struct Said {
    /// The ARGs that name one of the variables.
    arguments: ByStage,
    /// What brings or writes a configuration file.
    configurations: ByStage,
}

impl Said {
    /// What `dockerfile` says.
    pub(super) fn of(dockerfile: &Dockerfile) -> Self {
        let (document, model) = (dockerfile.document(), dockerfile.model());
        let all = || document.instructions().iter().enumerate();
        let declares = |index| match model.operation(index) {
            Some(Operation::Arg(arguments)) => {
                arguments.iter().any(|argument| VARIABLES.contains(&argument.name.text.as_str()))
            }
            _ => false,
        };
        let arguments = all().map(|(index, _)| index).filter(|index| declares(*index));
        let configurations = all().filter(|(_, found)| configures(document, found)).map(|(index, _)| index);
        Self { arguments: ByStage::of(model, arguments), configurations: ByStage::of(model, configurations) }
    }

    /// The downloads of `step` by pip.
    pub(super) fn downloads(&self, step: &Step<'_>) -> Downloads {
        let mut calls = step.calls().iter().filter(|call| downloads(call)).peekable();
        if calls.peek().is_none() {
            Downloads::No
        } else if self.sets(step) || calls.all(says_how_long) {
            Downloads::Patient
        } else {
            Downloads::AsPipDoes
        }
    }

    /// Whether ENV or ARG of the file sets how long pip waits in `step`.
    fn sets(&self, step: &Step<'_>) -> bool {
        let environment = step.model().environment(step.index);
        let known = |name: &&str| {
            let value = environment.and_then(|at| at.value(name));
            value.is_some_and(|value| value.text().is_some())
        };
        VARIABLES.iter().any(known) || first_until(&self.arguments, step).is_some()
    }

    /// The line that brings or writes pip's configuration file, which a variable would overrule.
    pub(super) fn configured(&self, step: &Step<'_>) -> Option<usize> {
        let found = first_until(&self.configurations, step)?;
        Some(step.line_of(found))
    }
}

fn first_until(found: &ByStage, step: &Step<'_>) -> Option<usize> {
    found.first_until(step.model().stage_of(step.index)?.index, step.index)
}

/// Whether an instruction names pip's configuration file, or sets the timeout in it.
fn configures(document: &Document, instruction: &Instruction) -> bool {
    const WORDS: &[&str] = &["pip.conf", "pip.ini", "global.timeout"];
    let names = |text: &str| WORDS.iter().any(|word| text.contains(word));
    names(instruction.text.as_str())
        || instruction.heredocs.iter().any(|heredoc| names(&document.text(heredoc.body)))
}

fn downloads(call: &Call<'_>) -> bool {
    let subcommand = || call.values().find(|value| SUBCOMMANDS.contains(value));
    call.program == "pip"
        && subcommand().is_some_and(|found| DOWNLOADING.contains(&found))
        && !call.values().any(|value| OFFLINE.contains(&value))
}

fn says_how_long(call: &Call<'_>) -> bool {
    let option = |text: &str| {
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        OPTIONS.contains(&name)
    };
    call.args.iter().any(|arg| option(arg.value.as_deref().unwrap_or(&arg.text)))
        || VARIABLES.iter().any(|name| call.own_variable(name).is_some())
}
