//! `dockfit diff` and `dockfit check`: show, write nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use dockfit_rewrite::Pass;

use super::Exit;
use crate::args::{CheckArgs, DiffArgs, Format, Options};
use crate::baseline::Baseline;
use crate::console::Console;
use crate::printer::{Mode, Printer, Style};
use crate::problem::{Problem, ProblemKind};
use crate::project::{Draft, shown};
use crate::run;
use crate::session::Session;

/// Shows what would change.
pub(super) fn diff(
    args: &DiffArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    show(&args.paths, &args.options, args.bench.as_deref(), passes, Mode::Diff, console)
}

/// Tells whether anything would change.
pub(super) fn check(
    args: &CheckArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    if args.write_baseline {
        return write_baseline(args, passes, console);
    }
    show(&args.paths, &args.options, None, passes, Mode::Check, console)
}

fn show(
    paths: &[PathBuf],
    options: &Options,
    bench: Option<&Path>,
    passes: &'static [&'static dyn Pass],
    mode: Mode,
    console: &mut Console,
) -> io::Result<Exit> {
    let Some(session) = Session::start(passes, options, console) else { return super::failed(console) };
    let Some(input) = session.find(paths, console) else { return super::failed(console) };
    let projects = session.projects(input, console);
    let format = session.format(&projects, console);
    if format == Format::Patch && one_root(&projects).is_none() {
        let problem =
            Problem::new(ProblemKind::Usage, "a patch series is of one project, and these are several");
        console.problem(&problem.help("run dockfit once for each"));
        return super::failed(console);
    }
    let measured = match bench {
        Some(_) if format != Format::Html => {
            let problem =
                Problem::new(ProblemKind::Usage, "--bench: only a page shows the figures of a bench");
            console.problem(&problem.help("add --format html, or leave --bench away"));
            return super::failed(console);
        }
        Some(path) => match super::bench::measured(path) {
            Ok(measured) => measured,
            Err(problem) => {
                console.problem(&problem);
                return super::failed(console);
            }
        },
        None => Vec::new(),
    };
    let style = Style { passes, mode, format, look: session.look(console), quiet: options.quiet };
    let mut printer = Printer::start(style, console);
    printer.measured(measured);
    run::each(
        passes,
        &projects,
        |draft, ran| style.piece(draft, ran),
        |_, result| match result {
            Ok(piece) => printer.take(piece, console),
            Err(problem) => console.problem(&problem),
        },
    );
    let changed = printer.counts.changed > 0;
    let last = if changed && mode == Mode::Diff { super::hint::apply(&console.words) } else { String::new() };
    printer.finish(&last, console)?;
    Ok(super::exit(console, mode == Mode::Check && changed))
}

/// The root of all projects, if it is one; of no project, nothing.
fn one_root(projects: &[Draft]) -> Option<()> {
    let first = projects.first();
    projects.iter().all(|draft| first.is_some_and(|first| first.root == draft.root)).then_some(())
}

/// Writes what is refused today to the baseline files.
fn write_baseline(
    args: &CheckArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    let options = &args.options;
    let Some(mut session) = Session::start(passes, options, console) else { return super::failed(console) };
    session.without_baseline();
    let Some(input) = session.find(&args.paths, console) else { return super::failed(console) };
    let projects = session.projects(input, console);
    let mut accepted: BTreeMap<PathBuf, BTreeSet<_>> = BTreeMap::new();
    for draft in &projects {
        accepted.entry(draft.settings.baseline.clone()).or_default();
    }
    let make = |_: &Draft, ran: &run::Ran| Baseline::of(&ran.report).collect::<Vec<_>>();
    run::each(passes, &projects, make, |draft, result| match result {
        Ok(entries) => accepted.entry(draft.settings.baseline.clone()).or_default().extend(entries),
        Err(problem) => console.problem(&problem),
    });
    for (path, entries) in accepted {
        let count = entries.len();
        match Baseline::write(&path, entries) {
            Ok(()) => console.print(format!("{}: {count} accepted\n", shown(&path)))?,
            Err(error) => {
                let problem = Problem::new(ProblemKind::Write, format!("it cannot be written: {error}"));
                console.problem(&problem.in_file(shown(&path)));
            }
        }
    }
    console.flush()?;
    Ok(super::exit(console, false))
}
