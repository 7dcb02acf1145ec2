//! `apt-caches`: what apt downloads is kept in cache mounts.

mod apt;
mod stage;

use std::collections::BTreeSet;

use dockfit_dockerfile::{Keyword, Span};
use dockfit_rewrite::surgery::{self, Habits};
use dockfit_rewrite::{
    Change, Consent, Decision, DecisionInfo, Declared, Dockerfile, Facet, FileEdit, Outcome, Pass, PassInfo,
    Place, Safety, Task,
};

use self::apt::{ARCHIVES, Action, DOCKER_CLEAN, LISTS};
use crate::cache_mounts::call::{As, Call};
use crate::cache_mounts::emptying::Emptying;
use crate::cache_mounts::mount::{CacheMount, Covered, covered, unknown_mount};
use crate::cache_mounts::path::Reach;
use crate::cache_mounts::readers::later_reader;
use crate::cache_mounts::step::{Step, is_sound};
use crate::cache_mounts::{Refusal, TakenOut};

/// The pass.
pub(crate) struct AptCaches;

static MOUNT: DecisionInfo = DecisionInfo {
    id: "apt-caches/mount",
    summary: "a cache mount for the packages and lists that apt downloads",
    safety: Safety::Safe,
};

static KEEP_PACKAGES: DecisionInfo = DecisionInfo {
    id: "apt-caches/keep-packages",
    summary: "no deletion of packages after each install, once per base image",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "apt-caches",
    proposal: "2.1",
    summary: "apt downloads its lists and packages again at each build of a step; a cache mount keeps them",
    page: include_str!("README.md"),
    decisions: &[&MOUNT, &KEEP_PACKAGES],
    facets: &[Facet::Files, Facet::Layers],
    after: &[],
};

impl Pass for AptCaches {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let dockerfiles = task.project.dockerfiles().iter().enumerate();
        dockerfiles
            .filter(|(_, dockerfile)| is_sound(dockerfile))
            .flat_map(|(index, dockerfile)| File { task, index, dockerfile }.decide())
            .collect()
    }
}

/// One Dockerfile under the pass.
struct File<'t> {
    task: &'t Task<'t>,
    index: usize,
    dockerfile: &'t Dockerfile,
}

/// What is wanted of one RUN.
struct Wanted {
    mounts: Vec<CacheMount>,
    taken: TakenOut,
    note: Option<String>,
}

impl File<'_> {
    fn decide(&self) -> Vec<Decision> {
        if self.task.consent(&MOUNT) == Consent::Withheld {
            return Vec::new();
        }
        let steps = Step::all(self.dockerfile, &["apt"]);
        let mut decisions = Vec::new();
        // Stages in which `docker-clean` goes in this run, and whether for `apt` as well.
        let mut kept: BTreeSet<usize> = BTreeSet::new();
        for step in &steps {
            let calls = step.calls();
            let actions: Vec<Action> = calls.iter().filter_map(apt::action).collect();
            if !actions.iter().any(|action| matches!(action, Action::Install | Action::Update)) {
                continue;
            }
            let outcome = match Self::wanted(step, &calls, &actions) {
                Err(refusal) => refusal.into_outcome(),
                Ok(None) => {
                    // The mount is there; what empties it may be, too.
                    decisions
                        .extend(self.keep_packages(step, &calls, &actions, &steps, &mut kept).ok().flatten());
                    Outcome::Already
                }
                Ok(Some(wanted)) => match self.keep_packages(step, &calls, &actions, &steps, &mut kept) {
                    Err(refusal) => refusal.into_outcome(),
                    Ok(keep) => {
                        decisions.extend(keep);
                        self.change(step, wanted)
                    }
                },
            };
            decisions.push(self.decision(&MOUNT, step.instruction.text_span(), outcome));
        }
        decisions
    }

    fn decision(&self, info: &'static DecisionInfo, span: Span, outcome: Outcome) -> Decision {
        let place = Place { file: self.dockerfile.path().clone(), span };
        Decision { info, dockerfile: self.index, place, outcome }
    }

    /// The mounts that a RUN can have and what must go for them; nothing where it has them.
    fn wanted(step: &Step<'_>, calls: &[Call<'_>], actions: &[Action]) -> Result<Option<Wanted>, Refusal> {
        Self::understood(step, calls)?;
        let installs = actions.contains(&Action::Install);
        let updates = surely_updates(calls)
            && actions.iter().find(|action| matches!(action, Action::Update | Action::Install))
                == Some(&Action::Update);
        let mut missing = Vec::new();
        let mut present = Vec::new();
        let mut note = None;
        let mut refusal = None;
        for (folder, useful) in [(ARCHIVES, installs), (LISTS, updates)] {
            if !useful {
                continue;
            }
            match covered(step, folder) {
                Covered::ByCache => present.push(folder),
                Covered::ByOther(kind, target) => {
                    let text = format!("a {kind} mount stands at `{target}`");
                    refusal = refusal.or(Some(Refusal::new("other-mount", text, "make it a cache mount")));
                }
                Covered::Unknown => refusal = refusal.or(Some(unknown_mount())),
                Covered::No => match Self::may_mount(step, calls, folder) {
                    Ok(()) => missing.push(folder),
                    Err(refused) => refusal = refusal.or(Some(refused)),
                },
            }
        }
        if missing.is_empty() && present.is_empty() {
            return match refusal {
                Some(refusal) => Err(refusal),
                None => Ok(None),
            };
        }
        if let Some(refusal) = refusal {
            note = Some(format!(
                "{}: {}",
                missing.first().map_or("no further mount", |_| "one mount only"),
                refusal.text
            ));
        }
        let folders: Vec<&str> = missing.iter().chain(&present).copied().collect();
        let emptying = emptying(calls, &folders)?;
        if missing.is_empty() && leaves_lists(calls) {
            return Ok(None);
        }
        let taken = match (step.script(), step.text()) {
            (Some(script), Some(text)) => {
                emptying.edits(step.document(), step.instruction, script, text, &[])?
            }
            _ if emptying.is_empty() => TakenOut::default(),
            _ => return Err(Refusal::from(surgery::CannotEdit::Scattered)),
        };
        let mounts = missing
            .iter()
            .map(|folder| CacheMount {
                target: (*folder).to_owned(),
                id: None,
                sharing: Some("locked"),
                owner: None,
            })
            .collect();
        Ok(Some(Wanted { mounts, taken, note }))
    }

    /// Whether the RUN can be looked into and edited at all.
    fn understood(step: &Step<'_>, calls: &[Call<'_>]) -> Result<(), Refusal> {
        if let Some(refusal) = step.refuses_edits(MOUNT.id) {
            return Err(refusal);
        }
        if calls.iter().any(|call| apt::action(call).is_some() && apt::moves_folders(call)) {
            let text = "an option moves apt's folders, or says whether packages are kept";
            return Err(Refusal::new("moved-cache", text, "add the mount by hand"));
        }
        Ok(())
    }

    /// Whether `folder` may be a mount in this RUN.
    fn may_mount(step: &Step<'_>, calls: &[Call<'_>], folder: &str) -> Result<(), Refusal> {
        let emptying = emptying(calls, &[folder])?;
        if let (Some(script), Some(text)) = (step.script(), step.text()) {
            emptying.edits(step.document(), step.instruction, script, text, &[])?;
        }
        if let Some(refusal) = later_reader(step, folder) {
            return Err(refusal);
        }
        if folder == LISTS
            && emptying.is_empty()
            && let Some(later) = stage::lists_used_later(step)
        {
            let document = step.document();
            let line = document
                .instructions()
                .get(later.index())
                .map_or(0, |found| document.position(found.span.start).line);
            let (does, way_out) = match later {
                stage::Later::Installs(_) => {
                    ("installs", "run apt-get update and apt-get install in one RUN")
                }
                stage::Later::RunsScript(_) => (
                    "runs a script, which may install",
                    "delete the lists in this RUN, if no later step needs them",
                ),
            };
            let text = format!("the step in line {line} {does} from the lists that this one fetches");
            return Err(Refusal::new("lists-used-later", text, way_out));
        }
        Ok(())
    }

    /// The decision on `docker-clean`, where one is due: once for a stage and those that build on it.
    fn keep_packages(
        &self,
        step: &Step<'_>,
        calls: &[Call<'_>],
        actions: &[Action],
        steps: &[Step<'_>],
        kept: &mut BTreeSet<usize>,
    ) -> Result<Option<Decision>, Refusal> {
        if !actions.contains(&Action::Install) {
            return Ok(None);
        }
        let chain = stage::chain(step);
        let keeping = stage::keeping(step, steps);
        let with_apt = |step: &Step<'_>| step.calls().iter().any(apt::deletes_by_itself);
        let stage_uses_apt = steps.iter().any(|other| {
            stage::chain(other).iter().any(|stage| Some(stage) == chain.first()) && with_apt(other)
        });
        let done = chain.iter().any(|stage| kept.contains(stage));
        if done || (keeping.cleaned_off && (keeping.apt_keeps || !stage_uses_apt)) {
            return Ok(None);
        }
        if self.task.consent(&KEEP_PACKAGES) != Consent::Given {
            let text = format!("`{DOCKER_CLEAN}` empties the mount after each install");
            return Err(Refusal::new("docker-clean", text, "consent to apt-caches/keep-packages"));
        }
        let sudo = calls
            .iter()
            .find(|call| apt::action(call) == Some(Action::Install))
            .is_some_and(|call| call.user != As::Same);
        let lines =
            keep_lines(&Habits::of(self.dockerfile.document()), sudo, stage_uses_apt && !keeping.apt_keeps);
        let script = lines.script;
        let edit = surgery::insert_before(self.dockerfile.document(), step.index, &lines.lines);
        kept.extend(chain.first());
        let change = Change {
            edits: vec![FileEdit { file: self.dockerfile.path().clone(), edit }],
            declares: vec![Declared::RunAdded(script)],
            note: None,
        };
        Ok(Some(self.decision(&KEEP_PACKAGES, step.instruction.text_span(), Outcome::Applied(change))))
    }

    fn change(&self, step: &Step<'_>, wanted: Wanted) -> Outcome {
        let mut edits = wanted.taken.edits;
        if !wanted.mounts.is_empty() {
            let flags: Vec<String> = wanted.mounts.iter().map(ToString::to_string).collect();
            match surgery::insert_flags(step.document(), step.instruction, &flags, surgery::Side::First) {
                Ok(edit) => edits.push(edit),
                Err(error) => return Refusal::from(error).into_outcome(),
            }
        }
        let file = self.dockerfile.path();
        Outcome::Applied(Change {
            edits: edits.into_iter().map(|edit| FileEdit { file: file.clone(), edit }).collect(),
            declares: wanted.taken.declares,
            note: wanted.note,
        })
    }
}

/// Whether the lists are still there at the end of the RUN: fetched after they were last deleted.
fn leaves_lists(calls: &[Call<'_>]) -> bool {
    let last = calls.iter().rev().find_map(|call| {
        let deletes = apt::cleans_lists(call)
            || (call.program == "rm" && call.args.iter().any(|arg| arg.reach(LISTS) == Reach::Inside));
        match apt::action(call) {
            _ if deletes => Some(false),
            Some(Action::Update) => Some(true),
            _ => None,
        }
    });
    last.unwrap_or(true)
}

/// Whether the lists are fetched whenever the RUN installs: not only in a branch.
fn surely_updates(calls: &[Call<'_>]) -> bool {
    let mut updates = calls.iter().filter(|call| apt::action(call) == Some(Action::Update));
    let in_branch =
        calls.iter().all(|call| apt::action(call) != Some(Action::Install) || call.is_in_branch());
    updates.any(|call| in_branch || !call.is_in_branch())
}

/// What empties `folders`: apt's own cleaning empties the packages' folder only, and the lists' in `distclean`.
fn emptying<'s>(calls: &[Call<'s>], folders: &[&str]) -> Result<Emptying<'s>, Refusal> {
    let cleans = |call: &Call<'s>| {
        apt::action(call) == Some(Action::Clean) && (folders.contains(&ARCHIVES) || apt::cleans_lists(call))
    };
    Emptying::find(calls, folders, cleans, |call| apt::action(call).is_some())
}

/// The lines that make apt keep its packages.
struct KeepLines {
    lines: Vec<String>,
    script: String,
}

fn keep_lines(habits: &Habits, sudo: bool, for_apt: bool) -> KeepLines {
    let sudo = if sudo { "sudo " } else { "" };
    let mut script = format!("{sudo}rm -f {DOCKER_CLEAN}");
    if for_apt {
        let setting = r#"Binary::apt::APT::Keep-Downloaded-Packages "true";"#;
        let target = "/etc/apt/apt.conf.d/keep-cache";
        let write = if sudo.is_empty() {
            format!(" && echo '{setting}' > {target}")
        } else {
            format!(" && echo '{setting}' | {sudo}tee {target}")
        };
        script.push_str(&write);
    }
    let line = format!("{} {script}", habits.keyword(Keyword::Run));
    KeepLines {
        lines: vec!["# the image would delete downloaded packages after each install".to_owned(), line],
        script,
    }
}
