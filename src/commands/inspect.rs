//! `dockfit inspect`: what a Dockerfile means to the engine.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use dockfit_dockerfile::SyntaxError;
use dockfit_dockerfile::inspect::{Inspection, inspect};
use dockfit_dockerfile::model::BuildOptions;
use dockfit_rewrite::context::{self, DockerIgnore};
use dockfit_rewrite::{Context, FileSource, Pass};
use serde::Serialize;

use super::Exit;
use crate::args::{DataFormat, InspectArgs, Options};
use crate::console::Console;
use crate::disk::DiskFiles;
use crate::problem::{Problem, ProblemKind};
use crate::project::{Draft, Member};
use crate::session::Session;

#[derive(Serialize)]
struct Inspected {
    #[serde(flatten)]
    model: Inspection,
    /// The files of the context that reach the engine, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Vec<String>>,
}

/// Prints the model of one Dockerfile.
pub(super) fn inspect_file(
    args: &InspectArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    let options = Options { context: args.context.clone(), ..Options::default() };
    let Some(session) = Session::start(passes, &options, console) else { return super::failed(console) };
    let projects = match session.find(std::slice::from_ref(&args.path), console) {
        Some(input) => session.projects(input, console),
        None => return super::failed(console),
    };
    let result = usable(args, &projects).and_then(|(draft, member)| inspected(args, draft, member));
    match result {
        Ok(Some(inspected)) => {
            let mut text = serde_json::to_string_pretty(&inspected).map_err(io::Error::other)?;
            text.push('\n');
            super::done(text, console)
        }
        // What is wrong was told while reading.
        Ok(None) => super::failed(console),
        Err(problems) => {
            console.problems(&problems);
            super::failed(console)
        }
    }
}

/// The one Dockerfile that is meant: of several in a folder, the one called `Dockerfile` in the folder itself.
fn usable<'a>(
    args: &InspectArgs,
    projects: &'a [Draft],
) -> Result<(Option<&'a Draft>, Option<&'a Member>), Vec<Problem>> {
    if args.format != DataFormat::Json {
        let problem = Problem::new(ProblemKind::Usage, "inspect prints JSON only");
        return Err(vec![problem.help("leave --format away")]);
    }
    let all: Vec<_> =
        projects.iter().flat_map(|draft| draft.members.iter().map(move |member| (draft, member))).collect();
    if let [(draft, member)] = all.as_slice() {
        return Ok((Some(draft), Some(member)));
    }
    let wanted: Option<PathBuf> =
        std::fs::canonicalize(&args.path).ok().map(|folder| folder.join("Dockerfile"));
    let found = all.iter().find(|(draft, member)| Some(member.path.on_disk(&draft.root)) == wanted);
    match found {
        Some((draft, member)) => Ok((Some(draft), Some(member))),
        None if all.is_empty() => Ok((None, None)),
        None => {
            let names: Vec<String> =
                all.iter().take(5).map(|(draft, member)| draft.shown(&member.path)).collect();
            let more = if all.len() > names.len() { ", …" } else { "" };
            let problem = Problem::new(ProblemKind::Usage, format!("{} Dockerfiles lie here", all.len()));
            Err(vec![problem.help(format!("name one of them: {}{more}", names.join(", ")))])
        }
    }
}

fn inspected(
    args: &InspectArgs,
    draft: Option<&Draft>,
    member: Option<&Member>,
) -> Result<Option<Inspected>, Vec<Problem>> {
    let (Some(draft), Some(member)) = (draft, member) else { return Ok(None) };
    let build_args = build_args(&args.build_arg).map_err(|problem| vec![problem])?;
    let document = dockfit_dockerfile::Document::parse(&*member.source);
    let options =
        BuildOptions { target: args.target.as_deref(), build_args: &build_args, ..BuildOptions::default() };
    let shown = draft.shown(&member.path);
    let model = inspect(&document, &options).map_err(|errors: Vec<SyntaxError>| {
        errors.iter().map(|error| Problem::syntax(&shown, &document, error)).collect::<Vec<_>>()
    })?;
    let listed = args.context_files.then(|| context_files(draft, member, &shown));
    let context = listed.transpose().map_err(|problem| vec![problem])?;
    Ok(Some(Inspected { model, context }))
}

/// `NAME=VALUE`; a name alone takes the value of the environment, as with `docker build`.
fn build_args(given: &[String]) -> Result<BTreeMap<String, String>, Problem> {
    let mut all = BTreeMap::new();
    for argument in given {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), std::env::var(argument).ok()),
        };
        if name.is_empty() {
            let problem = Problem::new(ProblemKind::Usage, format!("--build-arg: `{argument}` has no name"));
            return Err(problem.help("write --build-arg NAME=VALUE"));
        }
        all.extend(value.map(|value| (name.to_owned(), value)));
    }
    Ok(all)
}

fn context_files(draft: &Draft, member: &Member, shown: &str) -> Result<Vec<String>, Problem> {
    let folder = match &member.context {
        Context::Known(folder) => folder,
        Context::Unknown(why) => {
            let message = format!("its context cannot be told: {why}");
            let problem = Problem::new(ProblemKind::Path, message).in_file(shown);
            return Err(problem.help("name it with --context"));
        }
    };
    let files = DiskFiles::new(draft.root.clone());
    let wrong = |message: String| Problem::new(ProblemKind::Read, message).in_file(shown);
    let Some(path) = context::ignore_file(&member.path, folder, &files) else {
        let everything = DockerIgnore::default();
        return context::context_files(folder, &everything, &files).map_err(|error| wrong(error.to_string()));
    };
    let bytes = files.read(&path).map_err(|error| wrong(error.to_string()))?.unwrap_or_else(|| [].into());
    let in_file = |line: usize, message: String| {
        let start = dockfit_dockerfile::LineIndex::new(&bytes).start_of(line).unwrap_or(0);
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
        let problem = Problem::new(ProblemKind::Syntax, message).in_file(draft.shown(&path));
        let problem = problem.at(&bytes, dockfit_dockerfile::Span::new(start, end));
        problem.help("the engine refuses every build with this pattern; mend or remove it")
    };
    let ignore = DockerIgnore::parse(&bytes).map_err(|error| in_file(error.line, error.message))?;
    context::context_files(folder, &ignore, &files).map_err(|error| match error {
        context::ContextError::Ignore(error) => in_file(error.line, error.message),
        error => wrong(error.to_string()),
    })
}
