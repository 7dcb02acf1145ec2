//! Built images, read from the archive that an engine saves: configuration, files, packages, and how two of them differ.
//!
//! Nothing is started and nothing is asked of an engine. [`Image::read`] takes a docker or OCI archive, puts its layers
//! over one another and keeps of each file its mode, owner and digest; [`compare()`] says what differs between two images,
//! as [`Difference`]s. Whether a difference is wanted is not decided here.

#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "paths of an image are those of Linux")]

mod archive;
pub mod compare;
mod config;
mod error;
mod image;
mod layer;
mod packages;
mod program;
mod tree;
mod users;
mod weight;

pub use compare::{Aspect, Difference, Part, Sources, compare};
pub use config::{Config, HealthCheck, Step};
pub use error::ImageError;
pub use image::{Image, Layer, Reader};
pub use packages::{Distribution, Manager, Packages};
pub use program::{NotRunnable, resolve};
pub use tree::{Content, Digest, Node, NodeKind, Tree, digest_of};
pub use users::{Access, Account};
