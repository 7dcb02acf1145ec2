//! Instructions with a single argument, a list of them, or a command.

use crate::{JsonArray, RawWord};

use super::{Problem, Request, arguments};

/// A command: text for a shell, or words that are executed as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandLine {
    /// Shell form; the text may be empty.
    Shell(RawWord),
    /// Exec form; the array may be empty.
    Exec(JsonArray),
}

/// USER, WORKDIR, MAINTAINER: one text, no flags.
pub(super) fn text_with_flags(request: &Request<'_>) -> Result<RawWord, Problem> {
    let text = request.whole()?;
    request.flags(&[])?;
    Ok(text)
}

/// One text, whatever flags stand before it.
pub(super) fn text(request: &Request<'_>) -> Result<RawWord, Problem> {
    request.whole()
}

/// CMD and ENTRYPOINT.
pub(super) fn command_line(request: &Request<'_>) -> Result<CommandLine, Problem> {
    request.flags(&[])?;
    command(request)
}

/// The arguments as a command.
pub(super) fn command(request: &Request<'_>) -> Result<CommandLine, Problem> {
    request.check_json()?;
    Ok(match &request.command.json {
        Some(array) => CommandLine::Exec(array.clone()),
        None => CommandLine::Shell(RawWord {
            text: request.text().to_owned(),
            range: request.command.arguments.clone(),
        }),
    })
}

/// EXPOSE.
pub(super) fn expose(request: &Request<'_>) -> Result<Vec<RawWord>, Problem> {
    let ports = request.blank_separated();
    if ports.is_empty() {
        return Err(Problem::arguments(request.range(), "EXPOSE needs a port").with_help("write EXPOSE 8000"));
    }
    request.flags(&[])?;
    Ok(ports)
}

/// SHELL.
pub(super) fn shell(request: &Request<'_>) -> Result<Vec<String>, Problem> {
    request.flags(&[])?;
    request.check_json()?;
    match &request.command.json {
        Some(array) if !array.items.is_empty() => {
            Ok(array.items.iter().map(|item| item.value.clone()).collect())
        }
        _ => {
            let problem = Problem::arguments(request.range(), "SHELL needs a JSON array of words");
            Err(problem
                .with_help(r#"write SHELL ["/bin/sh", "-c"], with double quotes and nothing behind it"#))
        }
    }
}

/// VOLUME.
pub(super) fn volume(request: &Request<'_>) -> Result<Vec<RawWord>, Problem> {
    request.check_json()?;
    let volumes = request.list();
    if volumes.is_empty() {
        return Err(
            Problem::arguments(request.range(), "VOLUME needs a path").with_help("write VOLUME /data")
        );
    }
    request.flags(&[])?;
    let trimmed: Vec<RawWord> = volumes
        .into_iter()
        .map(|word| RawWord { text: word.text.trim().to_owned(), range: word.range })
        .collect();
    match trimmed.iter().find(|word| word.text.is_empty()) {
        Some(word) => Err(Problem::arguments(word.range.clone(), "the path of a VOLUME is empty")),
        None => Ok(trimmed),
    }
}

impl CommandLine {
    /// The words of the exec form, or the one text of the shell form.
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Shell(text) => vec![text.text.clone()],
            Self::Exec(array) => arguments::strings(array).into_iter().map(|word| word.text).collect(),
        }
    }
}
