//! The example, as the README shows it.

use crate::{dockfit, example, repository, run};

#[test]
fn the_first_command_shows_the_passes_on_a_page_or_three() {
    let (code, out, err) =
        run(dockfit().args(["diff", "examples/fastapi-backend"]).current_dir(repository()));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.contains("apt-caches · proposal 2.1") && out.contains("package-caches · proposal 1.2"),
        "{out}"
    );
    // Of the new requirement files only the first lines.
    assert!(out.contains(" more lines of a new file; --verbose shows them\n"), "{out}");
    assert!(out.lines().count() < 400, "{out}");
}

#[test]
fn apply_then_undo_gives_back_every_byte() {
    let folder = example();
    let path = folder.path().join("Dockerfile");
    let before = std::fs::read(&path).expect("a file");
    let (code, out, err) = run(dockfit().arg("apply").current_dir(folder.path()));
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert_ne!(std::fs::read(&path).expect("a file"), before);
    assert!(out.ends_with("To take it back: dockfit undo\n"), "{out}");
    let (code, out, _) = run(dockfit().arg("undo").current_dir(folder.path()));
    assert_eq!(
        (code, out.as_str()),
        (Some(0), "Dockerfile: as it was before\n.dockerignore: as it was before\n")
    );
    assert_eq!(std::fs::read(&path).expect("a file"), before);
    let names: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert!(!names.iter().any(|name| name.file_name().to_string_lossy().contains("dockfit")), "{names:?}");
}

#[test]
fn every_pass_has_a_page() {
    let (_, json, _) = run(dockfit().args(["passes", "--format=json"]));
    let passes: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let passes = passes.as_array().expect("a list");
    assert!(passes.len() >= 2);
    for pass in passes {
        let id = pass["id"].as_str().expect("a name");
        let (code, page, _) = run(dockfit().args(["explain", id]));
        assert_eq!(code, Some(0));
        assert!(page.starts_with('#') && page.contains(id), "{id}: {page}");
    }
}
