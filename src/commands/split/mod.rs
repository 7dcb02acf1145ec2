//! `dockfit split`: write the requirement files of the groups, and nothing else.

mod changes;
mod json;
mod learnt;
mod plan;
mod remembered;
mod text;

use std::io;
use std::sync::Arc;

use dockfit_python::FileState;
use dockfit_rewrite::Pass;
use dockfit_rewrite::pipeline::FileChange;

use super::Exit;
use crate::args::{DataFormat, Format, Options, SplitArgs};
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::python::{Given, PythonFiles};
use crate::settings::{Names, Settings};
use crate::write::Journals;
use plan::{Plan, Planned};

/// Makes the files, compares them with what stands there, and writes them unless only a check is wanted.
pub(super) fn split(
    args: &SplitArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    console.follow(&Options { color: args.color, ..Options::default() });
    if args.format == DataFormat::Json {
        console.collect_for(Format::Json);
    }
    let plan = match planned(args, passes, console) {
        Ok(plan) => Some(plan),
        Err(problems) => {
            console.problems(&problems);
            None
        }
    };
    let found = args.check && plan.as_ref().is_some_and(|plan| plan.files.iter().any(Planned::differs));
    match (args.format, &plan) {
        (DataFormat::Json, _) => {
            let errors = console.collected();
            console.print(json::document(plan.as_ref(), &errors))?;
        }
        (_, Some(plan)) if !args.quiet => console.print(text::text(plan, args, console.palette()))?,
        _ => {}
    }
    console.flush()?;
    Ok(super::exit(console, found))
}

fn planned(
    args: &SplitArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> Result<Plan, Vec<Problem>> {
    let (files, path, given) = PythonFiles::find(&args.path).map_err(|problem| vec![problem])?;
    // What a killed run left is settled before anything is read.
    let journals = if args.check { None } else { Journals::of(&files.root, console) };
    if journals.is_none() && !args.check {
        return Err(Vec::new());
    }
    let folder = if given == Given::Folder { path.clone() } else { path.parent() };
    let options = Options { config: args.config.clone(), ..Options::default() };
    let settings = Settings::load(&folder.on_disk(&files.root), &files.root, &options, &Names::of(passes));
    let settings = settings.map_err(|problem| vec![problem])?;
    let mut plan =
        Plan::make(args, &files, &path, &given, settings.groups).map_err(|problem| vec![problem])?;
    let Some(journals) = journals else { return Ok(plan) };
    let foreign: Vec<Problem> = plan
        .files
        .iter()
        .filter(|file| file.state == FileState::Foreign && !args.force)
        .map(|file| {
            let problem = Problem::new(ProblemKind::Foreign, "a file that dockfit did not make is there");
            problem
                .in_file(files.shown(file.path.as_str()))
                .help("move it away, or overwrite it with --force; nothing was written")
        })
        .collect();
    if !foreign.is_empty() {
        return Err(foreign);
    }
    let changes: Vec<FileChange> = plan
        .files
        .iter()
        .filter(|file| file.differs())
        .map(|file| FileChange {
            path: file.path.clone(),
            before: file.before.as_deref().map(Arc::from),
            after: Arc::from(file.text.as_bytes()),
        })
        .collect();
    let changes: Vec<&FileChange> = changes.iter().collect();
    journals.write(&files.root, &changes, console).map_err(|problem| vec![problem])?;
    plan.written = !changes.is_empty();
    Ok(plan)
}
