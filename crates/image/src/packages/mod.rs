//! What is installed, by what package managers wrote down of it.

mod apk;
mod dpkg;
mod node;
mod python;

use std::collections::{BTreeMap, BTreeSet};

pub use python::Distribution;

use crate::Tree;

/// A package manager whose records are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Manager {
    /// Python distributions: `*.dist-info` and `*.egg-info`.
    Python,
    /// Debian's and Ubuntu's.
    Dpkg,
    /// Alpine's.
    Apk,
    /// npm, pnpm, yarn: packages in `node_modules`.
    Node,
}

impl Manager {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Python, Self::Dpkg, Self::Apk, Self::Node];

    /// As it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Dpkg => "dpkg",
            Self::Apk => "apk",
            Self::Node => "node_modules",
        }
    }

    /// Whether its packages belong to the operating system, so that they come and go with the base image.
    pub fn is_system(self) -> bool {
        matches!(self, Self::Dpkg | Self::Apk)
    }
}

/// All that is installed.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// Python distributions, in the order of their paths.
    pub python: Vec<Distribution>,
    /// Versions by name; several where it is there several times.
    versions: BTreeMap<Manager, BTreeMap<String, BTreeSet<String>>>,
}

impl Packages {
    /// Those of an image.
    pub(crate) fn of(tree: &Tree) -> Self {
        let python = python::distributions(tree);
        let mut versions: BTreeMap<Manager, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        let mut add = |manager, found: Vec<(String, String)>| {
            for (name, version) in found {
                versions.entry(manager).or_default().entry(name).or_default().insert(version);
            }
        };
        add(Manager::Python, python.iter().map(|it| (it.name.clone(), it.version.clone())).collect());
        add(Manager::Dpkg, dpkg::packages(tree));
        add(Manager::Apk, apk::packages(tree));
        add(Manager::Node, node::packages(tree));
        Self { python, versions }
    }

    /// The versions of each package of a manager, by name.
    pub fn of_manager(&self, manager: Manager) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.versions.get(&manager).into_iter().flatten().map(|(name, versions)| (name.as_str(), versions))
    }

    /// The versions of one package.
    pub fn versions(&self, manager: Manager, name: &str) -> Option<&BTreeSet<String>> {
        self.versions.get(&manager)?.get(name)
    }

    /// How many packages a manager has installed.
    pub fn count(&self, manager: Manager) -> usize {
        self.versions.get(&manager).map_or(0, BTreeMap::len)
    }
}

/// Whether a file is read by one of the managers, or says who the users are: such files are kept whole.
pub(crate) fn is_kept(path: &str) -> bool {
    python::is_record(path)
        || dpkg::is_record(path)
        || apk::is_record(path)
        || node::is_record(path)
        || matches!(path, "etc/passwd" | "etc/group")
}

/// The paragraphs of a file in the form of Debian's control files, each field by its name; lines that continue one are
/// left out.
fn paragraphs(text: &str) -> impl Iterator<Item = BTreeMap<&str, &str>> {
    text.split("\n\n").map(|paragraph| {
        let lines = paragraph.lines().filter(|line| !line.starts_with([' ', '\t']));
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim())).collect()
    })
}
