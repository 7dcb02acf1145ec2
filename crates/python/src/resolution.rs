//! The data model: what one resolution holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Place;
use crate::marker::Marker;
use crate::name::Name;

/// The kinds of files that hold a resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LockKind {
    /// `uv.lock`.
    Uv,
    /// `poetry.lock`.
    Poetry,
    /// `pdm.lock`.
    Pdm,
    /// `pylock.toml`, `pylock.NAME.toml` (PEP 751).
    Pylock,
    /// `Pipfile.lock`.
    Pipfile,
    /// A requirements file in which everything is pinned: by pip-tools, `uv pip compile` or an export.
    Compiled,
}

impl LockKind {
    /// The stable name.
    pub fn id(self) -> &'static str {
        match self {
            Self::Uv => "uv",
            Self::Poetry => "poetry",
            Self::Pdm => "pdm",
            Self::Pylock => "pylock",
            Self::Pipfile => "pipfile",
            Self::Compiled => "compiled",
        }
    }
}

/// One resolution: a lock file, with the manifest's direct dependencies as the edges of the project itself.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// The lock file, relative to the project.
    pub path: String,
    /// Its kind.
    pub kind: LockKind,
    /// The Python versions that it was resolved for, as a marker.
    pub requires_python: Marker,
    /// Everything that was resolved, the project and its workspace members included.
    pub packages: Vec<Package>,
    /// The members (indices into `packages`), the project that was asked for first.
    pub members: Vec<usize>,
    /// Does each package's own `marker` say all that there is to say about when it is installed?
    /// Else the walk over the edges finds it.
    pub flat: bool,
    /// Does the lock say what needs what?
    pub edges_known: bool,
    /// Where packages come from, as far as the manifest or the lock says so.
    pub indexes: Vec<Index>,
    /// Other options of a requirements file, as written (`--pre`, `--no-binary a`).
    pub options: Vec<(String, Option<String>)>,
    /// What the manifest needs directly, where the lock's edges from the project do not say so
    /// (they lead to everything).
    pub direct: Option<BTreeSet<Name>>,
    /// What the lock tells of the manifest that it was made from.
    pub record: Record,
}

/// What a lock tells of the manifest that it was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Record {
    /// Nothing.
    #[default]
    None,
    /// A digest over parts of it, as the lock has it.
    Digest(String),
    /// Its requirements.
    Requirements {
        /// Dependencies and extras, these with `extra == …` in their marker.
        main: Asked,
        /// Groups.
        groups: BTreeMap<Name, Asked>,
    },
}

/// What is asked for, and when: name, extras and version specifiers → marker.
pub type Asked = BTreeMap<(Name, BTreeSet<Name>, BTreeSet<String>), Marker>;

/// A package index, or a place with links.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index {
    /// The name that the manifest gives it.
    pub name: Option<String>,
    /// The address as written; may hold `${VARIABLES}`.
    pub url: String,
    /// What the installer is to do with it.
    pub role: IndexRole,
}

/// What an index is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndexRole {
    /// Instead of the default one (`--index-url`).
    Default,
    /// Beside it (`--extra-index-url`).
    Extra,
    /// Only for packages that name it (uv's and poetry's explicit ones).
    Explicit,
    /// A page or folder of files (`--find-links`).
    FindLinks,
}

/// One package at one version.
#[derive(Debug, Clone)]
pub struct Package {
    /// The name, normalised.
    pub name: Name,
    /// The version; local packages may have none.
    pub version: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// When it is installed, beyond what the edges say (see [`Resolution::flat`]).
    pub marker: Marker,
    /// The Python versions that it runs on, where the lock says so and an installer goes by it.
    pub python: Marker,
    /// Extras that the lock names with the package itself (requirement files do).
    pub extras: Vec<Name>,
    /// The files that may be installed.
    pub files: Vec<DistFile>,
    /// Other options of its line in a requirements file (`--config-settings`).
    pub options: Vec<(String, Option<String>)>,
    /// What it needs.
    pub edges: Vec<Edge>,
    /// Where the lock speaks of it.
    pub place: Place,
    /// The lock's field for it (`package[3]`); empty where the format has no fields.
    pub field: String,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A package index; the address as the lock has it.
    Index {
        /// The index, where the lock names it.
        url: Option<String>,
    },
    /// A file at an address.
    Url {
        /// The address.
        url: String,
        /// The folder inside of the archive.
        subdirectory: Option<String>,
    },
    /// A commit of a repository.
    Git {
        /// The repository's address, without `git+` and revision.
        url: String,
        /// The commit.
        commit: String,
        /// The folder inside of the repository.
        subdirectory: Option<String>,
    },
    /// A file or folder of the project.
    Path {
        /// Relative to the folder of the lock.
        path: String,
        /// Is it a folder with a project of its own?
        directory: bool,
        /// Is it installed as a link to its source?
        editable: bool,
    },
    /// The project itself, or one that only groups dependencies: never installed from an index.
    Project {
        /// The folder, relative to the folder of the lock.
        path: String,
    },
}

impl Source {
    /// Is it made from files of the project, which change with each commit?
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Path { directory: true, .. } | Self::Project { .. })
    }
}

/// One file of a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistFile {
    /// The file's name; empty where the lock has only hashes.
    pub name: String,
    /// `sha256:…`.
    pub hash: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
}

impl DistFile {
    /// Is it a wheel?
    pub fn is_wheel(&self) -> bool {
        self.name.ends_with(".whl")
    }
}

/// When an edge counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// Always.
    Always,
    /// With this extra of the package that needs it.
    Extra(Name),
    /// With this dependency group of the project.
    Group(Name),
}

/// A need of one package for another.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The other's name.
    pub name: Name,
    /// The other (an index into [`Resolution::packages`]); `None` where the lock does not hold it.
    pub to: Option<usize>,
    /// With which of its extras.
    pub extras: Vec<Name>,
    /// In which environments.
    pub marker: Marker,
    /// With what of the one that needs it.
    pub when: When,
}

impl Resolution {
    /// The member that was asked for.
    pub fn project(&self) -> Option<&Package> {
        self.members.first().and_then(|at| self.packages.get(*at))
    }

    /// Is this package the project, or a member of its workspace?
    pub fn is_member(&self, package: usize) -> bool {
        self.members.contains(&package)
    }

    /// The packages with this name.
    pub fn named<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = (usize, &'a Package)> + 'a {
        self.packages.iter().enumerate().filter(move |(_, package)| package.name == *name)
    }

    /// Extras and groups of the project.
    pub fn choices(&self) -> BTreeSet<When> {
        let edges = self.project().into_iter().flat_map(|project| &project.edges);
        edges.map(|edge| edge.when.clone()).filter(|when| *when != When::Always).collect()
    }
}
