//! What reading an install finds, and all that writing its groups needs: the one description between the two.
//!
//! `install`, `tree`, `groups` and `shape` read; `write` writes.

use std::ops::Range;

use dockfit_rewrite::{Edit, RelPath};

use super::compilers::Compilers;
use super::managers::Managed;
use crate::cache_mounts::step::Step;

/// A step that installs dependencies, and what stands in its place.
pub(super) struct Plan<'p, 'd> {
    pub(super) step: &'p Step<'d>,
    pub(super) install: &'p Install,
    pub(super) found: &'p Found,
    pub(super) files: &'p [Generated],
    /// What stands before the old step and was for it.
    pub(super) lead: Lead,
    /// The folder that the groups are installed into, where the old step names none.
    pub(super) prefix: Option<String>,
    /// Whether the project goes there, too.
    pub(super) prefixes_project: bool,
    /// Edits of the step that take away what only the groups have of it.
    pub(super) of_groups: Vec<Edit>,
    /// The compilers that only some groups are built on.
    pub(super) compilers: Option<&'p Compilers>,
}

/// An install of the dependencies of a project.
#[derive(Debug)]
pub(super) struct Install {
    /// What it installs.
    pub(super) what: What,
    /// The words that name it, in the script's text.
    pub(super) operand: Range<usize>,
    /// The folder that it fills, where that is known.
    pub(super) root: Option<Root>,
    /// `--no-deps` stands there already.
    pub(super) no_deps: bool,
    /// `--require-hashes` stands there already.
    pub(super) require_hashes: bool,
    /// The program as people say it.
    pub(super) program: &'static str,
    /// The commands of its script, joined by `&&`; empty where it is alone.
    pub(super) parts: Vec<Part>,
}

impl Install {
    /// Whether a command of its script has this role.
    pub(super) fn has(&self, role: &Role) -> bool {
        self.parts.iter().any(|part| part.role == *role)
    }
}

/// A command of the script that an install is in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Part {
    /// Its place in the script's text.
    pub(super) range: Range<usize>,
    pub(super) role: Role,
}

/// Where a command of the old step goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// It changes the folder: it stays before all that goes on from there.
    Folder,
    /// In a RUN of its own before the groups.
    Ahead,
    /// It is the install: with each group.
    Install,
    /// It deletes what commands of the system's package manager leave behind: with those ahead.
    CleansSystem,
    /// It deletes what commands leave behind, again and again if it must: with those ahead, and with each group.
    Cleans,
    /// It deletes the file that was installed from, which stands at this place: with each group, its own.
    Deletes(Range<usize>),
    /// It deletes the wheels, which are in no layer any more: nowhere.
    DeletesWheels,
    /// In a RUN of its own behind the groups.
    Behind,
}

/// What is installed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum What {
    /// A requirements file: as the step names it, and its path in the image.
    Requirements { word: String, path: String },
    /// A project: as the step names its folder (with extras), and that folder in the image.
    Project { word: String, folder: String, extras: Vec<String> },
    /// All wheels of a folder.
    Wheels { folder: String },
    /// What a manager installs from its own lock: the folder of its project in the image.
    Locked { managed: Managed, folder: String },
    /// A file that a manager exports of its lock, and pip installs.
    Exported { managed: Managed, export: Exported },
}

impl What {
    /// The manager whose step stays behind the groups.
    pub(super) fn managed(&self) -> Option<&Managed> {
        match self {
            Self::Locked { managed, .. } | Self::Exported { managed, .. } => Some(managed),
            Self::Requirements { .. } | Self::Project { .. } | Self::Wheels { .. } => None,
        }
    }
}

/// Where a file of a lock is exported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Exported {
    /// The folder of the project in the image.
    pub(super) folder: String,
    /// The step that exports.
    pub(super) by: usize,
    /// The COPY that takes the file from another stage.
    pub(super) copied_by: Option<usize>,
}

/// The folder that an install fills.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Root {
    /// Its path.
    pub(crate) path: String,
    /// What lies in it.
    pub(super) kind: RootKind,
}

impl Root {
    /// Whether it holds a whole environment before the install already.
    pub(super) fn is_environment(&self) -> bool {
        self.kind == RootKind::Environment
    }
}

/// What lies in a folder that an install fills.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RootKind {
    /// What lies below `/usr/local`, too.
    Prefix,
    /// A whole environment, before the install already.
    Environment,
    /// Packages.
    Target,
    /// Wheels, for an install in another stage.
    Wheels,
}

/// What an install reads, found in the context.
pub(crate) struct Found {
    /// The file that it names, or the manifest of the project: its path in the context.
    pub(crate) source: String,
    /// The instruction that brings it.
    pub(super) brought_by: usize,
}

/// What is written beside the manifest.
pub(super) struct Generated {
    /// The group.
    pub(super) group: String,
    /// The file, in the project.
    pub(super) path: RelPath,
    /// Its path in the context.
    pub(crate) source: String,
    /// Its name.
    pub(super) name: String,
    pub(super) text: String,
    /// Whether each line has its hashes.
    pub(super) hashed: bool,
}

/// What the lock gives.
pub(super) struct Groups {
    pub(super) files: Vec<Generated>,
    /// The lock, by its name.
    pub(super) lock: String,
    /// Whether the step resolved afresh until now.
    pub(super) was_fresh: bool,
    /// How many packages each file holds.
    pub(super) counts: Vec<usize>,
}

/// What stands from the first copy that only the install needs up to the install itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Lead {
    /// The copies that only the install needs.
    pub(super) inputs: Vec<usize>,
    /// Instructions between them that do not need them.
    pub(super) between: Vec<usize>,
}

/// A stage for each group.
pub(super) struct Stages {
    /// The stage in which the old step is.
    pub(super) stage: usize,
    /// Its name, and whether it has to be given it.
    pub(super) name: String,
    pub(super) is_named: bool,
    /// The COPYs that take what was installed, and whether `--link` may be added to each.
    pub(super) takers: Vec<(usize, bool)>,
}

/// A stage in parts: what stands before the install, the groups, and what follows.
pub(super) struct Parted {
    /// The stage.
    pub(super) stage: usize,
    /// The name of the stage of what stands before.
    pub(super) name: String,
    /// The old name, and where it stands.
    pub(super) own_name: Option<(Range<usize>, String)>,
    /// The folder that a group is installed into, if the install has to be told.
    pub(super) prefix: Option<String>,
    /// Whether what the groups install goes on in the old stage; wheels do not.
    pub(super) is_copied: bool,
    /// The folder that is copied, and where it goes.
    pub(super) from: String,
    pub(super) destination: String,
    /// Whether the copies have `--link`.
    pub(super) link: bool,
}
