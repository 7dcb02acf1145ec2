//! The table of package managers: one file a row. Adding one is adding a file and a line.

mod pip;
mod uv;

use super::manager::Manager;

/// All that are known.
pub(crate) static MANAGERS: &[&Manager] = &[&pip::PIP, &uv::UV];
