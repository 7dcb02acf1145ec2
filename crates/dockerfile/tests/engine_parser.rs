//! The engine's own parser as a judge: every instruction, its lines, flags, words and here-documents.
//!
//! `DOCKFIT_ORACLE_PYTHON` names a Python that has the package `dockerfile`; without it this is skipped. `DOCKFIT_CORPUS` names
//! a folder of more Dockerfiles to compare.
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::print_stderr, reason = "says that it is skipped")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dockfit_dockerfile::operation::{Features, Operation};
use dockfit_dockerfile::{
    DirectiveName, Document, Instruction, JsonArray, Keyword, Subcommand, SyntaxErrorKind, raw_words,
};
use serde_json::{Value, json};

/// Files that the engine's parser of that package reads otherwise, since it is older than engine 28: text behind a JSON
/// array is dropped, a here-document ends at a blank. The cases say both (`expect`, `expect_28`).
fn is_read_otherwise_by_older_engines(document: &Document) -> bool {
    let checks = document.directives().iter().filter(|directive| directive.name == DirectiveName::Check);
    if checks.count() > 1 {
        return true;
    }
    document.instructions().iter().any(|instruction| {
        let command = instruction.effective();
        let arguments = instruction.slice(&command.arguments);
        let cut_array = command.json.is_none() && command.keyword.takes_json() && arguments.contains("[\"");
        cut_array || arguments.contains("<< ")
    })
}

struct Sample {
    name: String,
    source: String,
}

fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for text in [
        include_str!("conformance/config.jsonl"),
        include_str!("conformance/runwords.jsonl"),
        include_str!("conformance/config28.jsonl"),
        include_str!("conformance/runwords28.jsonl"),
    ] {
        for line in text.lines() {
            let case: Value = serde_json::from_str(line).expect("a case");
            if let Some(source) = case["dockerfile"].as_str() {
                samples.push(Sample { name: case["id"].to_string(), source: source.to_owned() });
            }
        }
    }
    if let Some(folder) = std::env::var_os("DOCKFIT_CORPUS") {
        for path in files(Path::new(&folder)) {
            if let Ok(source) = String::from_utf8(std::fs::read(&path).expect("a file of DOCKFIT_CORPUS")) {
                samples.push(Sample { name: path.display().to_string(), source });
            }
        }
    }
    samples
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder of DOCKFIT_CORPUS") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// What the engine's parser says to each sample.
fn judge(python: &Path, samples: &[Sample]) -> Vec<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/engine_parser.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of DOCKFIT_ORACLE_PYTHON");
    let mut input = child.stdin.take().expect("piped");
    let lines: String = samples.iter().map(|sample| format!("{}\n", json!(sample.source))).collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let answers =
        output.lines().map(|line| serde_json::from_str(&line.expect("a line")).expect("JSON")).collect();
    writer.join().expect("no panic").expect("all is read");
    assert!(child.wait().expect("it ends").success());
    answers
}

/// This crate's reading in the same form; nothing where it refuses what the engine's parser would refuse.
fn read(document: &Document) -> Option<Value> {
    // Unknown instructions and wrong flags are no concern of the engine's parser.
    let refused = |kind| kind != SyntaxErrorKind::UnknownInstruction;
    if document.errors().iter().any(|error| refused(error.kind)) {
        return None;
    }
    let read = document.instructions().iter().map(|instruction| seen(document, instruction));
    read.collect::<Option<Vec<Value>>>().map(Value::Array)
}

fn seen(document: &Document, instruction: &Instruction) -> Option<Value> {
    let deferred = instruction.onbuild.as_ref();
    let mut original = instruction.text.as_str().to_owned();
    let mut heredocs = Vec::new();
    // The package does not show the here-documents of what ONBUILD defers.
    let shown = if deferred.is_some() { &[][..] } else { &instruction.heredocs };
    for heredoc in shown {
        let content = document.text(heredoc.body).into_owned();
        original.extend(["\n", &content, &heredoc.name]);
        heredocs.push(json!({"name": heredoc.name, "descriptor": heredoc.descriptor, "content": content}));
    }
    if !heredocs.is_empty() {
        original.push('\n');
    }
    let last = instruction.lines.last().map_or(instruction.span.start, |line| line.span.start);
    let flags: Vec<&str> = instruction.command.flags.iter().map(|flag| flag.text.as_str()).collect();
    let effective = instruction.effective();
    Some(json!({
        "keyword": instruction.slice(&instruction.command.keyword_range),
        "deferred": deferred.map(|deferred| instruction.slice(&deferred.keyword_range)),
        "json": effective.json.is_some(),
        "original": original,
        "lines": [document.position(instruction.span.start).line, document.position(last).line],
        "flags": flags,
        "words": words(instruction, effective, document.escape())?.into_iter().map(up_to_nul).collect::<Vec<_>>(),
        "heredocs": heredocs,
    }))
}

/// In the package a string ends at a NUL.
fn up_to_nul(mut word: String) -> String {
    word.truncate(word.find('\0').unwrap_or(word.len()));
    word
}

/// The words that the engine's parser makes of the arguments; nothing where it refuses them.
fn words(instruction: &Instruction, command: &Subcommand, escape: char) -> Option<Vec<String>> {
    let text = instruction.slice(&command.arguments);
    let blank = |c: char| matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ');
    let divided = || text.split(blank).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let whole = || if text.is_empty() { vec![] } else { vec![text.to_owned()] };
    let strings = |array: &JsonArray| array.items.iter().map(|item| item.value.clone()).collect::<Vec<_>>();
    Some(match (command.keyword, &command.json) {
        (Keyword::Healthcheck, array) => {
            let end = text.find(char::is_whitespace).unwrap_or(text.len());
            let (kind, rest) = text.split_at(end);
            let rest = rest.trim_start();
            let rest = array
                .as_ref()
                .map_or_else(|| if rest.is_empty() { vec![] } else { vec![rest.to_owned()] }, strings);
            std::iter::once(kind.to_owned()).filter(|kind| !kind.is_empty()).chain(rest).collect()
        }
        (_, Some(array)) => strings(array),
        (Keyword::Env | Keyword::Label, None) => {
            let all = Features { parents: true, security: true, devices: true };
            let operation = Operation::of(instruction, escape, all);
            let inner = match operation {
                Ok(Operation::Onbuild(Some(inner))) => Ok(*inner),
                other => other,
            };
            match inner {
                Ok(Operation::Env(pairs) | Operation::Label(pairs)) => {
                    pairs.into_iter().flat_map(|pair| [pair.key.text, pair.value.text]).collect()
                }
                Err(error) if error.message.contains("has no `=`") => return None,
                Err(error) if error.message.contains("needs a name and a value") => return None,
                // Refused by the engine, though not by its parser.
                _ => return Some(vec!["?".to_owned()]),
            }
        }
        (Keyword::Arg, None) => raw_words(text, 0, escape).into_iter().map(|word| word.text).collect(),
        (Keyword::Add | Keyword::Copy | Keyword::Expose | Keyword::From | Keyword::Volume, None) => divided(),
        // What an ONBUILD in an ONBUILD would defer is read once more; the engine refuses it later.
        (Keyword::Onbuild, None) if text.is_empty() => vec![],
        (Keyword::Unknown | Keyword::Onbuild, None) => vec![String::new()],
        _ => whole(),
    })
}

#[test]
fn the_engines_parser_agrees() {
    let Some(python) = std::env::var_os("DOCKFIT_ORACLE_PYTHON") else {
        eprintln!("skipped: DOCKFIT_ORACLE_PYTHON is not set");
        return;
    };
    let samples = samples();
    let answers = judge(Path::new(&python), &samples);
    assert_eq!(answers.len(), samples.len());
    let mut wrong = Vec::new();
    let mut older = 0;
    for (sample, answer) in samples.iter().zip(&answers) {
        let document = Document::parse(sample.source.as_str());
        let ours = read(&document);
        let difference = match (answer, &ours) {
            (Value::String(_), None) | (Value::Null, _) => continue,
            (Value::String(message), Some(_)) => format!("refused by the engine: {message}"),
            (_, None) => "refused here".to_owned(),
            (Value::Array(theirs), Some(Value::Array(ours))) => {
                let same = |theirs: &Value, ours: &Value| {
                    theirs == ours || (ours["words"] == json!(["?"]) && theirs["keyword"] == ours["keyword"])
                };
                match theirs.iter().zip(ours).find(|(theirs, ours)| !same(theirs, ours)) {
                    None if theirs.len() == ours.len() => continue,
                    None => format!("{} instructions instead of {}", ours.len(), theirs.len()),
                    Some((theirs, ours)) => format!("{ours}\n  instead of {theirs}"),
                }
            }
            _ => unreachable!("the script prints strings and lists"),
        };
        if is_read_otherwise_by_older_engines(&document) {
            older += 1;
        } else {
            wrong.push(format!("{}: {difference}", sample.name));
        }
    }
    let head: Vec<&String> = wrong.iter().take(40).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} differ ({older} by the engine's age): {head:#?}",
        wrong.len(),
        samples.len()
    );
    // The cases with two answers.
    assert!(older >= 1, "no case shows that engines differ");
}
