//! The work grows with the length of a file, not with its square.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dockfit_rewrite::{Context, Dockerfile, MemoryFiles, Project, RelPath, Selection, pipeline};

/// A file with that many steps of each kind.
fn file(steps: usize) -> String {
    let mut text = "FROM python:3.13-slim\nWORKDIR /app\n".to_owned();
    for step in 0..steps {
        let _ = writeln!(text, "RUN pip install --no-cache-dir package{step}");
        let _ = writeln!(
            text,
            "RUN apt-get update && apt-get install -y tool{step} && rm -rf /var/lib/apt/lists/*"
        );
    }
    text
}

fn time(steps: usize) -> Duration {
    let path = RelPath::new("Dockerfile").expect("a path");
    let dockerfile = Dockerfile::new(path, Context::Known(RelPath::root()), file(steps));
    let project = Project::new(PathBuf::from("project"), vec![dockerfile], Arc::new(MemoryFiles::new()));
    let start = Instant::now();
    let report = pipeline::run(&project, dockfit_transforms::passes(), &Selection::default());
    let time = start.elapsed();
    assert!(report.takebacks.is_empty(), "{:?}", report.takebacks);
    let caches = report.passes.iter().filter(|pass| pass.info.id.ends_with("-caches"));
    let applied = caches.flat_map(|pass| &pass.decisions);
    let applied = applied.filter(|placed| placed.decision.outcome.name() == "applied").count();
    assert_eq!(applied, 2 * steps + 1, "one mount for each step, and docker-clean");
    time
}

#[test]
fn ten_times_the_steps_take_about_ten_times_as_long() {
    // The least of three: other work on the machine only adds.
    let least = |steps| (0..3).map(|_| time(steps)).min().expect("three times");
    let (short, long) = (least(20), least(200));
    assert!(long < short * 30, "{short:?} for 20 steps, {long:?} for 200");
}
