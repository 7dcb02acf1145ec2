//! What a lock tells of the files that are installed: whether each package has a wheel for the image.

use std::collections::BTreeSet;

use dockfit_dockerfile::model::{Base, Stage};
use dockfit_python::requirements_txt::{RequirementsFile, Target};
use dockfit_python::wheel::{Libc, WheelTarget};
use dockfit_python::{
    Choice, Environment, LockKind, Platform, Resolution, Source, Wanted, find_lock, find_manifest, read_lock,
    read_manifest, select,
};
use dockfit_rewrite::Project;

use crate::cache_mounts::Refusal;
use crate::python_files::ProjectFiles;

/// Releases of Debian in tags of official images, with the minor version of their glibc (the releases' package lists,
/// 2026-11-24).
const RELEASES: &[(&str, u32)] = &[("buster", 28), ("bullseye", 31), ("bookworm", 36), ("trixie", 41)];

/// The least that the base of an official image without a release in its tag has had since 2023.
const LEAST_GLIBC: u32 = 36;

/// The machines that an image is built for, where the file does not say.
const MACHINES: &[&str] = &["x86_64", "aarch64"];

/// What the wheels are to fit in a stage.
pub(crate) fn targets(lowest: &Stage) -> Result<Vec<WheelTarget>, Refusal> {
    let refuse =
        |text: String| Err(Refusal::new("python-unknown", text, "name the version of Python in the tag"));
    let Base::Image(image) = &lowest.base else { return refuse("the base is no image".to_owned()) };
    if image.familiar_name() != "python" || !lowest.base_arguments.is_empty() {
        return refuse(format!("it cannot be told which Python and C library `{}` has", image.familiar()));
    }
    let Some(python) = crate::bytecode::bases::version(image, "") else {
        return refuse(format!("`{}` does not say which Python it has", image.familiar()));
    };
    let tag = image.tag.as_deref().unwrap_or_default();
    let release = RELEASES.iter().find(|(name, _)| tag.contains(name));
    let libc = match release {
        _ if tag.contains("alpine") => Libc::Musl,
        Some((_, glibc)) => Libc::Glibc(*glibc),
        None => Libc::Glibc(LEAST_GLIBC),
    };
    let machines: Vec<String> = match &lowest.platform {
        Some(platform) => match Platform::of_engine(&platform.to_string()) {
            Some(platform) => vec![platform.machine],
            None => return refuse(format!("the platform {platform} is not known")),
        },
        None => MACHINES.iter().map(|machine| (*machine).to_owned()).collect(),
    };
    Ok(machines.into_iter().map(|machine| WheelTarget { python, libc, machine }).collect())
}

/// The names of all packages in the lock of a folder of the project, if there is one; why it is not read, if so.
pub(super) fn names(project: &Project, folder: &str) -> Result<Option<BTreeSet<String>>, Refusal> {
    let found = read(project, folder)?;
    Ok(found.map(|found| found.packages.iter().map(|package| package.name.to_string()).collect()))
}

/// What the lock of a folder of the project says, if there is one.
fn read(project: &Project, folder: &str) -> Result<Option<Resolution>, Refusal> {
    let files = ProjectFiles(project);
    let refuse =
        |error: dockfit_python::Error| Refusal::new("lock-unreadable", error.to_string(), "renew the lock");
    let manifest = find_manifest(&files, folder).map_err(refuse)?;
    let manifest = manifest.map(|path| read_manifest(&files, &path)).transpose().map_err(refuse)?;
    let Some(path) = find_lock(&files, folder, manifest.as_ref()).map_err(refuse)? else { return Ok(None) };
    read_lock(&files, &path, manifest.as_ref()).map(Some).map_err(refuse)
}

/// A lock with a list of files, and what of it an image may install.
pub(crate) struct Lock {
    resolution: Resolution,
    /// Indices of packages that are installed on Linux.
    installed: BTreeSet<usize>,
}

impl Lock {
    /// The lock of a folder of the project.
    pub(crate) fn of(project: &Project, folder: &str, targets: &[WheelTarget]) -> Result<Self, Refusal> {
        let Some(resolution) = read(project, folder)? else {
            let text = "there is no lock: each build may find other versions, with wheels or without";
            return Err(Refusal::new("no-lock", text, "lock the dependencies, with uv, Poetry or PDM"));
        };
        if matches!(resolution.kind, LockKind::Compiled | LockKind::Pipfile) {
            let text = format!(
                "{} lists hashes, not files: it cannot be told whether every package has a wheel",
                resolution.path
            );
            let way_out = "lock with uv, Poetry, PDM or pylock.toml, which list the files";
            return Err(Refusal::new("no-file-list", text, way_out));
        }
        let mut environment = Environment::linux();
        environment.python = targets.first().map(|target| target.python);
        environment.platforms =
            targets.iter().map(|target| Platform { machine: target.machine.clone() }).collect();
        let wanted = Wanted { main: true, extras: Choice::All, groups: Choice::All };
        let selection = select(&resolution, &wanted, &environment)
            .map_err(|error| Refusal::new("lock-unreadable", error.to_string(), "renew the lock"))?;
        let installed = selection.items.iter().map(|item| item.package).collect();
        Ok(Self { resolution, installed })
    }

    /// The lock's path, for people.
    pub(super) fn path(&self) -> &str {
        &self.resolution.path
    }

    /// Whether all that the lock installs has a wheel for each target.
    pub(super) fn has_wheels(&self, targets: &[WheelTarget]) -> Result<(), Refusal> {
        self.installed.iter().try_for_each(|package| self.has_wheel(*package, targets))
    }

    /// Whether all that a requirements file names is in the lock, in that version, with a wheel for each target.
    pub(crate) fn covers(&self, file: &RequirementsFile, targets: &[WheelTarget]) -> Result<(), Refusal> {
        let refuse = |name: &str| {
            let text = format!("{} installs `{name}`, which is not so in {}", file.path, self.path());
            Err(Refusal::new("not-locked", text, "install what the lock holds"))
        };
        for (_, line) in file.lines() {
            let Target::Named(requirement) = &line.target else { return refuse(&line.text) };
            let version = line.text.split_once("==").map(|(_, rest)| {
                rest.split(|char: char| char == ';' || char.is_whitespace()).next().unwrap_or_default()
            });
            let Some(version) = version.filter(|version| !version.is_empty()) else {
                return refuse(&line.text);
            };
            let mut same = self
                .resolution
                .named(&requirement.name)
                .filter(|(_, package)| package.version.as_deref() == Some(version));
            let Some((package, _)) = same.next() else { return refuse(&line.text) };
            if self.installed.contains(&package) {
                self.has_wheel(package, targets)?;
            }
        }
        Ok(())
    }

    fn has_wheel(&self, package: usize, targets: &[WheelTarget]) -> Result<(), Refusal> {
        let Some(found) = self.resolution.packages.get(package) else { return Ok(()) };
        if self.resolution.is_member(package) {
            return Ok(());
        }
        let name = format!("{} {}", found.name, found.version.as_deref().unwrap_or_default());
        let refuse = |text: String| {
            Err(Refusal::new("no-wheel", text, "keep the compilers, or choose a version that has wheels"))
        };
        if !matches!(found.source, Source::Index { .. } | Source::Url { .. }) {
            return refuse(format!("`{}` is built from its source", name.trim_end()));
        }
        match targets.iter().find(|target| !found.files.iter().any(|file| target.fits(&file.name))) {
            None => Ok(()),
            Some(target) => refuse(format!(
                "`{}` has no wheel for Python {}.{} on {} in {}",
                name.trim_end(),
                target.python.major,
                target.python.minor,
                target.machine,
                self.path()
            )),
        }
    }
}
