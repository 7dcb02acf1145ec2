//! The plan as markdown, for a pull request or a wiki. No word of the report can become markup.

use std::fmt::Write as _;

use super::outcome::{Part, Plan, Planned, words};
use crate::markdown::{escaped, fenced};

pub(super) fn plan(plan: &Plan) -> String {
    let mut out = format!("# Plan for {}\n\n", escaped(&plan.report));
    out.push_str("| proposal | priority | phase | outcome | passes | expected |\n| --- | --- | --- | --- | --- | --- |\n");
    for planned in &plan.proposals {
        let proposal = &planned.proposal;
        let priority = proposal.priority.as_ref().map_or(String::new(), |priority| escaped(&priority.text));
        let passes = planned.parts.iter().filter_map(|part| match part {
            Part::Pass { id, .. } => Some(format!("`{id}`")),
            Part::Advice { .. } => None,
        });
        let _ = writeln!(
            out,
            "| {} {} | {priority} | {} | {} | {} | {} |",
            escaped(&proposal.id),
            escaped(&proposal.title),
            escaped(proposal.phase.as_deref().unwrap_or_default()),
            words(planned.outcome()),
            passes.collect::<Vec<_>>().join(", "),
            escaped(&proposal.figures.join(", ")),
        );
    }
    for planned in &plan.proposals {
        section(&mut out, plan, planned);
    }
    if !plan.groups.is_empty() {
        out.push_str("\n## Groups that the report names\n\nTo take them, in `dockfit.toml`:\n\n");
        out.push_str(&fenced(&super::groups_toml(&plan.groups), "toml"));
    }
    out
}

fn section(out: &mut String, plan: &Plan, planned: &Planned) {
    let proposal = &planned.proposal;
    let _ = write!(out, "\n## {} {}\n\n", escaped(&proposal.id), escaped(&proposal.title));
    let _ =
        writeln!(out, "{} line {}: **{}**\n", escaped(&plan.report), proposal.line, words(planned.outcome()));
    for said in planned.decisions() {
        let _ = write!(out, "- `{}` {}: {} line {}", said.id, said.outcome, escaped(&said.file), said.line);
        if let Some(reason) = &said.reason {
            let _ = write!(out, ". {}", escaped(reason));
        }
        if let Some(way_out) = &said.way_out {
            let _ = write!(out, " → {}", escaped(way_out));
        }
        out.push('\n');
    }
    for part in &planned.parts {
        match part {
            Part::Pass { id, decisions } if decisions.is_empty() => {
                let _ = writeln!(out, "- `{id}` finds no place in these files");
            }
            Part::Advice { why, instead, topic } => {
                let _ = writeln!(out, "- {}: {why} → {instead}", escaped(&topic.quote));
            }
            Part::Pass { .. } => {}
        }
    }
    for correction in &planned.corrections {
        let _ = write!(
            out,
            "\nThe snippet at line {} is wrong: {}. Instead, {}.\n\n",
            correction.line, correction.why, correction.instead
        );
        out.push_str(&fenced(&correction.quote, "text"));
    }
}
