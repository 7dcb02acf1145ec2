//! What differs between two images.

mod access;
mod config;
mod files;
mod packages;
mod places;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Content, Digest, Image, Manager};

/// What of an image differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Aspect {
    /// A variable of the environment.
    Env,
    /// The entrypoint.
    Entrypoint,
    /// The command.
    Cmd,
    /// The user.
    User,
    /// The working folder.
    Workdir,
    /// Exposed ports.
    Ports,
    /// Volumes.
    Volumes,
    /// Labels.
    Labels,
    /// The health check.
    HealthCheck,
    /// The stop signal.
    StopSignal,
    /// The shell of later steps.
    Shell,
    /// Deferred instructions.
    Onbuild,
    /// The version of a package, or whether it is there.
    Package(Manager),
    /// A Python distribution that is there twice, or whose files are not its own.
    BrokenPackage,
    /// A part of Python distributions that is gone, or was changed, and without which they work.
    PackagePart(Part),
    /// A file of the build context: gone, or with other bytes.
    ApplicationFile,
    /// A file of the build context with other permissions or another owner.
    ApplicationOwner,
    /// A Python source of the build context that is gone and whose bytecode stands in its place.
    CompiledFile,
    /// A file of the build context that is not sent to the engine any more.
    UnsentFile,
    /// A file of the build context that was itself rewritten.
    RewrittenFile,
    /// A file that a step made and that is gone, or with other permissions or owner.
    MadeFile,
    /// The same where the packages of the system, or their scripts, may have made it.
    SystemFile,
    /// A folder that the image's user could write and cannot any more.
    Access,
    /// A command that cannot be started: the entrypoint's, the health check's.
    Program,
    /// A file that a step made, with other bytes. Builds differ in such files by themselves.
    MadeContent,
    /// A file that is new.
    NewFile,
}

/// What of a Python distribution may be gone, or have other bytes, without it being broken: the interpreter needs none of it
/// to import the rest. Whether a package reads its own all the same only its source tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// Stubs of types (`.pyi`), gone.
    Stubs,
    /// Files in folders called `tests`, gone.
    Tests,
    /// What a debugger reads in shared libraries: these have other bytes.
    Symbols,
}

impl Aspect {
    /// Whether it must be the same. The others are told.
    pub fn is_judged(self) -> bool {
        !matches!(self, Self::MadeContent | Self::NewFile)
    }

    /// A word for machines, kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Entrypoint => "entrypoint",
            Self::Cmd => "cmd",
            Self::User => "user",
            Self::Workdir => "workdir",
            Self::Ports => "ports",
            Self::Volumes => "volumes",
            Self::Labels => "labels",
            Self::HealthCheck => "health-check",
            Self::StopSignal => "stop-signal",
            Self::Shell => "shell",
            Self::Onbuild => "onbuild",
            Self::Package(Manager::Python) => "python-package",
            Self::Package(Manager::Dpkg) => "dpkg-package",
            Self::Package(Manager::Apk) => "apk-package",
            Self::Package(Manager::Node) => "node-package",
            Self::BrokenPackage => "broken-package",
            Self::PackagePart(Part::Stubs) => "package-stubs",
            Self::PackagePart(Part::Tests) => "package-tests",
            Self::PackagePart(Part::Symbols) => "package-symbols",
            Self::ApplicationFile => "application-file",
            Self::ApplicationOwner => "application-owner",
            Self::CompiledFile => "compiled-file",
            Self::UnsentFile => "unsent-file",
            Self::RewrittenFile => "rewritten-file",
            Self::MadeFile => "made-file",
            Self::SystemFile => "system-file",
            Self::Access => "access",
            Self::Program => "program",
            Self::MadeContent => "made-content",
            Self::NewFile => "new-file",
        }
    }
}

/// One difference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Difference {
    /// What of the image.
    pub aspect: Aspect,
    /// Which one: a path, the name of a package or variable; empty where there is but one.
    pub subject: String,
    /// What it was; `None` where it was not there.
    pub before: Option<String>,
    /// What it is; `None` where it is not there.
    pub after: Option<String>,
}

/// The contents of the build contexts: what the application's own files are.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Files that reach the engine before.
    pub before: BTreeSet<Digest>,
    /// Files that reach it after.
    pub after: BTreeSet<Digest>,
    /// Files that were rewritten, as they were before, with what became of them.
    pub rewritten: BTreeMap<Digest, BTreeSet<Digest>>,
}

impl Sources {
    /// Whether a file was rewritten, and is in the image as it was rewritten, or not at all.
    fn is_rewritten(&self, was: &Content, is: Option<&Content>) -> bool {
        let became = self.rewritten.get(&was.digest);
        became.is_some_and(|became| is.is_none_or(|is| became.contains(&is.digest)))
    }
}

/// What differs, in the order of aspects and subjects.
pub fn compare(before: &Image, after: &Image, sources: &Sources) -> Vec<Difference> {
    let mut found = config::differences(&before.config, &after.config);
    found.extend(packages::differences(before, after));
    found.extend(files::differences(before, after, sources));
    found.extend(access::differences(before, after));
    found.sort();
    found
}

/// A difference where the two are not the same.
fn unequal(
    aspect: Aspect,
    subject: impl Into<String>,
    before: Option<String>,
    after: Option<String>,
) -> Option<Difference> {
    (before != after).then(|| Difference { aspect, subject: subject.into(), before, after })
}
