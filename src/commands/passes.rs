//! `dockfit passes`.

use std::fmt::Write as _;
use std::io;

use dockfit_rewrite::{Pass, Safety};

use super::Exit;
use super::output::Output;
use crate::args::{Color, Format};
use crate::problem::{Problem, ProblemKind};
use crate::report;
use crate::terminal::{Palette, paint};

/// Lists the passes in the order in which they run.
pub(super) fn list(format: Format, passes: &[&'static dyn Pass]) -> io::Result<Exit> {
    let mut output = Output::plain();
    match format {
        Format::Json => output.print(format!("{}\n", report::passes_json(passes)))?,
        Format::Text => output.print(text(passes))?,
        Format::Patch => {
            let problem = Problem::new(ProblemKind::Config, "the list of passes is no patch");
            output.problem(&problem.help("use --format text or --format json"));
            return Ok(Exit::Error);
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn text(passes: &[&'static dyn Pass]) -> String {
    let palette = Palette::choose(Color::Auto, &io::stdout());
    let mut out = String::new();
    for info in passes.iter().map(|pass| pass.info()) {
        let proposal = paint(palette.dim, format!("proposal {}", info.proposal));
        let _ = writeln!(out, "{} · {proposal}\n  {}", paint(palette.pass, info.id), info.summary);
        let widest = info.decisions.iter().map(|found| found.id.len()).max().unwrap_or(0);
        for decision in info.decisions {
            let how = match decision.safety {
                Safety::Safe => "by default".to_owned(),
                _ => format!("with {}", dockfit_rewrite::Selection::option_for(decision)),
            };
            let how = paint(palette.dim, format!("[{}, {how}]", decision.safety.name()));
            let _ = writeln!(out, "    {:widest$}  {} {how}", decision.id, decision.summary);
        }
        out.push('\n');
    }
    out
}
