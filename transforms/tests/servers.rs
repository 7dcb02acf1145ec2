//! The passes on servers, on generated commands that start one, in a project that has its lock, source and start scripts.

#![allow(dead_code)]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use dockfit_rewrite::pipeline::{self, Report};
use dockfit_rewrite::{Context, Dockerfile, MemoryFiles, Project, RelPath, Selection};

use self::support::choices::Random;
use self::support::judges::{self, Leaves};
use self::support::{after, nasty, only};

const PASSES: &[&str] = &["server-options", "max-requests", "workers-environment", "preload"];

const FILES: &[(&str, &str)] = &[
    (
        "requirements.txt",
        "uvicorn[standard]==0.34.3\ngunicorn==23.0.0\nuvicorn-worker==0.3.0\nhypercorn==0.17.3\ngranian==2.0.0\n\
         fastapi-cli==0.0.7\n",
    ),
    ("app.py", "app = None\n"),
    ("app/__init__.py", ""),
    ("app/main.py", "import os\napp = os\n"),
    ("wsgi.py", "app = None\n"),
    (
        "start.sh",
        "#!/bin/sh\nset -e\nalembic upgrade head\ngunicorn app:app \\\n  -b \"0.0.0.0:${PORT:-80}\" \\\n  -w 4\n",
    ),
    ("entrypoint.sh", "#!/bin/sh\nset -e\nexec \"$@\"\n"),
    ("compose.yaml", "services:\n  api:\n    build: .\n    environment: {LOG: info}\n"),
];

fn project(dockerfile: &[u8]) -> Project {
    let path = |path: &str| RelPath::new(path).expect("a relative path");
    let files = FILES
        .iter()
        .fold(MemoryFiles::new(), |files, (name, text)| files.with(path(name), text.as_bytes().to_vec()));
    let dockerfile = Dockerfile::new(path("Dockerfile"), Context::Known(RelPath::root()), dockerfile);
    Project::new(PathBuf::from("/project"), vec![dockerfile], Arc::new(files))
}

/// What `selection` makes of a project, if it keeps its promises.
fn hold(project: &Project, selection: &Selection) -> Result<Report, String> {
    let name = format!("{:?}", selection.only);
    let report = pipeline::run(project, dockfit_transforms::passes(), selection);
    if let Some(takeback) = report.takebacks.first() {
        return Err(format!("{name}: takeback of {}: {}", takeback.pass, takeback.breach));
    }
    let source = report.before.dockerfiles()[0].document().source();
    judges::judge(source, &after(&report), Leaves::Comments).map_err(|error| format!("{name}: {error}"))?;
    let again = pipeline::run(&report.after, dockfit_transforms::passes(), selection);
    if let Some(change) = again.changes.first() {
        let text = String::from_utf8_lossy(&change.after);
        return Err(format!("{name}: a second run changes {}:\n{text}", change.path));
    }
    Ok(report)
}

#[test]
fn commands_of_servers_keep_the_promises() {
    let mut random = Random(0x5eed_5eed_5eed_5eed);
    let (mut changed, mut scripts) = (0, 0);
    let count = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(60);
    for _ in 0..count {
        let source = nasty::service(&random.tape(120));
        let project = project(&source);
        if !project.dockerfiles()[0].document().errors().is_empty() {
            continue;
        }
        let mut auto = only(&["workers-environment"]);
        auto.servers.workers_from_limits = true;
        let selections = PASSES.iter().map(|pass| only(&[pass])).chain([only(PASSES), auto]);
        for selection in selections {
            let report = match hold(&project, &selection) {
                Ok(report) => report,
                Err(error) => panic!("{error}\nof\n{}", String::from_utf8_lossy(&source)),
            };
            changed += usize::from(!report.changes.is_empty());
            scripts += usize::from(report.changes.iter().any(|change| change.path.as_str() == "start.sh"));
        }
    }
    assert!(changed > 2 * count && scripts > 0, "{changed} of {count} changed, {scripts} start scripts");
}
