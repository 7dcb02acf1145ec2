//! Refusals and advice that were read and accepted: they are shown no more.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::Path;

use dockfit_rewrite::Outcome;
use dockfit_rewrite::pipeline::{PlacedDecision, Report};
use serde::{Deserialize, Serialize};

use crate::disk::{self, ReadFailure};
use crate::problem::{Problem, ProblemKind};
use crate::report::words;

/// The name of the file, where the configuration names no other.
pub(crate) const FILE_NAME: &str = "dockfit-baseline.json";

/// What was accepted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Baseline {
    entries: BTreeSet<Entry>,
}

/// One refusal, told by what stands there, not by the line: it stays accepted when the line moves.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    file: String,
    decision: String,
    reason: String,
    words: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    accepted: BTreeSet<Entry>,
}

const VERSION: u32 = 1;

impl Baseline {
    /// Reads a baseline; `None` where there is no such file.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Problem> {
        let wrong = |message: String| {
            let problem = Problem::new(ProblemKind::Config, message).in_file(crate::project::shown(path));
            problem.help("write it anew: dockfit check --write-baseline")
        };
        let bytes = match disk::read(path) {
            Ok(bytes) => bytes,
            Err(ReadFailure::Missing) => return Ok(None),
            Err(failure) => return Err(wrong(failure.message())),
        };
        let file: File =
            serde_json::from_slice(&bytes).map_err(|error| wrong(format!("no baseline: {error}")))?;
        if file.version != VERSION {
            return Err(wrong(format!("a baseline of version {}, and this is {VERSION}", file.version)));
        }
        Ok(Some(Self { entries: file.accepted }))
    }

    /// What a report refuses and advises.
    pub(crate) fn of(report: &Report) -> impl Iterator<Item = Entry> {
        let decisions = report.passes.iter().flat_map(|pass| &pass.decisions);
        decisions.filter_map(|placed| entry(report, placed))
    }

    /// Takes what was accepted out of a report; how much that was.
    pub(crate) fn leave_out(&self, report: &mut Report) -> usize {
        if self.entries.is_empty() {
            return 0;
        }
        let accepts = |placed: &PlacedDecision| {
            entry(report, placed).is_some_and(|entry| self.entries.contains(&entry))
        };
        let accepted: Vec<Vec<bool>> =
            report.passes.iter().map(|pass| pass.decisions.iter().map(accepts).collect()).collect();
        for (pass, accepted) in report.passes.iter_mut().zip(&accepted) {
            let mut accepted = accepted.iter();
            pass.decisions.retain(|_| accepted.next() != Some(&true));
        }
        accepted.iter().flatten().filter(|accepted| **accepted).count()
    }

    /// Writes `entries` to `path`.
    pub(crate) fn write(path: &Path, entries: BTreeSet<Entry>) -> io::Result<()> {
        let file = File { version: VERSION, accepted: entries };
        let mut text = serde_json::to_string_pretty(&file).map_err(io::Error::other)?;
        text.push('\n');
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut written = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        written.write_all(text.as_bytes())?;
        written.persist(path)?;
        Ok(())
    }
}

fn entry(report: &Report, placed: &PlacedDecision) -> Option<Entry> {
    let (Outcome::Refused { reason, .. } | Outcome::Advised { reason, .. }) = &placed.decision.outcome else {
        return None;
    };
    Some(Entry {
        file: placed.original.file.as_str().to_owned(),
        decision: placed.decision.info.id.to_owned(),
        reason: reason.code.to_owned(),
        words: words(report, &placed.original),
    })
}
