//! Walks folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dockfit_rewrite::{RelPath, context};
use ignore::{DirEntry, WalkBuilder};

use super::{NameKind, Root, kind, leads_out, template};
use crate::problem::{Problem, ProblemKind};
use crate::project::shown;

/// What a walk met.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Number of Dockerfiles, templates included.
    pub(super) dockerfiles: usize,
    pub(super) problems: Vec<Problem>,
    /// Work trees of git inside this one: projects of their own, not searched yet.
    pub(super) nested: Vec<PathBuf>,
}

/// Collects the Dockerfiles below `folder`, and the files there that may build them. What git ignores and
/// hidden folders are left out; links are not followed; work trees of git inside this one are only noted.
pub(super) fn below(root: &mut Root, folder: &RelPath) -> Seen {
    let mut seen = Seen::default();
    let start = folder.on_disk(&root.path);
    let mut walk = WalkBuilder::new(&start);
    walk.ignore(false).require_git(false).parents(root.in_git).follow_links(false);
    let (top, exclude) = (root.path.clone(), root.settings.clone());
    let base = exclude.file.as_deref().and_then(Path::parent).unwrap_or(&top).to_path_buf();
    let nested = Arc::new(Mutex::new(Vec::new()));
    let found = nested.clone();
    walk.filter_entry(move |entry| {
        let path = entry.path();
        if entry.depth() == 0 {
            return true;
        }
        if exclude
            .exclude
            .as_ref()
            .is_some_and(|globs| globs.is_match(path.strip_prefix(&base).unwrap_or(path)))
        {
            return false;
        }
        let is_work_tree = entry.file_type().is_some_and(|kind| kind.is_dir()) && path.join(".git").exists();
        if is_work_tree {
            found.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_path_buf());
        }
        !is_work_tree
    });
    for entry in walk.build() {
        match entry {
            Ok(entry) => take(root, &entry, &mut seen),
            Err(error) => {
                let problem =
                    Problem::new(ProblemKind::Read, format!("a folder cannot be searched: {error}"));
                seen.problems.push(problem.help("make it readable, or exclude it"));
            }
        }
    }
    seen.nested = std::mem::take(&mut *nested.lock().unwrap_or_else(PoisonError::into_inner));
    seen
}

fn take(root: &mut Root, entry: &DirEntry, seen: &mut Seen) {
    let Some(file_type) = entry.file_type().filter(|kind| !kind.is_dir()) else { return };
    let Some(name) = entry.file_name().to_str() else { return };
    let path = || entry.path().strip_prefix(&root.path).ok().and_then(RelPath::new);
    if kind(name) == NameKind::Dockerfile && path().is_none() {
        seen.problems.push(super::no_utf8(entry.path()));
        return;
    }
    match kind(name) {
        NameKind::Template if file_type.is_file() => {
            seen.dockerfiles += 1;
            seen.problems.push(template(entry.path()));
        }
        NameKind::Dockerfile if file_type.is_symlink() => match fs::canonicalize(entry.path()) {
            Ok(real) if real.is_dir() => {}
            Ok(real) => match real.strip_prefix(&root.path).ok().and_then(RelPath::new) {
                Some(path) => {
                    seen.dockerfiles += 1;
                    root.dockerfiles.insert(path);
                }
                None => seen.problems.push(leads_out(entry.path(), &real, &root.path)),
            },
            Err(_) => {
                let problem = Problem::new(ProblemKind::Read, "it is a link to something that is not there");
                seen.problems.push(problem.in_file(shown(entry.path())).help("mend or remove the link"));
            }
        },
        NameKind::Dockerfile if file_type.is_file() => {
            if let Some(path) = path() {
                seen.dockerfiles += 1;
                root.targets.insert(path.clone(), Vec::new());
                root.dockerfiles.insert(path);
            }
        }
        NameKind::Dockerfile | NameKind::Template | NameKind::Other => {
            // Building a path for each file of a large folder would cost more than the walk.
            if matches!(name.rsplit('.').next(), Some("yml" | "yaml" | "json")) {
                let builder = path().filter(|path| file_type.is_file() && context::may_build(path));
                root.inline_in.extend(builder.clone());
                root.builders.extend(builder);
            }
        }
    }
}

/// Collects the files that may build Dockerfiles in `folder`, in the folders above it and in the folder of
/// the repository's workflows.
pub(super) fn builders_above(root: &mut Root, folder: &RelPath) {
    let mut folder = folder.clone();
    loop {
        builders_in(root, &folder);
        if folder == RelPath::root() {
            break;
        }
        folder = folder.parent();
    }
    if let Some(workflows) = RelPath::new(".github/workflows") {
        builders_in(root, &workflows);
    }
}

fn builders_in(root: &mut Root, folder: &RelPath) {
    let Ok(entries) = fs::read_dir(folder.on_disk(&root.path)) else { return };
    for entry in entries.flatten() {
        let Some(path) = entry.file_name().to_str().and_then(|name| folder.join(name)) else { continue };
        if context::may_build(&path) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            root.builders.insert(path);
        }
    }
}
