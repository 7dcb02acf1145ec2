//! `dockerignore`: what is certainly no input of a build stays out of its context.

mod effect;
mod gap;
mod glob;
mod history;
mod kinds;
mod lines;
mod scene;
mod user;
mod veto;

use dockfit_dockerfile::Span;
use dockfit_rewrite::context::{DockerIgnore, Sight, sources};
use dockfit_rewrite::{
    Change, Consent, Context, Decision, DecisionInfo, Dockerfile, Edit, EditSet, Facet, FileEdit,
    FileSource as _, Outcome, Pass, PassInfo, Place, Safety, Task,
};

use self::effect::Amount;
use self::gap::Gap;
use self::history::Fate;
use self::lines::IgnoreText;
use self::scene::{Scene, Shared};
use crate::cache_mounts::Refusal;
use crate::dockerfiles::is_sound;

/// The pass.
pub(crate) struct Dockerignore;

static ADD: DecisionInfo = DecisionInfo {
    id: "dockerignore/add",
    summary: "a pattern for what is certainly no input of the build",
    safety: Safety::Safe,
};

static CREATE: DecisionInfo = DecisionInfo {
    id: "dockerignore/create",
    summary: "an ignore file for what is certainly no input of the build",
    safety: Safety::Safe,
};

static GIT: DecisionInfo = DecisionInfo {
    id: "dockerignore/git",
    summary: "the repository's history stays out of a build in which no step can read it",
    safety: Safety::Safe,
};

static GIT_IN_IMAGE: DecisionInfo = DecisionInfo {
    id: "dockerignore/git-in-image",
    summary: "the repository's history stays out of an image in which a git program might read it",
    safety: Safety::Unsafe,
};

static INFO: PassInfo = PassInfo {
    id: "dockerignore",
    proposal: "3.2",
    summary: "files that no build needs are sent with each build, and a change of them builds layers again",
    page: include_str!("README.md"),
    decisions: &[&ADD, &CREATE, &GIT, &GIT_IN_IMAGE],
    facets: &[Facet::Files],
    after: &[],
};

/// What stands above new lines where the file has headings.
const HEADING: &str = "# Made by tools on the host";

impl Pass for Dockerignore {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let dockerfiles = task.project.dockerfiles().iter().enumerate();
        let mut decisions: Vec<Decision> =
            dockerfiles.filter_map(|(index, dockerfile)| unknown_context(index, dockerfile)).collect();
        for shared in scene::shared(task.project) {
            decisions.extend(of_one(task, &shared));
        }
        decisions.retain(|decision| task.consent(decision.info) != Consent::Withheld);
        decisions
    }
}

/// A refusal where a Dockerfile takes a folder from a context that cannot be told.
fn unknown_context(index: usize, dockerfile: &Dockerfile) -> Option<Decision> {
    let Context::Unknown(why) = dockerfile.context() else { return None };
    let whole = |path: &str| user::within(path).is_empty() || path.ends_with('/');
    let source = sources(dockerfile.document()).into_iter().find(|source| whole(&source.path))?;
    let text = format!("its context cannot be told: {why}");
    let refusal = Refusal::new("context-unknown", text, "name it with --context");
    let place = Place { file: dockerfile.path().clone(), span: source.span };
    Some(Decision { info: &ADD, dockerfile: index, place, outcome: refusal.into_outcome() })
}

/// What is decided of one ignore file.
fn of_one(task: &Task<'_>, shared: &Shared) -> Vec<Decision> {
    let takes = |index: &&usize| {
        let dockerfile = task.project.dockerfiles().get(**index);
        dockerfile.is_some_and(|found| is_sound(found) && !sources(found.document()).is_empty())
    };
    let Some(first) = shared.dockerfiles.iter().find(takes) else { return Vec::new() };
    let scene = match Scene::new(task, shared) {
        Ok(scene) => scene,
        Err(refusal) => return refused_as_a_whole(task, *first, refusal),
    };
    let place = scene.users.iter().find_map(|user| Some((user, user.place(&scene.tree)?)));
    let Some((user, span)) = place else { return Vec::new() };
    let place = Place { file: user.path().clone(), span };
    let one = One { task, scene: &scene, dockerfile: user.index, place };
    if user.is_ignored(span, INFO.id) {
        let text = "a comment above the step keeps this pass away";
        return vec![one.refused(one.info(), Refusal::new("ignored", text, "remove the comment"))];
    }
    one.decide()
}

fn refused_as_a_whole(task: &Task<'_>, index: usize, refusal: Refusal) -> Vec<Decision> {
    let Some(dockerfile) = task.project.dockerfiles().get(index) else { return Vec::new() };
    let Some(source) = sources(dockerfile.document()).into_iter().next() else { return Vec::new() };
    let place = Place { file: dockerfile.path().clone(), span: source.span };
    vec![Decision { info: &ADD, dockerfile: index, place, outcome: refusal.into_outcome() }]
}

/// One ignore file under the pass.
struct One<'t> {
    task: &'t Task<'t>,
    scene: &'t Scene<'t>,
    /// The Dockerfile that its decisions belong to.
    dockerfile: usize,
    /// The instruction that takes a folder.
    place: Place,
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
    fn info(&self) -> &'static DecisionInfo {
        if self.scene.text.is_some() { &ADD } else { &CREATE }
    }

    fn refused(&self, info: &'static DecisionInfo, refusal: Refusal) -> Decision {
        let outcome = refusal.into_outcome();
        Decision { info, dockerfile: self.dockerfile, place: self.place.clone(), outcome }
    }

    fn decide(&self) -> Vec<Decision> {
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
        match history::fate(self.scene, &text, &ignore) {
            None => {}
            Some(Fate::Refused(refusal)) => decisions.push(self.refused(&GIT, refusal)),
            Some(Fate::LeftOut) => additions.push(self.at_end(&GIT, vec![".git".to_owned()])),
            Some(Fate::InImage(refusal)) => match self.task.consent(&GIT_IN_IMAGE) {
                Consent::Given => additions.push(self.at_end(&GIT_IN_IMAGE, vec![".git".to_owned()])),
                Consent::Ask | Consent::Withheld => {
                    let Outcome::Refused { reason, way_out } = refusal.into_outcome() else {
                        return decisions;
                    };
                    let outcome = Outcome::Advised { reason, way_out };
                    decisions.push(Decision {
                        info: &GIT_IN_IMAGE,
                        dockerfile: self.dockerfile,
                        place: self.place.clone(),
                        outcome,
                    });
                }
            },
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
        let mut note = if was == is {
            format!("{context}: {was}; nothing of what the new lines leave out is there now")
        } else {
            format!("{context}: {was} → {is}")
        };
        let podman = self.scene.shared.context.join(".containerignore");
        if podman.is_some_and(|path| self.scene.project.exists(&path)) {
            note.push_str("; podman and buildah read .containerignore instead");
        }
        note
    }
}
