//! `dockerignore`: what is certainly no input of a build stays out of its context.

mod effect;
mod gap;
mod history;
mod kinds;
mod lines;
mod one;
mod podman;
mod scene;
mod user;
mod veto;

use dockfit_rewrite::context::{sources, within};
use dockfit_rewrite::{
    Consent, Context, Decision, DecisionInfo, Dockerfile, Facet, FileSource as _, Pass, PassInfo, Place,
    Safety, Task,
};

pub(crate) use self::one::One;
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
