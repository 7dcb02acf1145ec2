//! `dockfit apply`: change the files.

use std::io::{self, Write as _};

use dockfit_rewrite::Pass;
use dockfit_rewrite::pipeline::{FileChange, Report};

use super::Exit;
use super::diff::collect;
use super::output::Output;
use crate::args::ApplyArgs;
use crate::problem::{Problem, ProblemKind};
use crate::project::Draft;
use crate::report::{self, Counts, Look};
use crate::run::{Runner, threads};
use crate::terminal::Palette;

struct Piece {
    shown: String,
    changes: Vec<FileChange>,
    counts: Counts,
    takebacks: Vec<Problem>,
}

/// Runs the passes and writes what they made.
pub(super) fn apply(args: &ApplyArgs, passes: &'static [&'static dyn Pass]) -> io::Result<Exit> {
    let options = &args.options;
    threads(options.jobs);
    let runner = Runner { passes, options };
    let mut output = Output::new(options);
    let (drafts, problems) = match collect(&runner, &args.paths) {
        Ok(collected) => collected,
        Err(problem) => {
            output.problem(&problem);
            return Ok(Exit::Error);
        }
    };
    for problem in &problems {
        output.problem(problem);
    }
    let look = Look { palette: Palette::choose(options.color, &io::stdout()), verbose: options.verbose > 0 };
    let make = |draft: &Draft, report: &Report| Piece {
        shown: report::changed_files(draft, report, &look),
        changes: report.changes.clone(),
        counts: Counts::of(report),
        takebacks: report::takebacks(draft, report),
    };
    let mut counts = Counts::default();
    let mut writes = Vec::new();
    let mut shown = String::new();
    runner.each(&drafts, make, |draft, result| match result {
        Ok(piece) => {
            for problem in &piece.takebacks {
                output.problem(problem);
            }
            counts.add(piece.counts);
            shown.push_str(&piece.shown);
            writes.push((draft.root.clone(), piece.changes));
        }
        Err(problem) => output.problem(&problem),
    });
    if drafts.iter().any(|draft| draft.standard_input) {
        let source =
            drafts.first().and_then(|draft| draft.members.first()).map(|member| member.source.clone());
        let change = writes.into_iter().flat_map(|(_, changes)| changes).next();
        output.print(change.map(|change| change.after).or(source).unwrap_or_else(|| [].into()))?;
    } else {
        for (root, changes) in writes {
            for change in changes {
                if let Err(problem) = write(&root, &change) {
                    output.problem(&problem);
                }
            }
        }
        if !options.quiet {
            output.print(shown)?;
            output.print(report::summary(&counts, true, &look))?;
        }
    }
    let exit = if output.failed > 0 { Exit::Error } else { Exit::Done };
    output.finish()?;
    Ok(exit)
}

fn write(root: &std::path::Path, change: &FileChange) -> Result<(), Problem> {
    let path = change.path.on_disk(root);
    let failed = |error: io::Error| {
        let problem = Problem::new(ProblemKind::Write, format!("it cannot be written: {error}"));
        problem.in_file(crate::project::shown(&path))
    };
    let folder = path.parent().unwrap_or(root);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(&change.after).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}
