//! Users that the file itself creates, and what shows that it works as root.

use super::super::call::{As, Call};
use super::super::step::Step;
use super::User;

/// Programs that only root can use to any effect.
///
/// The manual pages of shadow, apt, dpkg, apk, dnf; 2026-11-24.
const ROOT_ONLY: &[&str] = &[
    "apt-get",
    "apt",
    "aptitude",
    "apk",
    "yum",
    "dnf",
    "microdnf",
    "zypper",
    "pacman",
    "useradd",
    "adduser",
    "groupadd",
    "addgroup",
    "usermod",
    "update-ca-certificates",
    "locale-gen",
    "update-alternatives",
    "install_packages",
];

/// A program that creates users: its options, each with the next word as its value.
struct Creator {
    program: &'static str,
    uid: &'static [&'static str],
    gid: &'static [&'static str],
    home: &'static [&'static str],
    /// Other options that take a value.
    valued: &'static [&'static str],
    /// Options after which the home folder is not `/home/NAME`.
    system: &'static [&'static str],
}

/// The manual pages of shadow's useradd, Debian's adduser and `BusyBox`'s adduser; 2026-11-24.
const CREATORS: &[Creator] = &[
    Creator {
        program: "useradd",
        uid: &["-u", "--uid"],
        gid: &["-g", "--gid"],
        home: &["-d", "--home-dir", "--home"],
        valued: &[
            "-b",
            "--base-dir",
            "-c",
            "--comment",
            "-e",
            "--expiredate",
            "-f",
            "--inactive",
            "-G",
            "--groups",
            "-k",
            "--skel",
            "-K",
            "--key",
            "-p",
            "--password",
            "-s",
            "--shell",
            "-R",
            "--root",
            "-Z",
        ],
        system: &["-b", "--base-dir"],
    },
    Creator {
        program: "adduser",
        uid: &["-u", "--uid"],
        gid: &["--gid"],
        home: &["-h", "--home"],
        valued: &[
            "-g",
            "--gecos",
            "--comment",
            "-G",
            "--ingroup",
            "-s",
            "--shell",
            "-k",
            "--conf",
            "--firstuid",
            "--lastuid",
            "--add_extra_groups",
        ],
        system: &["--system", "-S", "-H", "--no-create-home"],
    },
];

/// The user of that name or number that the step's stage, or one below it, creates before the step.
pub(super) fn find(step: &Step<'_>, name: &str) -> Option<User> {
    earlier(step).iter().rev().find_map(|earlier| {
        earlier.calls().iter().rev().find_map(|call| creates(call).filter(|user| is_called(user, name)))
    })
}

fn is_called(user: &User, name: &str) -> bool {
    user.name == name || user.uid.is_some_and(|uid| uid.to_string() == name)
}

/// Whether a command of the stage that runs as the same unknown user shows that this is root.
pub(super) fn acts_as_root(step: &Step<'_>) -> bool {
    let user = step.model().state(step.index).map(|state| state.user.clone());
    let all = Step::all(step.dockerfile, ROOT_ONLY);
    let same_base = |other: &Step<'_>| super::base_image(other) == super::base_image(step);
    let same_user =
        |other: &Step<'_>| other.model().state(other.index).map(|state| state.user.clone()) == user;
    all.iter().filter(|other| !other.is_deferred() && same_base(other) && same_user(other)).any(|other| {
        other.calls().iter().any(|call| {
            call.user == As::Same && call.args.len() > 1 && ROOT_ONLY.contains(&call.program.as_str())
        })
    })
}

/// The RUNs that create users, of the step's stage and those below it, before the step (or in it).
fn earlier<'d>(step: &Step<'d>) -> Vec<Step<'d>> {
    let model = step.model();
    let Some(stage) = model.stage_of(step.index) else { return Vec::new() };
    let chain: Vec<usize> = model.lineage(stage.index).map(|stage| stage.index).collect();
    Step::all(step.dockerfile, &["useradd", "adduser"])
        .into_iter()
        .filter(|other| !other.is_deferred() && other.index <= step.index)
        .filter(|other| model.stage_of(other.index).is_some_and(|stage| chain.contains(&stage.index)))
        .collect()
}

/// The user that a command creates.
fn creates(call: &Call<'_>) -> Option<User> {
    let creator = CREATORS.iter().find(|creator| creator.program == call.program)?;
    let mut user = User { name: String::new(), uid: None, gid: None, home: None };
    let mut system = false;
    let mut home_fixed = false;
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        let value = arg.value.as_deref()?;
        let (option, glued) =
            value.split_once('=').map_or((value, None), |(option, glued)| (option, Some(glued.to_owned())));
        if !option.starts_with('-') {
            // The first operand is the name; what follows is a group (adduser USER GROUP).
            if user.name.is_empty() {
                value.clone_into(&mut user.name);
            }
            continue;
        }
        system |= creator.system.contains(&option);
        let kinds = [creator.uid, creator.gid, creator.home, creator.valued];
        let Some(kind) = kinds.iter().position(|options| options.contains(&option)) else { continue };
        let taken = match glued {
            Some(glued) => Some(glued),
            None => args.next().and_then(|next| next.value.clone()),
        };
        match kind {
            0 => user.uid = Some(taken?.parse().ok()?),
            1 => user.gid = taken.and_then(|gid| gid.parse().ok()),
            2 => {
                user.home = Some(taken?);
                home_fixed = true;
            }
            _ => {}
        }
    }
    if user.name.is_empty() {
        return None;
    }
    if !home_fixed && !system {
        user.home = Some(format!("/home/{}", user.name));
    }
    Some(user)
}
