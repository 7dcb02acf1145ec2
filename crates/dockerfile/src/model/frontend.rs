//! Which flags the frontend of `# syntax=` knows.

use crate::operation::Features;
use crate::values::reference::ImageReference;
use crate::{DirectiveName, Document};

/// The minor version of `docker/dockerfile` 1.x that first had `COPY --parents` and `RUN --security` outside the labs.
/// Source: buildkit `frontend/dockerfile/docs/reference.md`, 2026-08-21.
const PARENTS_AND_SECURITY: u32 = 20;

/// The features of the frontend that a document asks for. Without `# syntax=` it is the engine's own, that of Docker 28
/// (buildkit 0.25). Another frontend than Docker's is taken to know everything.
pub(crate) fn features(document: &Document) -> Features {
    let all = Features { parents: true, security: true, devices: true };
    let Some(directive) = document.directive(DirectiveName::Syntax) else {
        return Features::default();
    };
    let image = directive.value.split(' ').next().unwrap_or_default();
    let Ok(reference) = ImageReference::parse(image) else { return all };
    if !matches!(reference.familiar_name().as_str(), "docker/dockerfile" | "docker/dockerfile-upstream") {
        return all;
    }
    let Some(tag) = reference.effective_tag() else { return all };
    if tag.contains("labs") || tag.contains("master") {
        return all;
    }
    let mut numbers = tag.split('.').map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(_), Some(minor)) if minor < PARENTS_AND_SECURITY => Features::default(),
        _ => Features { devices: false, ..all },
    }
}
