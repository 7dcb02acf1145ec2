//! The configuration file: `dockfit.toml`, or `[tool.dockfit]` of `pyproject.toml`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use dockfit_rewrite::Interpreter;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Installer, Names, Settings, nearest};
use crate::args::Format;

/// All keys, for suggestions.
const KEYS: [&str; 15] = [
    "only",
    "skip",
    "with",
    "unsafe",
    "all",
    "format",
    "exclude",
    "context",
    "baseline",
    "groups",
    "workers",
    "servers",
    "installer",
    "interpreter",
    "targets",
];

/// What is wrong with a configuration file, and where.
#[derive(Debug)]
pub(super) struct FileError {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) span: Range<usize>,
}

pub(super) type Value<'a> = Spanned<DeValue<'a>>;

impl FileError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()), span }
    }
}

/// Reads a configuration file that lies in `folder`.
pub(super) fn parse(
    text: &str,
    pyproject: bool,
    folder: &Path,
    names: &Names,
) -> Result<Settings, FileError> {
    let document = DeTable::parse(text).map_err(|error| FileError {
        message: error.message().replace('\n', ", "),
        help: None,
        span: error.span().unwrap_or(0..0),
    })?;
    let table = if pyproject { tool_table(document.get_ref()) } else { Some(document.get_ref()) };
    let mut settings = Settings::default();
    for (key, value) in table.into_iter().flatten() {
        match key.get_ref().as_ref() {
            "only" => settings.selection.only = selected(value, names)?,
            "skip" => settings.selection.skip = selected(value, names)?,
            "with" => settings.selection.with = selected(value, names)?,
            "unsafe" => settings.selection.allow_unsafe = boolean(value)?,
            "all" => settings.selection.all = boolean(value)?,
            "format" => settings.format = Some(format(value)?),
            "exclude" => settings.exclude = Some(globs(value)?),
            "context" => settings.contexts = contexts(value, folder)?,
            "groups" => {
                let (groups, told) = super::groups::groups(value)?;
                settings.groups = Some(groups);
                settings.selection.groups = told;
            }
            "workers" => super::servers::workers(value, &mut settings.selection.servers)?,
            "servers" => super::servers::servers(value, &mut settings.selection.servers)?,
            "installer" => settings.installer = Some(installer(value)?),
            "interpreter" => settings.selection.interpreter = interpreter(value)?,
            "targets" => settings.targets = super::targets::targets(value)?,
            "baseline" => settings.baseline = folder.join(string(value)?),
            unknown => {
                let help = match nearest(unknown, KEYS.into_iter()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys are {}", KEYS.join(", ")),
                };
                return Err(FileError::new(key.span(), format!("unknown key `{unknown}`"), help));
            }
        }
    }
    Ok(settings)
}

/// Whether a `pyproject.toml` has a table for dockfit, or seems to and cannot be read.
pub(super) fn speaks_of_dockfit(bytes: &[u8]) -> bool {
    // Most hold no such word: those need not be parsed.
    if memchr::memmem::find(bytes, b"dockfit").is_none() {
        return false;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    DeTable::parse(text)
        .map_or_else(|_| text.contains("[tool.dockfit"), |document| tool_table(document.get_ref()).is_some())
}

fn tool_table<'a, 'i>(document: &'a DeTable<'i>) -> Option<&'a DeTable<'i>> {
    let tool = document.get("tool")?.get_ref().as_table()?;
    tool.get("dockfit")?.get_ref().as_table()
}

pub(super) fn wrong(value: &Value<'_>, wanted: &str, example: &str) -> FileError {
    let message = format!("{wanted} belongs here, not {}", value.get_ref().type_str());
    FileError::new(value.span(), message, format!("for example {example}"))
}

fn boolean(value: &Value<'_>) -> Result<bool, FileError> {
    value.get_ref().as_bool().ok_or_else(|| wrong(value, "true or false", "`true`"))
}

fn string<'a>(value: &'a Value<'_>) -> Result<&'a str, FileError> {
    value.get_ref().as_str().ok_or_else(|| wrong(value, "a string", "`\"text\"`"))
}

pub(super) fn strings<'a>(value: &'a Value<'_>) -> Result<Vec<(&'a str, Range<usize>)>, FileError> {
    let list = || wrong(value, "a list of strings", "`[\"one\", \"two\"]`");
    let items = value.get_ref().as_array().ok_or_else(list)?;
    items.iter().map(|item| Ok((string(item)?, item.span()))).collect()
}

fn selected(value: &Value<'_>, names: &Names) -> Result<Vec<String>, FileError> {
    let mut selected = Vec::new();
    for (name, span) in strings(value)? {
        names.check(name).map_err(|(message, help)| FileError::new(span, message, help))?;
        selected.push(name.to_owned());
    }
    Ok(selected)
}

fn format(value: &Value<'_>) -> Result<Format, FileError> {
    let text = string(value)?;
    Format::from_str(text, false).map_err(|_| {
        FileError::new(
            value.span(),
            format!("there is no format `{text}`"),
            "use text, json, patch, sarif, github, markdown or html",
        )
    })
}

/// `interpreter`: `"copied"`, or `"of-image"`, which is the default.
fn interpreter(value: &Value<'_>) -> Result<Interpreter, FileError> {
    match string(value)? {
        "of-image" => Ok(Interpreter::OfImage),
        "copied" => Ok(Interpreter::Copied),
        other => {
            let message = format!("`interpreter` cannot be `{other}`");
            Err(FileError::new(value.span(), message, "use \"copied\" or \"of-image\""))
        }
    }
}

fn installer(value: &Value<'_>) -> Result<Installer, FileError> {
    string(value)?
        .parse()
        .map_err(|message: String| FileError::new(value.span(), message, "for example `installer = \"uv\"`"))
}

fn globs(value: &Value<'_>) -> Result<GlobSet, FileError> {
    let mut set = GlobSetBuilder::new();
    let broken = |span: Range<usize>, error: &globset::Error| {
        FileError::new(span, format!("no valid pattern: {}", error.kind()), "for example `\"vendor/**\"`")
    };
    for (pattern, span) in strings(value)? {
        let trimmed = pattern.trim_end_matches('/');
        let glob = GlobBuilder::new(trimmed).literal_separator(true).build();
        set.add(glob.map_err(|error| broken(span, &error))?);
    }
    set.build().map_err(|error| broken(value.span(), &error))
}

fn contexts(value: &Value<'_>, folder: &Path) -> Result<BTreeMap<PathBuf, PathBuf>, FileError> {
    let table = value.get_ref().as_table().ok_or_else(|| {
        wrong(value, "a table of Dockerfiles and their contexts", "`\"backend/Dockerfile\" = \".\"`")
    })?;
    let mut contexts = BTreeMap::new();
    for (dockerfile, context) in table {
        contexts.insert(
            normal(&folder.join(dockerfile.get_ref().as_ref())),
            normal(&folder.join(string(context)?)),
        );
    }
    Ok(contexts)
}

/// `path` without `.` and `..`.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                clean.pop();
            }
            _ => clean.push(part),
        }
    }
    clean
}
