//! The answers of a real engine: 1,001 configurations and 237 lists of executed commands (`conformance/README.md`). Where
//! engine 28 differs from 26, its answer counts (`expect_28`).
//!
//! More cases of the same form can be judged: `DOCKFIT_CASES` names a folder with `config.jsonl` and `runwords.jsonl`.
#![allow(missing_docs, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use dockfit_dockerfile::inspect::{Inspection, inspect};
use dockfit_dockerfile::model::{Base, BuildOptions, Copied, CopiedSource, Model, Origin};
use dockfit_dockerfile::{Document, SyntaxError};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    group: String,
    dockerfile: Value,
    args: BTreeMap<String, String>,
    target: Option<Value>,
    files: BTreeMap<String, Value>,
    expect: Value,
    expect_28: Option<Value>,
}

impl Case {
    fn expected(&self) -> &Value {
        self.expect_28.as_ref().unwrap_or(&self.expect)
    }

    fn source(&self) -> Vec<u8> {
        match &self.dockerfile {
            Value::String(text) => text.clone().into_bytes(),
            other => bytes(other),
        }
    }

    fn with_model<T>(&self, look: impl FnOnce(&Document, &BuildOptions<'_>) -> T) -> T {
        let document = Document::parse(self.source());
        let target = self.target.as_ref().map(|target| match target {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let options =
            BuildOptions { target: target.as_deref(), build_args: &self.args, ..BuildOptions::default() };
        look(&document, &options)
    }
}

/// `{"hex": "…"}`: bytes that are no UTF-8.
fn bytes(value: &Value) -> Vec<u8> {
    let hex = value["hex"].as_str().expect("hex");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}

/// The project's own cases, whose numbers are known, or those of the folder that is named.
fn cases(file: &str, own: &[(&str, usize)]) -> Vec<Case> {
    let read = |text: &str| {
        text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect::<Vec<Case>>()
    };
    if let Some(folder) = std::env::var_os("DOCKFIT_CASES") {
        let path = std::path::Path::new(&folder).join(file);
        return read(&std::fs::read_to_string(path).expect("the cases of DOCKFIT_CASES"));
    }
    let mut all = Vec::new();
    for (text, number) in own {
        let cases = read(text);
        assert_eq!(cases.len(), *number);
        all.extend(cases);
    }
    all
}

fn configs() -> Vec<Case> {
    let written = (include_str!("conformance/config.jsonl"), 473);
    let thrown = (include_str!("conformance/config28.jsonl"), 528);
    cases("config.jsonl", &[written, thrown])
}

fn runwords() -> Vec<Case> {
    let written = (include_str!("conformance/runwords.jsonl"), 137);
    let thrown = (include_str!("conformance/runwords28.jsonl"), 100);
    cases("runwords.jsonl", &[written, thrown])
}

/// Cases where the model does not say what the engine says, with the reason. Each must really differ.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("run_heredoc-9bcb867d", "the command runs and fails: no file of that name exists"),
    ("run_flags-79a53919", "whether a secret is given is not in the file"),
];

fn check(cases: &[Case], difference: impl Fn(&Case) -> Option<String>) {
    let mut wrong = Vec::new();
    let exceptions: BTreeMap<&str, &str> = EXCEPTIONS.into_iter().collect();
    for case in cases {
        match (difference(case), exceptions.get(case.id.as_str())) {
            (Some(difference), None) => {
                wrong.push(format!("{}: {difference}\n{}", case.id, String::from_utf8_lossy(&case.source())));
            }
            (None, Some(reason)) => wrong.push(format!("{} agrees after all ({reason})", case.id)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases differ:\n\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Compares an error: there must be one too, and at the line that the engine names.
fn error_difference(case: &Case, message: &str) -> Option<String> {
    // The engine asks a registry for an image: to the model it is one.
    if let Some(image) = message.strip_prefix("pull ") {
        return case.with_model(|document, options| {
            let model = Model::with(document, options);
            let bases =
                model.stages().iter().filter(|stage| stage.built).filter_map(|stage| match &stage.base {
                    Base::Image(reference) => Some(reference.clone()),
                    _ => None,
                });
            let taken =
                model.stages().iter().flat_map(|stage| &stage.takes).filter_map(|take| match &take.from {
                    Origin::Image(reference) => Some(reference.clone()),
                    _ => None,
                });
            let found = bases.chain(taken).any(|reference| {
                let tag = reference.effective_tag().unwrap_or_default();
                format!("{}:{tag}", reference.familiar_name()) == image
            });
            // The engine asks before it sees what else is wrong.
            (!found).then(|| format!("the image {image} is not found"))
        });
    }
    case.with_model(|document, options| match inspect(document, options) {
        Ok(_) => Some(format!("no error, but the engine says: {message}")),
        Err(errors) => {
            let line = message.split_once("parse error on line ").and_then(|(_, rest)| {
                rest.split(':').next().and_then(|number| number.parse::<usize>().ok())
            })?;
            let lines: BTreeSet<usize> = errors.iter().map(|error| first_line(document, error)).collect();
            (!lines.contains(&line))
                .then(|| format!("errors in lines {lines:?}, but the engine says: {message}"))
        }
    })
}

/// The first line of the instruction that an error stands in.
fn first_line(document: &Document, error: &SyntaxError) -> usize {
    let holder = document.instructions().iter().find(|instruction| instruction.span.encloses(error.span));
    document.position(holder.map_or(error.span.start, |instruction| instruction.keyword_span().start)).line
}

fn looked_into(case: &Case) -> Result<Inspection, String> {
    case.with_model(inspect).map_err(|errors| {
        let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        format!("refused: {}", messages.join("; "))
    })
}

#[test]
fn configurations() {
    let cases = configs();
    check(&cases, |case| {
        let expected = case.expected();
        if let Some(message) = expected["error"].as_str() {
            return error_difference(case, message);
        }
        let inspection = match looked_into(case) {
            Ok(inspection) => inspection,
            Err(refused) => return Some(refused),
        };
        if inspection.config != expected["Config"] {
            return Some(format!("{}\n  instead of {}", inspection.config, expected["Config"]));
        }
        if !inspection.unknown.is_empty() {
            return Some(format!("{:?} should be known", inspection.unknown));
        }
        None
    });
}

#[test]
fn executed_commands() {
    let cases = runwords();
    check(&cases, |case| {
        let expected = case.expected();
        if let Some(message) = expected["error"].as_str() {
            return error_difference(case, message);
        }
        let inspection = match looked_into(case) {
            Ok(inspection) => inspection,
            Err(refused) => return Some(refused),
        };
        let runs: Vec<_> = inspection.stages.iter().flat_map(|stage| &stage.runs).collect();
        let wanted = expected["runs"].as_array().expect("runs");
        if runs.len() != wanted.len() {
            return Some(format!("{} runs instead of {}", runs.len(), wanted.len()));
        }
        runs.iter().zip(wanted).find_map(|(run, wanted)| {
            // Other users are looked up in the image, which the model does not have.
            let ids = match run.user.as_deref() {
                Some("root" | "0") => "0:0".into(),
                Some(_) => wanted["ids"].clone(),
                None => Value::Null,
            };
            let found = serde_json::json!({
                "argv": run.argv, "cwd": run.cwd, "ids": ids, "env": run.env, "script_file": run.script_file,
            });
            let mut wanted = wanted.clone();
            let script = wanted.get("script_file").cloned().unwrap_or(Value::Null);
            wanted["script_file"] = script;
            // What is no UTF-8 is kept as bytes in the cases; the model has U+FFFD there.
            for word in wanted["argv"].as_array_mut().expect("argv") {
                if word.is_object() {
                    *word = String::from_utf8_lossy(&bytes(word)).into_owned().into();
                }
            }
            (found != wanted).then(|| format!("{found}\n  instead of {wanted}"))
        })
    });
}

/// The files that COPY and ADD make, as far as that needs no more than the words: what a pattern or folder holds is the
/// case's to say, and nothing is taken from stages or unpacked.
#[test]
fn copied_files() {
    // One case copies by what ONBUILD deferred.
    let simple =
        |case: &Case| case.group != "onbuild" && !String::from_utf8_lossy(&case.source()).contains("--from=");
    check(&configs().into_iter().filter(simple).collect::<Vec<_>>(), |case| {
        let wanted = case.expected().get("files_out")?;
        let found = case.with_model(|document, options| {
            let model = Model::with(document, options);
            let mut image = Image::default();
            for index in 0..document.instructions().len() {
                if let Some(copied) = model.copied(document, index) {
                    image.copy(&copied, case);
                }
            }
            image
        });
        let wanted: BTreeMap<String, String> = serde_json::from_value(wanted.clone()).expect("files");
        if found.files != wanted {
            return Some(format!("{:?}\n  instead of {wanted:?}", found.files));
        }
        let wanted = case.expected().get("meta_out")?;
        let wanted: BTreeMap<String, String> =
            serde_json::from_value(wanted.clone()).expect("modes and owners");
        (found.meta != wanted).then(|| format!("{:?}\n  instead of {wanted:?}", found.meta))
    });
}

/// Files of an image, with their modes and owners.
#[derive(Default)]
struct Image {
    files: BTreeMap<String, String>,
    meta: BTreeMap<String, String>,
}

impl Image {
    fn copy(&mut self, copied: &Copied, case: &Case) {
        let destination = copied.destination.as_known().expect("known");
        let folder = destination.ends_with('/') || copied.sources.len() > 1;
        for source in &copied.sources {
            match source {
                CopiedSource::Text { name, text } => {
                    let path = if folder { format!("{destination}/{name}") } else { destination.to_owned() };
                    self.put(&path, text.as_known().expect("known"), copied);
                }
                CopiedSource::Path(pattern) => {
                    let pattern = pattern.as_known().expect("known");
                    for (path, text) in &case.files {
                        let Some(rest) = matched(pattern, path) else { continue };
                        let inside = folder || !rest.is_empty() || pattern.contains('*');
                        let last = || path.rsplit('/').next().unwrap_or_default().to_owned();
                        let name = if rest.is_empty() { last() } else { rest };
                        let path =
                            if inside { format!("{destination}/{name}") } else { destination.to_owned() };
                        if !case_excludes(case, &name) {
                            self.put(&path, text.as_str().expect("text"), copied);
                        }
                    }
                }
                CopiedSource::Remote(_) => panic!("no case has one"),
            }
        }
    }

    fn put(&mut self, path: &str, text: &str, copied: &Copied) {
        let path = path.replace("//", "/").trim_start_matches('/').to_owned();
        let owner = copied.owner.as_known().filter(|owner| !owner.is_empty()).unwrap_or("0:0");
        let mode = copied.mode.as_known().filter(|mode| !mode.is_empty()).unwrap_or("644");
        self.meta.insert(path.clone(), format!("{mode:0>4} {owner}"));
        self.files.insert(path, text.to_owned());
    }
}

/// Whether a source takes a file of the context: the name that it gets in a folder, which is empty where the source is
/// the file itself.
fn matched(pattern: &str, path: &str) -> Option<String> {
    if pattern.contains('[') {
        // A set of characters, which no file of the cases is named by.
        return None;
    }
    if let Some((folder, "*")) = pattern.rsplit_once('/') {
        // A pattern takes the folders that it finds apart.
        let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
        return rest.rsplit('/').next().map(str::to_owned);
    }
    if pattern.strip_suffix('*').is_some_and(|start| path.starts_with(start)) || pattern == path {
        return Some(String::new());
    }
    path.strip_prefix(pattern)?.strip_prefix('/').map(str::to_owned)
}

/// The one case with `--exclude` names a folder.
fn case_excludes(case: &Case, name: &str) -> bool {
    let source = String::from_utf8_lossy(&case.source()).into_owned();
    source.split_once("--exclude=").is_some_and(|(_, rest)| {
        let excluded = rest.split(' ').next().unwrap_or_default();
        name.split('/').next() == Some(excluded)
    })
}
