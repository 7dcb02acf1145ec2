//! Python dependencies: manifests, requirement files and locks read into one [`Resolution`], and its split into
//! groups that change at different speed.
//!
//! Knows nothing of Dockerfiles, passes or the disk: texts come through [`Files`], results are values.

// Names of locks and endings of files are exact: the tools compare them so.
#![allow(clippy::case_sensitive_file_extension_comparisons)]

pub mod auto;
mod choices;
mod conflicts;
mod direct;
mod error;
mod files;
mod json;
mod marker;
mod name;

pub use choices::{Choices, Made, made};
pub use direct::direct_files;
pub use error::{Error, ErrorKind, Place, Result};
pub use files::Files;
pub use marker::{Environment, Marker, MarkerError, Platform, PythonVersion, Variable};
pub use name::Name;

mod fresh;
mod generated;
pub mod groups;
mod leftover;
mod lock;
mod locker;
pub mod manifest;
mod partition;
mod requirement;
pub mod requirements_txt;
pub mod resolution;
pub mod source;

mod selection;
mod settle;
mod split;
mod toml_tree;
pub mod wheel;
mod write;

pub use fresh::{check_fresh, renew};
pub use generated::{FileState, compare, file_states, is_generated, lines_of};
pub use groups::{GroupOverride, Groups};
pub use leftover::emptied;
pub use lock::{is_compiled, lock_kind, read_compiled, read_lock};
pub use locker::{Locker, lockers};
pub use manifest::{Dependency, Manifest, read_manifest};
pub use partition::{Apart, ApartReason, Part, Partition, indexes_of, partition};
pub use requirement::{Requirement, RequirementError};
pub use resolution::{
    Asked, DistFile, Edge, Index, IndexRole, LockKind, Package, Record, Resolution, Source, When,
};
pub use selection::{Choice, Selected, Selection, Wanted, select};
pub use split::{Request, Split, find_lock, find_manifest, split};
pub use write::{GeneratedFile, MARK, file_name, line, requirement_files};
