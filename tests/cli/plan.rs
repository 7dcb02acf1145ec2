//! `dockfit plan`, on reports of our own.

use std::fs;
use std::path::Path;

use crate::{dockfit, run};

const DOCKERFILE: &str = "FROM python:3.13-slim\nRUN pip install flask\nHEALTHCHECK CMD [\"true\"]\n";

fn plan(report: &str, words: &[&str]) -> (tempfile::TempDir, Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("Dockerfile"), DOCKERFILE).expect("a file");
    fs::write(folder.path().join("report.md"), report).expect("a file");
    let (code, out, err) = run(dockfit().current_dir(folder.path()).args(["plan", "report.md"]).args(words));
    (folder, code, out, err)
}

fn dockerfile(folder: &Path) -> String {
    fs::read_to_string(folder.join("Dockerfile")).expect("it is there")
}

const REPORT: &str = "# R\n\n## Phase 1: now\n\n### 1.1 Caches (high)\n\n```dockerfile\n\
    RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir flask\n```\n\n\
    ## Phase 2: later\n\n### 2.1 Health\n\n```dockerfile\nHEALTHCHECK --start-period=30s CMD true\n```\n\n\
    ### 2.2 Meetings\n\nEach `week`.\n";

#[test]
fn each_proposal_has_its_outcome_and_nothing_is_written() {
    let (folder, code, out, err) = plan(REPORT, &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(
        out,
        "1.1 Caches (high)\n  priority high · phase 1 · report.md:5\n  would be applied, corrected\n    \
         package-caches/mount applied Dockerfile:2\n    corrected report.md:8\n      \
         `RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir flask`\n      \
         --no-cache-dir keeps the mount empty\n      → package-caches takes the switch out with the mount\n\n\
         2.1 Health\n  phase 2 · report.md:13\n  would be applied\n    healthcheck/timeout applied Dockerfile:3\n    \
         healthcheck/start-period applied Dockerfile:3\n\n\
         2.2 Meetings\n  phase 2 · report.md:19\n  matches no pass\n\n\
         3 proposals · 1 matches no pass, 1 would be applied, 1 would be applied, corrected\n\
         To apply: dockfit plan report.md --apply\n"
    );
    assert_eq!(dockerfile(folder.path()), DOCKERFILE);
}

#[test]
fn only_what_the_report_proposes_is_applied() {
    let (folder, code, _, err) = plan(REPORT, &["--apply", "--phase", "2"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(
        dockerfile(folder.path()),
        DOCKERFILE.replace("HEALTHCHECK CMD", "HEALTHCHECK --timeout=3s --start-period=30s CMD")
    );
    let (folder, code, out, _) = plan("# R\n\nnothing\n", &["--apply"]);
    assert_eq!((code, out.contains("nothing to apply")), (Some(0), true));
    assert_eq!(dockerfile(folder.path()), DOCKERFILE);
}

#[test]
fn json_names_report_and_places() {
    let (_folder, code, out, _) = plan(REPORT, &["--format", "json"]);
    assert_eq!(code, Some(0));
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let first = &document["proposals"][0];
    assert_eq!(first["id"], "1.1");
    assert_eq!(first["outcome"], "corrected");
    assert_eq!(first["priority"]["rank"], 1);
    assert_eq!(first["decisions"][0]["line"], 2);
    assert_eq!(first["corrections"][0]["line"], 8);
    assert_eq!(document["proposals"][2]["outcome"], "no-pass");
}

#[test]
fn a_hostile_report_moves_no_cursor_and_makes_no_markup() {
    let report = fs::read_to_string(crate::repository().join("transforms/evidence/reports/hostile.md"));
    let report = report.expect("it is there");
    assert!(report.contains('\u{1b}'), "the report is hostile");
    for format in ["text", "markdown", "json"] {
        let (_folder, code, out, _) = plan(&report, &["--format", format]);
        assert_eq!(code, Some(0));
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']) || format == "json", "{out}");
        assert!(!out.contains('\u{1b}'), "{out}");
        if format == "markdown" {
            assert!(!out.contains("<img") && !out.contains("[click]("), "{out}");
        }
    }
}

#[test]
fn what_cannot_be_read_or_is_in_no_phase_is_an_error() {
    let (_folder, code, _, err) = plan(REPORT, &["--phase", "7"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("no proposal is in phase 7"), "{err}");
    let (code, _, err) = run(dockfit().args(["plan", "no-such-report.md"]));
    assert_eq!(code, Some(2));
    assert!(err.contains("no-such-report.md"), "{err}");
}
