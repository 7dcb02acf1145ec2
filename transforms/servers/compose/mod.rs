//! Services of compose files that run an image, and edits of their environment that keep every other byte.

mod environment;
mod service;

pub(crate) use environment::{Setting, set, setting};
pub(crate) use service::{Command, ComposeFile, Service, Started, services};
