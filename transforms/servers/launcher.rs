//! What stands between the engine and a server: programs and scripts that get its command as their arguments.

use dockfit_dockerfile::model::{Fact, Model};
use dockfit_shell::base_name;

use super::script_file::{Arguments, ScriptFile, Scripts};
use super::words::{Word, is_python};
use crate::cache_mounts::Refusal;

/// Programs that run the command behind them as it is, or with more around it, and leave the environment alone.
const LAUNCHERS: &[&str] = &[
    "exec",
    "uv",
    "poetry",
    "pdm",
    "pipenv",
    "hatch",
    "tini",
    "dumb-init",
    "catatonit",
    "gosu",
    "su-exec",
    "nice",
    "ionice",
    "stdbuf",
    "ddtrace-run",
    "opentelemetry-instrument",
    "newrelic-admin",
    "time",
];

/// Programs that start the command behind them with the arguments that they got, so that the form of a CMD is the same to
/// them.
const INITS: &[&str] = &["tini", "dumb-init", "catatonit"];

/// Who gets the command of a server.
#[derive(Debug)]
pub(crate) enum Launcher {
    /// Nobody that looks at it.
    Known,
    /// A script that hands it on; `reads_program`: it looks at the first word.
    Script { script: ScriptFile, reads_program: bool },
    /// Something that may read its options itself; why.
    Unknown(String),
}

impl Launcher {
    /// That of the words before a server's name, or of the ENTRYPOINT that gets a CMD.
    pub(super) fn of<'w>(
        scripts: &Scripts<'_>,
        stage: usize,
        before: impl IntoIterator<Item = (Option<&'w str>, &'w str)>,
    ) -> Self {
        let before: Vec<(Option<&str>, &str)> = before.into_iter().collect();
        let is_known = |(value, _): &(Option<&str>, &str)| {
            let name = value.map(base_name).unwrap_or_default();
            LAUNCHERS.contains(&name) || is_python(name)
        };
        // What a known program starts in turn is known by its path alone.
        let is_path = |word: &&(Option<&str>, &str)| {
            !is_known(word) && (word.1.starts_with(['/', '.']) || word.1.rsplit('.').next() == Some("sh"))
        };
        let Some(first) = before.first() else { return Self::Known };
        let candidate = if is_known(first) { before.iter().find(is_path) } else { Some(first) };
        let Some((_, written)) = candidate else { return Self::Known };
        let words: Vec<&str> = before.iter().map_while(|(value, _)| *value).collect();
        match scripts.started_by(stage, &words) {
            Some(script) => match script.arguments() {
                Arguments::HandedOn { reads_program } => Self::Script { script, reads_program },
                Arguments::Read { line, what } => {
                    Self::Unknown(format!("`{}:{line}` does more with its arguments: {what}", script.path))
                }
                Arguments::Dropped => {
                    let text = "does not hand its arguments on: it has no exec \"$@\"";
                    Self::Unknown(format!("`{}` {text}", script.path))
                }
                Arguments::NotUnderstood => Self::Unknown(format!("`{}` is not understood", script.path)),
            },
            None => Self::Unknown(format!("`{written}` gets the command, and may read its options itself")),
        }
    }

    /// That of a command whose words are these, where `program` names the server.
    pub(super) fn in_front(scripts: &Scripts<'_>, stage: usize, words: &[Word], program: usize) -> Self {
        let before = words.get(..program).unwrap_or_default();
        Self::of(scripts, stage, before.iter().map(|word| (word.value.as_deref(), word.written.as_str())))
    }

    /// That of a CMD: what stands in ENTRYPOINT.
    pub(super) fn of_cmd(scripts: &Scripts<'_>, model: &Model, stage: usize) -> Self {
        match model.config(stage).entrypoint {
            Fact::Known(words) => {
                Self::of(scripts, stage, words.iter().map(|word| (Some(word.as_str()), word.as_str())))
            }
            Fact::Unknown => Self::Known,
        }
    }

    /// Why the command's options cannot be changed: not where `variable` is set by the script itself, either.
    pub(crate) fn refusal(&self, variable: Option<&str>, way_out: &str) -> Option<Refusal> {
        let text = match self {
            Self::Known => return None,
            Self::Unknown(text) => text.clone(),
            Self::Script { script, .. } => {
                let said = script.speaks_of(variable?)?;
                format!("{said}, before the command gets it")
            }
        };
        Some(Refusal::new("launcher-unknown", text, way_out))
    }

    /// Whether it looks at the word that names the program.
    pub(crate) fn reads_program(&self) -> bool {
        matches!(self, Self::Script { reads_program: true, .. })
    }
}

/// Whether a CMD in shell form means the same to what stands in ENTRYPOINT when it is written in exec form.
pub(crate) fn takes_any_form(entrypoint: &[String]) -> bool {
    entrypoint.first().is_none_or(|word| INITS.contains(&base_name(word)))
}

/// The path of the program that words start behind programs that start others, and whether a shell reads it.
pub(super) fn program<'w>(words: &[&'w str]) -> Option<(&'w str, bool)> {
    let mut rest = words.iter();
    let mut by_shell = false;
    while let Some(word) = rest.next() {
        match base_name(word) {
            _ if word.starts_with('-') && by_shell && word.ends_with('c') => return None,
            _ if word.starts_with('-') => {}
            "gosu" | "su-exec" => {
                rest.next();
            }
            "sh" | "bash" | "dash" | "ash" => by_shell = true,
            name if LAUNCHERS.contains(&name) => {}
            _ => return Some((word, by_shell)),
        }
    }
    None
}
