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

/// What a bench prints, as far as a plan reads it.
const BENCH: &str = r#"{"schema":1,"engine":{},"failed":[],"errors":[],"dockerfiles":[{"path":"Dockerfile","passes":["healthcheck","package-caches"],"runs":2,
    "builds":{"source":{"before":{"seconds":{"median":40.0,"runs":[39.0,41.0]}},"after":{"seconds":{"median":4.0,"runs":[3.9,4.1]}}}},
    "images":{"before":{"bytes":785000000,"memory_bytes":{"median":1e8,"runs":[9e7,1.1e8]}},"after":{"bytes":470000000,"memory_bytes":{"median":9.5e7,"runs":[9e7,1e8]}}},
    "alone":[{"pass":"package-caches","builds":{"source":{"seconds":{"median":5.0,"runs":[5.0]}}},"image":{"bytes":785000000}},
             {"pass":"bytecode\u001b[2J|<b>","builds":{},"image":{"bytes":1}}],"targets":[]}]}"#;

fn with_bench(bench: &str, words: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("Dockerfile"), DOCKERFILE).expect("a file");
    fs::write(folder.path().join("report.md"), REPORT).expect("a file");
    fs::write(folder.path().join("bench.json"), bench).expect("a file");
    let words = ["plan", "report.md", "--bench", "bench.json"].iter().chain(words);
    run(dockfit().current_dir(folder.path()).args(words))
}

#[test]
fn what_was_measured_stands_beside_what_is_expected() {
    let (code, out, err) = with_bench(BENCH, &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.contains("corrected\n  measured, package-caches alone: source 40.0 → 5.0 s (-87.5 %)\n"),
        "{out}"
    );
    // What differs by no more than the runs do is no effect.
    let all =
        "measured, all passes, Dockerfile: source 40.0 → 4.0 s (-90.0 %), size 785.0 → 470.0 MB (-40.1 %)\n";
    assert!(out.contains(all), "{out}");
    let (_, out, _) = with_bench(BENCH, &["--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let measured = &document["proposals"][0]["measured"][0];
    assert_eq!(measured["pass"], "package-caches");
    assert_eq!(measured["figures"][0]["change_percent"], -87.5);
    assert_eq!(document["proposals"][1]["measured"], serde_json::json!([]));
    assert_eq!(document["measured"][0]["figures"][2]["is_apart"], false);
    for text in ["[]", "{\"schema\":3,\"dockerfiles\":[]}"] {
        let (code, _, err) = with_bench(text, &[]);
        assert!(code == Some(2) && err.contains("bench.json") && err.contains("give --bench"), "{err}");
    }
}

#[test]
fn numbers_of_sections_link_both_ways() {
    let (code, out, _) = with_bench(BENCH, &["--format", "markdown"]);
    assert_eq!(code, Some(0));
    insta::with_settings!({snapshot_path => "../../snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("plan_markdown", out);
    });
}
