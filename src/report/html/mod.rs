//! A page of its own: nothing is fetched, nothing is executed. Switches are radio buttons, which the style sheet reads.

mod authors;
mod diff;
mod escape;
mod graph;
mod layout;
mod outcomes;
mod page;
mod section;
mod sizes;
#[cfg(test)]
mod tests;
mod variants;
mod without;

use std::collections::{BTreeMap, BTreeSet};

use dockfit_rewrite::pipeline::Report;
use dockfit_rewrite::{Outcome, Pass, PassInfo};

pub(crate) use self::escape::{escaped, prose};
pub(crate) use self::page::{Gain, Measured, Page, problem};
use self::section::{Section, Shared, Version};
use self::sizes::Contexts;
use super::repeats::Repeats;
use super::{Counts, entries};
use crate::project::Draft;

/// What one project adds to the page.
#[derive(Default)]
pub(crate) struct Part {
    sections: Vec<Section>,
    totals: BTreeMap<usize, Total>,
    refused: BTreeMap<(&'static str, &'static str), Refused>,
    numbers: BTreeSet<usize>,
    versions: usize,
}

/// What one pass does in all projects.
struct Total {
    info: &'static PassInfo,
    decisions: usize,
    dockerfiles: usize,
    files: usize,
}

/// What is refused for one cause.
struct Refused {
    /// The words of the first.
    text: String,
    way_out: String,
    count: usize,
    /// The section of the first.
    section: String,
}

/// What a project adds; made in parallel with others.
pub(crate) fn part(draft: &Draft, report: &Report, passes: &'static [&'static dyn Pass]) -> Part {
    let without = without::each(draft, report, passes);
    let named = without.iter().map(|(pass, report)| Version::of(pass, report));
    let mut shared = Shared {
        draft,
        report,
        versions: std::iter::once(Version::of("", report)).chain(named).collect(),
        repeats: Repeats::of(report),
        before: Contexts::default(),
        after: Contexts::default(),
        numbers: BTreeSet::new(),
        most: 0,
    };
    let all = entries(report).into_iter().enumerate();
    let sections = all.filter_map(|(index, entries)| shared.section(index, &entries)).collect();
    let Shared { numbers, most, .. } = shared;
    Part {
        sections,
        totals: totals(report, passes),
        refused: refused(draft, report),
        numbers,
        versions: most,
    }
}

impl Part {
    /// Where the page tells of a pass in a Dockerfile, as it is shown; none where it does not.
    pub(crate) fn anchor(&self, dockerfile: &str, pass: &str) -> Option<String> {
        let section = self.sections.iter().find(|section| section.name == dockerfile)?;
        let anchor = format!("{}-{pass}", section.id);
        section.html.contains(&format!("id=\"{anchor}\"")).then_some(anchor)
    }

    /// Takes another project's in.
    pub(crate) fn add(&mut self, other: Self) {
        self.sections.extend(other.sections);
        for (order, total) in other.totals {
            match self.totals.get_mut(&order) {
                Some(known) => {
                    known.decisions += total.decisions;
                    known.dockerfiles += total.dockerfiles;
                    known.files += total.files;
                }
                None => {
                    self.totals.insert(order, total);
                }
            }
        }
        for (cause, refused) in other.refused {
            let count = refused.count;
            self.refused.entry(cause).and_modify(|known| known.count += count).or_insert(refused);
        }
        self.numbers.extend(other.numbers);
        self.versions = self.versions.max(other.versions);
    }
}

fn totals(report: &Report, passes: &[&'static dyn Pass]) -> BTreeMap<usize, Total> {
    let mut totals = BTreeMap::new();
    for pass in &report.passes {
        let applied =
            || pass.decisions.iter().filter(|it| matches!(it.decision.outcome, Outcome::Applied(_)));
        let decisions = applied().count();
        if decisions == 0 {
            continue;
        }
        let dockerfiles: BTreeSet<usize> = applied().map(|placed| placed.decision.dockerfile).collect();
        let order = passes.iter().position(|known| known.info().id == pass.info.id).unwrap_or(usize::MAX);
        let total =
            Total { info: pass.info, decisions, dockerfiles: dockerfiles.len(), files: pass.changes.len() };
        totals.insert(order, total);
    }
    totals
}

fn refused(draft: &Draft, report: &Report) -> BTreeMap<(&'static str, &'static str), Refused> {
    let mut all: BTreeMap<(&'static str, &'static str), Refused> = BTreeMap::new();
    for placed in report.passes.iter().flat_map(|pass| &pass.decisions) {
        let Outcome::Refused { reason, way_out } = &placed.decision.outcome else { continue };
        let file = report.before.dockerfiles().get(placed.decision.dockerfile);
        all.entry((placed.decision.info.id, reason.code))
            .and_modify(|known| known.count += 1)
            .or_insert_with(|| Refused {
                text: reason.text.clone(),
                way_out: way_out.clone(),
                count: 1,
                section: file.map(|file| section::id(draft, file.path())).unwrap_or_default(),
            });
    }
    all
}
