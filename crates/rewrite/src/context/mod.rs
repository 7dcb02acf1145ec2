//! Which folder a build of a Dockerfile sends.
//!
//! What the repository itself says comes first: compose files, bake files and workflows that build the
//! Dockerfile ([`builds_in`]). Else it is the nearest folder, from the Dockerfile's own upwards, in which
//! everything stands that the Dockerfile copies ([`nearest`]).

mod bake;
mod build;
mod ci;
mod compose;
mod declarations;
mod dockerignore;
mod hcl;
mod layers;
mod nearest;
mod parents;
mod reach;
mod services;
mod sources;
mod workflow;

pub use build::{Build, builders, builds_in, health_checks_in, may_build, services_in};
pub use ci::{Builder, CiBuild, ci_builds};
pub use compose::{ComposeFile, InlineDockerfile, InlineText, ServiceHealthCheck, build_at};
pub use declarations::{Declarations, Elsewhere, declarations_in};
pub use dockerignore::{
    ContextError, ContextTree, DockerIgnore, Entry, IgnoreError, Inherited, Sight, context_files, ignore_file,
};
pub use layers::{CopiedFile, Taken, glob, invalidated_by, mounted, taken};
pub use nearest::nearest;
pub use reach::{Reach, local_sources, within};
pub use services::{Service, ServiceCommand, Words};
pub use sources::{ContextSource, sources};

use crate::{Context, RelPath};

/// The context that `builds` agree on for `dockerfile`; `None` where none of them builds it.
pub fn declared(dockerfile: &RelPath, builds: &[Build]) -> Option<Context> {
    let mut mine = builds.iter().filter(|build| build.dockerfile == *dockerfile);
    let first = mine.next()?;
    Some(match mine.find(|build| build.context != first.context) {
        None => Context::Known(first.context.clone()),
        Some(other) => Context::Unknown(format!(
            "{} builds it with the context `{}`, {} with `{}`",
            first.declared_in, first.context, other.declared_in, other.context
        )),
    })
}
