//! What of an image is the application: the files of the contexts, by their contents.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use dockfit_image::{Digest, Sources, digest_of};
use dockfit_rewrite::pipeline::FileChange;
use dockfit_rewrite::{Project, context};

use super::{Side, Site};
use crate::problem::{Problem, ProblemKind};

/// A project, where the Dockerfile stands in it, and its scratch copy.
pub(crate) type Copied<'a> = (&'a Project, &'a Site, &'a Side);

/// The contents of both contexts.
pub(crate) fn sources(
    before: Copied<'_>,
    after: Copied<'_>,
    changes: &[FileChange],
) -> Result<Sources, Problem> {
    let mut rewritten: BTreeMap<Digest, BTreeSet<Digest>> = BTreeMap::new();
    for change in changes {
        if let Some(was) = &change.before {
            rewritten.entry(digest_of(was)).or_default().insert(digest_of(&change.after));
        }
    }
    Ok(Sources { before: digests(before)?, after: digests(after)?, rewritten })
}

/// The digests of the files that reach the engine.
fn digests(copied: Copied<'_>) -> Result<BTreeSet<Digest>, Problem> {
    let (_, _, copy) = copied;
    let files = sent(copied)?;
    // A link leads to a file that is listed itself, or out of the context, where the engine does not follow it.
    let plain =
        files.iter().map(|path| copy.context.join(path)).filter(|path| path.is_file() && !path.is_symlink());
    Ok(plain.filter_map(|path| fs::read(path).ok()).map(|bytes| digest_of(&bytes)).collect())
}

/// The files that reach the engine, by their paths in the context.
pub(crate) fn sent((project, site, _): Copied<'_>) -> Result<Vec<String>, Problem> {
    let folder = &site.folder;
    let wrong = |message: String| Problem::new(ProblemKind::Read, message);
    let Some(file) = site.dockerfile(project) else { return Ok(Vec::new()) };
    let ignore = match context::ignore_file(file.path(), folder, project) {
        Some(path) => {
            let bytes =
                project.read(&path).map_err(|error| wrong(error.to_string()))?.unwrap_or_else(|| [].into());
            context::DockerIgnore::parse(&bytes)
                .map_err(|error| wrong(error.message).in_file(path.as_str()))?
        }
        None => context::DockerIgnore::default(),
    };
    context::context_files(folder, &ignore, project).map_err(|error| wrong(error.to_string()))
}
