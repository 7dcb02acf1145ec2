//! No source that an instruction names is newly left out of its context.

use std::collections::BTreeMap;

use dockfit_dockerfile::Span;

use super::Breach;
use crate::context::{DockerIgnore, Inherited, ignore_file, sources};
use crate::{Context, Dockerfile, EditSet, FileSource, Project, RelPath};

/// Checks the Dockerfiles whose ignore file was edited or made.
pub(super) fn kept(
    before: &Project,
    after: &Project,
    edits: &BTreeMap<RelPath, EditSet>,
) -> Result<(), Breach> {
    if !edits.keys().any(|path| path.file_name().ends_with("ignore")) {
        return Ok(());
    }
    for (old, new) in before.dockerfiles().iter().zip(after.dockerfiles()) {
        let Context::Known(context) = new.context() else { continue };
        let Some(file) = ignore_file(new.path(), context, after).filter(|file| edits.contains_key(file))
        else {
            continue;
        };
        let (was, is) = (patterns(old, context, before), patterns(new, context, after)?);
        for source in sources(new.document()) {
            let there = context.join(&source.path).is_some_and(|path| after.exists(&path));
            if there && is.excludes(&source.path) && was.as_ref().is_ok_and(|was| !was.excludes(&source.path))
            {
                let message = format!("`{}` is taken by name and would be left out", source.path);
                return Err(Breach::new("valid", &file, Span::default(), message));
            }
        }
    }
    Ok(())
}

/// The patterns of the ignore file of a Dockerfile.
struct Patterns(DockerIgnore);

fn patterns(dockerfile: &Dockerfile, context: &RelPath, project: &Project) -> Result<Patterns, Breach> {
    let Some(file) = ignore_file(dockerfile.path(), context, project) else {
        return Ok(Patterns(DockerIgnore::default()));
    };
    let bytes = project.read(&file).map_err(|error| Breach::unreadable(&file, &error))?.unwrap_or_default();
    DockerIgnore::parse(&bytes)
        .map(Patterns)
        .map_err(|error| Breach::new("valid", &file, Span::default(), error.to_string()))
}

impl Patterns {
    /// Whether `source` is left out, as the folders on the way to it hand on.
    fn excludes(&self, source: &str) -> bool {
        let mut path = String::new();
        let mut state = (false, Inherited::default());
        for part in source.split('/').filter(|part| !matches!(*part, "" | ".")) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(part);
            let Ok(next) = self.0.excludes(&path, &state.1) else { return false };
            state = next;
        }
        state.0
    }
}
