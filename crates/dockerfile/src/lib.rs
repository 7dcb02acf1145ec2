//! Dockerfiles: lossless text, and what it means to the engine.

pub mod expand;
