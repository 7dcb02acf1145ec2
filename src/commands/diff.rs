//! `dockfit diff` and `dockfit check`: show, write nothing.

use std::io;
use std::path::PathBuf;

use dockfit_rewrite::Pass;
use dockfit_rewrite::pipeline::Report;

use super::Exit;
use super::output::Output;
use crate::args::{CheckArgs, Format, Options};
use crate::problem::{Problem, ProblemKind};
use crate::project::Draft;
use crate::report::{self, Counts, Look, Part, Series};
use crate::run::{Runner, threads};
use crate::terminal::Palette;

/// What one project comes to.
struct Piece {
    shown: String,
    parts: Vec<Part>,
    counts: Counts,
    takebacks: Vec<Problem>,
}

/// Shows what would change.
pub(super) fn diff(
    paths: &[PathBuf],
    options: &Options,
    passes: &'static [&'static dyn Pass],
) -> io::Result<Exit> {
    show(paths, options, passes, false)
}

/// Tells whether anything would change.
pub(super) fn check(args: &CheckArgs, passes: &'static [&'static dyn Pass]) -> io::Result<Exit> {
    show(&args.paths, &args.options, passes, true)
}

fn show(
    paths: &[PathBuf],
    options: &Options,
    passes: &'static [&'static dyn Pass],
    check: bool,
) -> io::Result<Exit> {
    threads(options.jobs);
    let runner = Runner { passes, options };
    let mut output = Output::new(options);
    let (drafts, problems) = match collect(&runner, paths) {
        Ok(collected) => collected,
        Err(problem) => {
            output.problem(&problem);
            return Ok(Exit::Error);
        }
    };
    let format =
        options.format.or(drafts.iter().find_map(|draft| draft.settings.format)).unwrap_or(Format::Text);
    let look = Look { palette: Palette::choose(options.color, &io::stdout()), verbose: options.verbose > 0 };
    let json = format == Format::Json;
    let mut errors: Vec<String> = Vec::new();
    let mut tell = |output: &mut Output, problem: &Problem| {
        if json {
            output.count(problem);
            errors.push(report::problem_json(problem));
        } else {
            output.problem(problem);
        }
    };
    for problem in &problems {
        tell(&mut output, problem);
    }
    if format == Format::Patch && drafts.iter().any(|draft| draft.root != drafts[0].root) {
        let problem =
            Problem::new(ProblemKind::Path, "a patch series is of one project, and these are several");
        output.problem(&problem.help("run dockfit once for each"));
        return Ok(Exit::Error);
    }
    let order = |info: &dockfit_rewrite::PassInfo| {
        passes.iter().position(|pass| pass.info().id == info.id).unwrap_or(passes.len())
    };
    let make = |draft: &Draft, report: &Report| Piece {
        shown: match format {
            Format::Json => report::project_json(draft, report),
            Format::Text if options.quiet => String::new(),
            Format::Text if check => report::changed_files(draft, report, &look),
            Format::Text => report::project_text(draft, report, &look),
            Format::Patch => String::new(),
        },
        parts: if format == Format::Patch { Series::parts(report, order) } else { Vec::new() },
        counts: Counts::of(report),
        takebacks: report::takebacks(draft, report),
    };
    let mut counts = Counts::default();
    let mut series = Series::default();
    let mut written = Ok(());
    if json {
        written = output.print("{\"schema\":1,\"projects\":[");
    }
    let mut first = true;
    runner.each(&drafts, make, |_, result| match result {
        Ok(piece) => {
            counts.add(piece.counts);
            series.push(piece.parts);
            for problem in &piece.takebacks {
                tell(&mut output, problem);
            }
            if written.is_ok() {
                let separator = if !json {
                    ""
                } else if first {
                    "\n"
                } else {
                    ",\n"
                };
                written = output.print(separator).and_then(|()| output.print(piece.shown));
            }
            first = false;
        }
        Err(problem) => tell(&mut output, &problem),
    });
    written?;
    match format {
        Format::Json => {
            let lines = errors.join(",\n");
            let lines = if lines.is_empty() { lines } else { format!("\n{lines}\n") };
            output.print(format!("\n],\"errors\":[{lines}]}}\n"))?;
        }
        Format::Patch => output.print(series.write())?,
        Format::Text if options.quiet => {}
        Format::Text => {
            output.print(report::summary(&counts, false, &look))?;
            if counts.changed > 0 && !check {
                output.print(format!("To apply: {}\n", command_line(paths)))?;
            }
        }
    }
    let exit = if output.failed > 0 {
        Exit::Error
    } else if check && counts.changed > 0 {
        Exit::Found
    } else {
        Exit::Done
    };
    output.finish()?;
    Ok(exit)
}

/// The projects that `paths` name, standard input among them.
pub(super) fn collect(runner: &Runner<'_>, paths: &[PathBuf]) -> Result<(Vec<Draft>, Vec<Problem>), Problem> {
    let names = runner.names()?;
    if paths.iter().any(|path| path.as_os_str() == "-") {
        if paths.len() > 1 {
            let problem = Problem::new(ProblemKind::Path, "`-` cannot stand beside other paths");
            return Err(problem.help("run dockfit once for standard input, once for the paths"));
        }
        return Ok(match runner.standard_input(&names) {
            Ok(draft) => (vec![draft], Vec::new()),
            Err(problems) => (Vec::new(), problems),
        });
    }
    Ok(runner.projects(paths, &names))
}

/// The command that applies what was shown.
fn command_line(paths: &[PathBuf]) -> String {
    let mut line = "dockfit apply".to_owned();
    let options = std::env::args().skip(1).filter(|arg| arg != "diff");
    let _ = paths;
    for arg in options {
        line.push(' ');
        line.push_str(&quoted(&arg));
    }
    line
}

fn quoted(arg: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_./=,:@%+".contains(char);
    if !arg.is_empty() && arg.chars().all(plain) {
        arg.to_owned()
    } else {
        format!("'{}'", crate::terminal::visible(arg).replace('\'', "'\\''"))
    }
}
