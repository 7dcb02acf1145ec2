//! What the passes say at a place.

use std::fmt::Write as _;

use dockfit_dockerfile::Span;
use dockfit_rewrite::Outcome;
use serde_json::{Value, json};

use super::analysis::Analysis;
use super::position::Lines;
use crate::markdown::escaped;
use crate::report;
use crate::terminal::visible;

/// The decisions whose place holds `offset`; null where none does.
pub(super) fn at(analysis: &Analysis, offset: usize, lines: &Lines<'_>, markdown: bool) -> Value {
    let holds = |span: Span| span.start <= offset && offset <= span.end;
    let mut text = String::new();
    let mut range: Option<Span> = None;
    for placed in analysis.decisions() {
        let span = placed.original.span;
        if !analysis.is_here(placed) || !holds(span) {
            continue;
        }
        // The smallest place that all of it is said of.
        range = Some(range.map_or(span, |range| if span.len() < range.len() { span } else { range }));
        let info = placed.decision.info;
        let outcome = match &placed.decision.outcome {
            Outcome::Applied(_) => "would be applied",
            Outcome::Already => "already so",
            Outcome::Refused { .. } => "refused here",
            Outcome::Advised { .. } => "advice",
        };
        let said = report::sentence(&placed.decision).unwrap_or_else(|| info.summary.to_owned());
        let safety = info.safety.name();
        let _ = if markdown {
            writeln!(text, "`{}` · {outcome} · {safety}\n\n{}\n", info.id, escaped(&said))
        } else {
            writeln!(text, "{} · {outcome} · {safety}\n{}\n", info.id, visible(&said))
        };
    }
    let Some(range) = range else { return Value::Null };
    let kind = if markdown { "markdown" } else { "plaintext" };
    json!({"contents": {"kind": kind, "value": text.trim_end()}, "range": lines.range(range)})
}
