//! No bytes make a pass panic, break a promise or change its mind.
#![no_main]

use std::path::PathBuf;
use std::sync::Arc;

use dockfit_rewrite::pipeline::{self, Report};
use dockfit_rewrite::{Context, Dockerfile, MemoryFiles, Project, RelPath, Selection};
use libfuzzer_sys::fuzz_target;

fn run(source: &[u8]) -> Report {
    let path = RelPath::new("Dockerfile").expect("a relative path");
    let dockerfile = Dockerfile::new(path, Context::Known(RelPath::root()), source);
    let project = Project::new(PathBuf::from("/project"), vec![dockerfile], Arc::new(MemoryFiles::new()));
    pipeline::run(&project, dockfit_transforms::passes(), &Selection::default())
}

fuzz_target!(|bytes: &[u8]| {
    // The command does not let such a file in: it is no text.
    if bytes.contains(&0) || std::str::from_utf8(bytes).is_err() {
        return;
    }
    let first = run(bytes);
    assert!(first.takebacks.is_empty(), "{:?}", first.takebacks);
    let after = first.after.dockerfiles()[0].document().source();
    let second = run(after);
    assert!(second.changes.is_empty(), "a second run changes something");
});
