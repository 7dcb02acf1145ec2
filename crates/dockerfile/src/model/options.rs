//! What a build is told beside the file.

use std::collections::{BTreeMap, BTreeSet};

use crate::values::platform::Platform;

use super::base_images::{BaseImages, KnownBaseImages};

/// The settings of a build.
#[derive(Clone, Copy)]
pub struct BuildOptions<'a> {
    /// The stage to build; the last one where none is named.
    pub target: Option<&'a str>,
    /// `--build-arg`.
    pub build_args: &'a BTreeMap<String, String>,
    /// Names given with `--build-context` (compose: `additional_contexts`); they come before stages and images.
    pub contexts: &'a BTreeSet<String>,
    /// What the image is built for. The machine that builds is taken to be of the default platform.
    pub platform: Option<&'a Platform>,
    /// Knows base images.
    pub base_images: &'a dyn BaseImages,
}

static NO_ARGUMENTS: BTreeMap<String, String> = BTreeMap::new();
static NO_CONTEXTS: BTreeSet<String> = BTreeSet::new();

impl Default for BuildOptions<'_> {
    /// The last stage, no arguments, for `linux/amd64`, with the table of known base images.
    fn default() -> Self {
        Self {
            target: None,
            build_args: &NO_ARGUMENTS,
            contexts: &NO_CONTEXTS,
            platform: None,
            base_images: &KnownBaseImages,
        }
    }
}
