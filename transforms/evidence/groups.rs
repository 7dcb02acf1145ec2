//! Groups of packages that a report names: blocks of requirements under the name of a file.

use dockfit_audit::{Kind, Proposal};

/// The groups that the snippets of proposals name, in their order, each with its packages without versions.
pub fn groups(proposals: &[Proposal]) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let snippets = proposals.iter().flat_map(|proposal| &proposal.snippets);
    for snippet in snippets.filter(|snippet| snippet.kind == Kind::Requirements) {
        let mut current: Option<usize> = None;
        for line in snippet.text.lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix('#') {
                let Some(name) = comment.split_whitespace().find_map(group_of) else { continue };
                current = Some(found.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                    found.push((name.to_owned(), Vec::new()));
                    found.len() - 1
                }));
            } else if let Some((_, packages)) = current.and_then(|at| found.get_mut(at)) {
                let part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
                let name = line.split(|c: char| !part(c)).next().unwrap_or_default();
                if !name.is_empty() && !packages.iter().any(|known| known == name) {
                    packages.push(name.to_owned());
                }
            }
        }
    }
    found.retain(|(_, packages)| !packages.is_empty());
    found
}

/// `core` of `requirements-core.txt`, `requirements/core.txt` and `requirements.core.txt`.
fn group_of(word: &str) -> Option<&str> {
    let name = word.trim_matches(['`', ':', '(', ')']).strip_suffix(".txt")?;
    let name = name.rsplit_once("requirements").map(|(_, rest)| rest)?;
    let name = name.trim_start_matches(['-', '_', '/', '.']);
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    plain.then_some(name)
}
