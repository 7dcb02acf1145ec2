//! Files of a Python project that are wrong in one way each: what `split` and `apply` say of them, and that nothing is written.
//!
//! The projects and mistakes are those of the tests of `crates/python`.

#[expect(dead_code, reason = "the crate's own tests ask for more")]
#[path = "../../crates/python/tests/malformed/samples.rs"]
mod samples;
#[expect(dead_code, reason = "the crate's own tests ask for more")]
#[path = "../../crates/python/tests/malformed/table.rs"]
mod table;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;

use samples::{H1, H2, KINDS, Kind};
use table::{CASES, Case, Expect};

use crate::{dockfit, run};

/// `b` in a group of its own, so that there is something to split.
const GROUPS: &str = "[groups.base]\npackages = [\"b\"]\n";

fn step(kind: Kind) -> &'static str {
    match kind {
        Kind::Pipfile | Kind::PipfileLock => "pipenv install --system --deploy",
        Kind::RequirementsIn | Kind::PipTools => "pip install -r requirements.txt",
        _ => "pip install .",
    }
}

fn project(kind: Kind) -> BTreeMap<String, String> {
    let mut files = kind.project();
    let install = step(kind);
    let text = format!("FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN {install}\nCMD [\"python\"]\n");
    files.insert("Dockerfile".to_owned(), text);
    files.insert("dockfit.toml".to_owned(), GROUPS.to_owned());
    files
}

fn changed(case: &Case) -> BTreeMap<String, String> {
    let long = |text: &str| text.replace("{H1}", H1).replace("{H2}", H2).replace("{X2}", &H2[7..]);
    let mut files = project(case.kind);
    let text = files.get_mut(case.kind.file()).expect("the file");
    let (from, to) = (long(case.from), long(case.to));
    *text = if from.is_empty() { to } else { text.replacen(&from, &to, 1) };
    files
}

fn write(folder: &Path, files: &BTreeMap<String, String>) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

/// Every file below a folder.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(tree(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name, fs::read(&path).expect("readable"));
        }
    }
    found
}

/// What `apply` refuses, and what it says of that.
fn refusal(report: &serde_json::Value) -> Option<String> {
    let decision = report.pointer("/projects/0/dockerfiles/0/passes/0/decisions/0")?;
    let said = |path: &str| decision.pointer(path)?.as_str();
    (said("/outcome")? == "refused").then_some(())?;
    let (code, text, way_out) = (said("/reason/code")?, said("/reason/text")?, said("/way_out")?);
    Some(format!("apply ({code}): {text}\n    → {way_out}\n"))
}

/// What one mistake gives; an error in words where it is not told, or something is written.
fn outcome(case: &Case) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let files = changed(case);
    write(folder.path(), &files);
    let before = tree(folder.path());
    let mut text = String::new();
    let _ = writeln!(text, "{:?}: {:?} → {:?}", case.mistake, case.from, case.to);
    let (code, out, err) = run(dockfit().args(["split", "."]).current_dir(folder.path()));
    if code != Some(2) || !out.is_empty() {
        return Err(format!("{text}split: exit {code:?}\n{out}{err}"));
    }
    text.push_str(&err);
    let mut apply = dockfit();
    apply.args(["apply", "--only", "split-dependencies", "--format", "json", "."]).current_dir(folder.path());
    let (code, out, err) = run(&mut apply);
    let Some(refused) =
        serde_json::from_str(&out).ok().as_ref().and_then(refusal).filter(|_| code == Some(0))
    else {
        return Err(format!("{text}apply: exit {code:?}\n{out}{err}"));
    };
    text.push_str(&refused);
    if tree(folder.path()) != before {
        return Err(format!("{text}something was written"));
    }
    Ok(text)
}

#[test]
fn every_mistake_is_told_and_nothing_is_written() {
    // What only Windows needs is in no image.
    let is_wrong = |case: &&Case| !matches!(case.expect, Expect::Fine) && !case.to.contains("'win32'");
    // Each starts two programs: those of the kinds side by side.
    let reports: Vec<(String, Vec<String>)> = thread::scope(|scope| {
        let of_kind = |kind: Kind| {
            move || {
                let mut report = format!("## {}\n\n", kind.title());
                let mut wrongs = Vec::new();
                for case in CASES.iter().filter(is_wrong).filter(|case| case.kind == kind) {
                    match outcome(case) {
                        Ok(text) => report.push_str(&text),
                        Err(wrong) => wrongs.push(wrong),
                    }
                }
                (report, wrongs)
            }
        };
        let running: Vec<_> = KINDS.into_iter().map(|kind| scope.spawn(of_kind(kind))).collect();
        running.into_iter().map(|one| one.join().expect("no panic")).collect()
    });
    let wrongs: Vec<&str> = reports.iter().flat_map(|(_, wrongs)| wrongs).map(String::as_str).collect();
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    let report: String = reports.into_iter().map(|(report, _)| format!("{report}\n")).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("malformed", report));
}

/// The projects themselves are right: what is refused is the mistake.
#[test]
fn what_is_right_is_split() {
    for kind in KINDS {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &project(kind));
        let (code, out, err) = run(dockfit().args(["split", "."]).current_dir(folder.path()));
        assert_eq!(code, Some(0), "{}: {out}{err}", kind.title());
        let mut check = dockfit();
        check.args(["diff", "--only", "split-dependencies", "."]).current_dir(folder.path());
        let (_, out, err) = run(&mut check);
        assert!(out.contains("requirements-base.txt"), "{}: {out}{err}", kind.title());
    }
}
