//! How long many files take: `cargo test --release -p dockfit-journal speed -- --ignored --nocapture`.

use std::fs;
use std::process::Command;
use std::time::Instant;

use dockfit_journal::Journal;

use crate::project::replacement;

#[test]
#[ignore = "a measurement"]
fn speed() {
    for count in [1, 10, 100, 1_000, 10_000] {
        let folder = tempfile::tempdir().unwrap();
        let old = vec![b'o'; 1_000];
        let new = vec![b'n'; 1_200];
        let mut files = Vec::new();
        for i in 0..count {
            let name = format!("d{}/f{i}", i % 100);
            fs::create_dir_all(folder.path().join(&name).parent().unwrap()).unwrap();
            fs::write(folder.path().join(&name), &old).unwrap();
            files.push(replacement(&name, Some(&old), &new));
        }
        // Old files are on disk in real life.
        assert!(Command::new("sync").status().unwrap().success());
        let start = Instant::now();
        Journal::open(folder.path()).unwrap().0.apply(&files).unwrap();
        let applied = start.elapsed();
        let start = Instant::now();
        Journal::undo(folder.path()).unwrap();
        println!("{count:>6} files: apply {applied:>9.1?}, undo {:>9.1?}", start.elapsed());
        assert_eq!(fs::read(folder.path().join("d0/f0")).unwrap(), old);
    }
}
