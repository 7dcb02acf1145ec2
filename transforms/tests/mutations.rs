//! All cases and examples, broken at random: no input makes a pass panic, break a promise or change its mind.
//!
//! `DOCKFIT_MUTATIONS` sets the number of rounds, `DOCKFIT_SEED` the first of the random numbers.

#![allow(dead_code, clippy::print_stdout)]

mod support;

use std::path::{Path, PathBuf};

use dockfit_rewrite::Selection;

use self::support::choices::Random;

#[test]
fn broken_dockerfiles_break_nothing() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let rounds = number("DOCKFIT_MUTATIONS").unwrap_or(2000);
    let mut random = Random(number("DOCKFIT_SEED").unwrap_or(0x9e37_79b9_7f4a_7c15));
    let sources = dockerfiles();
    assert!(sources.len() >= 50, "only {} Dockerfiles were found", sources.len());
    let mut changed = 0;
    for _ in 0..rounds {
        let mut text = sources[random.below(sources.len())].clone();
        for _ in 0..=random.below(3) {
            mutate(&mut text, &sources, &mut random);
        }
        let selection = Selection::default();
        let first = support::run(&text, &selection);
        let shown = String::from_utf8_lossy(&text);
        assert!(first.takebacks.is_empty(), "{:?} in\n{shown}", first.takebacks);
        let after = support::after(&first);
        if after == text {
            continue;
        }
        changed += 1;
        let second = support::run(&after, &selection);
        let again = support::after(&second);
        assert!(
            again == after,
            "a second run changes\n{}\ninto\n{}",
            String::from_utf8_lossy(&after),
            String::from_utf8_lossy(&again)
        );
    }
    println!("{rounds} rounds, {changed} of them changed");
    assert!(changed > rounds / 10, "only {changed} of {rounds} were changed: the rest was broken too much");
}

fn dockerfiles() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    collect(root, &mut found);
    collect(&root.join("../examples"), &mut found);
    found.sort();
    found.iter().map(|path| std::fs::read(path).expect("readable")).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, found);
        } else if name.contains("Dockerfile") && !name.ends_with(".dockerignore") {
            found.push(path);
        }
    }
}

/// What a slip of an editor, a merge or a disk leaves.
fn mutate(text: &mut Vec<u8>, sources: &[Vec<u8>], random: &mut Random) {
    const BITS: &[&[u8]] = &[
        b"\\",
        b"`",
        b"\r",
        b"\n",
        b"\t",
        b"#",
        b"&&",
        b"||",
        b";",
        b"'",
        b"\"",
        b"<<EOF",
        b"EOF\n",
        b"$",
        b"${",
        b"(",
        b")",
        b"{ ",
        b" }",
        b"\xff",
        b"\x00",
        b"\xef\xbb\xbf",
        b"# escape=`\n",
        b"--mount=",
        b" \\\n",
        b"ONBUILD ",
        b"sudo ",
        b"|| true",
        b"!",
        b"set -e\n",
        b"[",
        b"]",
        b"--no-cache-dir ",
        b"rm -rf ~/.cache/pip",
    ];
    let at = random.below(text.len() + 1);
    match random.below(8) {
        0 if at < text.len() => text[at] ^= 1 << random.below(8),
        1 if at < text.len() => drop(text.remove(at)),
        2 => text.truncate(at),
        3 => drop(text.splice(at..at, BITS[random.below(BITS.len())].iter().copied())),
        4 => {
            let other = &sources[random.below(sources.len())];
            let from = random.below(other.len() + 1);
            text.truncate(at);
            text.extend_from_slice(&other[from..]);
        }
        choice => {
            let mut lines: Vec<Vec<u8>> =
                text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            if lines.is_empty() {
                return;
            }
            let (one, two) = (random.below(lines.len()), random.below(lines.len()));
            match choice {
                5 => lines.swap(one, two),
                6 => drop(lines.remove(one)),
                _ => {
                    let line = lines[one].clone();
                    lines.insert(two, line);
                }
            }
            *text = lines.concat();
        }
    }
}
