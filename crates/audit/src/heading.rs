//! A heading's number and title.

use std::sync::LazyLock;

use regex::Regex;

/// What a heading says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heading {
    /// The number as the report has it: `1.1`, `P2-3`, `7`.
    pub number: Option<String>,
    /// The word before the number, where one stands there (`Phase` of `Phase 1: …`).
    pub word: Option<String>,
    /// The rest.
    pub title: String,
}

/// `1.1 …`, `3) …`, `#4: …`, `§2 …`, `OPT-12 …`, `A.3 …`.
static LEADING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:[#§№]\s*)?((?:\p{Lu}{1,5}[-.]?)?\d{1,3}(?:[.-]\d{1,3})*)(?:[.):：\s]|[–—-]\s|$)\s*(?:[-–—:：)]\s*|\.\s+)?").ok()
});

/// `Proposal 3: …`, `Phase 1 – …`, `提案3：…`; behind the number a counter may stand, as in `第1週：…`.
static BEHIND_WORD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(\p{L}+)\s*[#№]?\s*(\d{1,3}(?:\.\d{1,3})*)[\p{Han}\p{Katakana}]{0,6}\s*(?:[:：.)–—-]\s*|$)")
        .ok()
});

impl Heading {
    /// Reads the text of a heading. Signs and brackets before the number are no part of the title.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        let bare =
            text.trim_start_matches(|c: char| !c.is_alphanumeric() && !"#§№[(".contains(c)).trim_start();
        // `[P1] 2.3 Title`, `(high) 2.3 Title`: the mark before the number.
        let (mark, rest) = match bare.chars().next() {
            Some(open @ ('[' | '(')) => {
                let close = if open == '[' { ']' } else { ')' };
                match bare.split_once(close) {
                    // `[1.1] Title`.
                    Some((mark, rest)) if is_number(&mark[1..]) => {
                        let title = rest.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned();
                        return Self { number: Some(mark[1..].trim().to_owned()), word: None, title };
                    }
                    Some((mark, rest)) => (Some(mark), rest.trim_start()),
                    None => (None, bare),
                }
            }
            _ => (None, bare),
        };
        if let Some(hit) = LEADING.as_ref().and_then(|pattern| pattern.captures(rest)) {
            let number = hit.get(1).map_or("", |found| found.as_str());
            let whole = hit.get(0).map_or(0, |found| found.end());
            if !is_version(rest, number) {
                let title = rest[whole..].trim().to_owned();
                return Self { number: Some(number.to_owned()), word: None, title };
            }
        }
        if let Some(hit) = BEHIND_WORD.as_ref().and_then(|pattern| pattern.captures(rest)) {
            let part = |index: usize| hit.get(index).map(|found| found.as_str().to_owned());
            let whole = hit.get(0).map_or(0, |found| found.end());
            let title = rest[whole..].trim();
            let title = if title.is_empty() { rest } else { title };
            return Self { number: part(2), word: part(1), title: title.to_owned() };
        }
        let title = if mark.is_some() { rest } else { bare };
        Self { number: None, word: None, title: if title.is_empty() { text } else { title }.to_owned() }
    }
}

/// `2024 review`, `512 MB of memory`: a number that counts something.
fn is_version(text: &str, number: &str) -> bool {
    let behind = text[number.len().min(text.len())..].trim_start();
    let units = ["MB", "GB", "KB", "%", "ms", "s ", "min", "x ", "×"];
    units.iter().any(|unit| behind.starts_with(unit))
}

fn is_number(text: &str) -> bool {
    let bare = text.trim().trim_start_matches(|c: char| c.is_ascii_uppercase() || c == '-' || c == '#');
    !bare.is_empty()
        && bare.len() < 9
        && bare.chars().all(|c| c.is_ascii_digit() || c == '.')
        && bare.starts_with(|c: char| c.is_ascii_digit())
}
