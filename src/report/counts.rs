//! How much there is of what, and the line that says so.

use dockfit_rewrite::Outcome;
use dockfit_rewrite::pipeline::Report;

use super::text::Look;
use crate::terminal::paint;

/// Numbers of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Counts {
    /// Dockerfiles read.
    pub(crate) dockerfiles: usize,
    /// Files that change.
    pub(crate) changed: usize,
    /// Decisions by outcome.
    pub(crate) applied: usize,
    pub(crate) already: usize,
    pub(crate) refused: usize,
    pub(crate) advised: usize,
    /// Refusals and advice that the user accepted.
    pub(crate) accepted: usize,
}

impl Counts {
    /// Those of one project, of which `accepted` decisions were left out.
    pub(crate) fn of(report: &Report, accepted: usize) -> Self {
        let mut counts = Self {
            dockerfiles: report.before.dockerfiles().len(),
            changed: report.changes.len(),
            accepted,
            ..Self::default()
        };
        for placed in report.passes.iter().flat_map(|pass| &pass.decisions) {
            match placed.decision.outcome {
                Outcome::Applied(_) => counts.applied += 1,
                Outcome::Already => counts.already += 1,
                Outcome::Refused { .. } => counts.refused += 1,
                Outcome::Advised { .. } => counts.advised += 1,
            }
        }
        counts
    }

    /// Adds those of another project.
    pub(crate) fn add(&mut self, other: Self) {
        self.dockerfiles += other.dockerfiles;
        self.changed += other.changed;
        self.applied += other.applied;
        self.already += other.already;
        self.refused += other.refused;
        self.advised += other.advised;
        self.accepted += other.accepted;
    }
}

/// `1 file`, `2 files`.
pub(crate) fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What was met beside Dockerfiles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Met {
    /// Templates, which were skipped.
    pub(crate) templates: usize,
    /// Errors, which were told.
    pub(crate) errors: usize,
}

/// The last line: what was read, what would change (or changed, where it is `done`), what was decided.
pub(crate) fn summary(counts: &Counts, met: Met, done: bool, look: &Look) -> String {
    let mut read = plural(counts.dockerfiles, "Dockerfile", "Dockerfiles");
    if met.templates > 0 {
        read = format!("{read}, {} skipped", plural(met.templates, "template", "templates"));
    }
    if met.errors > 0 {
        read = format!("{read}, {}", paint(look.palette.refused, plural(met.errors, "error", "errors")));
    }
    let changed = match (counts.changed, done) {
        (0, _) => "nothing to change".to_owned(),
        (count, true) => format!("{} changed", plural(count, "file", "files")),
        (count, false) => format!("{} would change", plural(count, "file", "files")),
    };
    let mut outcomes = Vec::new();
    for (count, word) in [
        (counts.applied, if done { "applied" } else { "to apply" }),
        (counts.already, "already so"),
        (counts.refused, "refused"),
        (counts.advised, "advised"),
        (counts.accepted, "accepted before"),
    ] {
        if count > 0 {
            outcomes.push(format!("{count} {word}"));
        }
    }
    let style = if counts.changed > 0 { look.palette.good } else { look.palette.dim };
    let decisions = if outcomes.is_empty() { String::new() } else { format!(" · {}", outcomes.join(", ")) };
    format!("{read}, {}{decisions}\n", paint(style, changed))
}
