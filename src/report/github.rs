//! Workflow commands of GitHub Actions: an annotation for each decision and problem.
//!
//! Syntax and escapes: "Workflow commands for GitHub Actions", docs.github.com, read 2026-11-24; the escapes are those of
//! `@actions/core`, `command.ts`.

use std::fmt::Write as _;

use dockfit_rewrite::Outcome;
use dockfit_rewrite::pipeline::Report;

use super::json::position;
use super::repeats::Repeats;
use super::with_note;
use crate::problem::{Problem, Severity};
use crate::project::Draft;
use crate::terminal::visible;

/// The annotations of one project.
pub(crate) fn project(draft: &Draft, report: &Report) -> String {
    let mut out = String::new();
    let repeats = Repeats::of(report);
    for placed in report.passes.iter().flat_map(|pass| &pass.decisions) {
        let info = placed.decision.info;
        let (level, text) = match &placed.decision.outcome {
            Outcome::Already => continue,
            Outcome::Applied(change) => {
                ("warning", format!("{}; dockfit apply does it", with_note(info.summary, change)))
            }
            Outcome::Refused { reason, way_out } => {
                ("notice", format!("not rewritten: {} → {way_out}", reason.text))
            }
            Outcome::Advised { reason, way_out } => ("notice", format!("{} → {way_out}", reason.text)),
        };
        let Some(others) = repeats.others(report, placed) else { continue };
        let also = if others.is_empty() { String::new() } else { format!("; also in {others}") };
        let at = position(report, &placed.original);
        let file = draft.shown(&placed.original.file);
        command(
            &mut out,
            level,
            Some(&file),
            at.map(|at| (at.line, at.column)),
            info.id,
            &format!("{text}{also}"),
        );
    }
    out
}

/// The annotation of a problem.
pub(crate) fn problem(problem: &Problem) -> String {
    let level = match problem.kind.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let help = problem.help.as_ref().map(|help| format!(" → {help}")).unwrap_or_default();
    let mut out = String::new();
    let at = problem.position.map(|at| (at.line, at.column));
    let text = format!("{}{help}", problem.message);
    command(&mut out, level, problem.file.as_deref(), at, problem.kind.name(), &text);
    out
}

fn command(
    out: &mut String,
    level: &str,
    file: Option<&str>,
    at: Option<(usize, usize)>,
    title: &str,
    text: &str,
) {
    let mut properties = Vec::new();
    properties.extend(file.map(|file| format!("file={}", property(file))));
    properties.extend(at.map(|(line, column)| format!("line={line},col={column}")));
    properties.push(format!("title={}", property(title)));
    let _ = writeln!(out, "::{level} {}::{}", properties.join(","), data(&visible(text)));
}

/// What stands behind the second `::`: no line end may end the command early.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}
