//! `dockfit passes`.

use std::fmt::Write as _;
use std::io;

use dockfit_rewrite::{Pass, Safety, Selection};

use super::Exit;
use crate::args::DataFormat;
use crate::console::Console;
use crate::report;
use crate::terminal::{Palette, paint};

/// Lists the passes in the order in which they run.
pub(super) fn list(
    format: DataFormat,
    passes: &[&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    match format {
        DataFormat::Json => super::done(format!("{}\n", report::passes_json(passes)), console),
        DataFormat::Text => super::done(text(passes, console.palette()), console),
    }
}

fn text(passes: &[&'static dyn Pass], palette: Palette) -> String {
    let mut out = String::new();
    for info in passes.iter().map(|pass| pass.info()) {
        let proposal = paint(palette.dim, format!("proposal {}", info.proposal));
        let _ = writeln!(out, "{} · {proposal}\n  {}", paint(palette.pass, info.id), info.summary);
        let widest = info.decisions.iter().map(|found| found.id.len()).max().unwrap_or(0);
        for decision in info.decisions {
            let how = match decision.safety {
                Safety::Safe => "by default".to_owned(),
                _ => format!("with {}", Selection::option_for(decision)),
            };
            let how = paint(palette.dim, format!("[{}, {how}]", decision.safety.name()));
            let _ = writeln!(out, "    {:widest$}  {} {how}", decision.id, decision.summary);
        }
        out.push('\n');
    }
    out
}
