//! The text form: made to be read by a person.

use std::fmt::Write as _;

use dockfit_rewrite::pipeline::{PlacedDecision, Report};
use dockfit_rewrite::{Outcome, Place};

use super::repeats::Repeats;
use super::{Entry, Said, diff, entries, words};
use crate::project::Draft;
use crate::terminal::{Palette, paint, visible};

/// How the text form looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) palette: Palette,
    /// Show what is so already as well.
    pub(crate) verbose: bool,
}

/// All that is to say of a project: per Dockerfile and pass a heading and its diff, then what was refused and
/// advised.
pub(crate) fn project(draft: &Draft, report: &Report, look: &Look) -> String {
    let mut out = String::new();
    let repeats = Repeats::of(report);
    for (dockerfile, entries) in report.before.dockerfiles().iter().zip(entries(report)) {
        let said: String = entries.iter().map(|entry| pass(draft, report, entry, &repeats, look)).collect();
        if !said.is_empty() {
            let name = draft.shown(dockerfile.path());
            let _ = write!(out, "{}\n\n{said}", paint(look.palette.heading, name));
        }
    }
    out
}

/// What was refused and advised, without diffs.
pub(crate) fn refusals(draft: &Draft, report: &Report, look: &Look) -> String {
    let repeats = Repeats::of(report);
    let decisions = report.passes.iter().flat_map(|pass| &pass.decisions);
    decisions.filter_map(|placed| decision(draft, report, placed, &repeats, look)).collect()
}

/// One line per file that changes, with the passes that change it.
pub(crate) fn changed_files(draft: &Draft, report: &Report, look: &Look) -> String {
    let mut out = String::new();
    for change in &report.changes {
        let by = report.passes.iter().filter(|pass| pass.changes.iter().any(|file| file.path == change.path));
        let by: Vec<&str> = by.map(|pass| pass.info.id).collect();
        let name = paint(look.palette.heading, draft.shown(&change.path));
        let _ = writeln!(out, "{name}: {}", by.join(", "));
    }
    out
}

fn pass(draft: &Draft, report: &Report, entry: &Entry<'_>, repeats: &Repeats<'_>, look: &Look) -> String {
    let palette = &look.palette;
    let mut body = String::new();
    for change in &entry.changes {
        let _ =
            writeln!(body, "{}", diff::for_terminal(change, look.verbose, palette).trim_end_matches('\n'));
    }
    let mut said: Vec<String> = Vec::new();
    for placed in &entry.decisions {
        said.extend(decision(draft, report, placed, repeats, look));
    }
    if !body.is_empty() && !said.is_empty() {
        body.push('\n');
    }
    body.push_str(&said.concat());
    if body.is_empty() {
        return body;
    }
    let info = entry.pass.info;
    let proposal = paint(palette.dim, format!("proposal {}", info.proposal));
    format!("{} · {proposal}\n{}\n\n{body}\n", paint(palette.pass, info.id), info.summary)
}

fn decision(
    draft: &Draft,
    report: &Report,
    placed: &PlacedDecision,
    repeats: &Repeats<'_>,
    look: &Look,
) -> Option<String> {
    let palette = &look.palette;
    let outcome = &placed.decision.outcome;
    let said = match outcome {
        Outcome::Already if look.verbose => Said { text: placed.decision.info.summary, way_out: None },
        _ => Said::of(outcome)?,
    };
    let label = match outcome {
        Outcome::Applied(_) => paint(palette.good, "note"),
        Outcome::Already => paint(palette.dim, "already so"),
        Outcome::Refused { .. } => paint(palette.refused, "refused"),
        Outcome::Advised { .. } => paint(palette.advised, "advice"),
    };
    let others = repeats.others(report, placed)?;
    let id = paint(palette.dim, placed.decision.info.id);
    let mut out = format!("{label} {} {id}\n", position(draft, report, &placed.original));
    let words = words(report, &placed.original);
    if !words.is_empty() {
        let _ = writeln!(out, "    {words}");
    }
    let _ = writeln!(out, "  {}", visible(said.text));
    if !others.is_empty() {
        let _ = writeln!(out, "  also in {others}");
    }
    if let Some(way_out) = said.way_out {
        let _ = writeln!(out, "  {} {}", paint(palette.dim, "→"), visible(way_out));
    }
    Some(out)
}

/// `path:line:column`.
fn position(draft: &Draft, report: &Report, place: &Place) -> String {
    let name = draft.shown(&place.file);
    match super::json::position(report, place) {
        Some(position) => format!("{name}:{}:{}", position.line, position.column),
        None => name,
    }
}
