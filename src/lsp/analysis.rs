//! What the passes make of one open Dockerfile.

use std::path::Path;
use std::sync::Arc;

use dockfit_rewrite::pipeline::{FileChange, PlacedDecision};
use dockfit_rewrite::{Outcome, Pass, RelPath, Safety};

use super::documents::Open;
use crate::args::Options;
use crate::discover;
use crate::disk::{LARGEST, Overlay};
use crate::git::Tracked;
use crate::problem::{Problem, ProblemKind};
use crate::project::{Draft, drafts};
use crate::run::{self, Ran};
use crate::settings::{Names, Settings};

/// What the server was started with.
pub(super) struct Wanted<'a> {
    pub(super) passes: &'static [&'static dyn Pass],
    pub(super) options: &'a Options,
    pub(super) names: &'a Names,
}

/// What came of a Dockerfile; of one that cannot be read, only what is wrong.
#[derive(Default)]
pub(super) struct Analysis {
    work: Option<(Draft, Ran)>,
    /// Its path in the project.
    path: Option<RelPath>,
    pub(super) problems: Vec<Problem>,
}

/// What an action changes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice<'a> {
    /// One decision of a pass.
    Decision(&'a PlacedDecision),
    /// All that a pass does by itself.
    Pass(&'static str),
    /// All that the options select.
    All,
}

impl Analysis {
    /// Runs the passes on an open text.
    pub(super) fn of(
        open: &Open,
        overlay: Overlay,
        wanted: &Wanted<'_>,
        tracked: &mut dyn FnMut(&Path) -> Arc<Tracked>,
    ) -> Self {
        let result = run::guarded(|| match &open.path {
            Some(path) => Self::of_file(path, overlay, wanted, tracked),
            None => Self::of_text(&open.text, wanted),
        });
        let failed = |problem| Self { problems: vec![problem], ..Self::default() };
        result.and_then(|result| result).unwrap_or_else(failed)
    }

    fn of_file(
        path: &Path,
        overlay: Overlay,
        wanted: &Wanted<'_>,
        tracked: &mut dyn FnMut(&Path) -> Arc<Tracked>,
    ) -> Result<Self, Problem> {
        let root = discover::open_file(path, overlay, wanted.options, wanted.names)?;
        let member = root.dockerfiles.first().cloned();
        let (drafts, problems) = drafts(&root, wanted.options.context.as_deref(), wanted.names);
        let Some(mut draft) = drafts.into_iter().next() else {
            return Ok(Self { problems, path: member, work: None });
        };
        if root.in_git {
            draft.tracked = tracked(&root.path);
        }
        Ok(Self::run(draft, member, problems, wanted))
    }

    /// A text without a name has no context.
    fn of_text(text: &str, wanted: &Wanted<'_>) -> Result<Self, Problem> {
        if u64::try_from(text.len()).is_ok_and(|length| length > LARGEST) {
            return Err(Problem::new(ProblemKind::TooLarge, "the text is too large"));
        }
        let here = std::env::current_dir().unwrap_or_default();
        let settings = Settings::load(&here, &here, wanted.options, wanted.names)?;
        Ok(match Draft::standard_input(settings, text.as_bytes().to_vec()) {
            Ok(draft) => {
                let member = draft.members.first().map(|member| member.path.clone());
                Self::run(draft, member, Vec::new(), wanted)
            }
            Err(problems) => Self { problems, ..Self::default() },
        })
    }

    fn run(draft: Draft, path: Option<RelPath>, mut problems: Vec<Problem>, wanted: &Wanted<'_>) -> Self {
        match run::one(wanted.passes, &draft, &mut |offer| draft.wants(offer)) {
            Ok(ran) => {
                problems.extend(run::refused(&draft, &ran));
                Self { work: Some((draft, ran)), path, problems }
            }
            Err(problem) => {
                problems.push(problem);
                Self { work: None, path, problems }
            }
        }
    }

    /// The decisions of all passes, in their order.
    pub(super) fn decisions(&self) -> impl Iterator<Item = &PlacedDecision> {
        let report = self.work.iter().map(|(_, ran)| &ran.report);
        report.flat_map(|report| &report.passes).flat_map(|pass| &pass.decisions)
    }

    /// Whether a decision stands in the Dockerfile itself, and not in a file beside it.
    pub(super) fn is_here(&self, placed: &PlacedDecision) -> bool {
        self.path.as_ref() == Some(&placed.original.file)
    }

    /// Where a decision stands that is in another file: its path as it is shown, and the line.
    pub(super) fn elsewhere(&self, placed: &PlacedDecision) -> Option<(String, usize)> {
        let (draft, ran) = self.work.as_ref()?;
        let line = crate::report::position(&ran.report, &placed.original).map_or(1, |at| at.line);
        Some((draft.shown(&placed.original.file), line))
    }

    /// The root that paths of changes count from.
    pub(super) fn root(&self) -> Option<&Path> {
        self.work.as_ref().map(|(draft, _)| draft.root.as_path())
    }

    /// The files that a choice changes, each against the text that the editor or the disk has; none where the choice does
    /// nothing by itself, or where its result would break a promise.
    pub(super) fn changes(&self, choice: Choice<'_>, wanted: &Wanted<'_>) -> Vec<FileChange> {
        let Some((draft, ran)) = &self.work else { return Vec::new() };
        let id = match choice {
            Choice::All => return ran.report.changes.clone(),
            Choice::Pass(id) => id,
            Choice::Decision(placed) => placed.decision.info.id,
        };
        let is_of = |pass: &&&'static dyn Pass| {
            id.strip_prefix(pass.info().id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let Some(pass) = wanted.passes.iter().find(is_of) else { return Vec::new() };
        let mut draft = draft.clone();
        if let Choice::Decision(placed) = choice
            && placed.decision.info.safety != Safety::Safe
        {
            // Whoever chooses it by its name consents to it.
            let mut settings = (*draft.settings).clone();
            settings.selection.with.push(id.to_owned());
            draft.settings = Arc::new(settings);
        }
        let keep = |offer: &dockfit_rewrite::pipeline::Offer<'_>| match choice {
            Choice::Decision(placed) => {
                offer.decision.info.id == id && offer.decision.place == placed.original
            }
            Choice::Pass(_) | Choice::All => draft.wants(offer),
        };
        let ran = run::one(&[*pass], &draft, &mut |offer| keep(offer));
        ran.map(|ran| ran.report)
            .ok()
            .filter(|report| report.takebacks.is_empty())
            .map_or_else(Vec::new, |report| report.changes)
    }

    /// The passes that change something with the options as they are.
    pub(super) fn applied_passes(&self) -> impl Iterator<Item = &'static dockfit_rewrite::PassInfo> {
        let report = self.work.iter().map(|(_, ran)| &ran.report);
        let passes = report.flat_map(|report| &report.passes);
        passes.filter(|pass| !pass.changes.is_empty()).map(|pass| pass.info)
    }

    /// Whether all that the options select is safe.
    pub(super) fn is_safe(&self) -> bool {
        self.decisions()
            .filter(|placed| matches!(placed.decision.outcome, Outcome::Applied(_)))
            .all(|placed| placed.decision.info.safety == Safety::Safe)
    }
}
