//! The plan as a page: the table of proposals first, then each of them, then the diffs that they come to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::markdown::anchors;
use super::outcome::{Part, Plan, Planned, Said, words};
use crate::report::html::{Part as Diffs, escaped, prose};

/// The markup below the overview.
pub(super) fn lead(plan: &Plan, diffs: &Diffs) -> String {
    let anchors = anchors(plan);
    let mut out = String::new();
    table(&mut out, plan, &anchors);
    for measured in plan.measured.iter().flatten() {
        let (file, words) = (escaped(&measured.dockerfile), escaped(&measured.words()));
        let _ = writeln!(out, "<p>Measured, all passes, {file}: {words}</p>");
    }
    for (planned, anchor) in plan.proposals.iter().zip(&anchors) {
        section(&mut out, plan, planned, anchor, diffs);
    }
    passes(&mut out, plan, &anchors);
    if !plan.groups.is_empty() {
        let toml = super::groups_toml(&plan.groups);
        let lines: Vec<String> = toml.lines().map(escaped).collect();
        let _ = write!(
            out,
            "<h2>Groups that the report names</h2>\n<p>To take them, in <code>dockfit.toml</code>:</p>\n<pre>{}</pre>\n",
            lines.join("\n")
        );
    }
    out
}

fn class(outcome: &str) -> &'static str {
    match outcome {
        "applied" | "corrected" | "already" => "good",
        "refused" => "bad",
        _ => "dim",
    }
}

fn table(out: &mut String, plan: &Plan, anchors: &[String]) {
    let measured = if plan.measured.is_some() { "<th>measured</th>" } else { "" };
    let _ = writeln!(
        out,
        "<h2 id=\"plan\">Proposals</h2>\n<table class=\"stack\"><thead><tr><th>proposal</th><th>priority</th><th>phase</th>\
         <th>what came of it</th><th>passes</th><th>expected</th>{measured}</tr></thead><tbody>"
    );
    for (planned, anchor) in plan.proposals.iter().zip(anchors) {
        let proposal = &planned.proposal;
        let priority = proposal.priority.as_ref().map(|priority| escaped(&priority.text)).unwrap_or_default();
        let phase = escaped(proposal.phase.as_deref().unwrap_or_default());
        let outcome = planned.outcome();
        let passes: Vec<String> = planned.passes().map(|id| format!("<code>{id}</code>")).collect();
        let cell = |head: &str, text: &str| match text {
            "" => "<td></td>".to_owned(),
            text => format!("<td data-h=\"{head}\">{text}</td>"),
        };
        let _ = write!(
            out,
            "<tr><td><a href=\"#{anchor}\">{} {}</a></td>{}{}<td class=\"{}\">{}</td>{}{}",
            escaped(&proposal.id),
            escaped(&proposal.title),
            cell("priority", &priority),
            cell("phase", &phase),
            class(outcome),
            words(outcome),
            cell("passes", &passes.join(", ")),
            cell("expected", &escaped(&proposal.figures.join(", "))),
        );
        if plan.measured.is_some() {
            let measured: Vec<String> =
                planned.measured.iter().map(|measured| escaped(&measured.words())).collect();
            out.push_str(&cell("measured", &measured.join("<br>")));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
}

/// From the passes back to the proposals that ask for them.
fn passes(out: &mut String, plan: &Plan, anchors: &[String]) {
    let mut by_pass: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (planned, anchor) in plan.proposals.iter().zip(anchors) {
        for id in planned.passes() {
            let link = format!("<a href=\"#{anchor}\">{}</a>", escaped(&planned.proposal.id));
            by_pass.entry(id).or_default().push(link);
        }
    }
    if by_pass.is_empty() {
        return;
    }
    out.push_str("<section class=\"part\">\n<h2>Proposals by pass</h2>\n<ul>\n");
    for (id, links) in by_pass {
        let _ = writeln!(out, "<li><code>{id}</code>: {}</li>", links.join(", "));
    }
    out.push_str("</ul>\n</section>\n");
}

/// Decisions of which the same is said, with their places.
fn alike(planned: &Planned) -> Vec<(&Said, Vec<String>)> {
    let mut all: Vec<(&Said, Vec<String>)> = Vec::new();
    for said in planned.decisions() {
        let place = format!("{}:{}", said.file, said.line);
        let same = |known: &Said| {
            (known.id, known.outcome, &known.reason, &known.way_out)
                == (said.id, said.outcome, &said.reason, &said.way_out)
        };
        match all.iter_mut().find(|(known, _)| same(known)) {
            Some((_, places)) if places.contains(&place) => {}
            Some((_, places)) => places.push(place),
            None => all.push((said, vec![place])),
        }
    }
    all
}

/// Places that are shown of what is said alike.
const PLACES: usize = 6;

fn section(out: &mut String, plan: &Plan, planned: &Planned, anchor: &str, diffs: &Diffs) {
    let proposal = &planned.proposal;
    let outcome = planned.outcome();
    let _ = write!(
        out,
        "<section class=\"part\" id=\"{anchor}\">\n<h2>{} {}</h2>\n<p><b class=\"{}\">{}</b> <span class=\"dim\">· {} line {} · <a href=\"#plan\">all proposals</a></span></p>\n",
        escaped(&proposal.id),
        escaped(&proposal.title),
        class(outcome),
        words(outcome),
        escaped(&plan.report),
        proposal.line
    );
    for correction in &planned.corrections {
        let _ = write!(
            out,
            "<h3>Corrected</h3>\n<pre>{}</pre>\n<p>The snippet at line {} is wrong: {}. Instead, {}.</p>\n",
            correction.quote.lines().map(escaped).collect::<Vec<_>>().join("\n"),
            correction.line,
            prose(correction.why),
            prose(correction.instead)
        );
    }
    let mut items = String::new();
    for measured in &planned.measured {
        let pass = escaped(measured.pass.as_deref().unwrap_or_default());
        let _ = writeln!(
            items,
            "<li><div class=\"place\">measured</div><p><code>{pass}</code> alone: {}</p></li>",
            escaped(&measured.words())
        );
    }
    for (said, places) in alike(planned) {
        let kind = match said.outcome {
            "refused" => "refused",
            "advised" => "advice",
            _ => "",
        };
        let pass = said.id.split('/').next().unwrap_or_default();
        let link = diffs.anchor(&said.file, pass).filter(|_| said.outcome == "applied");
        let link = link.map(|anchor| format!(" · <a href=\"#{anchor}\">what it does</a>"));
        let _ = write!(
            items,
            "<li class=\"{kind}\"><div class=\"place\">{} · <code>{}</code> · {}{}</div>",
            escaped(&shown(&places)),
            said.id,
            said.outcome,
            link.unwrap_or_default()
        );
        if let Some(reason) = &said.reason {
            let _ = write!(items, "<p>{}</p>", prose(reason));
        }
        if let Some(way_out) = &said.way_out {
            let _ = write!(items, "<p>→ {}</p>", prose(way_out));
        }
        items.push_str("</li>\n");
    }
    for part in &planned.parts {
        match part {
            Part::Pass { id, decisions } if decisions.is_empty() => {
                let _ = writeln!(items, "<li><p><code>{id}</code> finds no place in these files.</p></li>");
            }
            Part::Advice { why, instead, topic } => {
                let _ = writeln!(
                    items,
                    "<li class=\"advice\"><div class=\"place\">not dockfit's to do · <code>{}</code></div><p>{}</p><p>→ {}</p></li>",
                    escaped(&topic.quote),
                    prose(why),
                    prose(instead)
                );
            }
            Part::Pass { .. } => {}
        }
    }
    if !items.is_empty() {
        let _ = write!(out, "<ul class=\"said\">\n{items}</ul>\n");
    }
    out.push_str("</section>\n");
}

/// The first places, and how many more there are.
fn shown(places: &[String]) -> String {
    let first = places.iter().take(PLACES).map(String::as_str).collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(PLACES) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
