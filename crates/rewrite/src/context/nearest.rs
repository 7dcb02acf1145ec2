//! The nearest folder that holds all that a Dockerfile copies.

use std::collections::{HashMap, HashSet};

use dockfit_dockerfile::Document;
use globset::GlobBuilder;

use super::{ContextSource, sources, within};
use crate::{Context, FileSource, RelPath};

/// The nearest folder, from that of the Dockerfile upwards to the project's root, in which each source
/// stands that the Dockerfile copies. Sources with variables are left out of account. If there is none, a pattern beside
/// another source (`COPY package.json yarn.lock* ./`) may match nothing, as for the engine (its option `AllowEmptyWildcard`).
pub fn nearest(dockerfile: &RelPath, document: &Document, files: &dyn FileSource) -> Context {
    let all = sources(document);
    let mut each: HashMap<usize, usize> = HashMap::new();
    for source in &all {
        *each.entry(source.span.start).or_default() += 1;
    }
    let may_match_nothing =
        |source: &&ContextSource| is_pattern(&source.path) && each.get(&source.span.start) > Some(&1);
    let optional: HashSet<String> =
        all.iter().filter(may_match_nothing).map(|source| source.path.clone()).collect();
    let mut wanted: Vec<String> = all.into_iter().map(|source| source.path).collect();
    wanted.retain(|path| !path.contains('$'));
    wanted.sort();
    wanted.dedup();
    let folder = dockerfile.parent();
    let named = wanted.len();
    wanted.retain(|source| !is_whole_folder(source));
    if wanted.is_empty() && named > 0 && only_build_files(&folder, files) {
        let name = if folder == RelPath::root() { "its folder" } else { folder.as_str() };
        return Context::Unknown(format!("it copies all of its context, and {name} holds nothing to copy"));
    }
    let missing = match nearest_with(&wanted, dockerfile, files) {
        Ok(folder) => return Context::Known(folder),
        Err(missing) => missing,
    };
    let needed: Vec<String> = wanted.iter().filter(|source| !optional.contains(*source)).cloned().collect();
    if !needed.is_empty()
        && needed.len() < wanted.len()
        && let Ok(folder) = nearest_with(&needed, dockerfile, files)
    {
        return Context::Known(folder);
    }
    Context::Unknown(format!("no folder holds all that it copies: `{missing}` is not beside the Dockerfile"))
}

/// The nearest folder that holds all of `wanted`; else what the first one lacks.
fn nearest_with(wanted: &[String], dockerfile: &RelPath, files: &dyn FileSource) -> Result<RelPath, String> {
    let mut folder = dockerfile.parent();
    let mut missing = None;
    loop {
        match wanted.iter().find(|source| !stands(source, &folder, files)) {
            None => return Ok(folder),
            Some(source) => missing.get_or_insert_with(|| source.clone()),
        };
        if folder == RelPath::root() {
            return Err(missing.unwrap_or_default());
        }
        folder = folder.parent();
    }
}

fn is_whole_folder(source: &str) -> bool {
    source.split('/').all(|part| matches!(part, "" | "."))
}

/// Folders that tools keep about a project: no source that a build would copy.
const KEPT_BY_TOOLS: [&str; 2] = [".git/", ".dockfit/"];

/// Whether `folder` holds nothing but Dockerfiles, their ignore files, and what git and this tool keep there: an undo file
/// must not make a context known that was not.
fn only_build_files(folder: &RelPath, files: &dyn FileSource) -> bool {
    let names = files.list(folder).unwrap_or_default();
    names.iter().all(|name| is_build_file(name) || KEPT_BY_TOOLS.contains(&name.as_str()))
}

/// Whether `source` names something in `folder`.
fn stands(source: &str, folder: &RelPath, files: &dyn FileSource) -> bool {
    let relative = within(source);
    if is_pattern(&relative) {
        return matches_any(&relative, folder, files);
    }
    folder.join(&relative).is_some_and(|path| path == *folder || files.exists(&path))
}

fn is_build_file(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("dockerfile") || name.contains("containerfile") || name.ends_with("ignore")
}

fn is_pattern(source: &str) -> bool {
    source.contains(['*', '?', '['])
}

/// Walks down the parts of a pattern, folder by folder.
fn matches_any(pattern: &str, folder: &RelPath, files: &dyn FileSource) -> bool {
    let mut folders = vec![folder.clone()];
    let mut parts = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        let Ok(glob) = GlobBuilder::new(part).literal_separator(true).build() else { return false };
        let glob = glob.compile_matcher();
        let mut next = Vec::new();
        for folder in &folders {
            for name in files.list(folder).unwrap_or_default() {
                let plain = name.trim_end_matches('/');
                if !glob.is_match(plain) {
                    continue;
                }
                if last {
                    return true;
                }
                if name.ends_with('/') {
                    next.extend(folder.join(plain));
                }
            }
        }
        folders = next;
    }
    false
}
