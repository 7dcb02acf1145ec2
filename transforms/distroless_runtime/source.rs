//! The application's own source: does it start programs that the image would not have?

use super::scene::Scene;
use crate::cache_mounts::Refusal;

/// Refuses where the source starts a shell or other programs.
#[allow(clippy::unnecessary_wraps, reason = "the reader of sources follows")]
pub(super) fn check(_scene: &Scene<'_>) -> Result<(), Refusal> {
    Ok(())
}
