//! What a manager was told by commands of its own, in the same RUN or an earlier one.

use super::manager::Manager;
use super::managers::MANAGERS;
use super::usage;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

/// All that managers are told in a Dockerfile.
pub(super) struct Told {
    all: Vec<Said>,
}

/// Options by which a setting is taken back, so that one of a file or of the image may count again.
const UNSETTING: &[&str] = &["--unset", "--delete"];

/// One command that tells a manager something.
struct Said {
    manager: &'static str,
    stage: usize,
    instruction: usize,
    /// Its words without options; `None` for one that is not known.
    words: Vec<Option<String>>,
}

/// What a manager was told.
pub(super) enum Answer {
    /// Nothing.
    Nothing,
    /// Something that is not known here.
    Unknown,
    /// This.
    Known(String),
}

impl Told {
    /// Those of a Dockerfile.
    pub(super) fn of(steps: &Steps<'_>) -> Self {
        let programs: Vec<&str> = MANAGERS
            .iter()
            .filter(|manager| listens(manager))
            .flat_map(|manager| manager.programs)
            .copied()
            .collect();
        let mut all = Vec::new();
        for step in steps.mentioning(&programs) {
            let Some(stage) = step.stages().next() else { continue };
            for call in step.calls() {
                let Some((manager, _)) = usage::manager(call) else { continue };
                let mut words = usage::plain_words(manager, call);
                if call.values().any(|value| UNSETTING.contains(&value)) {
                    words.push(None);
                }
                if sayings(manager).any(|saying| says(saying, &words).is_some()) {
                    let words = words.into_iter().map(|word| word.map(str::to_owned)).collect();
                    all.push(Said { manager: manager.name, stage, instruction: step.index, words });
                }
            }
        }
        Self { all }
    }

    /// What `step` finds the manager to have been told last by one of `sayings`.
    pub(super) fn answer(&self, step: &Step<'_>, manager: &Manager, sayings: &[&[&str]]) -> Answer {
        let stages: Vec<usize> = step.stages().collect();
        let before = self.all.iter().rev().filter(|said| {
            said.manager == manager.name && said.instruction <= step.index && stages.contains(&said.stage)
        });
        let mut answers = before.filter_map(|said| {
            let words: Vec<Option<&str>> = said.words.iter().map(Option::as_deref).collect();
            sayings.iter().find_map(|saying| says(saying, &words))
        });
        answers.next().unwrap_or(Answer::Nothing)
    }
}

/// Whether anything is told to it that counts here.
fn listens(manager: &Manager) -> bool {
    sayings(manager).next().is_some()
}

fn sayings(manager: &Manager) -> impl Iterator<Item = &'static [&'static str]> {
    let caches = manager.caches.iter().chain(manager.sole.iter().flat_map(|sole| sole.caches));
    let folders = caches.flat_map(|cache| cache.set_by).copied();
    let sole = manager.sole.iter().flat_map(|sole| sole.set_by).filter_map(|command| command.split_last());
    let sole = sole.map(|(_, key)| key);
    let unfit = manager.unfit.iter().filter(|unfit| unfit.lasts).flat_map(|unfit| unfit.commands).copied();
    folders.chain(sole).chain(unfit)
}

/// What `words` say behind `saying`; the last word may be glued to the value by `=`.
fn says(saying: &[&str], words: &[Option<&str>]) -> Option<Answer> {
    let (key, before) = saying.split_last()?;
    let rest = words.get(before.len()..)?;
    if !before.iter().zip(words).all(|(want, have)| *have == Some(*want)) {
        return None;
    }
    let (first, behind) = rest.split_first()?;
    let first = (*first)?;
    if let Some(value) = first.strip_prefix(key).and_then(|rest| rest.strip_prefix('=')) {
        return Some(Answer::Known(value.to_owned()));
    }
    if first != *key {
        return None;
    }
    // Without a value it asks.
    Some(match behind.first()? {
        None => Answer::Unknown,
        Some(value) => Answer::Known((*value).to_owned()),
    })
}
