//! What an instruction names of its context, and whether it is there.

use std::collections::BTreeSet;

use dockfit_dockerfile::model::CopiedSource;
use dockfit_dockerfile::operation::{MountKind, Operation};
use dockfit_dockerfile::values::path::clean;

use super::layers::glob;
use super::{ContextSource, DockerIgnore, Inherited, ignore_file};
use crate::{Dockerfile, Project, RelPath};

/// What COPY, ADD and bind mounts name of the context, with variables expanded, in order; what only the build can tell is
/// left out. Paths are clean and relative; the context itself is the empty one.
pub fn local_sources(dockerfile: &Dockerfile) -> Vec<ContextSource> {
    let (model, document) = (dockerfile.model(), dockerfile.document());
    let mut found = Vec::new();
    for (index, instruction) in document.instructions().iter().enumerate() {
        let mut paths: Vec<String> = Vec::new();
        match model.operation(index) {
            Some(Operation::Copy(copy) | Operation::Add(copy)) if copy.from.is_none() => {
                let copied = model.copied(document, index);
                let sources = copied.iter().flat_map(|copied| &copied.sources);
                let local = |source: &CopiedSource| match source {
                    CopiedSource::Path(value) => value.as_known().map(within),
                    CopiedSource::Remote(_) | CopiedSource::Text { .. } => None,
                };
                paths.extend(sources.filter_map(local));
            }
            Some(Operation::Run(_)) => {
                let mounts = model.mounts(index).iter().flatten();
                let bound = mounts.filter(|mount| {
                    mount.kind == MountKind::Bind && mount.from.as_deref().is_none_or(str::is_empty)
                });
                paths.extend(bound.map(|mount| within(mount.source.as_deref().unwrap_or_default())));
            }
            _ => {}
        }
        found.extend(paths.into_iter().map(|path| ContextSource { path, span: instruction.span }));
    }
    found
}

/// A source as the engine reads it, without `.` and `..`: it never leaves the context.
pub fn within(source: &str) -> String {
    clean(&format!("/{source}")).trim_start_matches('/').to_owned()
}

/// The context of one Dockerfile, behind its ignore file. Nothing is read before it is asked for.
#[derive(Debug)]
pub struct Reach<'p> {
    project: &'p Project,
    context: &'p RelPath,
    file: Option<RelPath>,
    ignore: DockerIgnore,
}

impl<'p> Reach<'p> {
    /// The context as a build of `dockerfile` sends it; or the ignore file that fails the build, and why.
    pub fn of(
        dockerfile: &Dockerfile,
        context: &'p RelPath,
        project: &'p Project,
    ) -> Result<Self, (RelPath, String)> {
        let file = ignore_file(dockerfile.path(), context, project);
        let ignore = match &file {
            None => DockerIgnore::default(),
            Some(path) => {
                let bytes = project.read(path).map_err(|error| (path.clone(), error.to_string()))?;
                let parsed = DockerIgnore::parse(&bytes.unwrap_or_default());
                parsed.map_err(|error| (path.clone(), error.to_string()))?
            }
        };
        Ok(Self { project, context, file, ignore })
    }

    /// The ignore file that decides.
    pub fn ignore_file(&self) -> Option<&RelPath> {
        self.file.as_ref()
    }

    /// Whether a source, a path or a pattern relative to the context, names anything that reaches the engine.
    pub fn reaches(&self, source: &str) -> bool {
        !self.named(source).is_empty()
    }

    /// What `source` names and reached the engine here, and does not in `now`.
    pub fn lost(&self, source: &str, now: &Self) -> Option<String> {
        let was = self.named(source);
        let is = now.named(source);
        // `COPY * ./` names nothing in particular.
        if !is.is_empty() && !source.contains(char::is_alphanumeric) {
            return None;
        }
        was.difference(&is).next().cloned()
    }

    /// The paths that `source` names and that reach the engine.
    fn named(&self, source: &str) -> BTreeSet<String> {
        let mut at = vec![(String::new(), Inherited::default(), true, false)];
        for part in source.split('/').filter(|part| !part.is_empty()) {
            let mut next = Vec::new();
            for (folder, inherited, is_folder, _) in at {
                if !is_folder {
                    continue;
                }
                for (name, is_folder) in self.names(&folder, part) {
                    let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                    let Ok((excluded, handed_on)) = self.ignore.excludes(&path, &inherited) else { continue };
                    next.push((path, handed_on, is_folder, excluded));
                }
            }
            at = next;
        }
        at.into_iter()
            .filter(|(path, inherited, is_folder, excluded)| {
                !excluded || (*is_folder && self.lets_any_in(path, inherited))
            })
            .map(|(path, ..)| path)
            .collect()
    }

    /// What lies in `folder` and is named by a part of a source, and whether it is a folder itself.
    fn names(&self, folder: &str, part: &str) -> Vec<(String, bool)> {
        let Some(folder) = self.context.join(folder) else { return Vec::new() };
        let names = self.project.list(&folder).unwrap_or_default().into_iter();
        let split = names.map(|name| match name.strip_suffix('/') {
            Some(name) => (name.to_owned(), true),
            None => (name, false),
        });
        split.filter(|(name, _)| glob(part, name)).collect()
    }

    /// Whether anything in a folder that is left out is let in again.
    fn lets_any_in(&self, folder: &str, inherited: &Inherited) -> bool {
        if !self.ignore.has_exceptions() {
            return false;
        }
        let mut folders = vec![(folder.to_owned(), inherited.clone())];
        while let Some((folder, inherited)) = folders.pop() {
            for (name, is_folder) in self.names(&folder, "*") {
                let path = format!("{folder}/{name}");
                match self.ignore.excludes(&path, &inherited) {
                    Ok((false, _)) => return true,
                    Ok((true, handed_on)) if is_folder => folders.push((path, handed_on)),
                    _ => {}
                }
            }
        }
        false
    }
}
