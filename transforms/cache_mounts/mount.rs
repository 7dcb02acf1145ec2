//! Mounts of a RUN: how those that it has cover a folder, and the cache mounts that are added.

use std::fmt;

use dockfit_dockerfile::operation::MountKind;

use super::Refusal;
use super::path;
use super::step::Step;

/// A cache mount to add.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CacheMount {
    /// The folder.
    pub(crate) target: String,
    /// What tells this cache from others; the target, where none is given.
    pub(crate) id: Option<String>,
    /// How builds at the same time share it; `shared` where none is given.
    pub(crate) sharing: Option<&'static str>,
    /// The numeric user and group that own it; root where none is given.
    pub(crate) owner: Option<(u32, u32)>,
}

impl fmt::Display for CacheMount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("--mount=type=cache")?;
        if let Some(id) = &self.id {
            write!(f, ",id={id}")?;
        }
        write!(f, ",target={}", self.target)?;
        if let Some(sharing) = self.sharing {
            write!(f, ",sharing={sharing}")?;
        }
        if let Some((user, group)) = self.owner {
            write!(f, ",uid={user},gid={group}")?;
        }
        Ok(())
    }
}

/// What the mounts of a RUN mean for a cache at some folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Covered {
    /// Nothing is mounted there.
    No,
    /// A cache is mounted there, or at a folder above, or for a part of it, as its author chose.
    ByCache,
    /// Something else is mounted there, above or below: its type and place.
    ByOther(&'static str, String),
    /// Where a mount stands cannot be told.
    Unknown,
}

/// How the mounts of `step` cover `folder`.
pub(crate) fn covered(step: &Step<'_>, folder: &str) -> Covered {
    let mounts = step.model().mounts(step.index);
    let targets = || mounts.iter().flatten().filter_map(|mount| Some((mount.kind, mount.target.as_deref()?)));
    if targets().any(|(kind, target)| {
        kind == MountKind::Cache && (path::is_inside(folder, target) || path::is_inside(target, folder))
    }) {
        return Covered::ByCache;
    }
    let other = targets()
        .find(|(_, target)| target.starts_with('/') && *target != "/" && path::overlaps(folder, target));
    match other {
        Some((kind, target)) => Covered::ByOther(kind.name(), target.to_owned()),
        None if mounts.iter().any(Option::is_none) => Covered::Unknown,
        None => Covered::No,
    }
}

/// Whether a cache is mounted at a folder that ends like this.
pub(crate) fn has_cache_at(step: &Step<'_>, end: &str) -> bool {
    let mounts = step.model().mounts(step.index).iter().flatten();
    mounts.filter(|mount| mount.kind == MountKind::Cache).any(|mount| {
        mount.target.as_deref().is_some_and(|target| target.trim_end_matches('/').ends_with(end))
    })
}

/// The refusal for a RUN with a mount whose place cannot be told.
pub(crate) fn unknown_mount() -> Refusal {
    let text = "a mount of this RUN stands at a place that depends on a variable";
    Refusal::new("other-mount", text, "give that mount a plain target")
}
