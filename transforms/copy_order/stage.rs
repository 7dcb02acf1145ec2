//! The walk through the stages of a file: which installs stand behind the source, and what keeps them there.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::model::{Base, Model, Stage, State};
use dockfit_rewrite::context::Taken;
use dockfit_rewrite::{Consent, Decision, DecisionInfo, Outcome};

use super::effect::{Effect, Installs, effect, short};
use super::managers::{Ahead, Install, Manager};
use super::manifest::Copied;
use super::segment::{Planned, Segment};
use super::tree::{Folder, Tree, View};
use super::{INSTALL_FIRST, MANIFESTS_FIRST, SPLIT_STEP, commute, managers, write};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// The decisions on one Dockerfile.
pub(super) fn decide(file: &File<'_>) -> Vec<Decision> {
    let programs: Vec<&str> =
        managers::MANAGERS.iter().flat_map(|manager| manager.programs).copied().collect();
    let steps = Steps::of(file.dockerfile);
    if steps.mentioning(&programs).next().is_none() {
        return Vec::new();
    }
    let tree = match Tree::of(file.task.project, file.dockerfile) {
        Ok(tree) => tree,
        Err(refusal) => return without_context(file, &steps, &refusal),
    };
    let model = file.dockerfile.model();
    let mut ended: Vec<Ended> = Vec::new();
    let mut decisions = Vec::new();
    for stage in model.stages() {
        let below = match stage.base {
            Base::Stage(below) => ended.get(below).cloned(),
            _ => None,
        };
        let below = below.unwrap_or_default();
        let mut walk = Walk {
            file,
            steps: &steps,
            tree: &tree,
            view: below.view,
            prepared: below.prepared,
            segment: Segment::default(),
            pinned: Vec::new(),
            worked: worked(model, stage),
            decisions: Vec::new(),
        };
        for index in stage.instructions.clone() {
            walk.instruction(index);
        }
        walk.flush();
        decisions.append(&mut walk.decisions);
        ended.push(Ended { view: walk.view, prepared: walk.prepared });
    }
    decisions
}

/// What a stage hands on to those that build on it.
#[derive(Clone, Default)]
struct Ended {
    view: View,
    prepared: BTreeSet<&'static str>,
}

/// A copy that has to stay where it is.
struct Pinned {
    copied: Copied,
    /// The instruction that may read it.
    by: usize,
    words: String,
}

/// The walk through one stage.
struct Walk<'t> {
    file: &'t File<'t>,
    steps: &'t Steps<'t>,
    tree: &'t Tree<'t>,
    view: View,
    /// Managers whose dependencies were installed ahead of the source.
    prepared: BTreeSet<&'static str>,
    segment: Segment,
    pinned: Vec<Pinned>,
    /// The folders in which the stage works, but for the root of the image.
    worked: BTreeSet<String>,
    decisions: Vec<Decision>,
}

impl Walk<'_> {
    fn instruction(&mut self, index: usize) {
        let Some(found) = self.file.dockerfile.document().instructions().get(index) else { return };
        match found.keyword() {
            Keyword::Copy | Keyword::Add => self.copy(index),
            Keyword::Run => match self.steps.at(index) {
                Some(step) => self.run(step),
                None => self.pin(index, &short(found.arguments())),
            },
            Keyword::Volume => self.pin(index, &short(found.text.as_str())),
            _ => {}
        }
    }

    fn copy(&mut self, index: usize) {
        match self.tree.taken(self.file.dockerfile, index) {
            Taken::Files(files) => {
                self.view.add(&files, index);
                self.segment.copies.push(Copied::new(self.file.dockerfile, index, files));
            }
            Taken::Nothing | Taken::Unknown(_) => {
                // From elsewhere, or unknown: it must not write over what would be moved behind it.
                let copied = self.file.dockerfile.model().copied(self.file.dockerfile.document(), index);
                let target = copied.as_ref().and_then(|copied| copied.destination.as_known());
                let meets = target
                    .is_none_or(|target| self.segment.copies.iter().any(|copied| copied.reaches(target)));
                if meets {
                    let found = self.file.dockerfile.document().instructions().get(index);
                    self.pin(index, &found.map(|found| short(found.text.as_str())).unwrap_or_default());
                }
            }
        }
    }

    fn run(&mut self, step: &Step<'_>) {
        let mounted = self.tree.mounted(self.file.dockerfile, step.index);
        let mut view = None;
        if let Taken::Files(files) = &mounted {
            let mut with = self.view.clone();
            with.add(files, step.index);
            view = Some(with);
        }
        let seen = view.as_ref().unwrap_or(&self.view);
        let (tree, at_step) = (self.tree, step);
        let found =
            effect(step, &|path: &str| Folder { tree, view: seen, step: at_step, path: path.to_owned() });
        match found {
            Effect::Touches(paths) => {
                if self.segment.copies.iter().any(|copied| paths.iter().any(|path| copied.reaches(path))) {
                    self.pin(step.index, &short(step.instruction.arguments()));
                }
            }
            Effect::Anything(words) => {
                if !self.is_behind_source(step.index, false) {
                    self.prepare(step);
                }
                self.pin(step.index, &words);
            }
            Effect::Prepared(manager) => {
                self.prepared.insert(manager.name);
            }
            Effect::Refused(manager, refusal) => self.refused(step, manager, refusal),
            Effect::Installs(installs) => self.installs(step, installs, &mounted),
        }
    }

    /// An install that cannot stand ahead of the source.
    fn refused(&mut self, step: &Step<'_>, manager: &'static Manager, refusal: Refusal) {
        // Files that were copied one by one may well be all that is meant to be there.
        let behind = self.is_behind_source(step.index, refusal.code == "no-manifest");
        let cached = refusal.code == "no-step" && commute::has_cache_mount(self.file.dockerfile, step.index);
        if behind && (self.prepared.contains(manager.name) || cached) {
            self.decide(&MANIFESTS_FIRST, step, Outcome::Already);
        } else if behind {
            self.decide(&MANIFESTS_FIRST, step, refusal.into_outcome());
        } else {
            self.prepare(step);
        }
        self.pin(step.index, &short(step.instruction.arguments()));
    }

    /// Notes all managers that a step runs ahead of the source.
    fn prepare(&mut self, step: &Step<'_>) {
        let managers = step.calls().iter().filter_map(managers::manager);
        self.prepared.extend(managers.map(|manager| manager.name));
    }

    /// Whether source of the folder in which a step runs is copied before it; with `folders`, by a copy of a folder or a
    /// pattern.
    fn is_behind_source(&self, step: usize, folders: bool) -> bool {
        let folder = self.file.dockerfile.model().state(step).map(State::current_dir);
        let folder = folder.as_ref().and_then(|folder| folder.as_known()).unwrap_or("/");
        let is_source = |copied: &Copied| {
            copied.reaches(folder) && !copied.is_for(&Install::default()) && !(folders && copied.named)
        };
        self.segment.copies.iter().chain(self.pinned.iter().map(|pinned| &pinned.copied)).any(is_source)
    }

    fn installs(&mut self, step: &Step<'_>, installs: Installs, mounted: &Taken) {
        let Some((manager, _, words)) = installs.found.first() else { return };
        let (manager, words) = (*manager, words.clone());
        let two_steps = installs.found.iter().any(|(_, install, _)| install.ahead != Ahead::Itself);
        let info: &'static DecisionInfo = match (two_steps, installs.split.is_some()) {
            (true, _) => &INSTALL_FIRST,
            (false, true) => &SPLIT_STEP,
            (false, false) => &MANIFESTS_FIRST,
        };
        let rest_reads = two_steps || installs.split.is_some();
        let planned = Planned::new(step.index, installs, info, &self.worked);
        let movers = self.segment.movers(&planned);
        let onto_system = movers
            .iter()
            .filter_map(|at| self.segment.copies.get(*at))
            .filter(|_| planned.at_root)
            .find_map(|copied| Some((copied.index, copied.over_system()?)));
        let outcome = if let Some((index, path)) = onto_system {
            let line = self.file.dockerfile.document().line_of(index);
            let text = format!(
                "line {line} also copies `{path}`, among the files of the system, which any step may read"
            );
            Some(Refusal::new("root-folder", text, "set a WORKDIR for the project").into_outcome())
        } else if movers.is_empty() {
            let pinned = self.pinned.iter().find(|pinned| planned.needs_before(&pinned.copied));
            match pinned {
                Some(_) if two_steps && self.prepared.contains(manager.name) => Some(Outcome::Already),
                Some(pinned) => Some(self.read_before(pinned, &words).into_outcome()),
                None if planned.files().any(|file| self.view.provider(file).is_some()) => {
                    Some(Outcome::Already)
                }
                None => None,
            }
        } else if two_steps && self.prepared.contains(manager.name) {
            Some(Outcome::Already)
        } else if self.file.task.consent(info) != Consent::Given {
            let text = format!("`{words}` stands behind the source");
            let refusal = Refusal::new("not-chosen", text, format!("choose {}", info.id));
            (self.file.task.consent(info) != Consent::Withheld).then(|| refusal.into_outcome())
        } else if let Err(refusal) =
            commute::check(self.file, self.tree, &self.view, &self.segment, &planned, &movers, mounted)
        {
            Some(refusal.into_outcome())
        } else {
            self.prepared.insert(manager.name);
            self.segment.planned.push(planned);
            if rest_reads {
                self.flush();
                self.pin(step.index, &words);
            }
            return;
        };
        self.prepare(step);
        let stays = matches!(outcome, Some(Outcome::Refused { .. }));
        if let Some(outcome) = outcome {
            let info = if matches!(outcome, Outcome::Already) { &MANIFESTS_FIRST } else { info };
            self.decide(info, step, outcome);
        }
        if stays || rest_reads {
            self.pin(step.index, &words);
        }
    }

    fn read_before(&self, pinned: &Pinned, words: &str) -> Refusal {
        let document = self.file.dockerfile.document();
        let line = |index: usize| document.line_of(index);
        let text = format!(
            "`{}` in line {} may read or change what line {} copies, so that cannot move behind `{words}`",
            pinned.words,
            line(pinned.by),
            line(pinned.copied.index)
        );
        Refusal::new("source-read-before", text, "put the install first, if it does not need that step")
    }

    fn decide(&mut self, info: &'static DecisionInfo, step: &Step<'_>, outcome: Outcome) {
        self.decisions.push(self.file.decision(info, step.instruction.text_span(), outcome));
    }

    /// All that was copied so far stays where it is, since `by` may read it.
    fn pin(&mut self, by: usize, words: &str) {
        self.flush();
        let copies = std::mem::take(&mut self.segment.copies);
        self.pinned.extend(copies.into_iter().map(|copied| Pinned { copied, by, words: words.to_owned() }));
    }

    /// Writes what was planned.
    fn flush(&mut self) {
        let planned = std::mem::take(&mut self.segment.planned);
        let Some(first) = planned.first() else { return };
        let Some(step) = self.steps.at(first.step) else { return };
        let outcome = match write::change(self.file, &self.view, &self.segment, &planned, self.steps) {
            Ok(outcome) => outcome,
            Err(refusal) => refusal.into_outcome(),
        };
        let info = planned.last().map_or(&MANIFESTS_FIRST, |last| last.info);
        self.decide(info, step, outcome);
    }
}

/// The folders that the WORKDIRs of a stage name, but for the root.
fn worked(model: &Model, stage: &Stage) -> BTreeSet<String> {
    let folders = stage.instructions.clone().filter_map(|index| Some(model.state(index)?.current_dir()));
    folders
        .filter_map(|folder| folder.as_known().filter(|folder| *folder != "/").map(str::to_owned))
        .collect()
}

/// Where the context cannot be told: a refusal for each install that seems to stand behind the source.
fn without_context(file: &File<'_>, steps: &Steps<'_>, refusal: &Refusal) -> Vec<Decision> {
    const INSTALLS: &[&str] = &["install", "ci", "sync", "restore", "download", "i", "dependency:go-offline"];
    let model = file.dockerfile.model();
    let mut decisions = Vec::new();
    for stage in model.stages() {
        let mut sources: BTreeMap<String, usize> = BTreeMap::new();
        for index in stage.instructions.clone() {
            if let Some(folder) = commute::copied_folder(file.dockerfile, index) {
                sources.insert(folder, index);
            }
            let Some(step) = steps.at(index).filter(|step| !step.is_deferred()) else { continue };
            let installs = step.calls().iter().any(|call| {
                let global = call.values().any(|value| matches!(value, "-g" | "--global"));
                managers::manager(call).is_some()
                    && !global
                    && call
                        .values()
                        .find(|value| !value.starts_with('-'))
                        .is_some_and(|word| INSTALLS.contains(&word))
                    && call
                        .folder
                        .as_deref()
                        .is_some_and(|at| sources.keys().any(|folder| is_inside(at, folder)))
            });
            if installs {
                let span = step.instruction.text_span();
                decisions.push(file.decision(&MANIFESTS_FIRST, span, refusal.clone().into_outcome()));
            }
        }
    }
    decisions
}
