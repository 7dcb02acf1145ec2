//! The plan as markdown, for a pull request or a wiki. No word of the report can become markup.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::outcome::{Part, Plan, Planned, words};
use crate::markdown::{escaped, fenced};

pub(super) fn plan(plan: &Plan) -> String {
    let anchors = anchors(plan);
    let mut out = format!("# Plan for {}\n\n<a id=\"plan\"></a>\n\n", escaped(&plan.report));
    table(&mut out, plan, &anchors);
    for measured in plan.measured.iter().flatten() {
        let (file, words) = (escaped(&measured.dockerfile), escaped(&measured.words()));
        let _ = write!(out, "\nMeasured, all passes, {file}: {words}\n");
    }
    for (planned, anchor) in plan.proposals.iter().zip(&anchors) {
        section(&mut out, plan, planned, anchor);
    }
    passes(&mut out, plan, &anchors);
    if !plan.groups.is_empty() {
        out.push_str("\n## Groups that the report names\n\nTo take them, in `dockfit.toml`:\n\n");
        out.push_str(&fenced(&super::groups_toml(&plan.groups), "toml"));
    }
    out
}

/// The name of each proposal's place in the page: its number, and its line where another one has that number.
pub(super) fn anchors(plan: &Plan) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let one = |planned: &Planned| {
        let keep = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let number: String = planned.proposal.id.chars().map(keep).collect();
        let anchor = format!("proposal-{}", number.trim_matches('-'));
        if seen.insert(anchor.clone()) { anchor } else { format!("{anchor}-line-{}", planned.proposal.line) }
    };
    plan.proposals.iter().map(one).collect()
}

/// Each proposal in a row; its number leads to its section.
fn table(out: &mut String, plan: &Plan, anchors: &[String]) {
    let with_bench = plan.measured.is_some();
    let (head, rule) = if with_bench { (" measured |", " --- |") } else { ("", "") };
    let _ = writeln!(out, "| proposal | priority | phase | outcome | passes | expected |{head}");
    let _ = writeln!(out, "| --- | --- | --- | --- | --- | --- |{rule}");
    for (planned, anchor) in plan.proposals.iter().zip(anchors) {
        let proposal = &planned.proposal;
        let priority = proposal.priority.as_ref().map_or(String::new(), |priority| escaped(&priority.text));
        let passes: Vec<String> = planned.passes().map(|id| format!("`{id}`")).collect();
        let _ = write!(
            out,
            "| [{} {}](#{anchor}) | {priority} | {} | {} | {} | {} |",
            escaped(&proposal.id),
            escaped(&proposal.title),
            escaped(proposal.phase.as_deref().unwrap_or_default()),
            words(planned.outcome()),
            passes.join(", "),
            escaped(&proposal.figures.join(", ")),
        );
        if with_bench {
            let measured = planned.measured.iter().map(|measured| escaped(&measured.words()));
            let _ = write!(out, " {} |", measured.collect::<Vec<_>>().join("<br>"));
        }
        out.push('\n');
    }
}

/// From the passes back to the proposals that ask for them.
fn passes(out: &mut String, plan: &Plan, anchors: &[String]) {
    let mut by_pass: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (planned, anchor) in plan.proposals.iter().zip(anchors) {
        for id in planned.passes() {
            by_pass.entry(id).or_default().push(format!("[{}](#{anchor})", escaped(&planned.proposal.id)));
        }
    }
    if by_pass.is_empty() {
        return;
    }
    out.push_str("\n## By pass\n\n");
    for (id, proposals) in by_pass {
        let _ = writeln!(out, "- `{id}`: {}", proposals.join(", "));
    }
}

fn section(out: &mut String, plan: &Plan, planned: &Planned, anchor: &str) {
    let proposal = &planned.proposal;
    let _ = write!(
        out,
        "\n<a id=\"{anchor}\"></a>\n\n## {} {}\n\n",
        escaped(&proposal.id),
        escaped(&proposal.title)
    );
    let _ = writeln!(
        out,
        "[{} line {}]({}): **{}** · [all](#plan)\n",
        escaped(&plan.report),
        proposal.line,
        link(&plan.report, proposal.line),
        words(planned.outcome())
    );
    for measured in &planned.measured {
        let pass = escaped(measured.pass.as_deref().unwrap_or_default());
        let _ = writeln!(out, "- measured, {pass} alone: {}", escaped(&measured.words()));
    }
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

/// A line of the report, as the pages of GitHub and GitLab find it: `?plain=1` shows the text instead of the page.
fn link(report: &str, line: usize) -> String {
    format!("{}?plain=1#L{line}", crate::report::encoded(report))
}
