//! The present and the rewritten project as images: scratch copies, builds, containers. What `verify` and `bench` share.

mod copy;
mod engine;
mod isolate;
mod memory;
mod opened;
mod ready;
mod service;
mod side;
mod sources;

pub(crate) use copy::put;
pub(crate) use engine::{Trial, engine_problem};
pub(crate) use isolate::isolated;
pub(crate) use memory::Memory;
pub(crate) use opened::{Opened, misused};
pub(crate) use ready::{Outcome, Start, Stop, start};
pub(crate) use service::{Service, service};
pub(crate) use side::{Maker, Side, Site};
pub(crate) use sources::{sent, sources};
