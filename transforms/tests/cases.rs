//! Every case of every pass: a folder `PASS/cases/NAME/` with a Dockerfile (and the files around it) gives a
//! snapshot with the diff and the words that a user would see.
//!
//! A compose file in it says which context a Dockerfile has; else that is the case's folder. A file `files.txt`
//! lists files that are there as well, for their names and lengths alone (`PATH`, or `PATH BYTES`); git keeps all files
//! but those with `??` before them, and `file_{1..3}.py` stands for three. A file `skip.txt` names decisions that are not wanted.

use std::fmt::Write as _;
use std::path::Path;

use dockfit_dockerfile::LineIndex;
use dockfit_rewrite::pipeline::{self, Report};
use dockfit_rewrite::{Interpreter, Outcome, Selection};
use similar::TextDiff;

#[path = "support/case_files.rs"]
mod case_files;

use self::case_files::{folders, project};

#[test]
fn every_case_gives_its_snapshot() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root.join("../snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut count = 0;
    for pass in dockfit_transforms::passes() {
        let id = pass.info().id;
        let cases = root.join(id.replace('-', "_")).join("cases");
        for case in folders(&cases) {
            let name = case.file_name().expect("a name").to_string_lossy().into_owned();
            let project = project(&case);
            // Naming the pass is consent to all that it does; a case called `default-…` shows what is done without.
            let only = if name.starts_with("default-") { Vec::new() } else { vec![id.to_owned()] };
            let skip = std::fs::read_to_string(case.join("skip.txt")).unwrap_or_default();
            let skip = skip.lines().map(str::to_owned).collect();
            let mut selection = Selection { only, skip, ..Selection::default() };
            // As with `workers = "auto"` in the configuration.
            selection.servers.workers_from_limits = name.starts_with("auto-");
            selection.interpreter = interpreter(&name);
            let report = pipeline::run(&project, &[*pass], &selection);
            assert!(report.takebacks.is_empty(), "{id}/{name}: {:?}", report.takebacks);
            settings.set_description(format!("transforms/{}/cases/{name}", id.replace('-', "_")));
            settings.bind(|| insta::assert_snapshot!(format!("{id}--{name}"), render(&report)));
            count += 1;
        }
    }
    assert!(count >= 20, "only {count} cases were found");
}

/// Promise 5, on trees: what a pass has made gives no other pass that runs before it something to do.
#[test]
fn a_second_run_of_all_passes_changes_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for pass in dockfit_transforms::passes() {
        let cases = root.join(pass.info().id.replace('-', "_")).join("cases");
        for case in folders(&cases) {
            // A case called `unsafe-…` is what comes of that option.
            let name = case.file_name().expect("a name").to_string_lossy();
            let interpreter = interpreter(&name);
            let allow_unsafe = name.starts_with("unsafe-") || interpreter == Interpreter::Copied;
            let all = matches!(pass.info().id, "distroless-runtime" | "image-hygiene");
            let selection = Selection { allow_unsafe, all, interpreter, ..Selection::default() };
            let first = pipeline::run(&project(&case), dockfit_transforms::passes(), &selection);
            let second = pipeline::run(&first.after, dockfit_transforms::passes(), &selection);
            let changed: Vec<&str> = second.changes.iter().map(|change| change.path.as_str()).collect();
            let again = render(&second);
            assert!(changed.is_empty(), "{}: changed again {changed:?}\n{again}", case.display());
        }
    }
}

/// As with `interpreter = "copied"` in the configuration, for cases called `copied-…`.
fn interpreter(name: &str) -> Interpreter {
    if name.starts_with("copied-") { Interpreter::Copied } else { Interpreter::OfImage }
}

fn render(report: &Report) -> String {
    let mut out = String::new();
    for change in &report.changes {
        let before = visible(change.before.as_deref().unwrap_or_default());
        let after = visible(&change.after);
        let diff = TextDiff::from_lines(&before, &after);
        let name = change.path.as_str();
        let _ = write!(out, "{}", diff.unified_diff().context_radius(3).header(name, name));
    }
    for pass in &report.passes {
        for placed in &pass.decisions {
            let decision = &placed.decision;
            let place = &placed.original;
            let bytes = report.before.read(&place.file).expect("readable").expect("a file");
            let line = LineIndex::new(&bytes).position(&bytes, place.span.start).line;
            let dockerfile = &report.before.dockerfiles()[decision.dockerfile];
            let name = if place.file == *dockerfile.path() { "" } else { place.file.as_str() };
            let space = if name.is_empty() { "" } else { " " };
            let _ =
                write!(out, "\n{} {name}{space}line {line}: {}", decision.outcome.name(), decision.info.id);
            match &decision.outcome {
                Outcome::Applied(change) => {
                    if let Some(note) = &change.note {
                        let _ = write!(out, "\n    {note}");
                    }
                }
                Outcome::Already => {}
                Outcome::Refused { reason, way_out } | Outcome::Advised { reason, way_out } => {
                    let _ = write!(out, " ({})\n    {}\n    → {way_out}", reason.code, reason.text);
                }
            }
        }
    }
    if out.is_empty() { "nothing to do".to_owned() } else { out }
}

/// Carriage returns and a missing last line end, made visible: a snapshot would lose both.
fn visible(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).replace('\r', "␍");
    if !text.ends_with('\n') {
        text.push_str("␃\n");
    }
    text
}
