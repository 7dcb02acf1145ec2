//! `# dockfit: ignore[…]` above an instruction.

use dockfit_rewrite::{Context, Dockerfile, RelPath};

fn dockerfile(text: &str) -> Dockerfile {
    let path = RelPath::new("Dockerfile").expect("a plain name");
    Dockerfile::new(path, Context::Unknown("a test".to_owned()), text)
}

/// Whether `name` is kept away from the RUN below `comment`.
fn ignored(comment: &str, name: &str) -> bool {
    dockerfile(&format!("FROM scratch\n{comment}\nRUN true\n")).is_ignored(1, name)
}

#[test]
fn a_comment_without_names_keeps_everything_away() {
    assert!(ignored("# dockfit: ignore", "package-caches"));
    assert!(ignored("#dockfit:ignore: the mount breaks our builder", "package-caches"));
    assert!(ignored("# dockfit: ignore\n# and a comment between", "package-caches"));
}

#[test]
fn names_are_passes_or_decisions() {
    assert!(ignored("# dockfit: ignore[package-caches]", "package-caches"));
    assert!(ignored("# dockfit: ignore[package-caches]", "package-caches/mount"));
    assert!(ignored("# dockfit: ignore[apt-caches, package-caches/mount] because", "package-caches/mount"));
    assert!(!ignored("# dockfit: ignore[package-caches/mount]", "package-caches"));
    assert!(!ignored("# dockfit: ignore[package]", "package-caches"));
    assert!(!ignored("# dockfit: ignore[apt-caches]", "package-caches"));
}

#[test]
fn other_comments_keep_nothing_away() {
    for comment in
        ["# dockfit: ignored", "# ignore", "# dockfit: ignore[", "# dockfit: ignore[]", "# dockfit"]
    {
        assert!(!ignored(comment, "package-caches"), "{comment}");
    }
    assert!(!ignored("# dockfit: ignore\n", "package-caches"), "a blank line is between");
    assert!(!dockerfile("FROM a\n# dockfit: ignore\nRUN b\nRUN c\n").is_ignored(2, "x"), "two below");
}

#[test]
fn the_place_of_each_name_is_known() {
    let text = "FROM a\r\n # dockfit: ignore[one,  two]\r\nRUN b\r\n";
    let comments = dockerfile(text).ignore_comments(1);
    let names: Vec<&str> =
        comments.iter().flat_map(|found| &found.names).map(|(_, s)| &text[s.range()]).collect();
    assert_eq!(names, ["one", "two"]);
}
