//! Files that are wrong in one way each: every one gives a mistake that names file, line and field, and no files.

mod samples;
mod table;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dockfit_python::{Environment, Error, ErrorKind, Request, Split, split};

use samples::{H1, H2, KINDS, Kind};
use table::{CASES, Case, Expect, MISTAKES, NOT_POSSIBLE};

fn whole(files: &BTreeMap<String, String>) -> Result<Split, Error> {
    let mut request = Request::new("").expect("the table");
    request.environment = Environment::anywhere();
    split(files, &request)
}

/// A text of the table: hashes are too long to stand there.
fn long(text: &str) -> String {
    text.replace("{H1}", H1).replace("{H2}", H2).replace("{X2}", &H2[7..])
}

fn changed(case: &Case) -> BTreeMap<String, String> {
    let mut files = case.kind.project();
    let text = files.get_mut(case.kind.file()).expect("the file");
    let (from, to) = (long(case.from), long(case.to));
    assert!(text.contains(&from), "{}: `{from}` is not there", case.kind.title());
    *text = if from.is_empty() { to } else { text.replacen(&from, &to, 1) };
    files
}

#[test]
fn a_file_that_is_right_gives_its_groups() {
    for kind in KINDS {
        let files = kind.project();
        let made = whole(&files).unwrap_or_else(|error| panic!("{}: {error}", kind.title()));
        assert_eq!(made.selection.items.len(), 2, "{}", kind.title());
    }
}

#[test]
fn every_mistake_names_its_place() {
    let mut report = String::new();
    let mut wrongs = Vec::new();
    for kind in KINDS {
        let _ = writeln!(report, "## {}\n", kind.title());
        for case in CASES.iter().filter(|case| case.kind == kind) {
            let _ = writeln!(report, "{:?}: {:?} → {:?}", case.mistake, case.from, case.to);
            let files = changed(case);
            match (whole(&files), case.expect) {
                (Ok(made), Expect::Fine) => {
                    let _ = writeln!(report, "    none: {} packages", made.selection.items.len());
                }
                (Err(error), expect) => {
                    if let Err(wrong) = check_place(case, &files, &error, expect) {
                        wrongs.push(format!("{:?} → {:?} {wrong}: {error}", case.from, case.to));
                    }
                    let _ = writeln!(report, "    {error} [{}]", error.kind.code());
                }
                (Ok(_), _) => wrongs.push(format!("{:?} → {:?} was not noticed", case.from, case.to)),
            }
        }
        report.push('\n');
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("mistakes", report));
}

/// The place must be that of the mistake: the file, the line of the text that is told, and a field where the format has them.
fn check_place(
    case: &Case,
    files: &BTreeMap<String, String>,
    error: &Error,
    expect: Expect,
) -> Result<(), String> {
    let (file, line) = match expect {
        Expect::At(words) => (case.kind.file(), line_with(files, case.kind.file(), words)),
        Expect::In(file, words) => (file, line_with(files, file, words)),
        Expect::Line(line) => (case.kind.file(), line),
        Expect::Fine => return Err("is none".to_owned()),
    };
    if (error.place.path.as_str(), error.place.line) != (file, line) {
        return Err(format!("is in line {line} of {file}"));
    }
    let has_fields = !matches!(case.kind, Kind::RequirementsIn | Kind::PipTools) && file == case.kind.file();
    let of_all = matches!(error.kind, ErrorKind::Syntax | ErrorKind::Stale);
    if has_fields && !of_all && error.field.is_empty() { Err("has a field".to_owned()) } else { Ok(()) }
}

/// The line of a file that holds these words; 1 where there is no such file.
fn line_with(files: &BTreeMap<String, String>, file: &str, words: &str) -> usize {
    let Some(text) = files.get(file) else { return 1 };
    let line = text.lines().position(|line| line.contains(&long(words)));
    line.unwrap_or_else(|| panic!("`{words}` is not in {file}")) + 1
}

/// Each kind of file has each kind of mistake, or it is said why it cannot.
#[test]
fn no_kind_of_mistake_is_left_out() {
    for kind in KINDS {
        for mistake in MISTAKES {
            let there = CASES.iter().any(|case| case.kind == kind && case.mistake == mistake);
            let why = NOT_POSSIBLE.iter().find(|(kinds, of, _)| *of == mistake && kinds.contains(&kind));
            assert!(there != why.is_some(), "{}: {mistake:?}", kind.title());
        }
    }
}

/// Half a file, at every length: never a panic, and never half a resolution that looks whole.
#[test]
fn a_file_that_ends_early_is_a_mistake() {
    for kind in KINDS {
        let project = kind.project();
        let text = &project[kind.file()];
        let right = whole(&project).expect("it is right");
        let complete = packages(&right);
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)).step_by(5) {
            let mut files = project.clone();
            files.insert(kind.file().to_owned(), text[..end].to_owned());
            let Ok(made) = whole(&files) else { continue };
            // A manifest may end between two tables; what it then needs is less, and still what was resolved.
            assert!(!kind.is_lock() || packages(&made) == complete, "{} cut at {end}", kind.title());
        }
    }
}

/// The requirements and hashes of all groups, without comments.
fn packages(made: &Split) -> Vec<&str> {
    let lines = made.files.iter().flat_map(|file| file.text.lines());
    lines.filter(|line| !line.trim_start().starts_with('#')).collect()
}

/// Pipenv writes no version where the markers rule the package out on the machine that locks.
#[test]
fn a_package_that_was_not_resolved_is_refused_where_it_is_installed() {
    let mut files = Kind::PipfileLock.project();
    let text = &files["Pipfile.lock"];
    let text = text
        .replace("\"version\": \"==2.0\"", "\"version\": \"*\", \"markers\": \"sys_platform == 'win32'\"");
    files.insert("Pipfile.lock".to_owned(), text);
    let made = split(&files, &Request::new("").expect("the table")).expect("it is not for Linux");
    assert_eq!(made.selection.items.len(), 1);
    let error = whole(&files).expect_err("some may have Windows");
    assert_eq!((error.kind, error.field.as_str()), (ErrorKind::MissingField, "default.b"));
}

#[test]
fn without_a_lock_there_are_no_files() {
    let mut files = Kind::Pyproject.project();
    files.remove("requirements.txt");
    let error = whole(&files).expect_err("there is no lock");
    assert_eq!(
        error.to_string(),
        "pyproject.toml:1:1: there is no lock beside it: each group would be resolved by itself, and the versions \
         would not agree; make one: `dockfit lock`"
    );
}
