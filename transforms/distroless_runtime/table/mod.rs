//! The distroless images: what they hold, how they start, where they run, and how long they are looked after.
//!
//! Source: `GoogleContainerTools/distroless` (`*/config.bzl`, `*/*.bzl`, `common/`, `SUPPORT_POLICY.md`), commit of
//! 2026-08-21; looked at 2026-11-24. A test compares the rows with `facts.txt`, which `tests/distroless/derive.py` reads
//! out of that repository.

mod copied;
mod images;

pub(super) use self::copied::{FIRST_LINKED, copied};
pub(super) use self::images::IMAGES;

/// A language, and which version of it an image has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    /// No language: binaries that bring along what they need beyond these packages.
    None,
    /// Python, by its minor version.
    Python(&'static str),
    /// Node, by its major version.
    Node(&'static str),
    /// Java, by its major version.
    Java(&'static str),
}

impl Language {
    /// The version, as far as it decides what runs.
    pub(super) fn version(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Python(version) | Self::Node(version) | Self::Java(version) => Some(version),
        }
    }
}

/// An image.
#[derive(Debug)]
pub(crate) struct Image {
    /// Its name behind `gcr.io/distroless/`, without the distribution.
    pub(super) name: &'static str,
    pub(super) language: Language,
    /// The exact version of the language.
    pub(super) version: Option<&'static str>,
    /// The image that it adds to, by its name.
    below: Option<&'static str>,
    /// Debian packages that it adds.
    packages: &'static [&'static str],
    /// Its entrypoint.
    pub(super) entrypoint: &'static [&'static str],
    /// Variables that it adds, `NAME=value`.
    env: &'static [&'static str],
    /// Where the language's programs lie, in the order of PATH.
    pub(super) programs: &'static [&'static str],
    /// Architectures.
    platforms: &'static [&'static str],
    /// When support ends, as its makers put it.
    pub(super) support: &'static str,
    /// Whether the language is not the image's, but is brought along from the base that the stage had.
    pub(super) is_copied: bool,
}

/// The distribution of all rows, as their names have it.
pub(super) const DISTRIBUTION: &str = "debian13";

/// The release of Debian, with whose C library (2.41) what runs there must get along.
pub(super) const RELEASE: u32 = 13;

/// What stands before the names.
pub(super) const REGISTRY: &str = "gcr.io/distroless/";

/// Packages whose files are in each image without being listed: the certificates are taken out of the package
/// (`common/BUILD.bazel`, `cacerts`).
const IN_ALL: &[&str] = &["ca-certificates"];

/// Releases that are no longer looked after: names of images begin so, and end in the distribution.
///
/// Source: `SUPPORT_POLICY.md`; the older distributions are no longer built. 2026-11-24.
const ENDED: &[(&str, &str, &str)] = &[
    ("python3", "debian12", "April 2026"),
    ("nodejs", "debian12", "January 2026"),
    ("java", "debian12", "January 2026"),
    ("", "debian12", "September 2026"),
    ("", "debian11", "2024"),
    ("", "debian10", "2022"),
    ("", "debian9", "2020"),
];

/// The name of a package as older releases have it.
fn stem(package: &str) -> &str {
    package.strip_suffix("t64").unwrap_or(package)
}

/// The image of that name, such as `cc`.
pub(crate) fn image(name: &str) -> Option<&'static Image> {
    IMAGES.iter().find(|image| image.name == name)
}

/// The image that a reference such as `gcr.io/distroless/python3-debian13` names.
pub(crate) fn named(repository: &str) -> Option<&'static Image> {
    image(repository.strip_prefix(REGISTRY)?.strip_suffix(DISTRIBUTION)?.strip_suffix('-')?)
}

/// When support of that distroless image ended, if it has.
pub(super) fn ended(repository: &str) -> Option<&'static str> {
    let name = repository.strip_prefix(REGISTRY)?;
    let of = |(start, end, _): &&(&str, &str, &str)| {
        name.starts_with(start) && name.strip_suffix(end).is_some_and(|rest| rest.ends_with('-'))
    };
    ENDED.iter().find(of).map(|(.., when)| *when)
}

impl Image {
    /// Its name as FROM has it, with this tag (none: `latest`).
    pub(crate) fn reference(&self, tag: &str) -> String {
        let colon = if tag.is_empty() { "" } else { ":" };
        format!("{REGISTRY}{}-{DISTRIBUTION}{colon}{tag}", self.name)
    }

    /// It and those that it adds to.
    fn lineage(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |image| image.below.and_then(self::image))
    }

    /// Whether it holds what a Debian package holds. Packages of older releases go by the names of their successors.
    pub(super) fn holds(&self, package: &str) -> bool {
        let package = stem(package);
        IN_ALL.contains(&package)
            || self.lineage().flat_map(|image| image.packages).any(|name| stem(name) == package)
    }

    /// The variables that it sets, `PATH` left out: name and value.
    pub(super) fn env(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.lineage().flat_map(|image| image.env).filter_map(|pair| pair.split_once('='))
    }

    /// Whether it is made for an architecture, by the name that the engine has for it.
    pub(super) fn runs_on(&self, architecture: &str) -> bool {
        self.platforms.contains(&architecture)
    }
}

#[cfg(test)]
mod tests;
