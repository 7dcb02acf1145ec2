//! What is refused or advised at several places of a Dockerfile for one cause is said once.

use std::collections::HashMap;

use dockfit_rewrite::pipeline::{PlacedDecision, Report};
use dockfit_rewrite::{Outcome, Place};

/// What is said of a Dockerfile: its index, the reason and the way out.
type Words<'a> = (usize, &'a str, &'a str);

/// The places of each thing that is said.
pub(super) struct Repeats<'a> {
    places: HashMap<Words<'a>, Vec<&'a PlacedDecision>>,
}

impl<'a> Repeats<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let mut places: HashMap<Words<'a>, Vec<&'a PlacedDecision>> = HashMap::new();
        for placed in report.passes.iter().flat_map(|pass| &pass.decisions) {
            if let Some(words) = words(placed) {
                places.entry(words).or_default().push(placed);
            }
        }
        Self { places }
    }

    /// The other places of what is said of `placed`, in words, empty if there are none; `None` where it has
    /// been said.
    pub(super) fn others(&self, report: &Report, placed: &PlacedDecision) -> Option<String> {
        let Some(same) = words(placed).and_then(|words| self.places.get(&words)) else {
            return Some(String::new());
        };
        let (first, others) = same.split_first()?;
        if !std::ptr::eq(*first, placed) {
            return None;
        }
        let id = first.decision.info.id;
        let line_of_first = line(report, &first.original);
        let mut lines: Vec<String> = Vec::new();
        let mut rest: Vec<String> = Vec::new();
        for other in others {
            let line = line(report, &other.original);
            let is_said = line == line_of_first || lines.contains(&line.to_string());
            if other.decision.info.id == id {
                // What an earlier pass has put there several times is one line on disk.
                lines.extend((!is_said).then(|| line.to_string()));
            } else {
                rest.push(format!("line {line} ({})", other.decision.info.id));
            }
        }
        let noun = if lines.len() == 1 { "line" } else { "lines" };
        let mine = (!lines.is_empty()).then(|| format!("{noun} {}", lines.join(", ")));
        Some(mine.into_iter().chain(rest).collect::<Vec<_>>().join("; "))
    }
}

fn line(report: &Report, place: &Place) -> usize {
    super::json::position(report, place).map_or(0, |position| position.line)
}

fn words(placed: &PlacedDecision) -> Option<Words<'_>> {
    match &placed.decision.outcome {
        Outcome::Refused { reason, way_out } | Outcome::Advised { reason, way_out } => {
            Some((placed.decision.dockerfile, &reason.text, way_out))
        }
        Outcome::Applied(_) | Outcome::Already => None,
    }
}
