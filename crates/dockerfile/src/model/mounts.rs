//! Mounts, as far as they can be judged without the build.

use std::ops::Range;

use crate::SyntaxErrorKind;
use crate::operation::{Mount, MountKind, Problem};
use crate::values::path::clean;

use super::state::State;

/// A mount cannot hide the whole image. Mirrors the check in buildkit `dispatchRunMounts`.
pub(super) fn check_target(mount: &Mount, state: &State, range: &Range<usize>) -> Result<(), Problem> {
    if matches!(mount.kind, MountKind::Secret | MountKind::Ssh) {
        return Ok(());
    }
    let target = mount.target.as_deref().unwrap_or_default();
    let whole = if clean(target).starts_with('/') {
        target == "/"
    } else {
        // Unknown directories are given the benefit of the doubt.
        let current = state.current_dir();
        current.as_known().is_some_and(|current| clean(&format!("/{current}/{target}")) == "/")
    };
    if whole {
        let problem = Problem::new(SyntaxErrorKind::Flag, range.clone(), "a mount needs a target below `/`");
        return Err(problem.with_help("add target=/path"));
    }
    Ok(())
}
