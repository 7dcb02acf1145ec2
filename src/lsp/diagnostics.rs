//! Outcomes and problems as diagnostics.

use dockfit_dockerfile::Span;
use dockfit_rewrite::pipeline::PlacedDecision;
use dockfit_rewrite::{Outcome, Safety};
use serde_json::{Value, json};

use super::analysis::Analysis;
use super::position::{Lines, Position, Range};
use crate::problem::{Problem, Severity};
use crate::report;
use crate::terminal::visible;

/// Severities of the protocol.
const ERROR: u8 = 1;
const WARNING: u8 = 2;
const INFORMATION: u8 = 3;
const HINT: u8 = 4;

/// What is shown of an analysis; `book` is where the pages of the passes stand, if anywhere.
pub(super) fn all(analysis: &Analysis, text: &str, lines: &Lines<'_>, book: Option<&str>) -> Vec<Value> {
    let problems = analysis.problems.iter().map(|problem| of_problem(problem, text, lines));
    let decisions = analysis.decisions().filter_map(|placed| of(analysis, placed, text, lines, book));
    problems.chain(decisions).collect()
}

/// A decision: what would change is a warning where it is safe, a hint where it is not; the rest is information.
pub(super) fn of(
    analysis: &Analysis,
    placed: &PlacedDecision,
    text: &str,
    lines: &Lines<'_>,
    book: Option<&str>,
) -> Option<Value> {
    let info = placed.decision.info;
    let said = report::sentence(&placed.decision)?;
    let severity = match (&placed.decision.outcome, info.safety) {
        (Outcome::Applied(_), Safety::Safe) => WARNING,
        (Outcome::Applied(_), _) => HINT,
        _ => INFORMATION,
    };
    let (range, said) = if analysis.is_here(placed) {
        (first_line(placed.original.span, text, lines), said)
    } else {
        let (file, line) = analysis.elsewhere(placed)?;
        (Range::default(), format!("{file}:{line}: {said}"))
    };
    let mut value = json!({
        "range": range,
        "severity": severity,
        "source": "dockfit",
        "code": info.id,
        "message": visible(&said),
        "data": {"outcome": placed.decision.outcome.name(), "safety": info.safety.name()},
    });
    if let Some(book) = book {
        let pass = info.id.split('/').next().unwrap_or(info.id);
        value["codeDescription"] =
            json!({"href": format!("{}/passes/{pass}.html", book.trim_end_matches('/'))});
    }
    Some(value)
}

/// What is meant is often a RUN of many lines: its first one is marked, so that the rest stays readable.
fn first_line(span: Span, text: &str, lines: &Lines<'_>) -> Range {
    let rest = text.get(span.range()).unwrap_or_default();
    let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
    lines.range(Span::new(span.start, span.start + length))
}

fn of_problem(problem: &Problem, text: &str, lines: &Lines<'_>) -> Value {
    let severity = match problem.kind.severity() {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Note => INFORMATION,
    };
    let range = problem.position.map(|at| {
        // Characters of the engine's lines, which only `\n` ends.
        let start: usize = text.split_inclusive('\n').take(at.line.saturating_sub(1)).map(str::len).sum();
        let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        let from = line.char_indices().nth(at.column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
        lines.range(Span::new(start + from, start + line.trim_end().len().max(from)))
    });
    let help = problem.help.as_ref().map(|help| format!(". {help}")).unwrap_or_default();
    json!({
        "range": range.unwrap_or(Range { start: Position::default(), end: Position::default() }),
        "severity": severity,
        "source": "dockfit",
        "code": problem.kind.name(),
        "message": visible(&format!("{}{help}", problem.message)),
    })
}
