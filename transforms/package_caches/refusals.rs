//! Why a manager gets no mount in a RUN, wherever its cache may be.

use dockfit_dockerfile::values::reference::ImageReference;

use super::job::Setting;
use super::manager::Manager;
use super::unfit;
use super::usage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::account;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;

/// The refusal of a mount for `manager`; `own` are the commands of the RUN that use it.
pub(super) fn refuses(
    setting: &Setting<'_, '_>,
    step: &Step<'_>,
    manager: &Manager,
    own: &[&Call<'_>],
) -> Option<Refusal> {
    let image = account::base_image(step);
    let elsewhere = |call: &&Call<'_>| works_elsewhere(setting, step, call, manager, image);
    if let Some(refusal) = own.iter().find_map(elsewhere) {
        return Some(refusal);
    }
    if own.iter().all(|call| usage::is_offline(step, call, manager)) {
        let text = format!("{} downloads nothing here, so that a cache would stay empty", manager.name);
        return Some(Refusal::new("nothing-downloaded", text, "leave it as it is"));
    }
    if let Some(refusal) = setting.configurations.refusal(step, manager) {
        return Some(refusal);
    }
    if !manager.kept_by.is_empty() && !setting.configured.has(manager.kept_by) {
        let text =
            format!("{} deletes what it downloaded, unless the repositories say otherwise", manager.name);
        return Some(Refusal::new("not-kept", text, manager.keep_it_by));
    }
    if let Some(setting) = own.iter().find_map(|call| usage::links(step, call, manager)) {
        let text = format!(
            "{setting} links installed files to the cache; in a mount they would not be in the image"
        );
        return Some(Refusal::new("links-into-cache", text, format!("have {setting} copy")));
    }
    if let Some(refusal) = unfit::refuses(step, manager, &setting.clues.told) {
        return Some(refusal);
    }
    if let Some(refusal) = own.iter().find_map(|call| setting.clues.settings.refuses(step, call, manager)) {
        return Some(refusal);
    }
    if let Some(refusal) = setting.clues.prefixes.refuses(step, manager) {
        return Some(refusal);
    }
    if let Some(name) = own.iter().find_map(|call| usage::switched_off_by_script(call, manager)) {
        let text = format!("the RUN itself sets {name}, which switches the cache off");
        return Some(Refusal::new("cache-switched-off", text, format!("do without {name}")));
    }
    let option = own.iter().find_map(|call| usage::builds_against_installed(step, call, manager))?;
    let text = format!(
        "{option} builds packages against what is installed, and {} would take them from the cache even when that has changed",
        manager.name
    );
    Some(Refusal::new("built-against-installed", text, "install such packages in a RUN of their own"))
}

/// The refusal of a command whose cache is not where the table says.
fn works_elsewhere(
    setting: &Setting<'_, '_>,
    step: &Step<'_>,
    call: &Call<'_>,
    manager: &Manager,
    image: Option<&ImageReference>,
) -> Option<Refusal> {
    let named = |text: &str| {
        let option = text.split('=').next().unwrap_or(text);
        manager.elsewhere.iter().find(|elsewhere| **elsewhere == option)
    };
    if let Some(option) = call.args.iter().find_map(|arg| named(arg.value.as_deref().unwrap_or(&arg.text))) {
        let text = format!("`{option}` has {} work in another folder, where its cache is, too", manager.name);
        return Some(Refusal::new("works-elsewhere", text, "add the mount by hand, below that folder"));
    }
    let decided = !manager.base_decides.contains(&call.program.as_str())
        || manager.caches.iter().any(|cache| cache.on.names(image))
        || setting.clues.prefixes.find(step, call, manager).is_some();
    (!decided).then(|| {
        let text = format!("which {} this is depends on the base image, which is not known", call.program);
        Refusal::new("base-unknown", text, "add the mount by hand")
    })
}
