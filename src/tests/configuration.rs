//! Configuration files, comments and the baseline.

use super::{Exit, Place, snapshot};

const BOTH: &str = "FROM a\nRUN sleep 0\nRUN exit 0\n";

#[test]
fn init_writes_the_defaults_and_never_overwrites() {
    let place = Place::with(&[("Dockerfile", BOTH)]);
    let before = place.run(&["diff", "@"]).out;
    assert_eq!(place.run(&["init", "@"]).out, "wrote /project/dockfit.toml\n");
    assert_eq!(place.run(&["diff", "@"]).out, before, "the defaults change nothing");
    let live = place.read("dockfit.toml").replace("\n#", "\n").replace("\n ", "\n# ");
    let uncommented: String = live
        .lines()
        .filter(|line| line.contains(" = ") || line.starts_with('['))
        .map(|line| format!("{line}\n"))
        .collect();
    place.write("dockfit.toml", uncommented.replace("\"backend/Dockerfile\"", "\"Dockerfile\""));
    let said = place.run(&["diff", "@"]);
    assert_eq!((said.exit, said.out.as_str()), (Exit::Done, before.as_str()), "{}", said.err);
    let said = place.run(&["init", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("there is a configuration already"), "{}", said.err);
    assert!(place.run(&["init", "@none"]).err.contains("there is no such folder"));
}

#[test]
fn the_nearest_configuration_up_to_the_root_counts() {
    let place = Place::in_git(&[
        ("dockfit.toml", "skip = [\"noops\"]\n"),
        ("a/Dockerfile", BOTH),
        ("b/Dockerfile", BOTH),
        ("b/c/pyproject.toml", "[project]\nname = \"dockfit\"\n"),
        ("b/c/Dockerfile", BOTH),
        ("b/pyproject.toml", "[project]\nname = \"b\"\n[tool.dockfit]\nunsafe = true\n"),
    ]);
    assert!(place.run(&["diff", "@a"]).out.contains("nothing to change"));
    assert_eq!(place.run(&["diff", "@b/c"]).out.matches("+RUN true").count(), 2, "the one above counts");
    assert_eq!(place.run(&["diff", "@b/Dockerfile"]).out.matches("+RUN true").count(), 2);
    let config = format!("--config={}", place.path("b/pyproject.toml").display());
    assert_eq!(
        place.run(&["diff", &config, "@a/Dockerfile"]).out.matches("+RUN true").count(),
        2,
        "--config names another"
    );
}

#[test]
fn an_installer_is_one_that_is_known() {
    let place = Place::with(&[("Dockerfile", BOTH), ("dockfit.toml", "installer = \"poetry\"\n")]);
    let said = place.run(&["diff", "@"]);
    assert_eq!(said.exit, Exit::Error);
    snapshot!("configuration_installer", said.err);
    place.write("dockfit.toml", "installer = \"uv:0.13.9\"\n");
    assert_eq!(place.run(&["diff", "@"]).exit, Exit::Done);
    assert_eq!(place.run(&["diff", "--installer=pip", "@"]).exit, Exit::Done);
}

#[test]
fn an_interpreter_comes_from_the_image_or_is_copied() {
    let place = Place::with(&[("Dockerfile", BOTH), ("dockfit.toml", "interpreter = \"mine\"\n")]);
    let said = place.run(&["diff", "@"]);
    assert_eq!(said.exit, Exit::Error);
    assert!(said.err.contains("`interpreter` cannot be `mine`"), "{}", said.err);
    for known in ["copied", "of-image"] {
        place.write("dockfit.toml", format!("interpreter = \"{known}\"\n"));
        assert_eq!(place.run(&["diff", "@"]).exit, Exit::Done, "{known}");
    }
}

#[test]
fn options_add_to_the_configuration() {
    let place = Place::with(&[
        ("Dockerfile", BOTH),
        ("dockfit.toml", "only = [\"ignore-file\"]\nformat = \"json\"\n"),
    ]);
    assert!(place.run(&["diff", "@"]).out.starts_with("{\"schema\":1,"));
    assert!(place.run(&["diff", "--format=text", "@"]).out.contains("nothing to change"));
    let only = place.run(&["diff", "--format=text", "--only=noops/exit", "@"]);
    assert!(
        only.out.contains("-RUN exit 0\n+RUN true\n") && !only.out.contains("-RUN sleep 0"),
        "{}",
        only.out
    );
}

#[test]
fn exclude_leaves_folders_out_unless_named() {
    let place = Place::with(&[
        ("dockfit.toml", "exclude = [\"vendor/\", \"**/*.old.Dockerfile\"]\n"),
        ("Dockerfile", BOTH),
        ("vendor/x/Dockerfile", BOTH),
        ("x/y.old.Dockerfile", BOTH),
    ]);
    assert!(place.run(&["diff", "@"]).out.contains("\n1 Dockerfile, "));
    assert!(place.run(&["diff", "@", "@x/y.old.Dockerfile"]).out.contains("\n2 Dockerfiles, "));
}

#[test]
fn what_is_wrong_is_shown_where_it_stands() {
    let place = Place::with(&[("Dockerfile", BOTH)]);
    let mut shown = String::new();
    for text in [
        "only = []\nskpi = [\"noops\"]\n",
        "zzz = 1\n",
        "with = [\"noops\", \"nops\"]\n",
        "unsafe = \"yes\"\n",
        "only = \"noops\"\n",
        "format = \"xml\"\n",
        "exclude = [\"a[\"]\n",
        "context = \".\"\n",
        "only = [\n",
        "baseline = \"broken.json\"\n",
        "[context]\n\"Dockerfile\" = \"none\"\n",
    ] {
        place.write("dockfit.toml", text);
        place.write("broken.json", "{\"version\": 1, \"x\": 2}");
        let said = place.run(&["diff", "@", "@Dockerfile"]);
        assert_eq!(said.exit, Exit::Error, "{text}");
        shown.extend([text, &said.err, "\n"]);
    }
    snapshot!("configuration_errors", shown);
    assert_eq!(place.run(&["diff", "--config=none.toml", "@"]).exit, Exit::Error);
}

#[test]
fn comments_keep_passes_away() {
    let text = "FROM a\n# dockfit: ignore[noops]\nRUN sleep 0\n# dockfit: ignore[nops]\nRUN sleep 0\n# dockfit: ignore[\nRUN x\n";
    let place = Place::with(&[("Dockerfile", text)]);
    let said = place.run(&["diff", "@"]);
    assert_eq!(said.exit, Exit::Done, "a warning is no error");
    assert_eq!(said.out.matches("+RUN true").count(), 1, "{}", said.out);
    snapshot!("ignore_comment_warnings", said.err);
}

#[test]
fn what_the_baseline_accepts_is_shown_no_more() {
    let place = Place::with(&[("Dockerfile", "FROM a\nRUN false\nRUN exit 0\n"), ("dockfit.toml", "")]);
    let said = place.run(&["check", "--write-baseline", "@"]);
    assert_eq!(said.out, "/project/dockfit-baseline.json: 2 accepted\n");
    snapshot!("baseline", place.read("dockfit-baseline.json"));
    let said = place.run(&["diff", "@"]);
    assert_eq!(said.out, "1 Dockerfile, nothing to change · 2 accepted before\n");
    place.write("Dockerfile", "FROM a\n\n\nRUN false\nRUN false\n# moved\nRUN exit 0\nCOPY . /\n");
    let said = place.run(&["diff", "@"]);
    assert!(!said.out.contains("refused") || said.out.contains("3 accepted"), "{}", said.out);
    let said = place.run(&["check", "--write-baseline", "@"]);
    assert_eq!(said.out, "/project/dockfit-baseline.json: 2 accepted\n", "written anew, not added to");
}
