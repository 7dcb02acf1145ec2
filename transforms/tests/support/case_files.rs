//! The files of a case, as a project.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dockfit_rewrite::context::{self, Build};
use dockfit_rewrite::{Context, Dockerfile, MemoryFiles, Project, RelPath};

/// The cases of a pass.
pub(crate) fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// The project in the folder of a case.
pub(crate) fn project(case: &Path) -> Project {
    let read = walk(case).into_iter().filter(|entry| !entry.ends_with("skip.txt")).map(|entry| {
        let path = RelPath::new(entry.strip_prefix(case).expect("below the case")).expect("a relative path");
        (path, std::fs::read(&entry).expect("readable"))
    });
    let (listed, read): (Vec<_>, Vec<_>) = read.partition(|(path, _)| path.as_str() == "files.txt");
    let builds: Vec<Build> = read.iter().flat_map(|(path, bytes)| context::builds_in(path, bytes)).collect();
    let mut files = MemoryFiles::new();
    let mut dockerfiles = Vec::new();
    let mut tracked: Vec<RelPath> = read.iter().map(|(path, _)| path.clone()).collect();
    for (path, bytes) in read {
        files = files.with(path.clone(), bytes.clone());
        if path.file_name().contains("Dockerfile") && !path.file_name().ends_with("ignore") {
            let context =
                context::declared(&path, &builds).unwrap_or_else(|| Context::Known(RelPath::root()));
            dockerfiles.push(Dockerfile::new(path, context, bytes));
        }
    }
    for (_, list) in &listed {
        for line in String::from_utf8_lossy(list).lines() {
            let (untracked, line) = line.strip_prefix("?? ").map_or((false, line), |line| (true, line));
            let (path, bytes) = line.split_once(' ').unwrap_or((line, "0"));
            let bytes = vec![b' '; bytes.parse().expect("a number of bytes")];
            for path in numbered(path) {
                let path = RelPath::new(&path).expect("a relative path");
                files = files.with(path.clone(), bytes.clone());
                if !untracked {
                    tracked.push(path);
                }
            }
        }
    }
    if !listed.is_empty() {
        files = files.tracking(tracked);
    }
    Project::new(case.to_path_buf(), dockerfiles, Arc::new(files))
}

/// The paths that `file_{1..3}.py` stands for; any other stands for itself.
fn numbered(path: &str) -> Vec<String> {
    let parts = path.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?)));
    let Some((head, (range, tail))) = parts else { return vec![path.to_owned()] };
    let (first, last) = range.split_once("..").expect("a range");
    let number = |text: &str| text.parse::<usize>().expect("a number");
    (number(first)..=number(last)).map(|number| format!("{head}{number}{tail}")).collect()
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}
