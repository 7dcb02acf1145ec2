//! `apply --interactive`: asks at each decision.

use std::fmt::Write as _;
use std::sync::Arc;

use dockfit_rewrite::pipeline::{FileChange, Offer};
use dockfit_rewrite::{Change, EditSet, Outcome};

use crate::console::Console;
use crate::project::Draft;
use crate::report::diff_text;
use crate::terminal::paint;

/// What was answered so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Answers {
    /// Each decision is asked about.
    #[default]
    Each,
    /// All that come are wanted.
    All,
    /// None that come are.
    None,
}

impl Answers {
    /// Whether a decision is wanted. Asked are those that change something.
    pub(super) fn wants(&mut self, draft: &Draft, offer: &Offer<'_>, console: &mut Console) -> bool {
        let Outcome::Applied(change) = &offer.decision.outcome else { return true };
        match self {
            Self::All => true,
            Self::None => false,
            Self::Each => {
                console.say(question(draft, offer, change, console));
                self.ask(console)
            }
        }
    }

    fn ask(&mut self, console: &mut Console) -> bool {
        loop {
            console.say("Apply this? [y]es, [n]o, [a]ll that follow, [q]uit asking and apply no more: ");
            let answer = console.answer();
            match answer.as_deref().map(|line| line.trim().to_ascii_lowercase()).as_deref() {
                Some("y" | "yes") => return true,
                Some("n" | "no") => return false,
                Some("a" | "all") => {
                    *self = Self::All;
                    return true;
                }
                Some("q" | "quit") | None => {
                    *self = Self::None;
                    return false;
                }
                Some(_) => {}
            }
        }
    }
}

fn question(draft: &Draft, offer: &Offer<'_>, change: &Change, console: &Console) -> String {
    let palette = console.error_palette();
    let info = offer.decision.info;
    let mut text = format!(
        "\n{} {}\n{}\n",
        paint(palette.heading, draft.shown(&offer.decision.place.file)),
        paint(palette.pass, info.id),
        info.summary
    );
    for change in alone(offer, change) {
        text.push_str(&diff_text(&change, false, &palette));
    }
    if let Some(note) = &change.note {
        let _ = writeln!(text, "{}", crate::terminal::visible(note));
    }
    text
}

/// The files as this decision alone would change them.
fn alone(offer: &Offer<'_>, change: &Change) -> Vec<FileChange> {
    let mut paths: Vec<_> = change.edits.iter().map(|edit| &edit.file).collect();
    paths.sort();
    paths.dedup();
    let changes = paths.into_iter().filter_map(|path| {
        let mine = change.edits.iter().filter(|edit| edit.file == *path).map(|edit| edit.edit.clone());
        let before = offer.project.read(path).ok()?;
        let after: Arc<[u8]> = EditSet::new(mine).ok()?.apply(before.as_deref().unwrap_or_default()).into();
        Some(FileChange { path: path.clone(), before, after })
    });
    changes.collect()
}
