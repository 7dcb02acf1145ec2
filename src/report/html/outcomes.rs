//! What the passes do, refuse and advise in one Dockerfile.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dockfit_rewrite::pipeline::{PlacedDecision, Report};
use dockfit_rewrite::{DecisionInfo, Outcome, Place};

use super::escape::{escaped, prose};
use crate::project::Draft;
use crate::report::repeats::Repeats;
use crate::report::{Entry, Said, plural, words};

/// One entry per pass that changes something: why, what it does, where, and what to know of it.
pub(super) fn passes(draft: &Draft, report: &Report, entries: &[Entry<'_>], section: &str) -> String {
    let applying: Vec<&Entry<'_>> = entries
        .iter()
        .filter(|entry| {
            entry.decisions.iter().any(|placed| matches!(placed.decision.outcome, Outcome::Applied(_)))
        })
        .collect();
    if applying.is_empty() {
        return String::new();
    }
    let mut out = "<h3>What changes, and why</h3>\n<ol class=\"passes\">\n".to_owned();
    for entry in applying {
        let info = entry.pass.info;
        let _ = write!(
            out,
            "<li id=\"{section}-{0}\"><div><span class=\"name\">{0}</span> {1}</div><div>{2}\n<ul>",
            info.id,
            proposal(info.proposal),
            prose(&sentence(info.summary))
        );
        let mut kinds: BTreeMap<&str, (&DecisionInfo, Vec<&Place>)> = BTreeMap::new();
        let mut notes: Vec<(&str, &Place)> = Vec::new();
        for placed in &entry.decisions {
            let Outcome::Applied(change) = &placed.decision.outcome else { continue };
            let decision = placed.decision.info;
            kinds.entry(decision.id).or_insert((decision, Vec::new())).1.push(&placed.original);
            if let Some(note) =
                change.note.as_deref().filter(|note| notes.iter().all(|(known, _)| known != note))
            {
                notes.push((note, &placed.original));
            }
        }
        for (decision, places) in kinds.values() {
            let _ = write!(
                out,
                "<li>{}{} <span class=\"dim\">{}</span></li>",
                prose(decision.summary),
                safety(decision),
                at(draft, report, places)
            );
        }
        for (note, _) in notes {
            let _ = write!(out, "<li class=\"dim\">Note: {}</li>", prose(note));
        }
        out.push_str("</ul></div></li>\n");
    }
    out.push_str("</ol>\n");
    out
}

/// `proposal 1.2`, or that it is none of a report's.
pub(super) fn proposal(text: &str) -> String {
    if text.starts_with(|char: char| char.is_ascii_digit()) {
        format!("<span class=\"tag\">proposal {}</span>", escaped(text))
    } else {
        "<span class=\"tag\">beyond the proposals</span>".to_owned()
    }
}

/// How far a decision may go, where that is not far from nothing.
fn safety(decision: &DecisionInfo) -> String {
    match decision.safety.name() {
        "safe" => String::new(),
        name => format!(" <span class=\"tag {name}\">{name}</span>"),
    }
}

pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.trim_end().chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.trim_end().ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// `line 4`, `lines 4, 20`, with the file where there are several.
fn at(draft: &Draft, report: &Report, places: &[&Place]) -> String {
    const MOST: usize = 8;
    let mut files: Vec<(&dockfit_rewrite::RelPath, Vec<usize>)> = Vec::new();
    for place in places {
        let line = crate::report::position(report, place).map_or(1, |position| position.line);
        match files.iter_mut().find(|(file, _)| **file == place.file) {
            Some((_, lines)) if lines.contains(&line) => {}
            Some((_, lines)) => lines.push(line),
            None => files.push((&place.file, vec![line])),
        }
    }
    let shown = files.iter().map(|(file, lines)| {
        let numbers: Vec<String> = lines.iter().take(MOST).map(ToString::to_string).collect();
        let more = lines.len().saturating_sub(MOST);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let noun = if lines.len() == 1 { "line" } else { "lines" };
        let name = draft.shown(file);
        let name = name.rsplit('/').next().unwrap_or(&name);
        format!("{} {noun} {}{more}", escaped(name), numbers.join(", "))
    });
    shown.collect::<Vec<_>>().join("; ")
}

/// What was refused, and what was advised.
pub(super) fn said(
    draft: &Draft,
    report: &Report,
    entries: &[Entry<'_>],
    repeats: &Repeats<'_>,
) -> (String, String) {
    let (mut refused, mut advised) = (Vec::new(), Vec::new());
    for placed in entries.iter().flat_map(|entry| &entry.decisions) {
        let (list, class) = match placed.decision.outcome {
            Outcome::Refused { .. } => (&mut refused, "refused"),
            Outcome::Advised { .. } => (&mut advised, "advice"),
            _ => continue,
        };
        list.extend(item(draft, report, placed, repeats, class));
    }
    let listed = |title: &str, items: &[String]| match items {
        [] => String::new(),
        items => format!("<h3>{title}</h3>\n<ul class=\"said\">\n{}</ul>\n", items.concat()),
    };
    (listed("Refused", &refused), listed("Advice", &advised))
}

fn item(
    draft: &Draft,
    report: &Report,
    placed: &PlacedDecision,
    repeats: &Repeats<'_>,
    class: &str,
) -> Option<String> {
    let Said { text, way_out } = Said::of(&placed.decision.outcome)?;
    let others = repeats.others(report, placed)?;
    let place = &placed.original;
    let name = escaped(&draft.shown(&place.file));
    let at = crate::report::position(report, place).map(|at| format!(":{}:{}", at.line, at.column));
    let mut out = format!(
        "<li class=\"{class}\"><div class=\"place\">{name}{} · <code>{}</code></div>",
        at.unwrap_or_default(),
        placed.decision.info.id
    );
    let words = words(report, place);
    if !words.is_empty() {
        let _ = write!(out, "<code class=\"words\">{}</code>", escaped(&words));
    }
    let _ = write!(out, "<p>{}</p>", prose(&sentence(text)));
    if !others.is_empty() {
        let _ = write!(out, "<p class=\"dim\">Also in {}.</p>", escaped(&others));
    }
    if let Some(way_out) = way_out {
        let _ = write!(out, "<p>→ {}</p>", prose(way_out));
    }
    out.push_str("</li>\n");
    Some(out)
}

/// `3 refused, 2 pieces of advice`.
pub(super) fn counted(applied: usize, refused: usize, advised: usize) -> String {
    let mut parts = Vec::new();
    if applied > 0 {
        parts.push(plural(applied, "decision", "decisions"));
    }
    if refused > 0 {
        parts.push(format!("{refused} refused"));
    }
    if advised > 0 {
        parts.push(format!("{advised} advised"));
    }
    parts.join(", ")
}
