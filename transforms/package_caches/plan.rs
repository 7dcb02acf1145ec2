//! What is to be done for one manager in one RUN.

use super::edition;
use super::folder;
use super::job::Setting;
use super::manager::Manager;
use super::options::{self, PutIn};
use super::refusals;
use super::taking_out;
use super::usage::{self, Action};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::account;
use crate::cache_mounts::call::{As, Call, Place};
use crate::cache_mounts::home;
use crate::cache_mounts::mount::{CacheMount, Covered, covered, has_cache_at, unknown_mount};
use crate::cache_mounts::step::Step;

/// What is to be done for a job.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The manager as it works in the RUN.
    pub(super) manager: &'static Manager,
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
    pub(super) mounted: bool,
    /// What the reader should know.
    pub(super) note: Option<String>,
}

impl Plan {
    /// One in which nothing is to be done yet.
    pub(super) fn of(manager: &'static Manager) -> Self {
        Self {
            manager,
            folders: Vec::new(),
            mounts: Vec::new(),
            switches: Vec::new(),
            put_in: Vec::new(),
            emptied: false,
            mounted: false,
            note: None,
        }
    }

    /// Whether a cache is mounted, now or already.
    pub(super) fn is_mounted(&self) -> bool {
        self.mounted || !self.mounts.is_empty()
    }

    /// Whether the RUN is not yet as it should be.
    pub(super) fn changes(&self) -> bool {
        !self.mounts.is_empty() || !self.switches.is_empty() || !self.put_in.is_empty() || self.emptied
    }
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
    if let Some(refusal) = refusals::refuses(setting, step, manager, &own) {
        return Err(refusal);
    }
    let mut plan = Plan::of(manager);
    for call in &own {
        if call.user != As::Same {
            as_same_user(step, call, manager)?;
        }
        let caches = folder::caches(step, call, manager, &setting.clues.told);
        let is_installed = setting.clues.prefixes.find(step, call, manager).is_some();
        let caches = caches
            .iter()
            .filter(|cache| usage::uses(call, manager, cache) && (cache.on.holds(image) || is_installed));
        for cache in caches {
            let folder = match folder::folder(step, call, manager, cache, &setting.clues) {
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
    let found = taking_out::emptying(calls, &[manager], &plan.folders)?;
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
    taking_out::edits_for(step, &plan)?;
    options::edits(step, &plan.put_in)?;
    Ok(plan)
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
