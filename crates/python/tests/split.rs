//! Each folder of `tests/cases` is a project; its snapshot is what a user gets for it: the files, or the mistake.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use dockfit_python::{Apart, Environment, Request, Split, line, split};

#[test]
fn every_case_gives_its_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut cases: Vec<_> =
        std::fs::read_dir(&root).expect("cases").map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    assert!(cases.len() >= 3, "only {} cases were found", cases.len());
    for case in cases {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        let files = files_of(&case, &case);
        let mut request = Request::new("").expect("the table");
        request.environment = Environment::anywhere();
        let text = match split(&files, &request) {
            Ok(split) => render(&split),
            Err(error) => format!("{}\n{error}\n", error.kind.code()),
        };
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

fn render(split: &Split) -> String {
    let mut text = String::new();
    for file in &split.files {
        let _ = write!(text, "==> {} <==\n{}\n", file.name, file.text);
    }
    for Apart { item, reason, .. } in &split.partition.apart {
        let selected = &split.selection.items[*item];
        let _ = writeln!(
            text,
            "apart: {} ({reason:?})",
            line(&split.resolution.packages[selected.package], selected)
        );
    }
    text
}

fn files_of(root: &Path, folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_of(root, &path));
        } else {
            let name = path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
            found.insert(name, std::fs::read(&path).expect("readable"));
        }
    }
    found
}
