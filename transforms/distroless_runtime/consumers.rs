//! Who starts the image with commands of their own: services of compose files.

use std::collections::BTreeSet;

use dockfit_dockerfile::Span;
use dockfit_dockerfile::operation::CommandLine;
use dockfit_dockerfile::{JsonArray, JsonString, RawWord};
use dockfit_rewrite::context::{self, Service, ServiceCommand, Words};
use dockfit_rewrite::{Edit, FileEdit, RelPath};
use dockfit_shell::Script;
use dockfit_shell::ast::Node;

use super::command::{self, Direct};
use super::scene::Scene;
use super::swap;
use crate::cache_mounts::Refusal;
use crate::healthcheck::request;
use crate::servers::compose;

/// What the consumers start, and what has to change there.
#[derive(Debug, Default)]
pub(super) struct Consumers {
    /// Commands with who starts them.
    pub(super) started: Vec<(Vec<String>, String)>,
    pub(super) edits: Vec<FileEdit>,
    /// Services that need a shell, and are built for development: they get the target with one.
    pub(super) for_debug: Vec<Retarget>,
}

/// A service that is to build another stage.
#[derive(Clone, Debug)]
pub(super) struct Retarget {
    pub(super) file: RelPath,
    pub(super) service: String,
    /// The bytes of its target's name.
    pub(super) place: std::ops::Range<usize>,
}

/// Reads the compose files that build the stage.
pub(super) fn read(scene: &Scene<'_>) -> Result<Consumers, Refusal> {
    let mut found = Consumers::default();
    let dockerfile = scene.file.dockerfile.path();
    let project = scene.file.task.project;
    let mut seen: BTreeSet<(RelPath, String)> = BTreeSet::new();
    for path in context::builders(project, dockerfile) {
        let Some(bytes) = project.read(&path).ok().flatten() else { continue };
        for service in context::services_in(&path, &bytes) {
            if service.build.dockerfile == *dockerfile && builds(scene, service.build.target.as_deref()) {
                let text = String::from_utf8_lossy(&bytes);
                seen.insert((path.clone(), service.name.clone()));
                service_of(scene, &path, &text, &service, &mut found)?;
            }
        }
    }
    others(scene, &seen)?;
    Ok(found)
}

/// Refuses where a service that has no build of its own here, but adds to one that has, extends it from another file or
/// starts the image by name, says what is started or asked: that is not rewritten.
fn others(scene: &Scene<'_>, seen: &BTreeSet<(RelPath, String)>) -> Result<(), Refusal> {
    for (file, services) in compose::services(scene.file.task.project, scene.file.dockerfile) {
        for service in services {
            let built_here = seen.contains(&(file.path.clone(), service.name.clone()));
            if built_here || !builds(scene, service.target.as_deref()) {
                continue;
            }
            let (what, span) = match &service.command {
                compose::Command::Own { span, .. } => ("starts", *span),
                compose::Command::OfImage if file.has_health_check(&service) => ("probes", service.span),
                compose::Command::OfImage => continue,
            };
            let text = format!(
                "{}:{}: the service `{}` {what} the image by a command of its own, beside the service that builds it",
                file.path,
                file.line(span),
                service.name
            );
            let way_out = "say it in the service that has `build`, or leave it to the image";
            return Err(Refusal::new("compose-elsewhere", text, way_out));
        }
    }
    Ok(())
}

/// Whether a service with this target builds the stage.
fn builds(scene: &Scene<'_>, target: Option<&str>) -> bool {
    target.is_none_or(|target| scene.stage.name.as_deref() == Some(&*target.to_lowercase()))
}

fn service_of(
    scene: &Scene<'_>,
    path: &RelPath,
    text: &str,
    service: &Service,
    found: &mut Consumers,
) -> Result<(), Refusal> {
    let own_entrypoint = scene.entrypoint.is_some() && service.entrypoint.is_none();
    let main = [(&service.entrypoint, "entrypoint"), (&service.command, "command")];
    for (command, key) in main {
        let Some(command) = command else { continue };
        // Behind an entrypoint a command is its arguments.
        if key == "command" && (own_entrypoint || service.entrypoint.is_some()) {
            continue;
        }
        let what = format!("{path}:{}: the {key} of the service `{}`", command.line, service.name);
        let words = split(&command.words);
        if words.is_empty() {
            continue;
        }
        match command::without_shell(words, &what) {
            Ok(direct) => {
                if !direct.as_written {
                    found.edits.extend(replaced(path, text, command, &direct.words, &what)?);
                }
                found.started.push((direct.words, what));
            }
            Err(refusal) => match &service.target {
                Some(place) if service.mounts_source => {
                    let retarget =
                        Retarget { file: path.clone(), service: service.name.clone(), place: place.clone() };
                    found.for_debug.push(retarget);
                    return Ok(());
                }
                _ => return Err(refusal),
            },
        }
    }
    test(scene, path, text, service, found)
}

/// The health check of a service.
fn test(
    scene: &Scene<'_>,
    path: &RelPath,
    text: &str,
    service: &Service,
    found: &mut Consumers,
) -> Result<(), Refusal> {
    let Some(command) = &service.test else { return Ok(()) };
    let what = format!("{path}:{}: the health check of the service `{}`", command.line, service.name);
    let line = match &command.words {
        Words::Text(text) => shell(text),
        Words::List(words) => match words.split_first() {
            Some((kind, rest)) if kind == "CMD" => exec(rest),
            Some((kind, rest)) if kind == "CMD-SHELL" => shell(&rest.join(" ")),
            _ => return Ok(()),
        },
    };
    let direct = match request::probe(&line) {
        request::Probe::Http(program, request) => {
            let words = swap::request_words(scene.kind, program, request, &what)?;
            Direct { words, as_written: false }
        }
        request::Probe::Other => command::direct(&line, &what)?,
    };
    if !direct.as_written {
        let mut words = vec!["CMD".to_owned()];
        words.extend(direct.words.iter().cloned());
        found.edits.extend(replaced(path, text, command, &words, &what)?);
    }
    found.started.push((direct.words, what));
    Ok(())
}

fn shell(text: &str) -> CommandLine {
    CommandLine::Shell(RawWord { text: text.to_owned(), range: 0..0 })
}

fn exec(words: &[String]) -> CommandLine {
    let item = |word: &String| JsonString { value: word.clone(), range: 0..0, verbatim: true };
    CommandLine::Exec(JsonArray { items: words.iter().map(item).collect(), range: 0..0 })
}

/// The words of a command, as compose splits a text: without a shell.
fn split(words: &Words) -> Vec<String> {
    match words {
        Words::List(words) => words.clone(),
        Words::Text(text) => {
            // A block scalar ends in a line end, which is not part of the command.
            let text = text.trim_end();
            let script = Script::parse(text);
            match script.body.items.as_slice() {
                [item] if item.operator.is_none() => match &item.node {
                    Node::Command(command) => {
                        let value = |word: &dockfit_shell::Word| {
                            word.value().map_or_else(|| script.slice(&word.range).to_owned(), str::to_owned)
                        };
                        command.words.iter().map(value).collect()
                    }
                    _ => vec![text.to_owned()],
                },
                _ => text.split_whitespace().map(str::to_owned).collect(),
            }
        }
    }
}

/// The edits that put `words` in the place of a command, as it is written there: one line, or a word on each.
fn replaced(
    path: &RelPath,
    text: &str,
    command: &ServiceCommand,
    words: &[String],
    what: &str,
) -> Result<Vec<FileEdit>, Refusal> {
    // `CMD` stays as it is written.
    let kept = match &command.words {
        Words::List(list) if list.first() == words.first() && words.len() > 1 && list.len() > 1 => 1,
        _ => 0,
    };
    let quoted: Vec<String> = words.iter().skip(kept).map(|word| command::quoted(word)).collect();
    let cannot = || {
        let text = format!("{what} is written in a way that is not edited");
        Refusal::new("cannot-edit", text, "write it as a list on one line")
    };
    let (Some(first), Some(last)) = (command.places.get(kept), command.places.last()) else {
        return Err(cannot());
    };
    let span = Span::new(first.start, last.end);
    let replacement = match &command.words {
        Words::Text(_) => format!("[{}]", quoted.join(", ")),
        Words::List(words) if words.len() != command.places.len() => return Err(cannot()),
        Words::List(_) => {
            let start = text.get(..first.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            let lead = text.get(start..first.start).unwrap_or_default();
            if lead.trim_start().starts_with("- ") && lead.trim() == "-" {
                let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
                quoted.join(&format!("{newline}{lead}"))
            } else {
                quoted.join(", ")
            }
        }
    };
    Ok(vec![FileEdit { file: path.clone(), edit: Edit::replace(span, replacement) }])
}
