//! One manager in one RUN.

use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_rewrite::{Project, surgery};
use dockfit_shell::Script;

use super::configurations::Configurations;
use super::edition::{self, Copied};
use super::manager::Manager;
use super::managers::MANAGERS;
use super::offline::Offline;
use super::options::{self, Configured, PutIn};
use super::told::Told;
use super::unfit;
use super::usage::{self, Action};
use crate::cache_mounts::account;
use crate::cache_mounts::call::{As, Call, Place};
use crate::cache_mounts::emptying::Emptying;
use crate::cache_mounts::home;
use crate::cache_mounts::mount::{CacheMount, Covered, covered, has_cache_at, unknown_mount};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::cache_mounts::unread::unread;
use crate::cache_mounts::{Refusal, TakenOut};

/// What the jobs of one Dockerfile are worked out from.
pub(super) struct Setting<'s, 'd> {
    pub(super) project: &'s Project,
    pub(super) copied: Copied,
    pub(super) steps: &'s Steps<'d>,
    pub(super) configured: Configured,
    pub(super) configurations: Configurations<'s, 'd>,
    pub(super) told: Told,
    pub(super) offline: Offline,
    /// The pass, as comments name it that keep it away.
    pub(super) pass: &'static str,
}

/// The use of one manager in one RUN.
pub(super) struct Job<'s, 'd> {
    pub(super) step: &'s Step<'d>,
    pub(super) manager: &'static Manager,
    /// What is to be done, or why nothing is.
    pub(super) plan: Result<Plan, Refusal>,
}

impl Job<'_, '_> {
    /// Its stage and instruction.
    pub(super) fn place(&self) -> (usize, usize) {
        let stage = self.step.stages().next().unwrap_or_default();
        (stage, self.step.index)
    }
}

/// What is to be done for a job.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// The folders of the caches.
    pub(super) folders: Vec<String>,
    /// The mounts that are missing.
    pub(super) mounts: Vec<CacheMount>,
    /// Words that switch the cache off.
    pub(super) switches: Vec<Place>,
    /// Options that are missing.
    pub(super) put_in: Vec<PutIn>,
    /// Whether something empties the cache.
    pub(super) emptied: bool,
    /// Whether the RUN has a mount for it.
    mounted: bool,
    /// What the reader should know.
    pub(super) note: Option<String>,
}

impl Plan {
    /// Whether a cache is mounted, now or already.
    pub(super) fn is_mounted(&self) -> bool {
        self.mounted || !self.mounts.is_empty()
    }

    /// Whether the RUN is not yet as it should be.
    pub(super) fn changes(&self) -> bool {
        !self.mounts.is_empty() || !self.switches.is_empty() || !self.put_in.is_empty() || self.emptied
    }
}

/// The jobs of a RUN, one for each manager that fills its cache there.
pub(super) fn jobs<'s, 'd>(setting: &Setting<'s, 'd>, step: &'s Step<'d>) -> Vec<Job<'s, 'd>> {
    let mut jobs: Vec<Job<'s, 'd>> = Vec::new();
    for call in step.calls() {
        if let Some((manager, Action::Fill)) = usage::manager(call)
            && !jobs.iter().any(|job| job.manager.name == manager.name)
        {
            let fills = |call: &Call<'_>| {
                usage::manager(call)
                    .is_some_and(|(found, action)| found.name == manager.name && action == Action::Fill)
            };
            let plan = plan(setting, step, manager, &fills).or_else(|refusal| {
                let done = if STILL_WRONG.contains(&refusal.code) {
                    None
                } else {
                    done(step, manager, &setting.told, &fills)
                };
                done.ok_or(refusal)
            });
            jobs.push(Job { step, manager, plan });
        }
    }
    for manager in MANAGERS {
        if jobs.iter().any(|job| job.manager.name == manager.name) {
            continue;
        }
        let knows = |call: &Call<'_>| usage::manager(call).is_some();
        if let Some(refusal) = unread(step, manager.programs, manager.commands, knows) {
            let plan = Err(step.refuses_edits(setting.pass).unwrap_or(refusal));
            jobs.push(Job { step, manager, plan });
        }
    }
    jobs
}

/// What is wrong of a RUN that has its mount, too, by the words for machines.
const STILL_WRONG: &[&str] =
    &["links-into-cache", "cache-switched-off", "cache-configured", "not-kept", "not-understood"];

/// The plan for a RUN that has all mounts for the manager and nothing that spoils them: what speaks against adding them
/// does not matter.
fn done(
    step: &Step<'_>,
    manager: &'static Manager,
    told: &Told,
    uses: &dyn Fn(&Call<'_>) -> bool,
) -> Option<Plan> {
    let (mut folders, mut by_end) = (Vec::new(), false);
    let image = account::base_image(step);
    for call in step.calls().iter().filter(|call| uses(call)) {
        if !usage::switches(call, manager).is_empty() {
            return None;
        }
        let caches = usage::caches(step, call, manager, told);
        let caches = caches.iter().filter(|cache| usage::uses(call, manager, cache) && cache.on.holds(image));
        for cache in caches {
            match usage::folder(step, call, manager, cache, told) {
                Ok(folder) if call.user == As::Same => {
                    if covered(step, &folder) == Covered::ByCache {
                        folders.push(folder);
                    } else if !cache.minor || folders.is_empty() {
                        return None;
                    }
                }
                _ if has_cache_at(step, cache.below_home) => by_end = true,
                _ => return None,
            }
        }
    }
    let emptied = !emptying(step.calls(), &folders).ok()?.is_empty();
    let is_there = by_end || !folders.is_empty();
    (is_there && !emptied).then(|| Plan { folders, mounted: true, ..Plan::default() })
}

/// What is to be done for the commands of a RUN that use the manager.
pub(super) fn plan(
    setting: &Setting<'_, '_>,
    step: &Step<'_>,
    manager: &'static Manager,
    uses: &dyn Fn(&Call<'_>) -> bool,
) -> Result<Plan, Refusal> {
    let calls = step.calls();
    if let Some(refusal) = step.refuses_edits(setting.pass) {
        return Err(refusal);
    }
    let manager = edition::of(setting.project, &setting.copied, step, manager)?;
    let image = account::base_image(step);
    let own: Vec<&Call<'_>> = calls.iter().filter(|call| uses(call)).collect();
    if let Some(refusal) = own.iter().find_map(|call| works_elsewhere(call, manager, image)) {
        return Err(refusal);
    }
    if own.iter().all(|call| usage::is_offline(step, call, manager)) {
        let text = format!("{} downloads nothing here, so that a cache would stay empty", manager.name);
        return Err(Refusal::new("nothing-downloaded", text, "leave it as it is"));
    }
    if let Some(refusal) = setting.configurations.refusal(step, manager) {
        return Err(refusal);
    }
    if !manager.kept_by.is_empty() && !setting.configured.has(manager.kept_by) {
        let text =
            format!("{} deletes what it downloaded, unless the repositories say otherwise", manager.name);
        return Err(Refusal::new("not-kept", text, manager.keep_it_by));
    }
    if let Some(setting) = own.iter().find_map(|call| usage::links(step, call, manager)) {
        let text = format!(
            "{setting} links installed files to the cache; in a mount they would not be in the image"
        );
        return Err(Refusal::new("links-into-cache", text, format!("have {setting} copy")));
    }
    if let Some(refusal) = unfit::refuses(step, manager, &setting.told) {
        return Err(refusal);
    }
    if let Some(name) = own.iter().find_map(|call| usage::switched_off_by_script(call, manager)) {
        let text = format!("the RUN itself sets {name}, which switches the cache off");
        return Err(Refusal::new("cache-switched-off", text, format!("do without {name}")));
    }
    if let Some(option) = own.iter().find_map(|call| usage::builds_against_installed(step, call, manager)) {
        let text = format!(
            "{option} builds packages against what is installed, and {} would take them from the cache even when that has changed",
            manager.name
        );
        return Err(Refusal::new(
            "built-against-installed",
            text,
            "install such packages in a RUN of their own",
        ));
    }
    let mut plan = Plan::default();
    for call in &own {
        if call.user != As::Same {
            as_same_user(step, call, manager)?;
        }
        let caches = usage::caches(step, call, manager, &setting.told);
        let caches = caches.iter().filter(|cache| usage::uses(call, manager, cache) && cache.on.holds(image));
        for cache in caches {
            let folder = match usage::folder(step, call, manager, cache, &setting.told) {
                Ok(folder) => folder,
                // Its author knows the user; so the mount is taken to be right.
                Err(_) if has_cache_at(step, cache.below_home) => {
                    plan.mounted = true;
                    continue;
                }
                Err(refusal) => return Err(refusal),
            };
            if plan.folders.contains(&folder) {
                continue;
            }
            match covered(step, &folder) {
                Covered::ByCache => plan.mounted = true,
                _ if cache.minor && plan.mounts.is_empty() && plan.mounted => continue,
                Covered::ByOther(kind, target) => {
                    let text = format!("a {kind} mount stands at `{target}`");
                    return Err(Refusal::new("other-mount", text, "make it a cache mount"));
                }
                Covered::Unknown => return Err(unknown_mount()),
                Covered::No => {
                    if let Some(refusal) = setting.steps.later_reader(step, &folder) {
                        return Err(refusal);
                    }
                    let is_own = |call: &Call<'_>| {
                        uses(call)
                            || usage::manager(call).is_some_and(|(_, action)| action != Action::MayFill)
                    };
                    if let Some(refusal) =
                        home::refuses_mount(setting.steps, step, &folder, cache.nothing_above, is_own)
                    {
                        return Err(refusal);
                    }
                    if let Some(refusal) = setting.offline.refuses(step, manager) {
                        return Err(refusal);
                    }
                    let owner = if manager.as_root { None } else { step.owner()? };
                    let builds =
                        !cache.only_downloads && own.iter().any(|call| usage::may_build(step, call, manager));
                    let id = if builds || cache.per_base { Some(cache_id(manager, step)?) } else { None };
                    if id.is_some() {
                        plan.note = assumed_base(step);
                    }
                    plan.mounts.push(CacheMount {
                        target: folder.clone(),
                        id,
                        sharing: cache.sharing,
                        owner,
                    });
                }
            }
            plan.folders.push(folder);
        }
        let switches = usage::switches(call, manager);
        if switches.contains(&Place::Nowhere) {
            let text = format!(
                "what switches the cache of {} off stands where nothing is edited: in a variable, an exec form or a nested script",
                manager.name
            );
            return Err(Refusal::new(
                "not-understood",
                text,
                "take the switch away, or write the command plainly into the RUN",
            ));
        }
        plan.switches.extend(switches);
    }
    let new_mount = !plan.mounts.is_empty();
    for (index, call) in calls.iter().enumerate().filter(|(_, call)| uses(call)) {
        let earlier = calls.get(..index).unwrap_or_default();
        let missing = options::missing(call, earlier, manager, image, &setting.configured, new_mount);
        plan.put_in.extend(options::put_in(call, manager, &missing, &mut plan.switches));
    }
    let found = emptying(calls, &plan.folders)?;
    plan.emptied = !found.is_empty();
    // Nothing is taken away on an assumption: without its mount the cache would end up in the image.
    let off = |call: &&Call<'_>| usage::is_switched_off(step, call, manager);
    if plan.emptied || !plan.switches.is_empty() || own.iter().any(off) {
        let by_home = step.account().ok().and_then(|account| account.assumed.clone());
        let depends = !plan.mounts.is_empty() && !manager.as_root;
        if let Some(refusal) = by_home.filter(|_| depends) {
            return Err(refusal);
        }
    }
    // Shown to be possible now, so that what depends on it (a variable that switches the cache off) can rely on it.
    edits_of(step, calls, &plan.folders, &plan.switches)?;
    options::edits(step, &plan.put_in)?;
    Ok(plan)
}

/// The refusal of a command whose cache is not where the table says.
fn works_elsewhere(call: &Call<'_>, manager: &Manager, image: Option<&ImageReference>) -> Option<Refusal> {
    let named = |text: &str| {
        let option = text.split('=').next().unwrap_or(text);
        manager.elsewhere.iter().find(|elsewhere| **elsewhere == option)
    };
    if let Some(option) = call.args.iter().find_map(|arg| named(arg.value.as_deref().unwrap_or(&arg.text))) {
        let text = format!("`{option}` has {} work in another folder, where its cache is, too", manager.name);
        return Some(Refusal::new("works-elsewhere", text, "add the mount by hand, below that folder"));
    }
    let decided = !manager.base_decides.contains(&call.program.as_str())
        || manager.caches.iter().any(|cache| cache.on.names(image));
    (!decided).then(|| {
        let text = format!("which {} this is depends on the base image, which is not known", call.program);
        Refusal::new("base-unknown", text, "add the mount by hand")
    })
}

/// `sudo pip` works in another home than `pip`, but for root.
fn as_same_user(step: &Step<'_>, call: &Call<'_>, manager: &Manager) -> Result<(), Refusal> {
    let root = |user: &str| matches!(user, "root" | "0");
    let to_root = matches!(&call.user, As::User(user) if root(user));
    if to_root && manager.as_root {
        return Ok(());
    }
    if to_root && step.account()?.owner.is_none() {
        return Ok(());
    }
    let text = format!("{} runs as another user here, whose home folder cannot be told", manager.name);
    Err(Refusal::new("user-unknown", text, "use USER instead"))
}

/// A name that tells caches apart which hold what was built on different systems.
fn cache_id(manager: &Manager, step: &Step<'_>) -> Result<String, Refusal> {
    let Some(image) = account::base_image(step) else {
        let text =
            format!("the base image cannot be told, and what {} builds is not the same on all", manager.name);
        return Err(Refusal::new("base-unknown", text, "give the ARG of the base image a default"));
    };
    let name: String = image.familiar_name().chars().map(plain).collect();
    let version = match (&image.tag, &image.digest) {
        (None, Some(digest)) => digest.rsplit(':').next().unwrap_or_default().chars().take(12).collect(),
        _ => image.effective_tag().unwrap_or("latest").to_owned(),
    };
    Ok(format!("{}-{name}-{version}", manager.name))
}

/// What to know of a cache that is named after a base image which a build may exchange.
///
/// The id cannot name the argument itself: one before the first FROM has no value in a stage (Dockerfile reference,
/// "Understand how ARG and FROM interact").
fn assumed_base(step: &Step<'_>) -> Option<String> {
    let lowest = step.stages().last().and_then(|stage| step.model().stages().get(stage))?;
    if lowest.base_arguments.is_empty() {
        return None;
    }
    let arguments =
        lowest.base_arguments.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ");
    Some(format!(
        "the cache is named after {}, which follows from the default of {arguments}: a build on another system needs another id",
        lowest.base_name
    ))
}

fn plain(char: char) -> char {
    if char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-') { char } else { '-' }
}

fn emptying<'s>(calls: &[Call<'s>], folders: &[String]) -> Result<Emptying<'s>, Refusal> {
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let empties = |call: &Call<'s>| usage::manager(call).is_some_and(|(_, action)| action == Action::Empty);
    Emptying::find(calls, &folders, empties, |call| usage::manager(call).is_some())
}

fn edits_of(
    step: &Step<'_>,
    calls: &[Call<'_>],
    folders: &[String],
    switches: &[Place],
) -> Result<TakenOut, Refusal> {
    let emptying = emptying(calls, folders)?;
    if emptying.is_empty() {
        return step.take_out(switches);
    }
    let script: Option<&Script> = step.script();
    match (script, step.text()) {
        (Some(script), Some(text)) => {
            emptying.edits(step.document(), step.instruction, script, text, switches)
        }
        _ => Err(Refusal::from(surgery::CannotEdit::Scattered)),
    }
}

/// The edits for all `plans` of one RUN together.
pub(super) fn edits(step: &Step<'_>, plans: &[&Plan]) -> Result<TakenOut, Refusal> {
    let folders: Vec<String> = plans.iter().flat_map(|plan| plan.folders.clone()).collect();
    let switches: Vec<Place> = plans.iter().flat_map(|plan| plan.switches.clone()).collect();
    let mut taken = edits_of(step, step.calls(), &folders, &switches)?;
    for plan in plans {
        let put_in = options::edits(step, &plan.put_in)?;
        taken.edits.extend(put_in.edits);
        taken.declares.extend(put_in.declares);
    }
    let mut flags: Vec<String> =
        plans.iter().flat_map(|plan| plan.mounts.iter()).map(ToString::to_string).collect();
    flags.dedup();
    if !flags.is_empty() {
        taken.edits.push(surgery::insert_flags(
            step.document(),
            step.instruction,
            &flags,
            surgery::Side::Last,
        )?);
    }
    Ok(taken)
}
