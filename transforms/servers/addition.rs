//! Options that passes add to the command of a server.

use dockfit_dockerfile::operation::Operation;
use dockfit_rewrite::{Change, Consent, DecisionInfo, Declared, Facet, Outcome, Reason, Selection};

use super::edit;
use super::launch::Launch;
use super::script_edit;
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;

/// What is to become of an option.
pub(crate) enum Addition {
    /// It is there, or something that does the same.
    Already,
    /// These words go behind the command.
    Words(Vec<String>, Option<String>),
    /// It would be wrong.
    Refused(Refusal),
}

impl Addition {
    /// Its outcome under the user's consent. Without consent only what could be done is said.
    pub(crate) fn outcome(
        self,
        file: &File<'_>,
        launch: &Launch,
        info: &'static DecisionInfo,
    ) -> Option<Outcome> {
        let given = file.task.consent(info) == Consent::Given;
        let (words, note) = match self {
            Self::Already => return Some(Outcome::Already),
            Self::Refused(refusal) => return given.then(|| refusal.into_outcome()),
            Self::Words(words, note) => (words, note),
        };
        if file.dockerfile.is_ignored(launch.index, info.id) {
            let text = "a comment above the command keeps this pass away";
            return given.then(|| Refusal::new("ignored", text, "remove the comment").into_outcome());
        }
        if !launch.is_exact() {
            let text = "the command's text is written with escapes";
            return given.then(|| Refusal::new("cannot-edit", text, "write it in exec form").into_outcome());
        }
        if !given {
            let text = format!("{} could be started with `{}`", launch.name(), words.join(" "));
            let way_out = format!("{} writes it", Selection::option_for(info));
            return Some(Outcome::Advised { reason: Reason { code: "could", text }, way_out });
        }
        let after = place(launch, words.first()?)?;
        if let Some(script) = &launch.script {
            if let Some(other) = launch.other_dockerfile(file) {
                let text = format!("{other} starts `{}`, too, and may install another version", script.path);
                return Some(
                    Refusal::new("shared-script", text, "write the option there by hand").into_outcome(),
                );
            }
            let edits = vec![script_edit::behind(script, launch, after, &words)?];
            return Some(Outcome::Applied(Change { edits, declares: Vec::new(), note }));
        }
        Some(match edit::behind(file.dockerfile, launch, after, &words) {
            Ok(edits) => file.change(edits, vec![Declared::Facet(facet(file, launch, after))], note),
            Err(error) => Refusal::from(error).into_outcome(),
        })
    }
}

/// The order of the options that passes add, whichever is added first.
const ORDER: &[&str] = &[
    "--loop",
    "--http",
    "--worker-class",
    "--limit-concurrency",
    "--limit-max-requests",
    "--max-requests",
    "--preload",
];

/// The word behind which `option` goes: the last one, or the one before the first option that comes later.
fn place(launch: &Launch, option: &str) -> Option<usize> {
    let rank = ORDER.iter().position(|known| *known == option)?;
    let later = ORDER.get(rank + 1..).unwrap_or_default();
    let is_later =
        |at: &usize| launch.words.get(*at).is_some_and(|word| later.contains(&word.written.as_str()));
    let end = (launch.first + 1..launch.words.len()).find(is_later).unwrap_or(launch.words.len());
    end.checked_sub(1)
}

/// What of the image's configuration the word with this index belongs to.
pub(crate) fn facet(file: &File<'_>, launch: &Launch, word: usize) -> Facet {
    let instruction = launch.words.get(word).map_or(launch.index, |word| word.instruction);
    match file.dockerfile.model().operation(instruction) {
        Some(Operation::Entrypoint(_)) => Facet::Entrypoint,
        _ => Facet::Cmd,
    }
}
