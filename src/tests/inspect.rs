//! `inspect`, and `--target`.

use serde_json::Value;

use super::{Exit, Place};

const TWO: &str = "\
FROM debian:13 AS base
RUN sleep 0
FROM base AS one
ARG WHO=me
ENV NAME=$WHO
RUN [\"/x\", \"y\"]
FROM base AS two
WORKDIR /two
RUN sleep 0
";

fn inspect(place: &Place, words: &[&str]) -> Value {
    let mut all = vec!["inspect"];
    all.extend(words);
    let said = place.run(&all);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
    serde_json::from_str(&said.out).expect("JSON")
}

#[test]
fn inspect_shows_the_configuration_of_the_target() {
    let place = Place::with(&[("Dockerfile", TWO)]);
    let last = inspect(&place, &["@Dockerfile"]);
    assert_eq!(last["config"]["WorkingDir"], "/two");
    assert_eq!(last["stages"][2]["name"], "two");
    assert!(last.get("context").is_none());
    let one = inspect(&place, &["--target=one", "--build-arg=WHO=you", "@"]);
    assert_eq!(one["config"]["Env"][1], "NAME=you", "{one}");
    assert_eq!(one["stages"][1]["runs"][0]["argv"], serde_json::json!(["/x", "y"]));
}

#[test]
fn inspect_lists_what_of_the_context_reaches_the_engine() {
    let place = Place::with(&[
        ("Dockerfile", "FROM scratch\nCOPY . /\n"),
        (".dockerignore", "*\n!src\n**/*.pyc\n"),
        ("src/a.py", ""),
        ("src/b/a.pyc", ""),
        ("src/b/.hidden", ""),
        ("other", ""),
    ]);
    assert_eq!(
        inspect(&place, &["--context-files", "@"])["context"],
        serde_json::json!(["src/a.py", "src/b/.hidden"])
    );
    place.write("Dockerfile.dockerignore", "");
    let all = inspect(&place, &["--context-files", "@Dockerfile"]);
    assert_eq!(all["context"].as_array().map(Vec::len), Some(7), "the own ignore file wins: {all}");
    place.write("Dockerfile.dockerignore", "ok\n[\n");
    let said = place.run(&["inspect", "--context-files", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("/project/Dockerfile.dockerignore:2:1"), "{}", said.err);
}

#[test]
fn what_the_engine_refuses_is_an_error() {
    let place = Place::with(&[
        ("Dockerfile", "FROM scratch\nCOPY --from=none a b\nENV\n"),
        ("bad/Dockerfile", "FORM x\n"),
    ]);
    let said = place.run(&["inspect", "@Dockerfile"]);
    assert_eq!((said.exit, said.out.as_str()), (Exit::Error, ""));
    assert!(said.err.contains("/project/Dockerfile:3:1"), "{}", said.err);
    let said = place.run(&["inspect", "@bad"]);
    assert_eq!((said.exit, said.out.as_str()), (Exit::Error, ""));
    assert!(said.err.contains("unknown instruction `FORM`"), "{}", said.err);
    assert_eq!(place.run(&["inspect", "--target=none", "@Dockerfile"]).exit, Exit::Error);
}

#[test]
fn inspect_takes_one_dockerfile() {
    let place = Place::with(&[("a/Dockerfile", TWO), ("b/Dockerfile", "FROM scratch\n")]);
    let said = place.run(&["inspect", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(
        said.err.contains("name one of them: /project/a/Dockerfile, /project/b/Dockerfile"),
        "{}",
        said.err
    );
    place.write("Dockerfile", "FROM scratch\nLABEL top=1\n");
    assert_eq!(inspect(&place, &["@"])["config"]["Labels"]["top"], "1", "the folder's own is meant");
    let said = place.run_with(&["inspect", "-"], "FROM debian:13\nUSER me\n", false);
    assert!(said.out.contains("\"User\": \"me\""), "{}{}", said.out, said.err);
}

#[test]
fn a_target_limits_what_is_done_to_what_it_needs() {
    let place = Place::with(&[("Dockerfile", TWO), ("other.Dockerfile", "FROM a\nRUN sleep 0\n")]);
    let said = place.run(&["diff", "--target=ONE", "@"]);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
    assert_eq!(said.out.matches("+RUN true").count(), 1, "{}", said.out);
    assert!(said.out.contains(" FROM debian:13 AS base\n-RUN sleep 0\n+RUN true"), "{}", said.out);
    let said = place.run(&["diff", "--target=tow", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(
        said.err.contains("no Dockerfile has a stage `tow`") && said.err.contains("did you mean `two`?"),
        "{}",
        said.err
    );
}
