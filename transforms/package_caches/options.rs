//! Options that a manager has to be given.

use std::collections::BTreeSet;

use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_rewrite::surgery::{self, CannotEdit};
use dockfit_rewrite::{Declared, Dockerfile};

use super::manager::{Manager, WantedOption};
use super::managers::MANAGERS;
use super::usage::{self, Action};
use crate::cache_mounts::call::{Call, Place};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::{Refusal, TakenOut};

/// The words of the table that stand somewhere in a Dockerfile, by which files or earlier steps configure a manager.
pub(super) struct Configured(BTreeSet<&'static str>);

impl Configured {
    pub(super) fn of(dockerfile: &Dockerfile) -> Self {
        let document = dockerfile.document();
        let words = || {
            MANAGERS.iter().flat_map(|manager| {
                let options = manager.wanted_options.iter().flat_map(|wanted| wanted.configured_by);
                options.chain(manager.kept_by).copied()
            })
        };
        let mut found = BTreeSet::new();
        for instruction in document.instructions() {
            let heredocs = instruction.heredocs.iter().map(|heredoc| document.text(heredoc.body));
            for text in heredocs.chain([instruction.text.as_str().into()]) {
                found.extend(words().filter(|word| text.contains(word)));
            }
        }
        Self(found)
    }

    /// Whether one of `words` stands there.
    pub(super) fn has(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.0.contains(word))
    }
}

/// The options that `call` lacks. `earlier` are the commands before it in its RUN.
pub(super) fn missing(
    call: &Call<'_>,
    earlier: &[Call<'_>],
    manager: &Manager,
    image: Option<&ImageReference>,
    configured: &Configured,
    new_mount: bool,
) -> Vec<&'static str> {
    let is_missing = |wanted: &&WantedOption| {
        let said = |text: &str| wanted.said_by.iter().any(|word| text.starts_with(word));
        let done = |call: &Call<'_>| {
            !call.is_in_branch()
                && usage::manager(call).is_some_and(|(found, action)| {
                    found.name == manager.name
                        && (wanted.once && action == Action::Fill || {
                            usage::is_command(manager, call, wanted.done_by)
                        })
                })
        };
        wanted.on.holds(image)
            && (new_mount || !wanted.with_new_mount)
            && !configured.has(wanted.configured_by)
            && !call.args.iter().any(|arg| {
                said(arg.value.as_deref().unwrap_or(&arg.text))
                    || arg.held.iter().any(|held| held.split_whitespace().any(said))
            })
            && !earlier.iter().any(done)
    };
    manager.wanted_options.iter().filter(is_missing).map(|wanted| wanted.option).collect()
}

/// Words to put into a RUN.
#[derive(Clone, Debug)]
pub(super) struct PutIn {
    /// The word that they are put behind, or in whose place.
    place: Place,
    /// That word, where it stays.
    behind: Option<String>,
    /// The options.
    words: String,
}

/// Where `missing` goes in `call`: in the place of an option that switches the cache off, else behind the subcommand.
pub(super) fn put_in(
    call: &Call<'_>,
    manager: &Manager,
    missing: &[&str],
    switches: &mut Vec<Place>,
) -> Option<PutIn> {
    if missing.is_empty() {
        return None;
    }
    let words = missing.join(" ");
    let off = call
        .args
        .iter()
        .find(|arg| arg.value.as_deref().is_some_and(|value| manager.off.options.contains(&value)));
    if let Some(arg) = off {
        let place = arg.place();
        switches.retain(|switch| *switch != place);
        return Some(PutIn { place, behind: None, words });
    }
    let arg = call.args.get(usage::subcommand(manager, call)?)?;
    // In an exec form the words stand in a JSON string.
    let in_json = matches!(arg.place(), Place::Item(_));
    let word = arg.value.clone().filter(|_| in_json).or_else(|| Some(arg.text.clone()));
    Some(PutIn { place: arg.place(), behind: word, words })
}

/// The edits that put `options` into the RUN.
pub(super) fn edits(step: &Step<'_>, options: &[PutIn]) -> Result<TakenOut, Refusal> {
    let mut made = TakenOut::default();
    let run = step.instruction.span.start;
    for option in options {
        let words = match &option.behind {
            Some(word) => format!("{word} {}", option.words),
            None => option.words.clone(),
        };
        let old = match (&option.place, step.text(), step.exec_form()) {
            (Place::Text(range), Some(text), _) => {
                let edits = surgery::replace(step.document(), step.instruction, text, range.clone(), &words)?;
                made.edits.extend(edits);
                text.as_str().get(range.clone()).unwrap_or_default()
            }
            (Place::Item(index), _, Some(array)) => {
                let words: Vec<&str> = words.split(' ').collect();
                made.edits.extend(surgery::replace_json_item(step.instruction, array, *index, &words)?);
                array.items.get(*index).map_or("", |item| item.value.as_str())
            }
            _ => return Err(Refusal::from(CannotEdit::Scattered)),
        };
        if option.behind.is_none() {
            made.declares.push(Declared::TakenOut { run, words: old.to_owned() });
        }
        made.declares.push(Declared::PutIn { run, words: option.words.clone() });
    }
    Ok(made)
}
