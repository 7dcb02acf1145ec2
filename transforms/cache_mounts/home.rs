//! Mounts below a home folder: the engine makes what is missing above them.
//!
//! runc makes the folders above a mount as root, with the mode 755, before the step starts; buildkit removes those that
//! are empty when it has ended (executor/stubs.go; read 2026-11-24). So they are in no image, but in the step they are
//! there, and only root may write into them.

use dockfit_shell::Lookup;

use super::Refusal;
use super::account;
use super::call::Call;
use super::path::is_inside;
use super::step::Step;
use super::steps::Steps;
use crate::programs;

/// A program that downloads those that it is called for by their names, and where it keeps them.
///
/// corepack 0.34: its README on `COREPACK_HOME`, and `corepackUtils.getCorepackHomeFolder`; 2026-11-24.
const LAUNCHER: &str = "corepack";
const LAUNCHED: &[&str] = &["yarn", "yarnpkg", "pnpm", "pnpx"];
const LAUNCHER_HOME: &str = "COREPACK_HOME";

/// Why `folder` cannot be a mount of `step`, since the folders above it would be root's, or there too early. `is_own`
/// tells the commands whose only place below the home folder's `.cache` is a mount; they write `nothing_above` the mount
/// where that was shown of them.
pub(crate) fn refuses_mount(
    steps: &Steps<'_>,
    step: &Step<'_>,
    folder: &str,
    nothing_above: bool,
    is_own: impl Fn(&Call<'_>) -> bool,
) -> Option<Refusal> {
    if let Some(call) = step.calls().iter().find(|call| account::makes_home_of(call, folder)) {
        let text = format!(
            "`{}` makes the home folder in this RUN; with a mount in it, it would be there already, and root's",
            call.program
        );
        return Some(Refusal::new("home-made-in-the-step", text, "create the user in an earlier RUN"));
    }
    let account = step.account().ok()?;
    account.owner?;
    let (above, _) = folder.rsplit_once('/')?;
    if !is_inside(above, &account.home)
        || is_inside(&account.home, above)
        || is_made_before(steps, step, above)
    {
        return None;
    }
    let refusal = |what: &str| {
        let text =
            format!("the engine would make `{above}` as root for the mount, and {what} there in this RUN");
        let way_out = format!("make it in an earlier RUN, as the user: mkdir -p {above}");
        Some(Refusal::new("home-of-another", text, way_out))
    };
    if !nothing_above && !above.ends_with("/.cache") {
        return refusal("the program could not write");
    }
    if above.ends_with("/.cache") && is_launched(steps, step) {
        return refusal(&format!("`{LAUNCHER}` could not write"));
    }
    let writes = |call: &&Call<'_>| !programs::is(&call.program, programs::HOME);
    let other = step.calls().iter().find(|call| writes(call) && !is_own(call))?;
    refusal(&format!("`{}` might fail to write", other.program))
}

/// Whether a program of the step may be one that the launcher downloads into the home folder's `.cache`.
fn is_launched(steps: &Steps<'_>, step: &Step<'_>) -> bool {
    let Some(stage) = step.stages().next() else { return false };
    step.calls().iter().any(|call| LAUNCHED.contains(&call.program.as_str()))
        && !matches!(step.variable(LAUNCHER_HOME), Lookup::Set(_))
        && steps.naming(LAUNCHER).first_until(stage, step.index).is_some()
}

/// Whether an earlier step of the stage, or of one below, makes the folder or puts something into it.
fn is_made_before(steps: &Steps<'_>, step: &Step<'_>, folder: &str) -> bool {
    let Some((stage, before)) = step.stages().next().zip(step.index.checked_sub(1)) else { return false };
    steps.made(folder).first_until(stage, before).is_some()
}
