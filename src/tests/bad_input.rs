//! Bad input: each a clear error that says what to do, and nothing lost.

use std::os::unix::fs::symlink;

use super::{Exit, Place, snapshot};

const GOOD: &str = "FROM a\nRUN sleep 0\n";

/// Runs `diff` on the words and expects an error that holds these; what is good is still shown.
fn refuses(place: &Place, words: &[&str], wanted: &[&str]) {
    let mut all = vec!["diff"];
    all.extend(words);
    let said = place.run(&all);
    assert_eq!(said.exit, Exit::Error, "{}", said.out);
    for wanted in wanted {
        assert!(said.err.contains(wanted), "`{wanted}` is missing in:\n{}", said.err);
    }
    if place.path("good/Dockerfile").exists() {
        assert!(said.out.contains("+RUN true"), "the good one is not shown:\n{}", said.out);
    }
}

#[test]
fn a_missing_path() {
    let place = Place::with(&[("good/Dockerfile", GOOD)]);
    refuses(
        &place,
        &["@good", "@none"],
        &["there is no such file or folder", "/project/none", "check the spelling"],
    );
}

#[test]
fn a_folder_without_dockerfiles() {
    let place = Place::with(&[("good/Dockerfile", GOOD), ("empty/readme.md", "")]);
    refuses(
        &place,
        &["@good", "@empty"],
        &["no Dockerfile was found in this folder", "name the file itself"],
    );
}

#[test]
fn a_link_out_of_the_project() {
    let place = Place::in_git(&[("repository/good/Dockerfile", GOOD)]);
    let outside = Place::with(&[("Dockerfile", GOOD)]);
    symlink(outside.path("Dockerfile"), place.path("repository/Dockerfile")).expect("a link");
    let said = place.run(&["apply", "--allow-dirty", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("leads out of the project"), "{}", said.err);
    assert!(said.err.contains("name the file where it really lies"), "{}", said.err);
    let said = place.run(&["apply", "--allow-dirty", "@repository/Dockerfile"]);
    assert!(said.err.contains("leads out of the project"), "{}", said.err);
    assert_eq!(outside.read("Dockerfile"), GOOD);
}

#[test]
fn a_link_inside_the_project_is_followed_and_kept() {
    let place = Place::in_git(&[("files/app", GOOD)]);
    symlink("files/app", place.path("Dockerfile")).expect("a link");
    let said = place.run(&["apply", "@"]);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
    assert!(place.path("Dockerfile").is_symlink());
    assert_eq!(place.read("files/app"), "FROM a\nRUN true\n");
}

#[test]
fn a_link_to_nothing() {
    let place = Place::with(&[("good/Dockerfile", GOOD)]);
    symlink("nowhere", place.path("Dockerfile")).expect("a link");
    refuses(&place, &["@"], &["a link to something that is not there", "mend or remove the link"]);
    refuses(&place, &["@", "@Dockerfile"], &["a link to something that is not there"]);
}

#[test]
fn a_folder_called_dockerfile() {
    let place = Place::with(&[("good/Dockerfile", GOOD), ("Dockerfile/readme", "")]);
    let said = place.run(&["diff", "@"]);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
    assert!(said.out.contains("+RUN true"), "{}", said.out);
}

#[test]
fn a_file_of_a_hundred_megabytes() {
    let place = Place::with(&[("good/Dockerfile", GOOD)]);
    let file = std::fs::File::create(place.path("Dockerfile")).expect("a file");
    file.set_len(100 << 20).expect("a large file");
    refuses(&place, &["@"], &["the file is too large: 100 MB, and dockfit reads 10 MB at most"]);
}

#[test]
fn a_file_that_is_no_text() {
    let place = Place::with(&[("good/Dockerfile", GOOD)]);
    place.write("Dockerfile", b"\xff\xfeF\0R\0O\0M\0");
    refuses(&place, &["@"], &["NUL byte", "save it as UTF-8", "/project/Dockerfile:1:4"]);
    place.write("Dockerfile", b"FROM a\n\n  RUN caf\xe9 x\n");
    refuses(&place, &["@"], &["the byte 0xe9 is no UTF-8", "/project/Dockerfile:3:10"]);
}

#[test]
fn bytes_that_do_no_harm_are_kept() {
    let place = Place::new();
    place.write("Dockerfile", b"FROM a\n# caf\xe9\nRUN sleep 0\n");
    let said = place.run(&["apply", "@"]);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
    assert_eq!(std::fs::read(place.path("Dockerfile")).expect("a file"), b"FROM a\n# caf\xe9\nRUN true\n");
}

#[test]
fn what_the_grammar_refuses_is_shown_with_a_caret() {
    let place =
        Place::with(&[("good/Dockerfile", GOOD), ("Dockerfile", "FROM a\nRUN x\n  COPPY a b\nRUN <<EOF\n")]);
    refuses(&place, &["@"], &[]);
    snapshot!("syntax_errors", place.run(&["diff", "@Dockerfile"]).err);
    let many = format!("FROM a\n{}", "?\n".repeat(50));
    place.write("Dockerfile", many);
    refuses(&place, &["@"], &["the file has 47 more errors"]);
    place.write("Dockerfile", format!("FROM a\n{}", "?\n".repeat(4)));
    refuses(&place, &["@"], &["the file has 1 more error;"]);
}

#[test]
fn templates_are_skipped_and_no_error() {
    let place = Place::with(&[
        ("good/Dockerfile", GOOD),
        ("Dockerfile.j2", "{% if x %}"),
        ("Dockerfile", "{% if x %}\nFROM a\n{% endif %}\n"),
        ("inspect.Dockerfile", "FROM a\nRUN docker inspect --format '{{.Id}}' x\nRUN sleep 0\n"),
    ]);
    let said = place.run(&["diff", "@"]);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
    assert!(said.out.contains("2 Dockerfiles, 2 templates skipped"), "{}", said.out);
    let said = place.run(&["diff", "-v", "@"]);
    assert!(said.err.contains("a template is not edited"), "{}", said.err);
    place.write("Dockerfile.j2", GOOD);
    let said = place.run(&["apply", "@Dockerfile.j2"]);
    assert_eq!(said.exit, Exit::Done, "{}", said.err);
    assert_eq!(place.read("Dockerfile.j2"), GOOD, "a template by its name, even where the grammar holds");
}

#[test]
fn misspelt_names() {
    let place = Place::with(&[("Dockerfile", GOOD)]);
    refuses(
        &place,
        &["--only=nops", "@"],
        &["--only: there is no pass or decision `nops`", "did you mean `noops`?"],
    );
    refuses(&place, &["--skip=noops/exi", "@"], &["--skip", "did you mean `noops/exit`?"]);
    refuses(&place, &["--with=something-else", "@"], &["`dockfit passes` lists them"]);
}

#[test]
fn standard_input_stands_alone() {
    let place = Place::with(&[("Dockerfile", GOOD)]);
    refuses(&place, &["-", "@Dockerfile"], &["`-` cannot stand beside other paths"]);
}

#[test]
fn a_context_that_cannot_be() {
    let place = Place::with(&[("a/Dockerfile", GOOD)]);
    refuses(&place, &["--context", "@none", "@a"], &["the context is no folder"]);
    let elsewhere = Place::new();
    let context = format!("--context={}", elsewhere.root().display());
    refuses(&place, &[&context, "@a"], &["the context lies outside the project"]);
}

#[test]
fn what_the_grammar_lets_pass_and_the_engine_refuses() {
    let place = Place::with(&[
        ("good/Dockerfile", GOOD),
        ("no-from/Dockerfile", "RUN pip install x\n"),
        ("env/Dockerfile", "FROM a\nENV PATH\nRUN sleep 0\n"),
        ("copy/Dockerfile", "FROM a\nRUN true \\\n  && true\nCOPY  app\n"),
        ("base/Dockerfile", "FROM one two three\n"),
    ]);
    refuses(&place, &["@good", "@no-from"], &["RUN stands before the first FROM", "/no-from/Dockerfile:1:1"]);
    refuses(&place, &["@good", "@env"], &["ENV needs a name and a value", "/env/Dockerfile:2:5", "^^^^"]);
    refuses(
        &place,
        &["@good", "@copy"],
        &["COPY needs a source and a destination", "/copy/Dockerfile:4:7", "^^^"],
    );
    refuses(&place, &["@good", "@base"], &["FROM takes a base, or a base, AS and a name"]);
    let said = place.run(&["apply", "--allow-dirty", "@"]);
    assert_eq!(said.exit, Exit::Error, "{}", said.err);
    assert_eq!(place.read("env/Dockerfile"), "FROM a\nENV PATH\nRUN sleep 0\n");
    assert!(place.read("good/Dockerfile").contains("RUN true"), "the good one is changed all the same");
}

#[test]
fn a_base_that_a_build_argument_names_is_no_error() {
    let place = Place::with(&[("Dockerfile", "ARG HOST\nARG BASE=$HOST/app:1\nFROM $BASE\nRUN sleep 0\n")]);
    let said = place.run(&["diff", "@"]);
    assert_eq!((said.exit, said.err.as_str()), (Exit::Done, ""));
}
