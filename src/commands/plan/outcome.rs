//! What came of each proposal.

use dockfit_audit::{Proposal, Topic};
use dockfit_rewrite::{Outcome, Pass};
use dockfit_transforms::evidence::{self, ADVICE, Correction};
use serde::Serialize;
use serde_json::{Value, json};

use super::measured::Measured;
use crate::project::Draft;
use crate::report;
use crate::run::Ran;

/// One decision of a pass, as it is shown.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Said {
    pub(super) id: &'static str,
    pub(super) outcome: &'static str,
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) reason: Option<String>,
    pub(super) way_out: Option<String>,
}

impl Said {
    fn is_of(&self, pass: &str) -> bool {
        self.id.strip_prefix(pass).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// What the passes say of one project.
pub(super) fn said(draft: &Draft, ran: &Ran) -> Vec<Said> {
    let decisions = ran.report.passes.iter().flat_map(|pass| &pass.decisions);
    decisions
        .map(|placed| {
            let (reason, way_out) = match &placed.decision.outcome {
                Outcome::Refused { reason, way_out } | Outcome::Advised { reason, way_out } => {
                    (Some(reason.text.clone()), Some(way_out.clone()))
                }
                Outcome::Applied(change) => (change.note.clone(), None),
                Outcome::Already => (None, None),
            };
            Said {
                id: placed.decision.info.id,
                outcome: placed.decision.outcome.name(),
                file: draft.shown(&placed.original.file),
                line: report::position(&ran.report, &placed.original).map_or(1, |position| position.line),
                reason,
                way_out,
            }
        })
        .collect()
}

/// What one topic of a proposal comes to.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// A pass, with its decisions; none where it finds no place.
    Pass { id: &'static str, decisions: Vec<Said> },
    /// Not dockfit's to do.
    Advice { why: &'static str, instead: &'static str, topic: Topic },
}

/// A proposal and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) proposal: Proposal,
    pub(super) parts: Vec<Part>,
    pub(super) corrections: Vec<Correction>,
    /// What a bench measured of its passes, each alone, in its Dockerfiles.
    pub(super) measured: Vec<Measured>,
}

/// All of them.
pub(super) struct Plan {
    pub(super) report: String,
    pub(super) proposals: Vec<Planned>,
    /// The groups of packages that the report names.
    pub(super) groups: Vec<(String, Vec<String>)>,
    /// What a bench measured of all passes together; none where no bench was given.
    pub(super) measured: Option<Vec<Measured>>,
}

impl Planned {
    pub(super) fn new(
        proposal: &Proposal,
        said: &[Said],
        passes: &[&'static dyn Pass],
        bench: &[Measured],
    ) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for topic in &proposal.topics {
            if seen.contains(&topic.id) {
                continue;
            }
            seen.push(topic.id);
            if passes.iter().any(|pass| pass.info().id == topic.id) {
                let decisions = said.iter().filter(|said| said.is_of(topic.id)).cloned().collect();
                parts.push(Part::Pass { id: topic.id, decisions });
            } else if let Some(advice) = ADVICE.iter().find(|advice| advice.id == topic.id) {
                parts.push(Part::Advice { why: advice.why, instead: advice.instead, topic: topic.clone() });
            }
        }
        let mut planned = Self {
            proposal: proposal.clone(),
            parts,
            corrections: evidence::corrections(proposal),
            measured: Vec::new(),
        };
        let is_ours = |measured: &&Measured| {
            let pass = measured.pass.as_deref();
            planned.decisions().any(|said| {
                pass.is_some_and(|pass| said.is_of(pass))
                    && said.outcome == "applied"
                    && measured.is_of(&said.file)
            })
        };
        planned.measured = bench.iter().filter(is_ours).cloned().collect();
        planned
    }

    /// The passes that it asks for.
    pub(super) fn passes(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Pass { id, .. } => Some(*id),
            Part::Advice { .. } => None,
        })
    }

    fn any(&self, outcome: &str) -> bool {
        self.decisions().any(|said| said.outcome == outcome)
    }

    pub(super) fn decisions(&self) -> impl Iterator<Item = &Said> {
        self.parts.iter().flat_map(|part| match part {
            Part::Pass { decisions, .. } => decisions.as_slice(),
            Part::Advice { .. } => &[],
        })
    }

    /// One word for what came of it.
    pub(super) fn outcome(&self) -> &'static str {
        let is_pass = |part: &Part| matches!(part, Part::Pass { .. });
        if self.any("applied") {
            if self.corrections.is_empty() { "applied" } else { "corrected" }
        } else if self.any("refused") {
            "refused"
        } else if self.any("already") {
            "already"
        } else if self.any("advised") {
            "advised"
        } else if self.parts.iter().any(is_pass) {
            "no-place"
        } else if self.parts.is_empty() {
            "no-pass"
        } else {
            "not-ours"
        }
    }
}

/// What a person reads for an outcome.
pub(super) fn words(outcome: &str) -> &'static str {
    match outcome {
        "applied" => "would be applied",
        "corrected" => "would be applied, corrected",
        "already" => "already so",
        "refused" => "refused here",
        "advised" => "advice",
        "no-place" => "no place for it here",
        "not-ours" => "not dockfit's to do",
        _ => "matches no pass",
    }
}

/// The JSON document.
pub(super) fn json(plan: &Plan, errors: &[String]) -> Value {
    let proposals = plan.proposals.iter().map(|planned| {
        let proposal = &planned.proposal;
        let advice = planned.parts.iter().filter_map(|part| match part {
            Part::Advice { why, instead, topic } => {
                Some(json!({"quote": topic.quote, "line": topic.line, "why": why, "instead": instead}))
            }
            Part::Pass { .. } => None,
        });
        json!({
            "id": proposal.id,
            "title": proposal.title,
            "priority": proposal.priority.as_ref().map(|priority| json!({"text": priority.text, "rank": priority.rank})),
            "phase": proposal.phase,
            "place": {"file": plan.report, "line": proposal.line},
            "passes": planned.passes().collect::<Vec<_>>(),
            "decisions": planned.decisions().collect::<Vec<_>>(),
            "corrections": planned.corrections.iter().map(|correction| json!({
                "quote": correction.quote,
                "line": correction.line,
                "why": correction.why,
                "instead": correction.instead,
            })).collect::<Vec<_>>(),
            "advice": advice.collect::<Vec<_>>(),
            "outcome": planned.outcome(),
            "expected": proposal.figures,
            "measured": plan.measured.as_ref().map(|_| &planned.measured),
        })
    });
    let groups = plan.groups.iter().map(|(name, packages)| json!({"name": name, "packages": packages}));
    let errors = errors.iter().filter_map(|error| serde_json::from_str(error).ok());
    json!({
        "schema": 1,
        "report": plan.report,
        "proposals": proposals.collect::<Vec<_>>(),
        "groups": groups.collect::<Vec<_>>(),
        "measured": plan.measured,
        "errors": errors.collect::<Vec<Value>>(),
    })
}
