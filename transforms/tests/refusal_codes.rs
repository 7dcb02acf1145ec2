//! Each reason for which a pass refuses or advises is shown by a case.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dockfit_rewrite::pipeline;
use dockfit_rewrite::{
    Context, Dockerfile, FileSource, Outcome, Pass, Project, ReadError, RelPath, Selection,
};

/// Folders of sources, and the passes whose snapshots show their reasons; none named: any pass.
const SOURCES: &[(&str, &[&str])] = &[
    ("apt_caches", &["apt-caches"]),
    ("bytecode", &["bytecode"]),
    ("cache_mounts", &[]),
    ("ci_cache", &["ci-cache"]),
    ("copy_order", &["copy-order"]),
    ("debug_target", &["debug-target"]),
    ("distroless_runtime", &["distroless-runtime"]),
    // Both passes write the same file.
    ("dockerignore", &["dockerignore", "git-history"]),
    ("git_history", &["git-history"]),
    ("healthcheck", &["healthcheck"]),
    ("image_hygiene", &["image-hygiene"]),
    ("import_costs", &["import-costs"]),
    ("installer", &["installer"]),
    ("max_requests", &["max-requests"]),
    ("package_caches", &["package-caches"]),
    ("pip_environment", &["pip-environment"]),
    ("preload", &["preload"]),
    ("server_options", &["server-options"]),
    ("servers", &["max-requests", "server-options", "workers-environment"]),
    ("split_dependencies", &["split-dependencies"]),
    ("syntax_line", &["syntax-line"]),
    ("workers_environment", &["workers-environment"]),
];

/// Reasons that no case can show, and why.
const UNSEEN: &[(&str, &str, &str)] = &[
    ("copy_order", "not-chosen", "its decisions are safe: wanted, or not to be heard of"),
    ("debug_target", "cannot-edit", "guards against a stage that was found and is not read again"),
    (
        "distroless_runtime",
        "base-unknown",
        "a file with a base that is no name of an image has an error, and is not looked at",
    ),
    ("dockerignore", "unreadable", "all files of a case can be read: see a_file_that_cannot_be_read_is_said"),
    (
        "dockerignore",
        "too-many-files",
        "so many are slow to have in memory: see a_context_that_is_too_large_is_said",
    ),
    ("pip_environment", "cannot-edit", "a RUN before the first FROM is in no stage, and is not looked at"),
];

/// What a reason stands behind.
const MARKS: &[&str] =
    &["Refusal::new(", "refuse(", "refused(", "advise(", "advised(", "Reason { code: ", "code: "];

#[test]
fn every_reason_has_a_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let snapshots = snapshots(&root.join("../snapshots"));
    let mut missing = Vec::new();
    let mut count = 0;
    for (folder, passes) in SOURCES {
        let mut codes = BTreeSet::new();
        for path in sources(&root.join(folder)) {
            codes.extend(codes_in(&fs::read_to_string(&path).expect("readable")));
        }
        for code in codes {
            count += 1;
            let shown = snapshots.iter().any(|(pass, text)| {
                (passes.is_empty() || passes.contains(&pass.as_str()))
                    && text.contains(&format!("({code})\n"))
            });
            let unseen = UNSEEN.iter().any(|(of, unseen, _)| of == folder && *unseen == code);
            assert!(!(shown && unseen), "{folder}: a case shows `{code}`, which was said to be impossible");
            if !shown && !unseen {
                missing.push(format!("{folder}: {code}"));
            }
        }
    }
    assert!(count > 60, "only {count} reasons were found: are the marks still right?");
    assert!(missing.is_empty(), "no case shows\n{}", missing.join("\n"));
}

#[test]
fn a_reason_is_found_where_it_is_written() {
    let text = "Err(Refusal::new(\n    \"a-b\", text, \"way out\"))\nadvise(&INFO, span, \"c-d\", x)\nfn refused(code: &str) \
                {}\ncode: \"invalid\",\nlet other = \"e-f\";";
    assert_eq!(codes_in(text), BTreeSet::from(["a-b", "c-d", "invalid"].map(str::to_owned)));
}

/// The first word in quotes behind each mark.
fn codes_in(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut codes = BTreeSet::new();
    for mark in MARKS {
        for (at, _) in text.match_indices(mark) {
            let behind = &text[at + mark.len()..];
            // Only within the same call or row.
            let behind = behind.split([';', '}']).next().unwrap_or_default();
            let Some((_, rest)) = behind.split_once('"') else { continue };
            let code = rest.split('"').next().unwrap_or_default();
            if !code.is_empty() && code.chars().all(|char| char.is_ascii_lowercase() || char == '-') {
                codes.insert(code.to_owned());
            }
        }
    }
    codes
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !path.ends_with("cases") {
                found.extend(sources(&path));
            }
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

/// The snapshots of cases, each with its pass.
fn snapshots(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            let (pass, _) = name.split_once("--")?;
            Some((pass.to_owned(), fs::read_to_string(&path).ok()?))
        })
        .collect()
}

/// Files that can all be listed; none can be read, or there are too many.
#[derive(Debug)]
enum Odd {
    Unreadable,
    TooMany,
}

impl FileSource for Odd {
    fn read(&self, path: &RelPath) -> Result<Option<Arc<[u8]>>, ReadError> {
        match self {
            Self::Unreadable => {
                Err(ReadError { path: path.clone(), message: "permission denied".to_owned() })
            }
            Self::TooMany => Ok(None),
        }
    }

    fn list(&self, folder: &RelPath) -> Result<Vec<String>, ReadError> {
        let count = if matches!(self, Self::TooMany) { 200_001 } else { 1 };
        let names = (0..count).map(|number| format!("{number}.bin")).chain([".dockerignore".to_owned()]);
        Ok(if folder.as_str() == "." || folder.as_str().is_empty() { names.collect() } else { Vec::new() })
    }
}

/// The reason of that code that `dockerignore` gives for a context of these files.
fn refused(files: Odd, code: &str) -> Option<String> {
    let text = b"FROM python:3.13\nCOPY . /app\nRUN pip install /app\n".to_vec();
    let path = RelPath::new("Dockerfile").expect("a path");
    let dockerfile = Dockerfile::new(path, Context::Known(RelPath::root()), text);
    let project = Project::new(PathBuf::from("/project"), vec![dockerfile], Arc::new(files));
    let passes: Vec<&dyn Pass> = dockfit_transforms::passes()
        .iter()
        .copied()
        .filter(|pass| pass.info().id == "dockerignore")
        .collect();
    let report = pipeline::run(&project, &passes, &Selection::default());
    let mut decisions = report.passes.into_iter().flat_map(|pass| pass.decisions);
    decisions.find_map(|placed| match placed.decision.outcome {
        Outcome::Refused { reason, .. } if reason.code == code => Some(reason.text),
        _ => None,
    })
}

#[test]
fn a_file_that_cannot_be_read_is_said() {
    let text = refused(Odd::Unreadable, "unreadable").expect("a reason");
    assert!(text.contains(".dockerignore") && text.contains("permission denied"), "{text}");
}

#[test]
fn a_context_that_is_too_large_is_said() {
    let text = refused(Odd::TooMany, "too-many-files").expect("a reason");
    assert!(text.contains("holds more than 200000 files and folders"), "{text}");
}
