//! Which image the final stage can be built on, and whether it is to be touched at all.

use dockfit_dockerfile::model::Stage;
use dockfit_dockerfile::values::reference::ImageReference;

use super::bases::{self, Kind, System};
use super::scene::OldBase;
use super::table::{self, Image};
use super::{INFO, SWAP, binary, libraries, variable};
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;

pub(super) fn is_distroless(image: &ImageReference) -> bool {
    format!("{}/{}", image.domain, image.path).starts_with(table::REGISTRY)
}

/// What the final stage can be built on, in the place of what.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) image: &'static Image,
    pub(super) kind: Kind,
    pub(super) old: OldBase,
}

/// The image that fits the one that the stage is built on.
pub(super) fn chosen(file: &File<'_>, stage: &Stage, reference: &ImageReference) -> Result<Chosen, Refusal> {
    let name = reference.familiar();
    let kind = bases::kind(reference);
    let compiled =
        if kind.is_none() && binary::is_system(reference) { binary::image(file, stage) } else { None };
    if kind.is_none() && compiled.is_none() {
        let text = format!("no distroless image takes the place of `{name}`");
        return Err(Refusal::new(
            "no-image",
            text,
            "keep the base; there are images for Python, Node, Java and compiled programs",
        ));
    }
    if !stage.base_arguments.is_empty() {
        variable::fits(file, stage, kind.unwrap_or(Kind::Binary))?;
    }
    if reference.digest.is_some() {
        let text = format!("`{name}` is pinned by its digest, and no pin of the other image is known here");
        return Err(Refusal::new(
            "pinned",
            text,
            "take the digest out, and pin the new base with your own tool",
        ));
    }
    if let Some(image) = compiled {
        let alpine = reference.familiar_name() == "alpine";
        let old = OldBase { plain: true, alpine, release: libraries::release(reference) };
        return Ok(Chosen { image: image?, kind: Kind::Binary, old });
    }
    let kind = kind.unwrap_or(Kind::Binary);
    let Some(tagged) = bases::tagged(reference) else {
        let text = format!("`{name}` leaves the version of {} open", kind.name());
        return Err(Refusal::new("version-open", text, "name the version in FROM"));
    };
    let image = bases::fitting(kind, &tagged, file.task.selection.interpreter)?;
    if tagged.system == System::Alpine && kind != Kind::Java {
        let text = format!("`{name}` has Alpine's C library (musl), and packages that were built for it");
        return Err(Refusal::new("other-libc", text, "build on the -slim variant first"));
    }
    if let Some(platform) = &stage.platform
        && !image.runs_on(&platform.architecture)
    {
        let text = format!("`{}` is not made for {platform}", image.reference(""));
        return Err(Refusal::new("platform", text, "keep the base"));
    }
    // The big images bring users of their packages.
    let plain = tagged.slim && matches!(tagged.system, System::Debian(_)) && kind == Kind::Python;
    Ok(Chosen { image, kind, old: OldBase { plain, alpine: false, release: tagged.release() } })
}

/// Why the stage is not the one that runs in production, if so, or is not to be touched.
pub(super) fn unfit(file: &File<'_>, stage: &Stage) -> Result<(), Refusal> {
    const NOT_FOR_PRODUCTION: &[&str] =
        &["dev", "development", "debug", "test", "tests", "testing", "local", "ci", "lint"];
    if file.dockerfile.is_ignored(stage.from, INFO.id) || file.dockerfile.is_ignored(stage.from, SWAP.id) {
        return Err(Refusal::new(
            "ignored",
            "a comment above the stage keeps this pass away",
            "remove the comment",
        ));
    }
    if let Some(name) = stage.name.as_deref().filter(|name| NOT_FOR_PRODUCTION.contains(name)) {
        let text = format!("the last stage is called `{name}`, and needs a shell");
        return Err(Refusal::new("not-for-production", text, "put the stage that runs in production last"));
    }
    if !stage.triggers.is_empty() {
        return Err(Refusal::new(
            "onbuild",
            "the base defers instructions to this build, which need its shell",
            "keep the base",
        ));
    }
    Ok(())
}

pub(super) fn base_variable(stage: &Stage) -> Refusal {
    let text = format!("the base is decided by the build argument {}", stage.base_arguments.join(", "));
    Refusal::new("base-variable", text, "write the base's name and version into FROM")
}
