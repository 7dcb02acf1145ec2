//! `.dockerignore`, against what a real engine sent (tests/conformance/dockerignore.jsonl).

use std::collections::BTreeMap;

use dockfit_rewrite::context::{DockerIgnore, Inherited, context_files, ignore_file};
use dockfit_rewrite::{FileSource, MemoryFiles, RelPath};
use serde::Deserialize;

const CASES: &str = include_str!("conformance/dockerignore.jsonl");

#[derive(Deserialize)]
struct Case {
    id: String,
    ignore_files: BTreeMap<String, String>,
    dockerfile_name: String,
    paths: Vec<String>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expected {
    Present { present: Vec<String> },
    Error { error: String },
}

fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a plain path")
}

/// The files that reach the engine, or what stops the build.
fn sent(case: &Case) -> Result<Vec<String>, String> {
    let mut files = MemoryFiles::new().with(path(&case.dockerfile_name), b"FROM scratch\n".to_vec());
    for (name, text) in &case.ignore_files {
        files = files.with(path(name), text.as_bytes().to_vec());
    }
    for name in case.paths.iter().filter(|name| !name.ends_with('/')) {
        files = files.with(path(name), Vec::new());
    }
    let ignore = match ignore_file(&path(&case.dockerfile_name), &RelPath::root(), &files) {
        Some(found) => files.read(&found).expect("memory").expect("it was found"),
        None => [].into(),
    };
    let ignore = DockerIgnore::parse(&ignore).map_err(|error| error.to_string())?;
    context_files(&RelPath::root(), &ignore, &files).map_err(|error| error.to_string())
}

#[test]
fn every_case_of_the_engine_agrees() {
    let (mut cases, mut wrong) = (0, Vec::new());
    for line in CASES.lines() {
        let case: Case = serde_json::from_str(line).expect("a case");
        cases += 1;
        let sent = sent(&case);
        let right = match (&case.expect, &sent) {
            (Expected::Present { present }, Ok(sent)) => {
                let mut present = present.clone();
                present.sort();
                present.retain(|name| !name.ends_with('/'));
                present == *sent
            }
            (Expected::Error { .. }, Err(_)) => true,
            _ => false,
        };
        if !right {
            let expected = match &case.expect {
                Expected::Present { present } => format!("{present:?}"),
                Expected::Error { error } => error.clone(),
            };
            wrong
                .push(format!("{} {:?}\n  expected {expected}\n  sent {sent:?}", case.id, case.ignore_files));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(cases, 264);
}

#[test]
fn a_pattern_that_fails_the_build_names_its_line() {
    let error = DockerIgnore::parse(b"# fine\n*.py\n[\n").expect_err("a bad pattern");
    assert_eq!(error.to_string(), "line 3: `[` is no pattern");
}

proptest::proptest! {
    /// Whatever the ignore file and the path: an answer or an error, and the same twice.
    #[test]
    fn no_pattern_panics(
        text in r"[!#*?\[\]\\^./ab:\-\n\r\tx0-9pé{}()$|+ ]{0,24}",
        path in "[ab./x^é0-9-]{1,12}",
    ) {
        if let Ok(ignore) = DockerIgnore::parse(text.as_bytes()) {
            let first = ignore.excludes(&path, &Inherited::default()).map(|(excluded, _)| excluded);
            let second = ignore.excludes(&path, &Inherited::default()).map(|(excluded, _)| excluded);
            proptest::prop_assert_eq!(first, second);
        }
    }
}

#[test]
fn many_stars_take_no_time() {
    let ignore = DockerIgnore::parse("*a".repeat(200).as_bytes()).expect("a pattern");
    let path = "a".repeat(2000);
    let started = std::time::Instant::now();
    let (excluded, _) = ignore.excludes(&path, &Inherited::default()).expect("no error");
    assert!(excluded);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}
