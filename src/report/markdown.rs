//! Markdown for a comment on a pull request. It starts with a marker by which the comment is found again, and nothing of a
//! Dockerfile becomes markup in it.

use std::fmt::Write as _;

use dockfit_rewrite::pipeline::{PlacedDecision, Report};
use dockfit_rewrite::{Outcome, Place};

use super::repeats::Repeats;
use super::{Counts, Entry, Said, diff, entries, plural};
use crate::markdown::{escaped, fenced};
use crate::problem::Problem;
use crate::project::Draft;

/// By its first line a comment is known as this tool's.
pub(crate) const HEAD: &str = "<!-- dockfit: report -->\n# dockfit\n";

/// A comment on GitHub holds 65,536 characters; what is left of it goes to the words around the diffs.
const LONGEST_DIFF: usize = 20_000;

/// What is said of one project.
pub(crate) fn project(draft: &Draft, report: &Report) -> String {
    let mut out = String::new();
    let repeats = Repeats::of(report);
    for (dockerfile, entries) in report.before.dockerfiles().iter().zip(entries(report)) {
        let said: String = entries.iter().map(|entry| pass(draft, report, entry, &repeats)).collect();
        if !said.is_empty() {
            let _ = write!(out, "\n## {}\n{said}", escaped(&draft.shown(dockerfile.path())));
        }
    }
    out
}

fn pass(draft: &Draft, report: &Report, entry: &Entry<'_>, repeats: &Repeats<'_>) -> String {
    let mut diffs: String = entry
        .changes
        .iter()
        .map(|change| String::from_utf8_lossy(&diff::for_git(change)).into_owned())
        .collect();
    if diffs.len() > LONGEST_DIFF {
        let end = diffs.floor_char_boundary(LONGEST_DIFF);
        diffs.truncate(end);
        diffs.push_str("\n… the rest: dockfit diff\n");
    }
    let lines: Vec<String> =
        entry.decisions.iter().filter_map(|placed| decision(draft, report, placed, repeats)).collect();
    if diffs.is_empty() && lines.is_empty() {
        return String::new();
    }
    let info = entry.pass.info;
    let mut out = format!("\n### `{}` · proposal {}\n\n{}\n", info.id, info.proposal, escaped(info.summary));
    if !diffs.is_empty() {
        let _ = write!(out, "\n<details><summary>diff</summary>\n\n{}\n</details>\n", fenced(&diffs, "diff"));
    }
    if !lines.is_empty() {
        let _ = write!(out, "\n{}", lines.concat());
    }
    out
}

fn decision(
    draft: &Draft,
    report: &Report,
    placed: &PlacedDecision,
    repeats: &Repeats<'_>,
) -> Option<String> {
    let said = Said::of(&placed.decision.outcome)?;
    let label = match placed.decision.outcome {
        Outcome::Applied(_) | Outcome::Already => "note",
        Outcome::Refused { .. } => "refused",
        Outcome::Advised { .. } => "advice",
    };
    let others = repeats.others(report, placed)?;
    let also = if others.is_empty() { String::new() } else { format!("; also in {}", escaped(&others)) };
    let way_out = said.way_out.map(|text| format!(" → {}", escaped(text))).unwrap_or_default();
    let at = at(draft, report, &placed.original);
    Some(format!("- **{label}** {at} `{}`: {}{also}{way_out}\n", placed.decision.info.id, escaped(said.text)))
}

fn at(draft: &Draft, report: &Report, place: &Place) -> String {
    let line = super::json::position(report, place).map_or(1, |position| position.line);
    format!("{} line {line}", escaped(&draft.shown(&place.file)))
}

/// The last lines: numbers, and what could not be read.
pub(crate) fn summary(counts: &Counts, problems: &[String]) -> String {
    let changed = match counts.changed {
        0 => "nothing to change".to_owned(),
        count => format!("{} would change", plural(count, "file", "files")),
    };
    let mut out = format!(
        "\n{}, {changed}: {} to apply, {} already so, {} refused, {} advised.\n",
        plural(counts.dockerfiles, "Dockerfile", "Dockerfiles"),
        counts.applied,
        counts.already,
        counts.refused,
        counts.advised,
    );
    if !problems.is_empty() {
        let _ = write!(out, "\n{}", problems.concat());
    }
    out
}

/// A problem as an item of a list.
pub(crate) fn problem(problem: &Problem) -> String {
    let file = problem.file.as_ref().map(|file| format!(" {}", escaped(file))).unwrap_or_default();
    let line = problem.position.map(|at| format!(" line {}", at.line)).unwrap_or_default();
    let help = problem.help.as_ref().map(|help| format!(" → {}", escaped(help))).unwrap_or_default();
    format!("- **error**{file}{line}: {}{help}\n", escaped(&problem.message))
}
