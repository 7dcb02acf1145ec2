//! The forms: what a user sees.

use super::{Exit, Place, snapshot};

/// Every outcome in one file.
const EVERY: &str = "\
FROM debian:13 AS base
# first
RUN sleep 0
COPY . /app
RUN true
RUN false
RUN exit 0
RUN echo kept
";

#[test]
fn diff_shows_each_pass_then_refusals_and_advice_then_a_summary() {
    let place = Place::with(&[("Dockerfile", EVERY), ("app.py", "")]);
    snapshot!("diff_text", place.run(&["diff", "@"]).whole());
    assert_eq!(place.read("Dockerfile"), EVERY, "diff writes nothing");
    assert!(!place.path(".dockerignore").exists());
}

#[test]
fn what_is_refused_for_one_cause_is_said_once_with_all_lines() {
    let place = Place::with(&[("Dockerfile", "FROM a\nRUN false\nRUN echo\nRUN false\nRUN false\n")]);
    let said = place.run(&["diff", "@"]);
    assert_eq!(said.out.matches("does something: it fails").count(), 1, "{}", said.out);
    assert!(
        said.out.contains("Dockerfile:2:1") && said.out.contains("  also in lines 4, 5\n"),
        "{}",
        said.out
    );
}

#[test]
fn more_detail_shows_what_is_so_already() {
    let place = Place::with(&[("Dockerfile", EVERY), (".dockerignore", "")]);
    snapshot!("diff_text_verbose", place.run(&["diff", "-v", "@Dockerfile"]).whole());
}

#[test]
fn colour_marks_the_changed_words() {
    let place = Place::with(&[("Dockerfile", "FROM a\nRUN sleep 0\nRUN false\n")]);
    let said = place.run(&["diff", "--color=always", "@"]);
    snapshot!("diff_text_colour", said.out.replace('\x1b', "␛"));
}

#[test]
fn a_carriage_return_is_shown_only_where_it_changes() {
    let place = Place::with(&[("Dockerfile", "FROM a\r\nRUN sleep 0\r\nRUN echo\r\n")]);
    let said = place.run(&["diff", "@"]);
    assert!(said.out.contains("-RUN sleep 0\n+RUN true\n RUN echo\n"), "{}", said.out);
    assert!(!said.out.contains('\r') && !said.out.contains('␍'), "{}", said.out);
}

#[test]
fn a_missing_last_line_end_is_said() {
    let place = Place::with(&[("Dockerfile", "FROM a\nRUN sleep 0")]);
    let said = place.run(&["diff", "@"]);
    let wanted = "-RUN sleep 0\n\\ No newline at end of file\n+RUN true\n\\ No newline at end of file\n";
    assert!(said.out.contains(wanted), "{}", said.out);
}

#[test]
fn nothing_in_a_file_reaches_the_terminal_as_a_command() {
    let text = "FROM a\n# \x1b]0;title\x07 \x1b[2J \u{202e}evil\u{9b}31m\x08\nRUN sleep 0\nRUN \x1b[31mred\n";
    let place = Place::with(&[("Dockerfile", text), ("bad.Dockerfile", "FROM a\nRUNN \x1b[2J\x07\n")]);
    let said = place.run(&["diff", "@"]);
    for shown in [&said.out, &said.err] {
        assert!(
            !shown.chars().any(|char| (char.is_control() && char != '\n') || char == '\u{202e}'),
            "{shown:?}"
        );
    }
    assert!(said.out.contains("␛]0;title␇ ␛[2J \\u{202e}evil\\u{9b}31m␈"), "{}", said.out);
    assert!(said.err.contains("RUNN ␛[2J␇"), "{}", said.err);
}

#[test]
fn check_names_the_files_and_exits_with_1() {
    let place = Place::with(&[("a/Dockerfile", "FROM a\nRUN sleep 0\n"), ("b/Dockerfile", "FROM a\n")]);
    snapshot!("check_text", place.run(&["check", "@"]).whole());
    assert_eq!(place.run(&["check", "@b"]).exit, Exit::Done);
}

#[test]
fn errors_win_over_changes() {
    let place = Place::with(&[("a/Dockerfile", "FROM a\nRUN sleep 0\n"), ("b/Dockerfile", "FORM a\n")]);
    let said = place.run(&["check", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.out.contains("a/Dockerfile: noops"), "{}", said.out);
    assert!(said.out.contains("1 Dockerfile, 1 error, 1 file would change"), "{}", said.out);
}

#[test]
fn quiet_prints_errors_only() {
    let place = Place::with(&[("Dockerfile", "FROM a\nRUN sleep 0\n"), ("x.Dockerfile", "NONE\n")]);
    let said = place.run(&["diff", "-q", "@"]);
    assert_eq!(said.out, "");
    assert!(said.err.contains("unknown instruction `NONE`"), "{}", said.err);
}

#[test]
fn the_json_form_tells_all_of_it() {
    let place = Place::with(&[
        ("Dockerfile", EVERY),
        ("app.py", ""),
        ("b/Dockerfile", "FROM a\nCOPY missing /\n"),
        ("bad.Dockerfile", "FROM a\n\nRUNN x\n"),
        ("x.Dockerfile.j2", "{{ x }}"),
    ]);
    let said = place.run(&["diff", "--format=json", "@"]);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Error, ""));
    let value: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_valid(&value);
    snapshot!("diff_json", serde_json::to_string_pretty(&value).expect("JSON"));
}

#[test]
fn usage_errors_are_in_the_json_form_as_well() {
    let place = Place::with(&[]);
    let said = place.run(&["diff", "--format=json", "--only=nops", "@"]);
    let value: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_valid(&value);
    assert_eq!(value["errors"][0]["kind"], "usage");
    assert_eq!(value["errors"][0]["help"], "did you mean `noops`?");
    assert_eq!(said.exit, Exit::Error);
}

/// The published schema, which the JSON must follow.
fn assert_valid(value: &serde_json::Value) {
    let schema = include_str!("../../docs/json.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn standard_input_is_one_dockerfile_without_a_context() {
    let place = Place::new();
    let said = place.run_with(&["diff", "-"], "FROM a\nRUN sleep 0\nCOPY . /\n", false);
    snapshot!("diff_standard_input", said.whole());
    let said = place.run_with(&["apply", "-"], "FROM a\r\nRUN sleep 0\r\nCOPY . /\r\n", false);
    assert_eq!(said.out, "FROM a\r\nRUN true\r\nCOPY . /\r\n");
    assert!(said.err.contains("standard input has no context"), "{}", said.err);
    assert_eq!(
        place.run_with(&["apply", "-"], "FROM a\n", false).out,
        "FROM a\n",
        "unchanged text comes back"
    );
}

#[test]
fn passes_are_listed_with_their_decisions() {
    let place = Place::new();
    snapshot!("passes_text", place.run(&["passes"]).whole());
    let value: serde_json::Value =
        serde_json::from_str(&place.run(&["passes", "--format=json"]).out).expect("JSON");
    assert_eq!(value[0]["id"], "noops");
    assert_eq!(value[0]["decisions"][1]["safety"], "unsafe");
}

#[test]
fn explain_prints_the_page() {
    let place = Place::new();
    assert!(place.run(&["explain", "noops"]).out.starts_with("# noops\n"));
    assert!(place.run(&["explain", "noops/exit"]).out.starts_with("# noops\n"), "a decision's is its pass's");
    let said = place.run(&["explain", "noop"]);
    assert!(said.err.contains("did you mean `noops`?"), "{}", said.err);
    let said = place.run(&["explain", "sleep-noops"]);
    assert!(said.err.contains("did you mean `noops`?"), "its page speaks of sleep: {}", said.err);
    let said = place.run(&["explain", "wait-noops"]);
    assert!(said.err.contains("`dockfit passes` lists them"), "{}", said.err);
}

#[test]
fn completions_and_the_manual_page_name_the_commands() {
    let place = Place::new();
    assert!(place.run(&["completions", "bash"]).out.contains("--allow-dirty"));
    assert!(place.run(&["man"]).out.contains(".SH SUBCOMMANDS"));
    assert_eq!(place.run(&["man", "--output", "@pages/man1"]).exit, Exit::Done);
    assert!(place.read("pages/man1/dockfit-apply.1").contains("allow"));
    place.write("file", "");
    let said = place.run(&["man", "--output", "@file"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("the pages cannot be written"), "{}", said.err);
}

#[test]
fn a_path_alone_is_a_diff_and_a_command_may_stand_behind_options() {
    let place = Place::with(&[("Dockerfile", "FROM a\nRUN sleep 0\n")]);
    let whole = place.run(&["diff", "@Dockerfile", "--only", "noops"]).out;
    assert!(whole.contains("+RUN true"), "{whole}");
    let until_hint = |text: &str| text.split("To apply:").next().map(str::to_owned);
    let said = place.run(&["@Dockerfile", "--only", "noops"]).out;
    assert_eq!(until_hint(&said), until_hint(&whole));
    assert_eq!(
        place.run(&["--only", "noops", "diff", "@Dockerfile"]).out,
        place.run(&["diff", "--only", "noops", "@Dockerfile"]).out
    );
    assert_eq!(place.run(&["--only", "noops", "check", "@Dockerfile"]).exit, Exit::Found);
}

#[test]
fn a_pass_that_breaks_a_promise_is_taken_back_and_said() {
    let place = Place::with(&[("Dockerfile", "FROM a\n# lose me\nRUN sleep 0\n")]);
    let said = place.run(&["diff", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.out.contains("+RUN true"), "the others go on: {}", said.out);
    snapshot!("takeback", said.err);
}

#[test]
fn a_panic_is_an_error_and_stops_no_other() {
    let place =
        Place::with(&[("a/Dockerfile", "FROM a\nRUN panic\n"), ("b/Dockerfile", "FROM a\nRUN sleep 0\n")]);
    let said = place.run(&["diff", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.out.contains("+RUN true"), "{}", said.out);
    assert!(
        said.err.contains("a bug of dockfit") && said.err.contains("/project/a/Dockerfile"),
        "{}",
        said.err
    );
}
