//! uv itself: the image that brings it, and where it is there already.

use dockfit_dockerfile::model::Base;

use crate::cache_mounts::step::Step;

/// The image that brings uv, and those that have uv and a Python. Its `/uv` is one static binary, for amd64 and arm64.
///
/// Source: uv's "Using uv in Docker"; 2026-11-24.
const REPOSITORY: &str = "ghcr.io/astral-sh/uv";

/// The newest version on 2026-11-24, with which the tables were made.
const VERSION: &str = "0.13.9";

/// Where the binary appears for the step: a folder that is on every image's PATH.
const TARGET: &str = "/bin/uv";

/// The image for `wanted`, which is a version or an image; that of the table if nothing is wanted.
pub(super) fn image(wanted: Option<&str>) -> String {
    match wanted {
        Some(image) if image.contains('/') => image.to_owned(),
        version => format!("{REPOSITORY}:{}", version.unwrap_or(VERSION)),
    }
}

/// The mount that shows uv to one step and leaves nothing behind.
pub(super) fn mount(image: &str) -> String {
    format!("--mount=from={image},source=/uv,target={TARGET}")
}

/// Whether the base image has uv.
pub(super) fn is_in_base(step: &Step<'_>) -> bool {
    let lowest = step.stages().last().and_then(|stage| step.model().stages().get(stage));
    lowest.is_some_and(|stage| match &stage.base {
        Base::Image(image) => image.familiar_name() == REPOSITORY,
        _ => false,
    })
}

/// Whether a mount of the step shows uv.
pub(super) fn is_mounted(step: &Step<'_>) -> bool {
    let mounts = step.model().mounts(step.index).iter().flatten();
    mounts.filter_map(|mount| mount.target.as_deref()).any(|target| target.ends_with("/uv"))
}
