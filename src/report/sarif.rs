//! SARIF 2.1.0: what would be rewritten, is refused or advised, as results with fixes.
//!
//! A fix is what one pass does to a file by itself, in the text on disk; it stands with the first result of that pass.
//! Sections in comments are those of the OASIS standard.

use std::fmt::Write as _;

use dockfit_rewrite::pipeline::{FileChange, PlacedDecision, Report};
use dockfit_rewrite::{Outcome, Pass, Place, Safety};
use serde_json::{Value, json};
use similar::{DiffTag, TextDiff};

use super::json::position;
use crate::problem::{Problem, Severity};
use crate::project::Draft;
use crate::run;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// All that stands before the results.
pub(crate) fn head(passes: &[&'static dyn Pass]) -> String {
    let driver = json!({
        "name": "dockfit",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules(passes),
    });
    format!(
        "{{\"$schema\":{},\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\
         \"columnKind\":\"unicodeCodePoints\",\"results\":[",
        json!(SCHEMA)
    )
}

/// All that stands behind the results; `failed` where a problem is an error.
pub(crate) fn tail(problems: &[String], failed: bool) -> String {
    format!(
        "\n],\"invocations\":[{{\"executionSuccessful\":{},\"toolExecutionNotifications\":[{}]}}]}}]}}\n",
        !failed,
        problems.join(",\n")
    )
}

/// A rule for each decision (3.49).
fn rules(passes: &[&'static dyn Pass]) -> Vec<Value> {
    let infos = passes.iter().map(|pass| pass.info());
    let decisions = infos.flat_map(|info| info.decisions.iter().map(move |decision| (info, decision)));
    decisions
        .map(|(info, decision)| {
            json!({
                "id": decision.id,
                "shortDescription": {"text": decision.summary},
                "fullDescription": {"text": info.summary},
                "help": {"text": format!("dockfit explain {}", info.id), "markdown": info.page},
                "properties": {"tags": ["container", decision.safety.name()], "proposal": info.proposal},
                "defaultConfiguration": {"level": level(decision.safety)},
            })
        })
        .collect()
}

fn level(safety: Safety) -> &'static str {
    if safety == Safety::Safe { "warning" } else { "note" }
}

/// The results of one project, with commas between them; nothing if there are none.
pub(crate) fn project(draft: &Draft, report: &Report, passes: &[&'static dyn Pass]) -> String {
    let mut results: Vec<String> = Vec::new();
    for pass in &report.passes {
        let mut is_first = true;
        for placed in &pass.decisions {
            let has_fix =
                matches!(placed.decision.outcome, Outcome::Applied(_)) && std::mem::take(&mut is_first);
            let fix = if has_fix { alone(draft, passes, pass.info.id) } else { None };
            results.extend(result(draft, report, placed, fix).map(|value| value.to_string()));
        }
    }
    results.join(",\n")
}

fn result(draft: &Draft, report: &Report, placed: &PlacedDecision, fix: Option<Value>) -> Option<Value> {
    let info = placed.decision.info;
    let text = super::sentence(&placed.decision)?;
    let level = match &placed.decision.outcome {
        Outcome::Applied(_) => level(info.safety),
        _ => "note",
    };
    let place = &placed.original;
    let mut value = json!({
        "ruleId": info.id,
        "level": level,
        "kind": "fail",
        "message": {"text": crate::terminal::visible(&text)},
        "locations": [{"physicalLocation": {
            "artifactLocation": artifact(draft, place),
            "region": region(report, place),
        }}],
        // Stable where lines are added above (3.27.17).
        "partialFingerprints": {"dockfit/v1": format!("{}:{}", info.id, super::words(report, place))},
        "properties": {"outcome": placed.decision.outcome.name()},
    });
    if let Some(fix) = fix {
        value["fixes"] = json!([fix]);
    }
    Some(value)
}

/// Where a place starts and ends; lines and columns count from 1, the end is behind the last character (3.30).
fn region(report: &Report, place: &Place) -> Value {
    let start = position(report, place).map_or((1, 1), |found| (found.line, found.column));
    let mut end_place = place.clone();
    end_place.span.start = place.span.end.max(place.span.start);
    let end = position(report, &end_place).map_or(start, |found| (found.line, found.column)).max(start);
    json!({"startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1})
}

/// A file as an URI, relative to the working directory where it lies below it (3.4).
fn artifact(draft: &Draft, place: &Place) -> Value {
    let path = draft.shown(&place.file);
    let absolute = std::path::Path::new(&path).is_absolute();
    let uri = if absolute { format!("file://{}", encoded(&path)) } else { encoded(&path) };
    if absolute { json!({"uri": uri}) } else { json!({"uri": uri, "uriBaseId": "%SRCROOT%"}) }
}

/// RFC 3986: what is not unreserved, but for the slash, as `%XX`.
pub(crate) fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.replace(std::path::MAIN_SEPARATOR, "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// What the pass does by itself (3.55); nothing where it makes a file, or needs another pass before it.
fn alone(draft: &Draft, passes: &[&'static dyn Pass], id: &str) -> Option<Value> {
    let pass = passes.iter().find(|pass| pass.info().id == id)?;
    let report = run::one(&[*pass], draft, &mut |offer| draft.wants(offer)).ok()?.report;
    if report.changes.is_empty() {
        return None;
    }
    let changes: Option<Vec<Value>> = report.changes.iter().map(|change| file(draft, change)).collect();
    Some(json!({"description": {"text": format!("all that {id} does here")}, "artifactChanges": changes?}))
}

fn file(draft: &Draft, change: &FileChange) -> Option<Value> {
    let before = std::str::from_utf8(change.before.as_deref()?).ok()?;
    let after = std::str::from_utf8(&change.after).ok()?;
    let diff = TextDiff::from_lines(before, after);
    let (old, new): (Vec<&str>, Vec<&str>) =
        (diff.iter_old_slices().collect(), diff.iter_new_slices().collect());
    let count = |lines: Option<&[&str]>| -> usize {
        lines.unwrap_or_default().iter().map(|line| line.chars().count()).sum()
    };
    let replacements: Vec<Value> = { diff.ops().iter() }
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| {
            let (gone, come) = (op.old_range(), op.new_range());
            json!({
                "deletedRegion": {
                    "charOffset": count(old.get(..gone.start)),
                    "charLength": count(old.get(gone)),
                },
                "insertedContent": {"text": new.get(come).unwrap_or_default().concat()},
            })
        })
        .collect();
    let place = Place { file: change.path.clone(), span: dockfit_dockerfile::Span::new(0, 0) };
    Some(json!({"artifactLocation": artifact(draft, &place), "replacements": replacements}))
}

/// A problem as a notification (3.58), on one line.
pub(crate) fn problem(problem: &Problem) -> String {
    let level = match problem.kind.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let help = problem.help.as_ref().map(|help| format!(". {help}")).unwrap_or_default();
    let mut value = json!({
        "level": level,
        "descriptor": {"id": problem.kind.name()},
        "message": {"text": format!("{}{help}", problem.message)},
    });
    if let Some(path) = &problem.file {
        let mut location = json!({"artifactLocation": {"uri": encoded(path)}});
        if let Some(at) = problem.position {
            location["region"] = json!({"startLine": at.line, "startColumn": at.column});
        }
        value["locations"] = json!([{"physicalLocation": location}]);
    }
    value.to_string()
}
