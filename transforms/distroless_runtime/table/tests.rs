//! The rows against what was read out of the images' own repository.

use std::collections::BTreeMap;

use dockfit_dockerfile::Document;
use dockfit_dockerfile::model::{Fact, Model};

use super::*;

/// What was read out of the images' own repository.
fn facts() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut name = String::new();
    for line in include_str!("../facts.txt").lines().filter(|line| !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix('[') {
            head.trim_end_matches(']').clone_into(&mut name);
        } else if let Some((key, value)) = line.split_once(": ") {
            found.entry(name.clone()).or_default().insert(key.to_owned(), value.to_owned());
        }
    }
    found
}

fn sorted(words: &[&str]) -> String {
    let mut words = words.to_vec();
    words.sort_unstable();
    if words.is_empty() { "-".to_owned() } else { words.join(" ") }
}

#[test]
fn the_rows_are_what_the_repository_says() {
    let facts = facts();
    let names: Vec<&str> = IMAGES.iter().map(|image| image.name).collect();
    assert_eq!(sorted(&names), facts.keys().map(String::as_str).collect::<Vec<_>>().join(" "));
    for image in IMAGES {
        let quoted: Vec<String> = image.entrypoint.iter().map(|word| format!("\"{word}\"")).collect();
        let row = BTreeMap::from([
            ("below", image.below.unwrap_or("scratch").to_owned()),
            ("entrypoint", format!("[{}]", quoted.join(", "))),
            ("env", sorted(image.env)),
            ("packages", sorted(image.packages)),
            ("platforms", sorted(image.platforms)),
            ("version", image.version.unwrap_or("-").to_owned()),
        ]);
        let expected: BTreeMap<&str, String> =
            facts[image.name].iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        assert_eq!(row, expected, "{}", image.name);
    }
}

/// The table of base images, which the model goes by, and this one say the same.
#[test]
fn the_model_knows_the_same_images() {
    for image in IMAGES {
        for (tag, user) in [("latest", "0"), ("nonroot", "65532"), ("debug", "0")] {
            let text = format!("FROM {}\n", image.reference(tag));
            let config = Model::of(&Document::parse(text)).config(0);
            let told = |name: &str| {
                let variable = config.env.iter().find(|variable| &*variable.name == name);
                variable.and_then(|variable| variable.value.as_known().map(str::to_owned))
            };
            for (name, value) in image.env() {
                assert_eq!(told(name).as_deref(), Some(value), "{} {name}", image.name);
            }
            assert_eq!(config.user.as_known(), Some(user), "{}", image.name);
            let Fact::Known(entrypoint) = &config.entrypoint else { panic!("{}", image.name) };
            if image.entrypoint.is_empty() && tag == "debug" {
                assert_eq!(entrypoint, &["/busybox/sh"], "{}", image.name);
            } else {
                assert_eq!(entrypoint, image.entrypoint, "{}", image.name);
            }
        }
    }
}

#[test]
fn support_of_older_releases_has_ended() {
    assert_eq!(ended("gcr.io/distroless/python3-debian12"), Some("April 2026"));
    assert_eq!(ended("gcr.io/distroless/static-debian12"), Some("September 2026"));
    assert_eq!(ended("gcr.io/distroless/static-debian13"), None);
    assert_eq!(ended("gcr.io/distroless/static"), None);
    assert_eq!(ended("debian:12"), None);
}

#[test]
fn packages_are_held_under_their_old_names_too() {
    let python = image("python3").expect("a row");
    for held in ["libssl3", "libssl3t64", "ca-certificates", "tzdata", "zlib1g", "libffi8"] {
        assert!(python.holds(held), "{held}");
    }
    for missing in ["curl", "libpq5", "netcat-openbsd"] {
        assert!(!python.holds(missing), "{missing}");
    }
}
