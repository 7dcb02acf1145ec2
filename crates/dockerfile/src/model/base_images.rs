//! What base images bring along.

use crate::values::reference::ImageReference;

/// Something that is known of an image, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<T> {
    /// It is this. An empty text or list: the image has none.
    Known(T),
    /// Nothing is known.
    Unknown,
}

/// The configuration of a base image, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct BaseConfig {
    /// The variables in order; nothing for a value that differs from release to release.
    pub env: Vec<(String, Option<String>)>,
    /// Whether the image may set more variables.
    pub env_open: bool,
    /// User.
    pub user: Fact<String>,
    /// `WorkingDir`.
    pub working_dir: Fact<String>,
    /// Entrypoint.
    pub entrypoint: Fact<Vec<String>>,
    /// Cmd.
    pub cmd: Fact<Vec<String>>,
    /// Shell.
    pub shell: Fact<Vec<String>>,
    /// `OnBuild`: the instructions that a build on the image executes first.
    pub on_build: Vec<String>,
    /// Whether the rest is surely empty: ports, volumes, health check, stop signal.
    pub plain: bool,
    /// Whether there are surely no labels.
    pub unlabelled: bool,
    /// Whether it is a Windows image.
    pub windows: bool,
}

impl BaseConfig {
    /// An image of which nothing is known.
    pub fn unknown() -> Self {
        Self {
            env: Vec::new(),
            env_open: true,
            user: Fact::Unknown,
            working_dir: Fact::Unknown,
            entrypoint: Fact::Unknown,
            cmd: Fact::Unknown,
            shell: Fact::Unknown,
            on_build: Vec::new(),
            plain: false,
            unlabelled: false,
            windows: false,
        }
    }
}

/// Knows base images.
pub trait BaseImages: Sync {
    /// The configuration of an image; nothing if it is not known at all.
    fn config(&self, reference: &ImageReference) -> Option<BaseConfig>;
}

/// The images of the table in `base_table.rs`.
#[derive(Debug, Clone, Copy, Default)]
pub struct KnownBaseImages;

impl BaseImages for KnownBaseImages {
    fn config(&self, reference: &ImageReference) -> Option<BaseConfig> {
        super::base_table::find(reference)
    }
}
