//! The plan for a terminal. All words of the report pass through [`visible`].

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::outcome::{Part, Plan, Planned, Said, words};
use crate::report::plural;
use crate::terminal::{Palette, paint, visible};

/// Decisions of one kind that are listed one by one.
const MOST: usize = 5;

pub(super) fn plan(plan: &Plan, palette: Palette, hint: &str) -> String {
    let mut out = String::new();
    for planned in &plan.proposals {
        proposal(&mut out, plan, planned, palette);
        out.push('\n');
    }
    groups(&mut out, plan, palette);
    for measured in plan.measured.iter().flatten() {
        let _ = writeln!(
            out,
            "measured, all passes, {}: {}",
            visible(&measured.dockerfile),
            visible(&measured.words())
        );
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for planned in &plan.proposals {
        *counts.entry(words(planned.outcome())).or_default() += 1;
    }
    let all = plural(plan.proposals.len(), "proposal", "proposals");
    let parts: Vec<String> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" · {}", parts.join(", ")) };
    let _ = writeln!(out, "{all}{parts}");
    if plan.proposals.iter().any(|planned| matches!(planned.outcome(), "applied" | "corrected")) {
        let _ = writeln!(out, "To apply: {}", visible(hint));
    }
    out
}

fn proposal(out: &mut String, plan: &Plan, planned: &Planned, palette: Palette) {
    let proposal = &planned.proposal;
    let _ = write!(out, "{} {}", visible(&proposal.id), paint(palette.heading, visible(&proposal.title)));
    let mut marks = Vec::new();
    marks.extend(proposal.priority.as_ref().map(|priority| format!("priority {}", visible(&priority.text))));
    marks.extend(proposal.phase.as_ref().map(|phase| format!("phase {}", visible(phase))));
    if !proposal.figures.is_empty() {
        marks.push(format!("expected {}", visible(&proposal.figures.join(", "))));
    }
    marks.push(format!("{}:{}", visible(&plan.report), proposal.line));
    let _ = writeln!(out, "\n  {}", paint(palette.dim, marks.join(" · ")));
    let outcome = planned.outcome();
    let style = match outcome {
        "applied" | "corrected" | "already" => palette.good,
        "refused" => palette.refused,
        _ => palette.advised,
    };
    let _ = writeln!(out, "  {}", paint(style, words(outcome)));
    for measured in &planned.measured {
        let pass = visible(measured.pass.as_deref().unwrap_or_default()).into_owned();
        let _ = writeln!(out, "  measured, {pass} alone: {}", visible(&measured.words()));
    }
    for part in &planned.parts {
        match part {
            Part::Pass { id, decisions } if decisions.is_empty() => {
                let _ = writeln!(out, "    {}: finds no place in these files", paint(palette.pass, id));
            }
            Part::Pass { decisions, .. } => self::decisions(out, decisions, palette),
            Part::Advice { why, instead, topic } => {
                let _ = writeln!(out, "    `{}`: {why}\n      → {instead}", visible(&topic.quote));
            }
        }
    }
    for correction in &planned.corrections {
        let place = paint(palette.dim, format!("{}:{}", visible(&plan.report), correction.line));
        let _ = writeln!(out, "    {} {place}", paint(palette.refused, "corrected"));
        let _ = writeln!(out, "      `{}`", visible(&correction.quote));
        let _ = writeln!(out, "      {}\n      → {}", correction.why, correction.instead);
    }
}

fn decisions(out: &mut String, decisions: &[Said], palette: Palette) {
    let mut by_kind: Vec<(&str, &str, Vec<&Said>)> = Vec::new();
    for said in decisions {
        match by_kind.iter_mut().find(|(id, outcome, _)| *id == said.id && *outcome == said.outcome) {
            Some((_, _, all)) => all.push(said),
            None => by_kind.push((said.id, said.outcome, vec![said])),
        }
    }
    for (id, outcome, all) in by_kind {
        let mut places: Vec<String> = Vec::new();
        for place in all.iter().map(|said| format!("{}:{}", visible(&said.file), said.line)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let more = places.len().saturating_sub(MOST);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        places.truncate(MOST);
        let _ = writeln!(
            out,
            "    {} {outcome} {}{more}",
            paint(palette.pass, id),
            paint(palette.dim, places.join(", "))
        );
        let mut told: Vec<&str> = Vec::new();
        for said in
            all.iter().filter(|said| matches!(outcome, "refused" | "advised") && said.reason.is_some())
        {
            let reason = said.reason.as_deref().unwrap_or_default();
            if told.contains(&reason) || told.len() == MOST {
                continue;
            }
            told.push(reason);
            let _ = writeln!(out, "      {}", visible(reason));
            if let Some(way_out) = &said.way_out {
                let _ = writeln!(out, "      → {}", visible(way_out));
            }
        }
    }
}

fn groups(out: &mut String, plan: &Plan, palette: Palette) {
    if plan.groups.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "{}",
        paint(palette.dim, "The report names groups of packages; to take them, in dockfit.toml:")
    );
    let _ = writeln!(out, "{}", visible_lines(&super::groups_toml(&plan.groups)));
}

fn visible_lines(text: &str) -> String {
    text.lines().map(|line| format!("  {}\n", visible(line))).collect()
}
