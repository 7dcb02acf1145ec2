//! What `COPY --parents` takes.

use dockfit_dockerfile::values::path::clean;

use super::layers::matching;
use super::{DockerIgnore, Inherited};

/// The files that a source of `COPY --parents` names, each with its path below the destination: the part behind the pivot
/// `/./`, or all of it. `None` where that cannot be told.
///
/// Mirrors buildkit `dispatchCopy`: what stands behind the pivot is a pattern as those of ignore files, of which fsutil's
/// copy takes what matches and what lies below it (buildkit 0.25 `dockerfile2llb/convert.go`, fsutil `copy/copy.go`,
/// 2026-11-24).
pub(super) fn named<'f>(source: &str, files: &'f [String]) -> Option<Vec<(&'f str, &'f str)>> {
    let (base, pattern) = source.split_once("/./").unwrap_or(("", source));
    let pattern = clean(&format!("/{pattern}"));
    let pattern = pattern.trim_start_matches('/');
    // Of the whole folder, and of what an ignore file would take for something else, the engine's answer was not seen.
    if pattern.is_empty()
        || pattern.starts_with(['!', '#'])
        || pattern.trim() != pattern
        || pattern.contains('\n')
    {
        return None;
    }
    let pattern = DockerIgnore::parse(pattern.as_bytes()).ok()?;
    let mut found = Vec::new();
    for (file, below) in matching(base, files) {
        if matches(&pattern, below)? {
            found.push((file, below));
        }
    }
    Some(found)
}

/// Whether a path, or a folder that it lies in, matches; `None` for a pattern that fails.
fn matches(pattern: &DockerIgnore, path: &str) -> Option<bool> {
    let mut inherited = Inherited::default();
    let mut hit = false;
    for (at, _) in path.match_indices('/').chain([(path.len(), "")]) {
        (hit, inherited) = pattern.excludes(&path[..at], &inherited).ok()?;
    }
    Some(hit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> Option<Vec<String>> {
        let files = ["a/b/package.json", "a/b/src/x.js", "a/package.json", "package.json", "pnpm-lock.yaml"];
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        let found = named(source, &files)?;
        Some(found.into_iter().map(|(_, below)| below.to_owned()).collect())
    }

    #[test]
    fn paths_are_kept_from_the_pivot_on() {
        let is = |source: &str, below: &[&str]| {
            let below: Vec<String> = below.iter().map(|one| (*one).to_owned()).collect();
            assert_eq!(told(source), Some(below), "{source}");
        };
        is("package.json", &["package.json"]);
        is("./a/b/package.json", &["a/b/package.json"]);
        is("a/b/", &["a/b/package.json", "a/b/src/x.js"]);
        is("./a/./b", &["b/package.json", "b/src/x.js"]);
        is("**/package.json", &["a/b/package.json", "a/package.json", "package.json"]);
        is("a/./*.json", &["package.json"]);
        is("missing*", &[]);
        assert_eq!(told("."), None, "not known");
        assert_eq!(told("[a"), None, "no pattern");
    }
}
