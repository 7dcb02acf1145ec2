//! Mounts of a RUN: those that it has, and the cache mounts that are added.

use std::fmt;

use dockfit_dockerfile::Instruction;

use super::path;

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

/// A mount that a RUN has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mount {
    /// Its type; `bind` where none is given.
    pub(crate) kind: String,
    /// Where it stands in the file system, variables not expanded.
    pub(crate) target: String,
}

/// The mounts of `instruction`.
pub(crate) fn mounts(instruction: &Instruction) -> Vec<Mount> {
    instruction.flags("mount").filter_map(|flag| flag.value()).map(parse).collect()
}

fn parse(value: &str) -> Mount {
    let mut mount = Mount { kind: "bind".to_owned(), target: String::new() };
    for field in value.split(',') {
        let field = field.trim_matches('"');
        match field.split_once('=') {
            Some(("type", kind)) => kind.clone_into(&mut mount.kind),
            Some(("target" | "dst" | "destination", target)) => target.clone_into(&mut mount.target),
            _ => {}
        }
    }
    mount
}

/// What the mounts of a RUN mean for a cache at `target`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Covered {
    /// Nothing is mounted there.
    No,
    /// A cache is mounted there, or at a folder above.
    ByCache,
    /// Something else is mounted there, above or below.
    ByOther(Mount),
}

/// How the mounts of `instruction` cover `target`.
pub(crate) fn covered(instruction: &Instruction, target: &str) -> Covered {
    let mounts: Vec<Mount> =
        mounts(instruction).into_iter().filter(|mount| !mount.target.is_empty()).collect();
    if mounts.iter().any(|mount| mount.kind == "cache" && path::is_inside(target, &mount.target)) {
        return Covered::ByCache;
    }
    let other = mounts.into_iter().find(|mount| {
        mount.target.starts_with('/') && mount.target != "/" && path::overlaps(target, &mount.target)
    });
    other.map_or(Covered::No, Covered::ByOther)
}
