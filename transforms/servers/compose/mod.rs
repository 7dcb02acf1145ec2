//! Services of compose files that run an image, and edits of their environment that keep every other byte.

mod environment;
mod service;
mod yaml;

pub(crate) use environment::{Setting, set, setting};
pub(crate) use service::{Command, ComposeFile, Service, Started, services};
