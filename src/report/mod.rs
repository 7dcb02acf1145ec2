//! What is shown of a run: text for a person, JSON, a patch series, SARIF, annotations, a comment, a page.

mod counts;
mod diff;
pub(crate) mod github;
pub(crate) mod html;
mod json;
pub(crate) mod markdown;
mod patch;
mod problems;
mod repeats;
pub(crate) mod sarif;
mod text;

use dockfit_rewrite::pipeline::{FileChange, PassReport, PlacedDecision, Report};
use dockfit_rewrite::{Change, Decision, Outcome, Place};

pub(crate) use counts::{Counts, Met, plural, summary};
pub(crate) use diff::for_terminal as diff_text;
pub(crate) use json::{passes as passes_json, position, problem as problem_json, project as project_json};
pub(crate) use patch::{Part, Series};
pub(crate) use problems::{problem as problem_text, takebacks};
pub(crate) use sarif::encoded;
pub(crate) use text::{Look, changed_files, project as project_text, refusals};

/// What one pass says of one Dockerfile.
pub(crate) struct Entry<'a> {
    pub(crate) pass: &'a PassReport,
    pub(crate) decisions: Vec<&'a PlacedDecision>,
    /// The files that it changes; one that it changes for several Dockerfiles stands with the first.
    pub(crate) changes: Vec<&'a FileChange>,
}

/// What the passes say, Dockerfile by Dockerfile; passes without a word are left out.
pub(crate) fn entries(report: &Report) -> Vec<Vec<Entry<'_>>> {
    let mut all: Vec<Vec<Entry<'_>>> = report.before.dockerfiles().iter().map(|_| Vec::new()).collect();
    for pass in &report.passes {
        for placed in &pass.decisions {
            if let Some(entries) = all.get_mut(placed.decision.dockerfile) {
                match entries.last_mut() {
                    Some(last) if std::ptr::eq(last.pass, pass) => last.decisions.push(placed),
                    _ => entries.push(Entry { pass, decisions: vec![placed], changes: Vec::new() }),
                }
            }
        }
        for change in &pass.changes {
            let owner = pass.decisions.iter().find(|placed| edits(placed, change));
            let index = owner.map_or(0, |placed| placed.decision.dockerfile);
            let entry = all.get_mut(index).and_then(|entries| entries.last_mut());
            if let Some(entry) = entry.filter(|entry| std::ptr::eq(entry.pass, pass)) {
                entry.changes.push(change);
            }
        }
    }
    all
}

fn edits(placed: &PlacedDecision, change: &FileChange) -> bool {
    match &placed.decision.outcome {
        Outcome::Applied(applied) => applied.edits.iter().any(|edit| edit.file == change.path),
        _ => false,
    }
}

/// What is said of a decision beside its diff.
struct Said<'a> {
    text: &'a str,
    /// Empty ones left out.
    way_out: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// Nothing of what is so already, or is applied without a note.
    fn of(outcome: &'a Outcome) -> Option<Self> {
        match outcome {
            Outcome::Already => None,
            Outcome::Applied(change) => Some(Self { text: change.note.as_deref()?, way_out: None }),
            Outcome::Refused { reason, way_out } | Outcome::Advised { reason, way_out } => {
                let way_out = Some(way_out.as_str()).filter(|way_out| !way_out.is_empty());
                Some(Self { text: &reason.text, way_out })
            }
        }
    }
}

/// What is said of a decision in one text; nothing of what is so already.
pub(crate) fn sentence(decision: &Decision) -> Option<String> {
    Some(match &decision.outcome {
        Outcome::Already => return None,
        Outcome::Applied(change) => with_note(decision.info.summary, change),
        Outcome::Refused { reason, way_out } => {
            format!("not rewritten: {}. To go on: {way_out}", reason.text)
        }
        Outcome::Advised { reason, way_out } => format!("{}. Advice: {way_out}", reason.text),
    })
}

/// What a change does, with its note.
fn with_note(summary: &str, change: &Change) -> String {
    let note = change.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    format!("{summary}{note}")
}

/// The words at a place of the file on disk: the first line of it, cut where it is long.
pub(crate) fn words(report: &Report, place: &Place) -> String {
    const LONGEST: usize = 72;
    let bytes = report.before.read(&place.file).ok().flatten().unwrap_or_else(|| [].into());
    let bytes = bytes.get(place.span.range()).unwrap_or_default();
    let line = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
    let text = crate::terminal::visible_line(line.unwrap_or_default());
    let text = text.trim_end_matches('\\').trim_end();
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}
