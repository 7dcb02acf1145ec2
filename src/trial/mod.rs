//! The present and the rewritten project as images: scratch copies, builds, containers. What `verify` and `bench` share.

mod copy;
mod engine;
mod isolate;
mod memory;
mod opened;
mod probe;
mod service;
mod side;
mod sources;
mod start;

pub(crate) use copy::put;
pub(crate) use engine::{Trial, cancel, engine_problem};
pub(crate) use memory::Memory;
pub(crate) use opened::{Opened, misused};
pub(crate) use service::{Service, service};
pub(crate) use side::{Maker, Side, Site};
pub(crate) use sources::{sent, sources};
pub(crate) use start::{Outcome, Request, Start, Stop, start};
