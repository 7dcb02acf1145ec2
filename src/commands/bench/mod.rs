//! `dockfit bench`: what a rewrite gains, measured: before and after in turn, several runs.

mod figures;
mod gate;
mod json;
mod markdown;
mod measure;
mod scenario;
mod table;

use std::fs;
use std::io;

use dockfit_rewrite::Pass;

use self::gate::Gate;
use self::measure::{Bench, Benched};
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
    let gates = match usage(args) {
        Ok(gates) => gates,
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
    let mut all: Vec<Benched> = Vec::new();
    for draft in &projects {
        for index in 0..draft.members.len() {
            let mut bench = Bench { args, passes, draft, index, trial: &mut trial };
            match bench.run(console) {
                Ok(Some(benched)) => {
                    if format == Format::Text && !args.options.quiet {
                        console.print(table::benched(&bench.trial.engine, &benched, &look))?;
                        console.flush()?;
                    }
                    all.push(benched);
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
    if let Some(path) = &args.markdown
        && let Err(error) = fs::write(path, markdown::document(&trial.engine, &all))
    {
        let problem = Problem::new(ProblemKind::Write, format!("it cannot be written: {error}"));
        console.problem(&problem.in_file(shown(path)));
    }
    let failed: Vec<String> =
        all.iter().flat_map(|benched| gates.iter().filter_map(|gate| gate.failed(benched))).collect();
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

/// What is wrong with the options; else the gates.
fn usage(args: &BenchArgs) -> Result<Vec<Gate>, Problem> {
    if let Some(problem) = misused("bench", &args.path, args.options.format, &args.start) {
        return Err(problem);
    }
    args.fail_if.iter().map(|text| Gate::read(text)).collect()
}
