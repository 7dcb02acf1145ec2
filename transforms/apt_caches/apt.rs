//! What is known of apt.

use dockfit_dockerfile::Span;

use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::{Refusal, unread};
use crate::dockerfiles::File;

/// Where downloaded packages are kept (apt.conf(5), `Dir::Cache`).
pub(super) const ARCHIVES: &str = "/var/cache/apt";

/// The packages themselves (apt.conf(5), `Dir::Cache::archives`).
pub(super) const PACKAGES: &str = "/var/cache/apt/archives";

/// Where the lists of packages are kept (apt.conf(5), `Dir::State::Lists`).
pub(super) const LISTS: &str = "/var/lib/apt/lists";

/// The file by which Debian's and Ubuntu's images have apt delete its packages after each install
/// (debuerreotype `debuerreotype-minimizing-config`; looked at 2026-11-24).
pub(super) const DOCKER_CLEAN: &str = "/etc/apt/apt.conf.d/docker-clean";

/// The programs; all use the folders above (apt-get(8), apt(8), aptitude(8)).
const PROGRAMS: &[&str] = &["apt-get", "apt", "aptitude"];

/// The subcommands that download packages.
const INSTALLING: &[&str] = &[
    "install",
    "reinstall",
    "upgrade",
    "dist-upgrade",
    "full-upgrade",
    "safe-upgrade",
    "build-dep",
    "satisfy",
    "dselect-upgrade",
];

/// The subcommands that delete what was downloaded.
const CLEANING: &[&str] = &["clean", "autoclean", "auto-clean", "distclean", "dist-clean"];

/// What a call of apt does to its folders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    /// Fetches the lists.
    Update,
    /// Downloads packages.
    Install,
    /// Deletes what was downloaded.
    Clean,
    /// Neither: `remove`, `autoremove`, `purge`, `-v`.
    Other,
}

/// What `call` does, if it is one of apt.
pub(super) fn action(call: &Call<'_>) -> Option<Action> {
    if !PROGRAMS.contains(&call.program.as_str()) {
        return None;
    }
    if call.values().any(|value| ONLY_SHOWING.contains(&value)) {
        return Some(Action::Other);
    }
    let mut action = Action::Other;
    for value in call.values().filter(|value| !value.starts_with('-')) {
        action = match value {
            "update" => Action::Update,
            word if INSTALLING.contains(&word) => Action::Install,
            word if CLEANING.contains(&word) => Action::Clean,
            _ => continue,
        };
        break;
    }
    Some(action)
}

/// Options with which nothing is downloaded (apt-get(8), `--simulate`, `--print-uris`).
const ONLY_SHOWING: &[&str] = &[
    "-s",
    "--simulate",
    "--just-print",
    "--dry-run",
    "--recon",
    "--no-act",
    "--print-uris",
    "--help",
    "-h",
    "--version",
    "-v",
];

/// Whether `call` downloads packages without installing them: the image is meant to hold them (apt-get(8)).
pub(super) fn only_downloads(call: &Call<'_>) -> bool {
    action(call) == Some(Action::Install)
        && call.values().any(|value| matches!(value, "-d" | "--download-only" | "-yd" | "-dy"))
}

/// Why an install or update that a RUN seems to make is not read, if there is one.
pub(super) fn unread(step: &Step<'_>) -> Option<Refusal> {
    unread::unread(step, PROGRAMS, &downloading(), |call| action(call).is_some())
}

/// The RUNs that are not read at all and seem to install or update.
pub(super) fn run_as_files(file: &File<'_>) -> Vec<(Span, Refusal)> {
    unread::run_as_files(file, &[(PROGRAMS, &downloading())])
}

/// The subcommands that download.
fn downloading() -> Vec<&'static [&'static str]> {
    INSTALLING.iter().chain(&["update"]).map(std::slice::from_ref).collect()
}

/// Whether `call` deletes the lists as well (`apt distclean`, since 2.7.8).
pub(super) fn cleans_lists(call: &Call<'_>) -> bool {
    call.values().any(|value| matches!(value, "distclean" | "dist-clean"))
}

/// The subcommands that read the lists without installing (apt-get(8), apt(8)).
const READING: &[&str] = &[
    "download",
    "source",
    "showsrc",
    "changelog",
    "show",
    "search",
    "policy",
    "depends",
    "rdepends",
    "list",
];

/// Other programs that install from the lists.
///
/// Their documentation; 2026-11-24.
const INSTALLERS: &[&str] =
    &["rosdep", "gdebi", "ansible-playbook", "apt-cache", "tasksel", "dpkg-buildpackage", "mk-build-deps"];

/// Those of them that have apt install; of some only with one of these words.
///
/// Their documentation; 2026-11-24.
const INSTALL_BY_APT: &[(&str, &[&str])] = &[
    ("rosdep", &["install"]),
    ("gdebi", &[]),
    ("ansible-playbook", &[]),
    ("tasksel", &["install"]),
    ("mk-build-deps", &["-i", "--install"]),
    ("playwright", &["install-deps", "--with-deps"]),
    ("npx", &["install-deps", "--with-deps"]),
];

/// Whether `call` is another program that has apt install.
pub(super) fn has_installed(call: &Call<'_>) -> bool {
    INSTALL_BY_APT.iter().any(|(program, words)| {
        call.program == *program && (words.is_empty() || call.values().any(|value| words.contains(&value)))
    })
}

/// Whether `call` reads the lists as they are in the image.
pub(super) fn reads_lists(call: &Call<'_>) -> bool {
    INSTALLERS.contains(&call.program.as_str())
        || (PROGRAMS.contains(&call.program.as_str()) && call.values().any(|value| READING.contains(&value)))
}

/// Whether an option of `call` moves the folders, or says whether packages are kept.
pub(super) fn moves_folders(call: &Call<'_>) -> bool {
    call.args.iter().any(|arg| {
        let texts = arg.held.iter().chain([&arg.text]);
        ["Dir::Cache", "Dir::State", "Keep-Downloaded-Packages", "Dir="]
            .iter()
            .any(|option| texts.clone().any(|text| text.contains(option)))
    })
}

/// Whether `call` is the program `apt`, which deletes packages by itself unless told otherwise (apt(8), since 1.2).
pub(super) fn deletes_by_itself(call: &Call<'_>) -> bool {
    call.program == "apt"
}
