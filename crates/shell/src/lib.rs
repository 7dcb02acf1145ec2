//! The commands of a RUN, each word with its place in the text.
//!
//! ```
//! let script = dockfit_shell::Script::parse("apt-get update && pip install -r \"$REQ\" > log");
//! let names: Vec<_> = script.commands().filter_map(|c| c.name()).collect();
//! assert_eq!(names, ["apt-get", "pip"]);
//! ```

pub mod ast;
mod flow;
mod invocation;
mod parse;
mod removal;
mod script;
mod walk;
mod wrapper;

pub use ast::{Command, Item, List, Lookup, Node, Operator, OperatorKind, Redirect, Word, WordPart};
pub use flow::{Cwd, Flag, Located, Options, State, Step};
pub use invocation::{EnvAssignment, Invocation, invocations};
pub use removal::{Plan, RefusalReason, Removal, removal, removals};
pub use script::Script;
pub use wrapper::{RunAs, base_name, strip_version};

/// How deeply constructs may be nested before their text becomes opaque.
pub const MAX_DEPTH: usize = 100;

/// How long a script may be, in bytes, before all of it becomes opaque.
pub const MAX_LENGTH: usize = 1 << 20;

/// How many here-documents (or `<<` of any meaning) a script may have before all of it becomes opaque.
pub const MAX_HEREDOCS: usize = 200;
