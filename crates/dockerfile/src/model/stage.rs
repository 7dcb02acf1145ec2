//! Stages, and what they take from each other.

use std::ops::Range;
use std::sync::Arc;

use crate::Document;
use crate::operation::Operation;
use crate::values::platform::Platform;
use crate::values::reference::ImageReference;

/// A stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its number, from 0.
    pub index: usize,
    /// Its name, in lower case.
    pub name: Option<String>,
    /// The index of its FROM among the document's instructions.
    pub from: usize,
    /// The indices of its other instructions.
    pub instructions: Range<usize>,
    /// What it builds on.
    pub base: Base,
    /// The base's name, variables expanded.
    pub base_name: String,
    /// Arguments and predefined variables that decided about the base or the platform: with other values it may be
    /// another one.
    pub base_arguments: Vec<String>,
    /// The value of `--platform`.
    pub platform: Option<Platform>,
    /// What it takes from other stages and images, in order.
    pub takes: Vec<Take>,
    /// The instructions that the base deferred with ONBUILD; they come before the stage's own.
    pub triggers: Vec<Trigger>,
    /// Whether the target needs it. Other stages are read and not built.
    pub built: bool,
}

/// What a stage builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// An earlier stage.
    Stage(usize),
    /// An image.
    Image(ImageReference),
    /// A context that the build is given under the stage's or the base's name.
    Context(String),
    /// A name that cannot be one.
    Invalid,
}

/// One thing that a stage takes from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// Where from.
    pub from: Origin,
    /// The instruction that takes it.
    pub by: Taker,
    /// COPY, or a mount of RUN.
    pub copied: bool,
}

/// Where something is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A stage of this file.
    Stage(usize),
    /// An image.
    Image(ImageReference),
    /// A context that the build is given under this name.
    Context(String),
    /// Nothing at all.
    Scratch,
    /// A name that cannot be one.
    Invalid(String),
}

/// An instruction of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taker {
    /// The instruction of that index in the document.
    Instruction(usize),
    /// The trigger of that index in the stage.
    Trigger(usize),
}

/// An instruction that the base deferred with ONBUILD.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// Its text, parsed.
    pub document: Arc<Document>,
    /// What it says, if that is right.
    pub operation: Option<Operation>,
}

impl Origin {
    /// The name, for people.
    pub fn name(&self, stages: &[Stage]) -> String {
        match self {
            Self::Stage(index) => match stages.get(*index).and_then(|stage| stage.name.clone()) {
                Some(name) => name,
                None => index.to_string(),
            },
            Self::Image(reference) => reference.familiar(),
            Self::Context(name) | Self::Invalid(name) => name.clone(),
            Self::Scratch => "scratch".to_owned(),
        }
    }
}
