//! What the tests of the whole pipeline share.

pub(crate) mod choices;
pub(crate) mod engine;
pub(crate) mod judges;
pub(crate) mod nasty;
pub(crate) mod script;
pub(crate) mod start;

use std::path::PathBuf;
use std::sync::Arc;

use dockfit_rewrite::pipeline::{self, Report};
use dockfit_rewrite::{Context, Dockerfile, MemoryFiles, Project, RelPath, Selection};

/// Runs all passes that `selection` names on one Dockerfile.
pub(crate) fn run(source: &[u8], selection: &Selection) -> Report {
    let path = RelPath::new("Dockerfile").expect("a relative path");
    let dockerfile = Dockerfile::new(path, Context::Known(RelPath::root()), source);
    let project = Project::new(PathBuf::from("/project"), vec![dockerfile], Arc::new(MemoryFiles::new()));
    pipeline::run(&project, dockfit_transforms::passes(), selection)
}

/// The Dockerfile as it would be.
pub(crate) fn after(report: &Report) -> Vec<u8> {
    report.after.dockerfiles()[0].document().source().to_vec()
}

/// Only these passes or decisions.
pub(crate) fn only(names: &[&str]) -> Selection {
    Selection { only: names.iter().map(|name| (*name).to_owned()).collect(), ..Selection::default() }
}
