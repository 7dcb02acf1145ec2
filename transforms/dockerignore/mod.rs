//! `dockerignore`: what is certainly no input of a build stays out of its context.

mod effect;
mod gap;
mod history;
mod kinds;
mod lines;
mod podman;
mod scene;
mod user;
mod veto;

use dockfit_dockerfile::Span;
use dockfit_rewrite::context::{DockerIgnore, Sight, sources, within};
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

static PODMAN: DecisionInfo = DecisionInfo {
    id: "dockerignore/podman",
    summary: "one list for docker and for podman",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "dockerignore",
    proposal: "3.2",
    summary: "files that no build needs are sent with each build, and a change of them builds layers again",
    page: include_str!("README.md"),
    decisions: &[&ADD, &CREATE, &PODMAN],
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
            let kept_away = |one: &One<'_>| one.refused(one.info(), kept_away());
            match of_one(task, &shared, INFO.id, &kept_away, patterns) {
                Ok(decided) => decisions.extend(decided),
                Err((index, refusal)) => decisions.extend(refused_as_a_whole(task, index, refusal)),
            }
        }
        decisions.retain(|decision| task.consent(decision.info) != Consent::Withheld);
        decisions
    }
}

/// A refusal where a Dockerfile takes a folder from a context that cannot be told.
fn unknown_context(index: usize, dockerfile: &Dockerfile) -> Option<Decision> {
    let Context::Unknown(why) = dockerfile.context() else { return None };
    let whole = |path: &str| within(path).is_empty() || path.ends_with('/');
    let source = sources(dockerfile.document()).into_iter().find(|source| whole(&source.path))?;
    let text = format!("its context cannot be told: {why}");
    let refusal = Refusal::new("context-unknown", text, "name it with --context");
    let place = Place { file: dockerfile.path().clone(), span: source.span };
    Some(Decision { info: &ADD, dockerfile: index, place, outcome: refusal.into_outcome() })
}

/// What `decide` makes of each ignore file of a context that holds the folder `.git`, for the pass called `pass`.
pub(crate) fn of_histories(
    task: &Task<'_>,
    pass: &str,
    info: &'static DecisionInfo,
    decide: fn(&One<'_>) -> Vec<Decision>,
) -> Vec<Decision> {
    let with_history = |shared: &Shared| {
        let git = shared.context.join(".git");
        git.is_some_and(|git| task.project.exists(&git))
    };
    let shared = scene::shared(task.project).into_iter().filter(with_history);
    let kept_away = |one: &One<'_>| one.refused(info, kept_away());
    // What cannot be read at all is said by the pass `dockerignore`.
    shared.flat_map(|shared| of_one(task, &shared, pass, &kept_away, decide).unwrap_or_default()).collect()
}

/// What `decide` makes of one ignore file; else the index of a Dockerfile, and why nothing can be told.
fn of_one(
    task: &Task<'_>,
    shared: &Shared,
    pass: &str,
    kept_away: &dyn Fn(&One<'_>) -> Decision,
    decide: fn(&One<'_>) -> Vec<Decision>,
) -> Result<Vec<Decision>, (usize, Refusal)> {
    let takes = |index: &&usize| {
        let dockerfile = task.project.dockerfiles().get(**index);
        dockerfile.is_some_and(|found| is_sound(found) && !sources(found.document()).is_empty())
    };
    let Some(first) = shared.dockerfiles.iter().find(takes) else { return Ok(Vec::new()) };
    let scene = Scene::new(task, shared).map_err(|refusal| (*first, refusal))?;
    let place = scene.users.iter().find_map(|user| Some((user, user.place(&scene.tree)?)));
    let Some((user, span)) = place else { return Ok(Vec::new()) };
    let place = Place { file: user.path().clone(), span };
    let one = One { task, scene: &scene, dockerfile: user.index, place };
    Ok(if user.is_ignored(span, pass) { vec![kept_away(&one)] } else { decide(&one) })
}

/// What is decided of what tools of the host have made.
fn patterns(one: &One<'_>) -> Vec<Decision> {
    let mut decisions = one.decide();
    decisions.extend(podman::advice(one));
    decisions
}

fn kept_away() -> Refusal {
    Refusal::new("ignored", "a comment above the step keeps this pass away", "remove the comment")
}

fn refused_as_a_whole(task: &Task<'_>, index: usize, refusal: Refusal) -> Vec<Decision> {
    let Some(dockerfile) = task.project.dockerfiles().get(index) else { return Vec::new() };
    let Some(source) = sources(dockerfile.document()).into_iter().next() else { return Vec::new() };
    let place = Place { file: dockerfile.path().clone(), span: source.span };
    vec![Decision { info: &ADD, dockerfile: index, place, outcome: refusal.into_outcome() }]
}

/// One ignore file under a pass.
pub(crate) struct One<'t> {
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
