//! Users that the file itself creates, and what shows that it works as root.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_rewrite::Dockerfile;

use super::super::call::{As, Call};
use super::super::path::is_inside;
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

/// The users that a Dockerfile creates, and what shows as whom it works.
///
/// Gathered from steps in which the home folder is not known, since that follows from the users.
pub(crate) struct Users<'d> {
    dockerfile: &'d Dockerfile,
    /// By stage and name or number; each with the RUN that creates it, in order.
    created: HashMap<(usize, String), Vec<(usize, User)>>,
    /// The images, nothing else being known of their user, on which a command shows that this is root.
    as_root: OnceCell<HashSet<Option<&'d ImageReference>>>,
    /// Variables that only ENV sets, to plain text: no build can change them.
    fixed: HashSet<&'d str>,
}

impl<'d> Users<'d> {
    pub(in super::super) fn of(dockerfile: &'d Dockerfile) -> Self {
        let mut created: HashMap<(usize, String), Vec<(usize, User)>> = HashMap::new();
        for step in steps(dockerfile, &["useradd", "adduser"]) {
            let Some(stage) = step.model().stage_of(step.index) else { continue };
            for user in step.calls().iter().filter_map(creates) {
                let number = user.uid.map(|uid| uid.to_string()).filter(|number| *number != user.name);
                for name in [Some(user.name.clone()), number].into_iter().flatten() {
                    created.entry((stage.index, name)).or_default().push((step.index, user.clone()));
                }
            }
        }
        Self { dockerfile, created, as_root: OnceCell::new(), fixed: fixed(dockerfile) }
    }

    /// Whether only ENV sets the variable, to plain text.
    pub(in super::super) fn is_fixed(&self, variable: &str) -> bool {
        self.fixed.contains(variable)
    }

    /// The user of that name or number that the step's stage, or one below it, creates before the step (or in it).
    pub(super) fn created(&self, step: &Step<'_>, name: &str) -> Option<&User> {
        if self.created.is_empty() {
            return None;
        }
        step.stages().find_map(|stage| {
            let users = self.created.get(&(stage, name.to_owned()))?;
            users.iter().rev().find(|(index, _)| *index <= step.index).map(|(_, user)| user)
        })
    }

    /// Whether a command of a stage on the same image that runs as the same unknown user shows that this is root.
    pub(super) fn acts_as_root(&self, step: &Step<'_>) -> bool {
        let images = self.as_root.get_or_init(|| {
            let steps = steps(self.dockerfile, ROOT_ONLY).filter(super::is_unknown);
            steps.filter(needs_root).map(|step| super::base_image(&step)).collect()
        });
        images.contains(&super::base_image(step))
    }
}

fn needs_root(step: &Step<'_>) -> bool {
    step.calls().iter().any(|call| {
        call.user == As::Same && call.args.len() > 1 && ROOT_ONLY.contains(&call.program.as_str())
    })
}

/// The RUNs whose text has one of `words` in it.
fn steps<'d>(dockerfile: &'d Dockerfile, words: &[&str]) -> impl Iterator<Item = Step<'d>> {
    let count = dockerfile.document().instructions().len();
    let steps = (0..count).filter_map(|index| Step::at(dockerfile, index, None));
    steps.filter(|step| !step.is_deferred() && step.mentions(words))
}

/// Whether a command creates a user with a home folder in which `folder` lies, or might.
pub(in super::super) fn makes_home_of(call: &Call<'_>, folder: &str) -> bool {
    if !CREATORS.iter().any(|creator| creator.program == call.program) {
        return false;
    }
    match creates(call).and_then(|user| user.home) {
        Some(home) => is_inside(folder, &home),
        None => is_inside(folder, "/home"),
    }
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

fn fixed(dockerfile: &Dockerfile) -> HashSet<&str> {
    let model = dockerfile.model();
    let (mut fixed, mut open): (HashSet<&str>, HashSet<&str>) = Default::default();
    for index in 0..dockerfile.document().instructions().len() {
        match model.operation(index) {
            Some(Operation::Env(pairs)) => {
                for pair in pairs {
                    let of_kind = if pair.value.text.contains('$') { &mut open } else { &mut fixed };
                    of_kind.insert(pair.key.text.as_str());
                }
            }
            Some(Operation::Arg(arguments)) => {
                open.extend(arguments.iter().map(|argument| argument.name.text.as_str()));
            }
            _ => {}
        }
    }
    fixed.retain(|name| !open.contains(name));
    fixed
}
