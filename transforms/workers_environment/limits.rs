//! `workers = "auto"`: a module starts the server with as many workers as the container's limits allow.

use std::ops::Range;

use dockfit_dockerfile::model::Base;
use dockfit_dockerfile::{Keyword, Span};
use dockfit_rewrite::context::{DockerIgnore, ignore_file};
use dockfit_rewrite::{Change, Consent, Context, Declared, Edit, Facet, FileEdit, Outcome, RelPath, Task};

use super::{LIMITS, SUBJECT};
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;
use crate::servers::addition::facet;
use crate::servers::count::Given;
use crate::servers::edit::{self, InPlace};
use crate::servers::launch::Launch;
use crate::servers::words::is_python;

/// The module.
const TEXT: &str = include_str!("workers_from_limits.py");

/// Its name.
const NAME: &str = "workers_from_limits.py";

/// Where it lies in the image: on no path that an interpreter searches.
const PLACE: &str = "/usr/local/lib/workers_from_limits.py";

/// What a module that this tool has made begins with.
const MARK: &str = "Made by dockfit:";

const BY_HAND: &str = "start the module there by hand";

/// What is written for a command.
#[derive(Debug)]
pub(super) struct New {
    /// The words that give the number now, by their indices.
    pub(super) going: Option<Range<usize>>,
    /// The module in the place of a word.
    pub(super) program: InPlace,
    /// The variables in which a number counts in place of the one that is found.
    pub(super) names: Vec<String>,
    /// The module: its path in the project, in the context, and its text.
    module: (RelPath, String, String),
    /// What lets it through the ignore file.
    ignore: Option<FileEdit>,
}

/// Whether the user wants the number to be found at each start: by the configuration, or by the decision's own name.
pub(super) fn are_wanted(task: &Task<'_>) -> bool {
    let selection = task.selection;
    let is_named = selection.only.iter().chain(&selection.with).any(|name| name == LIMITS.id);
    (selection.servers.workers_from_limits || is_named) && task.consent(&LIMITS) != Consent::Withheld
}

/// What is to be written for `launch`; what stands in the way, or that it is there, as the outcome.
pub(super) fn wanted(file: &File<'_>, launch: &Launch) -> Result<New, Outcome> {
    let refuse = |code, text: String, way_out: &str| Err(Refusal::new(code, text, way_out).into_outcome());
    if launch.words.iter().any(|word| word.written.ends_with(NAME)) {
        return Err(Outcome::Already);
    }
    if file.dockerfile.is_ignored(launch.index, LIMITS.id) {
        let text = "a comment above the command keeps this pass away".to_owned();
        return refuse("ignored", text, "remove the comment");
    }
    if !launch.is_exact() {
        let text = "the command's text is written with escapes".to_owned();
        return refuse("cannot-edit", text, "write it in exec form");
    }
    if let Some(refusal) = launch.launcher.refusal(None, BY_HAND) {
        return Err(refusal.into_outcome());
    }
    if launch.launcher.reads_program() {
        let text =
            format!("the script before it looks at the program, and {} would be another one", launch.name());
        return refuse("launcher-unknown", text, BY_HAND);
    }
    let mut names: Vec<String> = launch.server.count.variable.map(str::to_owned).into_iter().collect();
    if names.first().is_none_or(|name| name != "WEB_CONCURRENCY") {
        names.push("WEB_CONCURRENCY".to_owned());
    }
    let going = match launch.counts().as_slice() {
        [] => None,
        [count] => {
            if let Given::Variable(name, _) = &count.given
                && !names.contains(name)
            {
                names.push(name.clone());
            }
            Some(count.words.clone())
        }
        _ => {
            let text = "the command gives the number of workers more than once".to_owned();
            return refuse("several-counts", text, "leave one of them");
        }
    };
    let environment = file.dockerfile.model().config(launch.stage).env;
    if let Some(set) = environment.iter().find(|set| names.iter().any(|name| **name == *set.name)) {
        let text =
            format!("the image sets {}, which counts in place of what the container may use", set.name);
        return refuse("variable-set", text, "take it out of the Dockerfile");
    }
    let Some(program) = program(file, launch) else {
        let text = "whether the image has a `python` to start the module with cannot be told".to_owned();
        return refuse("python-unknown", text, "start the server with python -m");
    };
    let memory = file.task.selection.servers.memory_per_worker;
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let comma = if quoted.len() == 1 { "," } else { "" };
    let text = TEXT
        .replace("@NAMES@", &format!("({}{comma})", quoted.join(", ")))
        .replace("@MEMORY@", &memory.to_string());
    let (path, source) = place(file)?;
    let there = file.task.project.read(&path).ok().flatten();
    if let Some(bytes) = &there
        && !String::from_utf8_lossy(bytes).contains(MARK)
    {
        let text = format!("`{path}` is there and was not made by this tool");
        return refuse("file-in-the-way", text, "give that file another name");
    }
    let ignore = let_in(file, &source);
    Ok(New { going, program, names, module: (path, source, text), ignore })
}

/// The module in the place of the program: `python`, of the folder that the program is in, or the one that is there.
fn program(file: &File<'_>, launch: &Launch) -> Option<InPlace> {
    let python = launch.words.get(..launch.program)?.iter().rposition(|word| {
        word.value.as_deref().is_some_and(|value| is_python(dockfit_shell::base_name(value)))
    });
    if let Some(word) = python {
        let program = launch.words.get(word)?.value.clone()?;
        // Options of the interpreter stand between it and `-m`: the module has to come behind them.
        return (word + 2 == launch.program).then(|| InPlace { word, by: vec![program, PLACE.to_owned()] });
    }
    let written = launch.words.get(launch.program)?.value.clone()?;
    let folder = written.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
    if folder.is_none() && !has_python(file, launch.stage) {
        return None;
    }
    let python = format!("{}python", folder.unwrap_or_default());
    let by = vec![python, PLACE.to_owned(), "-m".to_owned(), launch.server.name.to_owned()];
    Some(InPlace { word: launch.program, by })
}

/// Whether the base image has a `python` on its path.
fn has_python(file: &File<'_>, stage: usize) -> bool {
    let lowest = file.dockerfile.model().lineage(stage).last().map(|stage| &stage.base);
    match lowest {
        Some(Base::Image(image)) => {
            let name = image.familiar_name();
            let tag = image.effective_tag().unwrap_or_default();
            name == "python"
                || name.starts_with("tiangolo/uvicorn")
                || (name.ends_with("/uv") && tag.contains("python"))
        }
        _ => false,
    }
}

/// Where the module goes: beside the Dockerfile, if that is in its context, else to the top of that.
fn place(file: &File<'_>) -> Result<(RelPath, String), Outcome> {
    let context = match file.dockerfile.context() {
        Context::Known(context) => context.clone(),
        Context::Unknown(why) => {
            let text = format!("its context cannot be told: {why}");
            return Err(Refusal::new("context-unknown", text, "name it with --context").into_outcome());
        }
    };
    let plain =
        |source: &&str| !source.contains(|char: char| char.is_whitespace() || "$*?[\\\"".contains(char));
    let beside = file.dockerfile.path().parent().join(NAME);
    let path = beside.filter(|path| path.strip_prefix(&context).as_ref().is_some_and(plain));
    let path = path.or_else(|| context.join(NAME)).unwrap_or_else(RelPath::root);
    let source = path.strip_prefix(&context).unwrap_or(NAME).to_owned();
    Ok((path, source))
}

/// The line that lets a file of the context through the ignore file, if that leaves it out.
fn let_in(file: &File<'_>, source: &str) -> Option<FileEdit> {
    let Context::Known(context) = file.dockerfile.context() else { return None };
    let project = file.task.project;
    let path = ignore_file(file.dockerfile.path(), context, project)?;
    let bytes = project.read(&path).ok()??;
    let ignore = DockerIgnore::parse(&bytes).ok()?;
    let left_out = ignore.leaves_out(source).ok()?;
    let end = if bytes.ends_with(b"\r\n") { "\r\n" } else { "\n" };
    let open = if bytes.is_empty() || bytes.ends_with(b"\n") { "" } else { end };
    left_out
        .then(|| FileEdit { file: path, edit: Edit::insert(bytes.len(), format!("{open}!{source}{end}")) })
}

/// Writes it, in exec form where that is wanted.
pub(super) fn outcome(file: &File<'_>, launch: &Launch, new: New, in_exec_form: bool) -> Outcome {
    let dockerfile = file.dockerfile;
    let command = if in_exec_form {
        edit::in_exec_form(dockerfile, launch, new.going.as_ref(), Some(&new.program))
    } else {
        edit::instead(dockerfile, launch, &new.program).and_then(|mut edits| {
            if let Some(going) = &new.going {
                edits.extend(edit::without(dockerfile, launch, going)?);
            }
            Ok(edits)
        })
    };
    let mut edits = match command {
        Ok(edits) => edits,
        Err(error) => return Refusal::from(error).into_outcome(),
    };
    edits.extend(copy(file, launch.index, &new));
    let mut all: Vec<FileEdit> = edits.into_iter().map(|edit| file.own(edit)).collect();
    all.extend(new.files(file.task));
    let mut declares = vec![Declared::Facet(Facet::Files), Declared::Facet(Facet::Layers)];
    let touched = [Some(new.program.word), new.going.map(|going| going.start)];
    declares.extend(touched.into_iter().flatten().map(|word| Declared::Facet(facet(file, launch, word))));
    Outcome::Applied(Change { edits: all, declares, note: Some(NOTE.to_owned()) })
}

/// What is said of it.
pub(super) const NOTE: &str =
    "a number in WEB_CONCURRENCY, where the container is started, counts in its place";

/// The line that copies the module, above an instruction.
pub(super) fn copy(file: &File<'_>, index: usize, new: &New) -> Option<Edit> {
    let copy = format!("{} {PLACE}", new.module.1);
    edit::line_before(file.dockerfile, index, Keyword::Copy, &copy, SUBJECT)
}

impl New {
    /// The module, where it is not there yet, and the line that lets it through the ignore file.
    pub(super) fn files(&self, task: &Task<'_>) -> Vec<FileEdit> {
        let (path, _, text) = &self.module;
        let old = task.project.read(path).ok().flatten();
        let length = old.as_ref().map_or(0, |bytes| bytes.len());
        let module = (old.as_deref() != Some(text.as_bytes())).then(|| FileEdit {
            file: path.clone(),
            edit: Edit::replace(Span::new(0, length), text.clone()),
        });
        module.into_iter().chain(self.ignore.clone()).collect()
    }
}
