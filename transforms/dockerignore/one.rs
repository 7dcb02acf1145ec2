//! One ignore file under a pass: what is decided of it.

use dockfit_dockerfile::Span;
use dockfit_rewrite::context::{DockerIgnore, Sight};
use dockfit_rewrite::{
    Change, Consent, Decision, DecisionInfo, Edit, EditSet, FileEdit, Outcome, Place, Task,
};

use super::effect::Amount;
use super::gap::{self, Gap};
use super::history::{self, Fate};
use super::lines::IgnoreText;
use super::scene::Scene;
use super::{ADD, CREATE, veto};
use crate::cache_mounts::Refusal;

/// What stands above new lines where the file has headings.
const HEADING: &str = "# Made by tools on the host";

/// One ignore file under a pass.
pub(crate) struct One<'t> {
    pub(super) task: &'t Task<'t>,
    pub(super) scene: &'t Scene<'t>,
    /// The Dockerfile that its decisions belong to.
    pub(super) dockerfile: usize,
    /// The instruction that takes a folder.
    pub(super) place: Place,
}

/// Lines that go in.
struct Addition {
    info: &'static DecisionInfo,
    place: Place,
    /// The index of the line that they go behind; else the end.
    behind: Option<usize>,
    lines: Vec<String>,
}

impl One<'_> {
    pub(super) fn info(&self) -> &'static DecisionInfo {
        if self.scene.text.is_some() { &ADD } else { &CREATE }
    }

    pub(super) fn refused(&self, info: &'static DecisionInfo, refusal: Refusal) -> Decision {
        let outcome = refusal.into_outcome();
        Decision { info, dockerfile: self.dockerfile, place: self.place.clone(), outcome }
    }

    pub(super) fn decide(&self) -> Vec<Decision> {
        let bytes = self.scene.text.as_deref().unwrap_or_default();
        let text = IgnoreText::new(bytes);
        let Ok(ignore) = DockerIgnore::parse(bytes) else { return Vec::new() };
        let mut additions: Vec<Addition> = Vec::new();
        let mut block: Vec<String> = Vec::new();
        let mut decisions = Vec::new();
        let mut relevant = false;
        for gap in gap::gaps(self.scene, &text, &ignore) {
            relevant |= gap.is_visible();
            if !gap.is_open() {
                continue;
            }
            let planned = match veto::wanted(self.scene, &text, &gap) {
                Some(refusal) => Err(refusal),
                None => self.plan(&text, &gap),
            };
            match planned {
                Ok(Some(behind)) => additions.push(Addition {
                    info: &ADD,
                    place: Place { file: self.scene.shared.file.clone(), span: text.lines()[behind].span },
                    behind: Some(behind),
                    lines: gap.lines(self.scene),
                }),
                Ok(None) => block.extend(gap.lines(self.scene)),
                Err(refusal) if gap.is_visible() => decisions.push(self.refused(self.info(), refusal)),
                Err(_) => {}
            }
        }
        let heading = text.has_headings() && !text.lines().iter().any(|line| self.says(line.span, HEADING));
        if !block.is_empty() {
            self.end_with(&mut additions, block, heading, &text);
        }
        additions.retain(|addition| self.task.consent(addition.info) == Consent::Given);
        additions.sort_by_key(|addition| addition.behind.unwrap_or(usize::MAX));
        if additions.is_empty() && decisions.is_empty() && relevant {
            let place = self.place.clone();
            let outcome = Outcome::Already;
            decisions.push(Decision { info: self.info(), dockerfile: self.dockerfile, place, outcome });
        }
        decisions.extend(self.applied(&text, &additions));
        decisions
    }

    /// What becomes of the history in the context: `left_out` where nothing reads it, `in_image` where the image might.
    pub(crate) fn of_history(
        &self,
        left_out: &'static DecisionInfo,
        in_image: &'static DecisionInfo,
    ) -> Vec<Decision> {
        let bytes = self.scene.text.as_deref().unwrap_or_default();
        let text = IgnoreText::new(bytes);
        let Ok(ignore) = DockerIgnore::parse(bytes) else { return Vec::new() };
        let add = |info| self.applied(&text, &[self.at_end(info, vec![".git".to_owned()])]);
        match history::fate(self.scene, &text, &ignore) {
            None => Vec::new(),
            Some(Fate::Refused(refusal)) => vec![self.refused(left_out, refusal)],
            Some(Fate::LeftOut) => add(left_out),
            Some(Fate::InImage(_)) if self.task.consent(in_image) == Consent::Given => add(in_image),
            Some(Fate::InImage(refusal)) => {
                let Outcome::Refused { reason, way_out } = refusal.into_outcome() else { return Vec::new() };
                let outcome = Outcome::Advised { reason, way_out };
                let (dockerfile, place) = (self.dockerfile, self.place.clone());
                vec![Decision { info: in_image, dockerfile, place, outcome }]
            }
        }
    }

    fn says(&self, span: Span, words: &str) -> bool {
        let bytes = self.scene.text.as_deref().unwrap_or_default();
        bytes.get(span.range()).is_some_and(|line| line.trim_ascii() == words.as_bytes())
    }

    fn at_end(&self, info: &'static DecisionInfo, lines: Vec<String>) -> Addition {
        Addition { info, place: self.place.clone(), behind: None, lines }
    }

    /// The lines that no line of the author's stands for, at the end.
    fn end_with(
        &self,
        additions: &mut Vec<Addition>,
        mut block: Vec<String>,
        heading: bool,
        text: &IgnoreText<'_>,
    ) {
        if heading {
            let blank = text.lines().last().is_some_and(|line| !self.says(line.span, ""));
            let above = blank.then(String::new).into_iter().chain([HEADING.to_owned()]);
            block.splice(0..0, above);
        }
        additions.push(self.at_end(self.info(), block));
    }

    /// Where the lines for `gap` go: behind the author's line about it where that is enough, else at the end.
    fn plan(&self, text: &IgnoreText<'_>, gap: &Gap) -> Result<Option<usize>, Refusal> {
        let beside = gap.written.last().copied().map(Some);
        for behind in beside.into_iter().chain([None]) {
            let Some((ignore, sight)) = self.with(text, &[(behind, gap.lines(self.scene))]) else { continue };
            if !gap.is_closed(self.scene, &ignore, &sight) {
                continue;
            }
            return match veto::too_much(self.scene, gap, &sight) {
                Some(refusal) => Err(refusal),
                None => Ok(behind),
            };
        }
        let text = format!("no pattern was found that leaves {} out and nothing else", gap.kind.what);
        Err(Refusal::new("no-pattern", text, "leave it out by hand"))
    }

    /// The ignore file with more lines, and what it leaves out.
    fn with(
        &self,
        text: &IgnoreText<'_>,
        more: &[(Option<usize>, Vec<String>)],
    ) -> Option<(DockerIgnore, Sight)> {
        let edits = more.iter().map(|(behind, lines)| text.insert(*behind, lines));
        let bytes = self.scene.text.as_deref().unwrap_or_default();
        let after = EditSet::new(edits).ok()?.apply(bytes);
        let ignore = DockerIgnore::parse(&after).ok()?;
        let sight = self.scene.tree.sight(&ignore).ok()?;
        Some((ignore, sight))
    }

    fn applied(&self, text: &IgnoreText<'_>, additions: &[Addition]) -> Vec<Decision> {
        let more: Vec<_> =
            additions.iter().map(|addition| (addition.behind, addition.lines.clone())).collect();
        let Some((_, after)) = self.with(text, &more).filter(|_| !additions.is_empty()) else {
            return Vec::new();
        };
        let mut note = Some(self.note(&after));
        let file = &self.scene.shared.file;
        let change = |edit: Edit, note: Option<String>| {
            let edits = vec![FileEdit { file: file.clone(), edit }];
            Outcome::Applied(Change { edits, declares: Vec::new(), note })
        };
        let decision = |addition: &Addition, outcome| Decision {
            info: addition.info,
            dockerfile: self.dockerfile,
            place: addition.place.clone(),
            outcome,
        };
        let each = additions.iter().map(|addition| {
            let edit = text.insert(addition.behind, &addition.lines);
            decision(addition, change(edit, note.take()))
        });
        each.collect()
    }

    /// What the new lines do, in words.
    fn note(&self, after: &Sight) -> String {
        let (was, is) = (Amount::of(self.scene, &self.scene.sight), Amount::of(self.scene, after));
        let folder = self.scene.shared.context.to_string();
        let context = if folder == "." { "context".to_owned() } else { format!("context {folder}") };
        if was == is {
            format!("{context}: {was}; nothing of what the new lines leave out is there now")
        } else {
            format!("{context}: {was} → {is}")
        }
    }
}
