//! Whose account a RUN uses: the numeric user and group, and the home folder.

mod created;
mod known;

pub(super) use created::{Users, makes_home_of};

use dockfit_dockerfile::model::{Base, Value};

use super::Refusal;
use super::step::Step;

/// The account that a command runs under.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Account {
    /// Its home folder.
    pub(crate) home: String,
    /// User and group; `None` for root.
    pub(crate) owner: Option<(u32, u32)>,
    /// Why this is not sure: the base image is not known and USER says nothing, as with most images that run as root.
    /// A mount at root's home does no harm where that is wrong: it is not used.
    pub(crate) assumed: Option<Refusal>,
}

/// A user as a base image or a command creates it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct User {
    name: String,
    uid: Option<u32>,
    gid: Option<u32>,
    home: Option<String>,
}

/// The account of `step`.
pub(super) fn account(step: &Step<'_>) -> Result<Account, Refusal> {
    let (user, assumed) = match effective_user(step) {
        Ok(user) => (user, None),
        Err(refusal) if is_unknown(step) => (None, Some(refusal)),
        Err(refusal) => return Err(refusal),
    };
    let explicit = match step.model().environment(step.index).and_then(|at| at.value("HOME").cloned()) {
        Some(Value::Known(home)) => Some(home.to_string()),
        Some(Value::Partial(_)) => {
            return Err(unknown_home("HOME is set to a value that depends on the base image"));
        }
        // An image that is not described could set HOME, but hardly any does: the engine takes it from /etc/passwd.
        Some(Value::Unknown) | None => None,
    };
    let Some(user) = user else {
        return Ok(Account { home: explicit.unwrap_or_else(|| "/root".to_owned()), owner: None, assumed });
    };
    let (owner, found) = numbers(step, &user)?;
    let home = explicit.or_else(|| found.and_then(|found| found.home));
    let Some(home) = home else {
        return Err(unknown_home(&format!(
            "the home folder of the user `{}` cannot be told from this file",
            user.split(':').next().unwrap_or_default()
        )));
    };
    Ok(Account { home, owner: Some(owner), assumed: None })
}

/// The numeric user and group of `step`; `None` for root, and where nothing is known of the base image.
pub(super) fn owner(step: &Step<'_>) -> Result<Option<(u32, u32)>, Refusal> {
    match effective_user(step) {
        Ok(Some(user)) => numbers(step, &user).map(|(owner, _)| Some(owner)),
        Ok(None) => Ok(None),
        Err(_) if is_unknown(step) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// The numbers of a user as USER names it, and what else is known of it.
fn numbers(step: &Step<'_>, user: &str) -> Result<((u32, u32), Option<User>), Refusal> {
    let (name, group) = user.split_once(':').map_or((user, None), |(name, group)| (name, Some(group)));
    let found =
        step.users().and_then(|users| users.created(step, name).cloned()).or_else(|| known::find(step, name));
    let uid = name.parse().ok().or_else(|| found.as_ref().and_then(|found| found.uid));
    let Some(uid) = uid else {
        return Err(Refusal::new(
            "user-unknown",
            format!("the numeric uid of the user `{name}` cannot be told from this file"),
            format!("create the user with a fixed uid (`useradd --uid 1000 … {name}`)"),
        ));
    };
    let named_group = group.and_then(|group| group.parse().ok());
    let gid = named_group.or_else(|| found.as_ref().and_then(|found| found.gid)).unwrap_or(uid);
    Ok(((uid, gid), found))
}

/// Whether USER says nothing and nothing is known of the base image.
fn is_unknown(step: &Step<'_>) -> bool {
    matches!(step.model().state(step.index).map(|state| &state.user), Some(Value::Unknown) | None)
}

fn unknown_home(text: &str) -> Refusal {
    Refusal::new("home-unknown", text, "set HOME, or the cache folder, with ENV")
}

/// The name or number of the user; `None` for root.
fn effective_user(step: &Step<'_>) -> Result<Option<String>, Refusal> {
    let state = step.model().state(step.index);
    match state.map(|state| &state.user) {
        Some(Value::Known(user)) => {
            let name = user.split(':').next().unwrap_or_default();
            Ok((!matches!(name, "" | "0" | "root")).then(|| user.to_string()))
        }
        Some(Value::Partial(text)) => {
            known::named(step, text).map(|user| Some(user.to_owned())).ok_or_else(|| {
                Refusal::new(
                    "user-unknown",
                    "USER is set to a value that depends on the base image",
                    "name the user",
                )
            })
        }
        Some(Value::Unknown) | None => {
            if let Some(user) = known::default_user(step) {
                return Ok((user != "root").then(|| user.to_owned()));
            }
            if step.users().is_some_and(|users| users.acts_as_root(step)) {
                return Ok(None);
            }
            Err(Refusal::new(
                "user-unknown",
                format!("it cannot be told as which user {} runs", base_name(step)),
                "name the user that it runs as with USER before this step",
            ))
        }
    }
}

/// What the step's stage builds on in the end, for people.
fn base_name(step: &Step<'_>) -> String {
    base_image(step)
        .map_or_else(|| "the base image".to_owned(), |image| format!("the image `{}`", image.familiar()))
}

/// The image that the step's stage builds on in the end.
pub(crate) fn base_image<'d>(
    step: &Step<'d>,
) -> Option<&'d dockfit_dockerfile::values::reference::ImageReference> {
    let model = step.model();
    match &model.lineage(model.stage_of(step.index)?.index).last()?.base {
        Base::Image(image) => Some(image),
        Base::Stage(_) | Base::Scratch | Base::Context(_) | Base::Invalid => None,
    }
}
