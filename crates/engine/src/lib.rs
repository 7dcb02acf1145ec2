//! Container engines, as the programs that people have: find one, build, save, run and stop.
//!
//! [`find`] looks for `docker buildx`, `docker`, `podman` and `buildah`, in that order. What an [`Engine`] makes is held by
//! a [`BuiltImage`] or a [`Container`], which remove it when they go out of scope; names are chosen before anything is made,
//! so that nothing is left behind whenever the work is cut short. Long work is cut short through [`Cancel`].

mod build;
mod cache_mount;
mod cancel;
mod clock;
mod container;
mod detect;
mod error;
mod failure;
mod image;
mod kind;
mod log;
mod process;

pub use build::{BuildRequest, Built, Frontend};
pub use cancel::Cancel;
pub use container::{Container, Health, RunRequest, State, TimedLine};
pub use detect::{Absence, Engine, NoEngine, find};
pub use error::EngineError;
pub use failure::{BuildFailure, Cause};
pub use image::BuiltImage;
pub use kind::Kind;
pub use log::{BuildStep, LogLine, steps};
pub use process::answer_of;
