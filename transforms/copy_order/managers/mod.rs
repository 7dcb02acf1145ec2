//! What commands install, and which files they read for it: a manager each, with its own table.

mod bundler;
mod cargo;
mod composer;
mod conda;
mod dotnet;
mod go;
mod jvm;
mod node;
mod node_project;
mod pip;
mod poetry;
mod toml_paths;
mod uv;

use super::tree::Folder;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;

/// One that installs what a manifest names.
pub(super) struct Manager {
    /// Its name.
    pub(super) name: &'static str,
    /// Its programs.
    pub(super) programs: &'static [&'static str],
    /// What a call of such a program does.
    pub(super) read: fn(&Call<'_>, &Folder<'_>) -> Reading,
}

/// What a call does.
#[derive(Debug)]
pub(super) enum Reading {
    /// Something that says nothing of dependencies: it may read whatever it likes.
    Other,
    /// Something that reads no file of the project.
    Idle,
    /// It builds what an earlier stage found out to be the dependencies.
    Prepared,
    /// It installs dependencies.
    Installs(Install),
    /// It installs dependencies, and cannot do so ahead of the source.
    Refused(Refusal),
}

/// An install of dependencies.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Install {
    /// The absolute paths of the files that it reads, the main one first.
    pub(super) files: Vec<String>,
    /// Folders all of which it reads.
    pub(super) folders: Vec<String>,
    /// Where it writes to, as far as a COPY might write there too.
    pub(super) writes: Vec<String>,
    /// How the dependencies are installed ahead of the source.
    pub(super) ahead: Ahead,
    /// What the reader should know.
    pub(super) note: Option<String>,
}

/// How the dependencies are installed ahead of the source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Ahead {
    /// By the command itself.
    #[default]
    Itself,
    /// By the command with this option; the command itself stays behind the source.
    WithOption(&'static str),
    /// By this command; the command itself stays behind the source.
    Other(&'static str),
}

/// All managers.
pub(super) static MANAGERS: &[&Manager] = &[
    &node::NODE,
    &pip::PIP,
    &pip::PIPENV,
    &uv::UV,
    &poetry::POETRY,
    &poetry::PDM,
    &conda::CONDA,
    &bundler::BUNDLER,
    &composer::COMPOSER,
    &go::GO,
    &cargo::CARGO,
    &jvm::MAVEN,
    &jvm::GRADLE,
    &dotnet::DOTNET,
];

/// The manager whose program a call runs.
pub(super) fn manager(call: &Call<'_>) -> Option<&'static Manager> {
    MANAGERS.iter().find(|manager| manager.programs.contains(&call.program.as_str())).copied()
}

impl Reading {
    fn refused(code: &'static str, text: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(code, text, way_out))
    }

    /// The command needs `what`, which is not only manifests.
    fn needs_source(what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self::refused("needs-source", what, way_out)
    }

    /// No manifest of that name comes from the context.
    fn no_manifest(folder: &Folder<'_>, name: &str) -> Self {
        let text = format!("`{}` is no file that the context gives", folder.at(name));
        Self::refused("no-manifest", text, "copy the manifest from the context before the install")
    }
}

/// The words of a command, options apart.
pub(super) struct Words<'c> {
    /// Options with the value behind them, where they take one.
    options: Vec<(&'c str, Option<&'c str>)>,
    /// The others.
    pub(super) plain: Vec<&'c str>,
}

impl<'c> Words<'c> {
    /// Splits the words of `call`. `with_value`: options whose value is the next word, if it is not behind `=`. Where a
    /// variable or a substitution decides about a word that is no option, the call is refused if one of `installs` is
    /// among its words, and may do anything else otherwise.
    pub(super) fn of(call: &'c Call<'_>, with_value: &[&str], installs: &[&str]) -> Result<Self, Reading> {
        Self::read(call, with_value, true).map_err(|refusal| undecided(call, installs, refusal))
    }

    /// As [`Words::of`], where the value of an option names no file and may be a variable.
    pub(super) fn with_free_values(
        call: &'c Call<'_>,
        with_value: &[&str],
        installs: &[&str],
    ) -> Result<Self, Reading> {
        Self::read(call, with_value, false).map_err(|refusal| undecided(call, installs, refusal))
    }

    fn read(call: &'c Call<'_>, with_value: &[&str], strict: bool) -> Result<Self, Refusal> {
        let mut words = Self { options: Vec::new(), plain: Vec::new() };
        let mut args = call.args.iter();
        while let Some(arg) = args.next() {
            let text = arg.value.as_deref().unwrap_or(&arg.text);
            let is_option = text.starts_with('-') && text.len() > 1;
            let open = arg.varies() || arg.value.is_none();
            if open && !is_option {
                return Err(variable(&arg.text));
            }
            if !is_option {
                words.plain.push(text);
            } else if let Some((name, value)) = text.split_once('=').filter(|_| text.starts_with("--")) {
                words.options.push((name, Some(value)));
            } else if with_value.contains(&text) {
                let value = args.next();
                if let Some(value) = value.filter(|value| strict && (value.varies() || value.value.is_none()))
                {
                    return Err(variable(&value.text));
                }
                words.options.push((text, value.and_then(|value| value.value.as_deref())));
            } else if let Some(name) = with_value
                .iter()
                .find(|name| name.len() == 2 && !text.starts_with("--") && text.starts_with(**name))
            {
                words.options.push((&text[..name.len()], Some(&text[name.len()..])));
            } else {
                words.options.push((text, None));
            }
        }
        Ok(words)
    }

    /// Whether one of these options stands there.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, _)| names.contains(name))
    }

    /// The value of the last of these options.
    pub(super) fn value(&self, names: &[&str]) -> Option<&'c str> {
        self.values(names).last()
    }

    /// The values of these options.
    pub(super) fn values(&self, names: &[&str]) -> impl Iterator<Item = &'c str> {
        self.options.iter().filter(|(name, _)| names.contains(name)).filter_map(|(_, value)| *value)
    }
}

/// What a call does whose words a variable decides.
fn undecided(call: &Call<'_>, installs: &[&str], refusal: Refusal) -> Reading {
    if call.values().any(|word| installs.contains(&word)) {
        Reading::Refused(refusal)
    } else {
        Reading::Other
    }
}

fn variable(word: &str) -> Refusal {
    let text = format!("`{word}` may name any file: a variable decides");
    Refusal::new("variable", text, "write the word itself, or copy the manifests first by hand")
}

/// Why the source is needed where the dependencies are `dynamic`.
const DYNAMIC: &str = "the dependencies are `dynamic` in pyproject.toml: they are read from the source";

/// What is said where nothing fixes the versions.
fn no_lock(name: &str) -> String {
    format!("there is no {name}: versions are chosen when a manifest changes, no longer when any file does")
}

/// A value of a variable that switches something on.
fn is_on(value: &str) -> bool {
    !matches!(value.to_ascii_lowercase().as_str(), "" | "0" | "false" | "no" | "off" | "n" | "f")
}
