//! The JSON form; `docs/json.schema.json` is its schema.

use dockfit_dockerfile::{LineIndex, Position};
use dockfit_rewrite::pipeline::{FileChange, PlacedDecision, Report};
use dockfit_rewrite::{Context, Dockerfile, Outcome, Pass, Place};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Entry, diff, entries};
use crate::problem::Problem;
use crate::project::Draft;

#[derive(Serialize)]
struct ProjectJson<'a> {
    root: String,
    dockerfiles: Vec<DockerfileJson<'a>>,
    files: Vec<FileJson<'a>>,
}

#[derive(Serialize)]
struct DockerfileJson<'a> {
    path: &'a str,
    context: Option<&'a str>,
    targets: Vec<String>,
    passes: Vec<PassJson<'a>>,
}

#[derive(Serialize)]
struct PassJson<'a> {
    id: &'static str,
    proposal: &'static str,
    decisions: Vec<DecisionJson<'a>>,
    diff: String,
}

#[derive(Serialize)]
struct DecisionJson<'a> {
    id: &'static str,
    safety: &'static str,
    outcome: &'static str,
    reason: Option<ReasonJson<'a>>,
    way_out: Option<&'a str>,
    place: PlaceJson<'a>,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct ReasonJson<'a> {
    code: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct PlaceJson<'a> {
    file: &'a str,
    start: usize,
    end: usize,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct EditJson<'a> {
    file: &'a str,
    start: usize,
    end: usize,
    replacement: &'a str,
}

#[derive(Serialize)]
struct FileJson<'a> {
    path: &'a str,
    before_sha256: Option<String>,
    after_sha256: String,
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    kind: &'static str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct PassInfoJson {
    id: &'static str,
    proposal: &'static str,
    summary: &'static str,
    decisions: Vec<DecisionInfoJson>,
    facets: Vec<&'static str>,
    after: &'static [&'static str],
}

#[derive(Serialize)]
struct DecisionInfoJson {
    id: &'static str,
    safety: &'static str,
    summary: &'static str,
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and lists only")
}

/// One project, on one line.
pub(crate) fn project(draft: &Draft, report: &Report) -> String {
    let dockerfiles = report.before.dockerfiles().iter().zip(entries(report));
    text(&ProjectJson {
        root: draft.root.to_string_lossy().into_owned(),
        dockerfiles: dockerfiles.map(|(file, entries)| dockerfile(report, file, &entries)).collect(),
        files: report.changes.iter().map(file).collect(),
    })
}

/// One problem, on one line.
pub(crate) fn problem(problem: &Problem) -> String {
    text(&ProblemJson {
        kind: problem.kind.name(),
        file: problem.file.as_deref(),
        line: problem.position.map(|position| position.line),
        column: problem.position.map(|position| position.column),
        message: &problem.message,
        help: problem.help.as_deref(),
    })
}

/// All passes.
pub(crate) fn passes(passes: &[&'static dyn Pass]) -> String {
    let infos = passes.iter().map(|pass| pass.info()).map(|info| PassInfoJson {
        id: info.id,
        proposal: info.proposal,
        summary: info.summary,
        decisions: info
            .decisions
            .iter()
            .map(|found| DecisionInfoJson {
                id: found.id,
                safety: found.safety.name(),
                summary: found.summary,
            })
            .collect(),
        facets: info.facets.iter().map(|facet| facet.name()).collect(),
        after: info.after,
    });
    text(&infos.collect::<Vec<_>>())
}

fn dockerfile<'a>(report: &'a Report, file: &'a Dockerfile, entries: &[Entry<'a>]) -> DockerfileJson<'a> {
    DockerfileJson {
        path: file.path().as_str(),
        context: match file.context() {
            Context::Known(context) => Some(if context.as_str().is_empty() { "." } else { context.as_str() }),
            Context::Unknown(_) => None,
        },
        targets: crate::target::stages(file.document()),
        passes: entries.iter().map(|entry| pass(report, entry)).collect(),
    }
}

fn pass<'a>(report: &'a Report, entry: &Entry<'a>) -> PassJson<'a> {
    let diffs =
        entry.changes.iter().map(|change| String::from_utf8_lossy(&diff::for_git(change)).into_owned());
    PassJson {
        id: entry.pass.info.id,
        proposal: entry.pass.info.proposal,
        decisions: entry.decisions.iter().map(|placed| decision(report, placed)).collect(),
        diff: diffs.collect(),
    }
}

fn decision<'a>(report: &'a Report, placed: &'a PlacedDecision) -> DecisionJson<'a> {
    let info = placed.decision.info;
    let (reason, way_out) = match &placed.decision.outcome {
        Outcome::Applied(_) | Outcome::Already => (None, None),
        Outcome::Refused { reason, way_out } | Outcome::Advised { reason, way_out } => {
            (Some(ReasonJson { code: reason.code, text: &reason.text }), Some(way_out.as_str()))
        }
    };
    let edits = match &placed.decision.outcome {
        Outcome::Applied(change) => change.edits.as_slice(),
        _ => &[],
    };
    let place = &placed.original;
    let at = position(report, place).unwrap_or(Position { line: 1, column: 1 });
    DecisionJson {
        id: info.id,
        safety: info.safety.name(),
        outcome: placed.decision.outcome.name(),
        reason,
        way_out,
        place: PlaceJson {
            file: place.file.as_str(),
            start: place.span.start,
            end: place.span.end,
            line: at.line,
            column: at.column,
        },
        edits: edits
            .iter()
            .zip(&placed.original_edits)
            .map(|(edit, span)| EditJson {
                file: edit.file.as_str(),
                start: span.start,
                end: span.end,
                replacement: &edit.edit.replacement,
            })
            .collect(),
    }
}

/// Where a place of the file on disk starts, as people count.
pub(crate) fn position(report: &Report, place: &Place) -> Option<Position> {
    let dockerfile = report.before.dockerfiles().iter().find(|file| *file.path() == place.file);
    if let Some(dockerfile) = dockerfile {
        return Some(dockerfile.document().position(place.span.start));
    }
    let bytes = report.before.read(&place.file).ok().flatten()?;
    Some(LineIndex::new(&bytes).position(&bytes, place.span.start))
}

fn file(change: &FileChange) -> FileJson<'_> {
    let digest =
        |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    FileJson {
        path: change.path.as_str(),
        before_sha256: change.before.as_deref().map(digest),
        after_sha256: digest(&change.after),
    }
}
