use dockfit_audit::Outline;

use super::*;

fn about(text: &str) -> Vec<&'static str> {
    let outline = Outline::read(text);
    let pieces = outline.sections.iter().flat_map(|section| &section.pieces);
    let mut found: Vec<&'static str> = pieces.flat_map(topics).map(|topic| topic.id).collect();
    found.dedup();
    found
}

fn wrong(text: &str) -> Vec<(String, &'static str)> {
    let proposals = Outline::read(text).proposals(&topics);
    let corrections = proposals.iter().flat_map(corrections);
    corrections.map(|correction| (correction.quote, correction.why)).collect()
}

#[test]
fn code_says_what_it_is_about() {
    assert_eq!(
        about("```dockerfile\nRUN --mount=type=cache,target=/root/.cache/pip pip install .\n```"),
        ["package-caches"]
    );
    assert_eq!(
        about(
            "```dockerfile\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update\n```"
        ),
        ["apt-caches"]
    );
    assert_eq!(about("```dockerfile\nCOPY package.json ./\nRUN npm ci\nCOPY . .\n```"), ["copy-order"]);
    assert_eq!(about("```dockerfile\nCOPY . .\nRUN npm ci\n```"), Vec::<&str>::new());
    assert_eq!(about("```\n# .dockerignore\n**/__pycache__\n.git\n```"), ["git-history", "dockerignore"]);
    assert_eq!(about("use `WEB_CONCURRENCY`"), ["workers-environment"]);
    assert_eq!(about("`--workers-per-core` is no option"), Vec::<&str>::new());
    assert_eq!(about("```dockerfile\nFROM python:3.13-alpine\n```"), ["alpine-base"]);
    assert_eq!(about("```python\ndef f():\n    import torch\n```"), ["import-costs"]);
}

#[test]
fn wrong_snippets_are_named_with_their_words() {
    let text = "## 2.2 Env\n\n```dockerfile\n# syntax=docker/dockerfile:1.4\nENV PIP_NO_CACHE_DIR=0 PIP_PARALLEL_DOWNLOAD=8\n```\n";
    let found = wrong(text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|(quote, _)| quote.starts_with("ENV PIP_NO_CACHE_DIR=0")));
    assert!(wrong("## 1 Env\n\n```dockerfile\nENV PIP_NO_CACHE_DIR=\n```\n").is_empty());
}

#[test]
fn each_pass_has_a_sign_and_each_sign_a_pass() {
    let known = |id: &str| {
        crate::passes().iter().any(|pass| pass.info().id == id) || ADVICE.iter().any(|advice| advice.id == id)
    };
    let unknown: Vec<&str> = signs::all().filter(|id| !known(id)).collect();
    assert!(unknown.is_empty(), "no pass and no advice: {unknown:?}");
    let signed: Vec<&str> = signs::all().collect();
    let silent: Vec<&str> =
        crate::passes().iter().map(|pass| pass.info().id).filter(|id| !signed.contains(id)).collect();
    assert!(silent.is_empty(), "no sign leads to {silent:?}");
}
