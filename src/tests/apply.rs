//! Writing.

use super::{Exit, Place, snapshot};

const TEXT: &str = "FROM a\nRUN sleep 0\nCOPY . /app\nRUN exit 0\n";
const DONE: &str = "FROM a\nRUN true\nCOPY . /app\nRUN exit 0\n";

#[test]
fn apply_writes_and_undo_takes_it_back() {
    let place = Place::in_git(&[("Dockerfile", TEXT), ("app.py", "")]);
    snapshot!("apply_text", place.run(&["apply", "@"]).whole());
    assert_eq!(place.read("Dockerfile"), DONE);
    assert_eq!(place.read(".dockerignore"), "**/__pycache__\n");
    let again = place.run(&["apply", "--allow-dirty", "@"]);
    assert!(again.out.contains("nothing to change"), "{}", again.out);
    assert_eq!(place.run(&["undo", "@"]).exit, Exit::Done);
    assert_eq!(place.read("Dockerfile"), TEXT);
    assert!(!place.path(".dockerignore").exists());
    let said = place.run(&["undo", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("nothing to undo"), "{}", said.err);
    assert_eq!(place.git(&["status", "--porcelain"]), "", "nothing is left behind");
}

#[test]
fn undo_keeps_what_was_changed_since() {
    let place = Place::with(&[("Dockerfile", TEXT), ("app.py", "")]);
    place.run(&["apply", "@"]);
    place.write("Dockerfile", "FROM other\n");
    let said = place.run(&["undo", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("changed since the apply"), "{}", said.err);
    assert_eq!(place.read("Dockerfile"), "FROM other\n");
    assert!(place.path(".dockerignore").exists());
}

#[test]
fn files_that_are_not_committed_are_left_alone_with_their_project() {
    let place = Place::in_git(&[("a/Dockerfile", TEXT), ("a/x", ""), ("b/Dockerfile", TEXT), ("b/x", "")]);
    place.write("a/Dockerfile", format!("{TEXT}# more\n"));
    let said = place.run(&["apply", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("has changes that are not committed"), "{}", said.err);
    assert!(said.err.contains("/project/a/Dockerfile") && said.err.contains("--allow-dirty"), "{}", said.err);
    assert_eq!(place.read("a/Dockerfile"), format!("{TEXT}# more\n"));
    assert!(!place.path("a/.dockerignore").exists(), "all of a project or nothing");
    assert_eq!(place.read("b/Dockerfile"), DONE);
    let said = place.run(&["apply", "--allow-dirty", "@a"]);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
    assert_eq!(place.read("a/Dockerfile"), format!("{DONE}# more\n"));
}

#[test]
fn a_dirty_file_that_does_not_change_is_no_hindrance() {
    let place = Place::in_git(&[("Dockerfile", TEXT), ("app.py", "")]);
    place.write("app.py", "changed");
    assert_eq!(place.run(&["apply", "@"]).exit, Exit::Done);
    assert_eq!(place.read("app.py"), "changed");
}

#[test]
fn one_commit_per_pass() {
    let place = Place::in_git(&[("Dockerfile", TEXT), ("app.py", ""), ("staged", "a")]);
    place.write("staged", "b");
    place.git(&["add", "staged"]);
    let said = place.run(&["apply", "--commit", "@"]);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
    assert!(said.out.ends_with("2 commits made; git has what was before\n"), "{}", said.out);
    let log = place.git(&["log", "--format=%s%n%n%b--", "--stat", "-2"]);
    snapshot!("commit_messages", log);
    assert_eq!(place.git(&["status", "--porcelain"]), "M  staged\n", "what was staged stays so");
}

#[test]
fn where_git_refuses_a_commit_nothing_of_that_pass_stays() {
    let place = Place::in_git(&[("Dockerfile", TEXT), ("app.py", "")]);
    place.write(".git/hooks/pre-commit", "#!/bin/sh\necho no commits today >&2\nexit 1\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(place.path(".git/hooks/pre-commit"), mode).expect("a mode");
    let said = place.run(&["apply", "--commit", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("no commits today"), "{}", said.err);
    assert_eq!(place.read("Dockerfile"), TEXT);
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    let outside = Place::with(&[("Dockerfile", TEXT)]);
    let said = outside.run(&["apply", "--commit", "@"]);
    assert!(said.err.contains("no git work tree"), "{}", said.err);
    assert_eq!(outside.read("Dockerfile"), TEXT);
}

#[test]
fn interactive_asks_at_each_decision() {
    let place =
        Place::with(&[("Dockerfile", "FROM a\nRUN sleep 0\nRUN sleep 0\nCOPY . /\n"), ("app.py", "")]);
    let said = place.run_with(&["apply", "--interactive", "@"], "n\nwhat\ny\nq\n", true);
    assert_eq!(said.exit, Exit::Done, "{}", said.err);
    snapshot!("interactive", said.err);
    assert_eq!(place.read("Dockerfile"), "FROM a\nRUN sleep 0\nRUN true\nCOPY . /\n");
    assert!(!place.path(".dockerignore").exists());
    let said = place.run_with(&["apply", "--interactive", "@"], "a\n", true);
    assert_eq!(said.err.matches("Apply this?").count(), 1, "{}", said.err);
    assert!(place.path(".dockerignore").exists());
    let said = place.run_with(&["apply", "--interactive", "@"], "", false);
    assert!(said.err.contains("--interactive needs a terminal"), "{}", said.err);
}

#[test]
fn apply_can_tell_in_json() {
    let place = Place::with(&[("Dockerfile", TEXT)]);
    let said = place.run(&["apply", "--format=json", "@"]);
    let value: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(value["projects"][0]["files"][0]["path"], "Dockerfile");
    assert_eq!(place.read("Dockerfile"), DONE);
    let said = place.run(&["apply", "--format=patch", "@"]);
    assert!(said.err.contains("dockfit diff prints the other formats"), "{}", said.err);
}

#[test]
fn a_file_that_changed_since_it_was_read_is_not_overwritten() {
    let place = Place::with(&[("Dockerfile", TEXT), ("app.py", "")]);
    let said = place.run(&["apply", "--with=meddler", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("changed since it was read"), "{}", said.err);
    assert_eq!(place.read("Dockerfile"), "FROM saved\n");
    assert!(!place.path(".dockerignore").exists(), "all or nothing");
}

#[test]
fn other_names_of_a_file_are_warned_of() {
    let place = Place::with(&[("Dockerfile", "FROM a\nRUN sleep 0\n")]);
    std::fs::hard_link(place.path("Dockerfile"), place.path("other")).expect("a link");
    let said = place.run(&["apply", "@"]);
    assert_eq!(said.exit, Exit::Done);
    assert!(said.err.contains("the file has other names"), "{}", said.err);
}
