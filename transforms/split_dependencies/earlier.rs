//! The files of splits that stand there already.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_rewrite::{DecisionInfo, Outcome, RelPath};

use super::renew::Renewal;
use super::tree::Tree;
use super::{FILES, STAGES, install};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// The files of earlier splits, in this run and before.
#[derive(Default)]
pub(super) struct Earlier {
    /// Their texts: another one in the place of one of them would be another split.
    pub(super) written: BTreeMap<RelPath, String>,
    /// Those that steps install from.
    installed: BTreeSet<RelPath>,
    /// By folder, what the lock says now, until it is told.
    renewals: BTreeMap<RelPath, Result<Option<Renewal>, Refusal>>,
}

impl Earlier {
    /// Puts down the files that the steps of a Dockerfile install from.
    pub(super) fn gather(&mut self, file: &File<'_>) {
        let may = |step: &&Step<'_>| step.mentions(&["--no-deps"]);
        let steps = Steps::of(file.dockerfile);
        let mut found = steps.mentioning(&["pip", "uv"]).filter(may).peekable();
        if found.peek().is_none() {
            return;
        }
        let Ok(tree) = Tree::of(file.task.project, file.dockerfile) else { return };
        for step in found {
            let Some(Ok(install)) = install::read(step) else { continue };
            if let Ok(found) = tree.found(&steps, step, &install)
                && tree.is_made(&found.source)
                && let (Some(path), Some(text)) =
                    (tree.context.folder.join(&found.source), tree.text(&found.source))
            {
                let groups = &file.task.selection.groups;
                let renewal = self
                    .renewals
                    .entry(path.parent())
                    .or_insert_with(|| Renewal::of(&tree, step, &found, groups));
                if let Ok(Some(renewal)) = renewal {
                    let texts = renewal.texts().map(|(path, text)| (path.clone(), text.to_owned()));
                    self.written.extend(texts);
                }
                self.written.entry(path.clone()).or_insert(text);
                self.installed.insert(path);
            }
        }
    }

    /// What becomes of the files beside this one: told once.
    pub(super) fn renewed(&mut self, path: &RelPath) -> (&'static DecisionInfo, Outcome) {
        match self.renewals.remove(&path.parent()) {
            None | Some(Ok(None)) => (&STAGES, Outcome::Already),
            Some(Err(refusal)) => (&FILES, refusal.into_outcome()),
            Some(Ok(Some(renewal))) => match renewal.outcome(&self.installed) {
                Outcome::Already => (&STAGES, Outcome::Already),
                outcome => (&FILES, outcome),
            },
        }
    }
}
