//! `.containerignore`, which podman and buildah read in place of `.dockerignore`, and docker does not read.
//!
//! Source: containers/common `docs/containerignore.5.md`; buildah `imagebuildah`, where `.containerignore` comes first;
//! 2026-11-24.

use dockfit_rewrite::{Decision, FileSource as _, Outcome, Reason};

use super::{One, PODMAN};

/// The file's name.
const NAME: &str = ".containerignore";

/// What to know where one of the two tools does not read the list of the other.
pub(super) fn advice(one: &One<'_>) -> Option<Decision> {
    let scene = one.scene;
    let path = scene.shared.context.join(NAME).filter(|path| scene.project.exists(path))?;
    let theirs = scene.project.read(&path).ok().flatten()?;
    let docker = &scene.shared.file;
    let (text, way_out) = match &scene.text {
        Some(ours) if ours.as_ref() == theirs.as_ref() => return None,
        Some(_) => (
            format!("podman and buildah read {path} in place of {docker}, and the two say different things"),
            "have one list: make one of them a link to the other",
        ),
        None => (
            format!("docker does not read {path}: it sends all that podman and buildah leave out"),
            "rename it to .dockerignore, which all three read",
        ),
    };
    let outcome = Outcome::Advised {
        reason: Reason { code: "read-by-podman-only", text },
        way_out: way_out.to_owned(),
    };
    Some(Decision { info: &PODMAN, dockerfile: one.dockerfile, place: one.place.clone(), outcome })
}
