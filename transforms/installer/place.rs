//! The environment that pip fills, as uv is told of it.

use dockfit_dockerfile::model::Value;

use super::words::{Place, Told};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::split_dependencies::environment;

/// Where the official images have their interpreter, and where Debian has its own (`sys.prefix` in `python:3.13` and
/// `debian:13`, 2026-11-24).
const OFFICIAL: &str = "/usr/local";
const DEBIAN: &str = "/usr";

/// Puts down how uv finds what pip, which is a part of its environment, finds by itself.
pub(super) fn choose(step: &Step<'_>, call: &Call<'_>, told: &mut Told) -> Result<(), Refusal> {
    if told.place == Some(Place::Python) {
        return Ok(());
    }
    let named =
        call.located()?.command.words.first().and_then(|word| word.value()).unwrap_or_default().to_owned();
    let relative =
        named.rsplit_once("/bin/").map(|(folder, _)| folder).filter(|folder| !folder.starts_with('/'));
    let root = match relative {
        Some(folder) => folder.to_owned(),
        None => environment(step, call, "pip").map(|root| root.path).ok_or_else(|| {
            let text = "PATH is not known here, and so not which Python pip belongs to";
            Refusal::new("environment-unknown", text, "name pip by its path, as /opt/venv/bin/pip")
        })?,
    };
    let is_system = root == OFFICIAL || root == DEBIAN;
    if root == DEBIAN && matches!(told.place, Some(Place::Prefix | Place::User(_))) {
        let text = "Debian's pip has folders of its own below a prefix, which uv does not know";
        return Err(Refusal::new("debian-folders", text, "install into a virtual environment"));
    }
    match told.place.clone() {
        Some(Place::User(range)) => {
            let account = step.account()?;
            if let Some(assumed) = &account.assumed {
                let text = format!("uv has no --user, and the home is not known for sure: {}", assumed.text);
                return Err(Refusal::new("home-unknown", text, "install with --prefix"));
            }
            told.replaced.push((range, format!("--prefix={}/.local", account.home)));
        }
        Some(_) if is_system => {}
        None if is_system => {
            if !step.owner().is_ok_and(|owner| owner.is_none()) {
                let text = "pip installs into the home of a user who may not write elsewhere, uv fails";
                return Err(Refusal::new("not-root", text, "install as root, or into a virtual environment"));
            }
            told.add("--system");
        }
        _ if variable(step, "VIRTUAL_ENV").as_deref() == Some(root.as_str()) => {}
        _ => told.added.push(format!("--python {root}")),
    }
    Ok(())
}

fn variable(step: &Step<'_>, name: &str) -> Option<String> {
    match step.model().environment(step.index)?.value(name)? {
        Value::Known(value) => Some(value.to_string()),
        Value::Partial(_) | Value::Unknown => None,
    }
}
