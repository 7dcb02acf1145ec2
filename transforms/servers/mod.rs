//! Servers for web applications in Python: what starts them, what they are told and where, and which versions are
//! installed. What every pass on servers needs.

pub(crate) mod addition;
pub(crate) mod compose;
pub(crate) mod count;
pub(crate) mod edit;
mod find;
pub(crate) mod installed;
pub(crate) mod launch;
pub(crate) mod launcher;
pub(crate) mod script_edit;
pub(crate) mod script_file;
pub(crate) mod table;
pub(crate) mod version;
pub(crate) mod words;

pub use table::{WorkerCount, worker_counts};

use dockfit_dockerfile::model::{Model, Value};

/// What the image of a stage sets a variable to; nothing where neither the Dockerfile nor the known part of its base does.
pub(crate) fn in_image(model: &Model, stage: usize, name: &str) -> Option<Value> {
    let variables = model.config(stage).env.into_iter();
    variables.rev().find(|variable| &*variable.name == name).map(|variable| variable.value)
}
