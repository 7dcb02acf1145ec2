//! `dockfit bench`: what a rewrite gains, measured: before and after in turn, several runs.

mod baseline;
mod charts;
mod figures;
mod gate;
mod html;
mod json;
mod load;
mod markdown;
mod measure;
mod measured;
mod modules;
mod packages;
mod phases;
mod read;
mod scenario;
mod starts;
mod table;
mod target;
mod watch;
mod workers;

use std::fs;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use dockfit_engine::Engine;
use dockfit_rewrite::Pass;

use self::baseline::Baseline;
use self::gate::Gate;
use self::measure::Bench;
use self::measured::Benched;
pub(super) use self::read::measured;
use self::target::Judged;
use super::Exit;
use crate::args::{BenchArgs, Format};
use crate::console::Console;
use crate::interrupt;
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;
use crate::session::Session;
use crate::trial::{Opened, misused};

/// Builds and starts both sides, again and again. Whatever happens, what was made is removed before the command ends.
pub(super) fn bench(
    args: &BenchArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    interrupt::finish_first(|| run(args, passes, console))
}

fn run(args: &BenchArgs, passes: &'static [&'static dyn Pass], console: &mut Console) -> io::Result<Exit> {
    let Some(session) = Session::start(passes, &args.options, console) else { return super::failed(console) };
    let asked =
        usage(args).and_then(|gates| Ok((gates, args.baseline.as_deref().map(Baseline::read).transpose()?)));
    let (gates, baseline) = match asked {
        Ok(asked) => asked,
        Err(problem) => {
            console.problem(&problem);
            return super::failed(console);
        }
    };
    let Some(opened) = Opened::at(&args.path, &session, &args.engine, console) else {
        return super::failed(console);
    };
    let Opened { projects, format, mut trial } = opened;
    let look = session.look(console);
    trial.weigh();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seed = now.map_or(0, |since| since.subsec_nanos() ^ std::process::id());
    let mut all: Vec<(Benched, Vec<Judged>)> = Vec::new();
    for draft in &projects {
        for index in 0..draft.members.len() {
            let mut bench = Bench { args, passes, session: &session, draft, index, trial: &mut trial, seed };
            match bench.run(console) {
                Ok(Some(benched)) => {
                    let targets = Judged::all(&draft.settings.targets, &benched);
                    if format == Format::Text && !args.options.quiet {
                        console.print(table::benched(&bench.trial.engine, &benched, &targets, &look))?;
                        console.flush()?;
                    }
                    all.push((benched, targets));
                }
                Ok(None) => {}
                Err(_) if interrupt::is_asked() => return Ok(Exit::Error),
                Err(problem) => console.problem(&problem),
            }
        }
    }
    if all.is_empty() && console.failed == 0 && format == Format::Text {
        console.print("no Dockerfile would change: there is nothing to measure\n")?;
    }
    write(args, &trial.engine, &all, console);
    let failed: Vec<String> = all
        .iter()
        .flat_map(|(benched, targets)| {
            gates.iter().flat_map(|gate| gate.failed(benched, targets, baseline.as_ref()))
        })
        .collect();
    if format == Format::Json {
        let errors = console.collected();
        console.print(json::document(&trial.engine, &all, &failed, &errors))?;
    } else {
        for line in &failed {
            console.print(format!("{line}\n"))?;
        }
    }
    console.flush()?;
    Ok(super::exit(console, !failed.is_empty()))
}

/// Writes the files that were asked for.
fn write(args: &BenchArgs, engine: &Engine, all: &[(Benched, Vec<Judged>)], console: &mut Console) {
    let mut files = Vec::new();
    if let Some(path) = &args.markdown {
        files.push((path.clone(), markdown::document(engine, all)));
    }
    if let Some(path) = &args.html {
        files.push((path.clone(), html::document(engine, all)));
    }
    if let Some(folder) = &args.svg {
        let charts = all.iter().flat_map(|(benched, _)| charts::all(benched));
        files.extend(charts.map(|chart| (folder.join(format!("{}.svg", chart.name)), chart.file())));
    }
    for (path, text) in files {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let written = parent.map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        if let Err(error) = written {
            let problem = Problem::new(ProblemKind::Write, format!("it cannot be written: {error}"));
            console.problem(&problem.in_file(shown(&path)));
        }
    }
}

/// What is wrong with the options; else the gates.
fn usage(args: &BenchArgs) -> Result<Vec<Gate>, Problem> {
    if let Some(problem) = misused("bench", &args.path, args.options.format, &args.start) {
        return Err(problem);
    }
    args.fail_if.iter().map(|text| Gate::read(text)).collect()
}
