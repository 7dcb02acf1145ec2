//! The contract between passes and the command: what a pass is given, what it answers, and who judges it.
//!
//! One direction: a [`Project`] is read, each [`Pass`] answers with [`Decision`]s, the [`pipeline`] applies
//! their edits to a new snapshot, the verifier checks it, and the next pass goes on from there.

pub mod context;
mod decision;
mod edit;
mod facet;
mod pass;
mod path;
pub mod pipeline;
mod position_map;
mod project;
mod selection;
pub mod surgery;
mod verify;
pub mod yaml;

pub use decision::{Change, Decision, DecisionInfo, FileEdit, Outcome, Place, Reason, Safety};
pub use edit::{Edit, EditSet, Overlap};
pub use facet::{Declared, Facet};
pub use pass::{Pass, PassInfo, Task};
pub use path::RelPath;
pub use position_map::PositionMap;
pub use project::{
    Context, Dockerfile, FileSource, IgnoreComment, MemoryFiles, Project, ReadError, Run,
    ignore_comments_above,
};
pub use selection::{Consent, Interpreter, PackageGroups, Selection, ServerSettings};
pub use verify::Breach;
