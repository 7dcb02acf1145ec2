//! Figures: what a proposal is expected to gain.

use std::sync::LazyLock;

use regex::Regex;

/// A number with a unit, from one to another, or a change in percent or as a factor.
static FIGURE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let number = r"\d+(?:[.,]\d+)?";
    let unit = r"(?:[kKMG]i?B|ms|min|s|%|x|×)";
    let arrow = r"(?:→|⟶|➜|⇒|->|=>|-->)";
    Regex::new(&format!(
        r"(?:~\s*)?{number}\s*{unit}?\s*{arrow}\s*(?:~\s*)?{number}\s*{unit}?\b?|[-−–+~≈]\s*{number}\s*(?:[-–]\s*{number}\s*)?%|{number}\s*[-–]\s*{number}\s*%|{number}\s*(?:×|x\b)"
    ))
    .ok()
});

/// The figures in a text, as it writes them, each once: `785 → 470 MB`, `-40 %`, `3x`.
pub fn figures(text: &str) -> Vec<String> {
    let Some(pattern) = FIGURE.as_ref() else { return Vec::new() };
    let mut found: Vec<String> = Vec::new();
    for hit in pattern.find_iter(text) {
        let figure = hit.as_str().trim().to_owned();
        if !found.contains(&figure) {
            found.push(figure);
        }
    }
    found
}
