//! The mounts that a RUN can have.

use dockfit_rewrite::surgery;

use super::MOUNT;
use super::apt::{self, ARCHIVES, Action, LISTS};
use super::stage::{Later, Stages};
use crate::cache_mounts::call::Call;
use crate::cache_mounts::emptying::Emptying;
use crate::cache_mounts::mount::{CacheMount, Covered, covered, unknown_mount};
use crate::cache_mounts::path::Reach;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::cache_mounts::{Refusal, TakenOut};

/// What is wanted of one RUN.
pub(super) struct Wanted {
    pub(super) mounts: Vec<CacheMount>,
    pub(super) taken: TakenOut,
    pub(super) note: Option<String>,
}

impl Wanted {
    /// Whether a mount for packages is new.
    pub(super) fn adds_packages(&self) -> bool {
        self.mounts.iter().any(|mount| mount.target == ARCHIVES)
    }
}

/// Whether the RUN has a mount for packages.
pub(super) fn has_packages(step: &Step<'_>) -> bool {
    covered(step, ARCHIVES) == Covered::ByCache
}

/// The mounts that a RUN can have and what must go for them; nothing where it has them. `no_packages` says why it gets
/// none for packages.
pub(super) fn wanted(
    steps: &Steps<'_>,
    stages: &Stages<'_, '_>,
    step: &Step<'_>,
    actions: &[Action],
    no_packages: Option<&Refusal>,
) -> Result<Option<Wanted>, Refusal> {
    let calls = step.calls();
    let installs = actions.contains(&Action::Install);
    let updates = surely_updates(calls)
        && actions.iter().find(|action| matches!(action, Action::Update | Action::Install))
            == Some(&Action::Update);
    if let Err(refusal) = understood(step, calls) {
        let useful = [(ARCHIVES, installs), (LISTS, updates)].into_iter().filter(|(_, useful)| *useful);
        let folders: Vec<&str> = useful.map(|(folder, _)| folder).collect();
        let mounted = folders.iter().all(|folder| covered(step, folder) == Covered::ByCache);
        let done = mounted && !folders.is_empty() && emptying(calls, &folders)?.is_empty();
        return if done { Ok(None) } else { Err(refusal) };
    }
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
            Covered::No if folder == ARCHIVES && no_packages.is_some() => refusal = no_packages.cloned(),
            Covered::No => match may_mount(steps, stages, step, folder) {
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
        (Some(script), Some(text)) => emptying.edits(step.document(), step.instruction, script, text, &[])?,
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
fn may_mount(
    steps: &Steps<'_>,
    stages: &Stages<'_, '_>,
    step: &Step<'_>,
    folder: &str,
) -> Result<(), Refusal> {
    if folder == ARCHIVES && step.calls().iter().any(apt::only_downloads) {
        let text = "`--download-only` puts packages into the image that a mount would keep out of it";
        return Err(Refusal::new("downloads-only", text, "leave it as it is"));
    }
    let emptying = emptying(step.calls(), &[folder])?;
    if let (Some(script), Some(text)) = (step.script(), step.text()) {
        emptying.edits(step.document(), step.instruction, script, text, &[])?;
    }
    if let Some(refusal) = steps.later_reader(step, folder) {
        return Err(refusal);
    }
    if folder == LISTS
        && emptying.is_empty()
        && let Some(later) = stages.lists_used_later(step)
    {
        let line = step.line_of(later.index());
        let (does, way_out) = match later {
            Later::Installs(_) => ("installs", "run apt-get update and apt-get install in one RUN"),
            Later::RunsScript(_) => (
                "runs a script, which may install",
                "delete the lists in this RUN, if no later step needs them",
            ),
        };
        let text = format!("the step in line {line} {does} from the lists that this one fetches");
        return Err(Refusal::new("lists-used-later", text, way_out));
    }
    Ok(())
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
    Emptying::find(calls, folders, cleans, |call| apt::action(call).is_some(), |_| Reach::Outside)
}
