//! All proposals together, on the example: what `dockfit diff --unsafe examples/fastapi-backend` makes of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dockfit_rewrite::context::{self, Build};
use dockfit_rewrite::pipeline::{self, Report};
use dockfit_rewrite::{Context, Dockerfile, MemoryFiles, Project, RelPath, Selection};
use similar::TextDiff;

fn example() -> Project {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/fastapi-backend");
    let mut files = MemoryFiles::new();
    let mut builds: Vec<Build> = Vec::new();
    let mut dockerfile = None;
    for path in walk(&root) {
        let name = RelPath::new(path.strip_prefix(&root).expect("below the example")).expect("a path");
        let bytes = std::fs::read(&path).expect("readable");
        builds.extend(context::builds_in(&name, &bytes));
        if name.as_str() == "Dockerfile" {
            dockerfile = Some((name.clone(), bytes.clone()));
        }
        files = files.with(name, bytes);
    }
    let (name, bytes) = dockerfile.expect("a Dockerfile");
    let context = context::declared(&name, &builds).unwrap_or_else(|| Context::Known(RelPath::root()));
    Project::new(root, vec![Dockerfile::new(name, context, bytes)], Arc::new(files))
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() && name != "__pycache__" && name != ".venv" {
            files.extend(walk(&path));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn audited(project: &Project) -> Report {
    let selection = Selection { allow_unsafe: true, ..Selection::default() };
    pipeline::run(project, dockfit_transforms::passes(), &selection)
}

#[test]
fn the_whole_audit_reads_as_written_by_hand() {
    let report = audited(&example());
    assert!(report.takebacks.is_empty(), "{:?}", report.takebacks);
    let mut out = String::new();
    for change in &report.changes {
        let name = change.path.as_str();
        let after = String::from_utf8_lossy(&change.after);
        if name == "Dockerfile" {
            let _ = writeln!(out, "==> {name}\n{after}");
        } else if !name.starts_with("requirements-") {
            let before = String::from_utf8_lossy(change.before.as_deref().unwrap_or_default());
            let diff = TextDiff::from_lines(&*before, &*after);
            let _ = write!(out, "{}", diff.unified_diff().context_radius(2).header(name, name));
        }
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("whole-audit", out));
}

#[test]
fn a_second_audit_changes_nothing() {
    let first = audited(&example());
    let second = audited(&first.after);
    let changed: Vec<&str> = second.changes.iter().map(|change| change.path.as_str()).collect();
    assert!(changed.is_empty(), "changed again: {changed:?}");
}
