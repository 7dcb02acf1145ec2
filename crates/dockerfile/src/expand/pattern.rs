//! Patterns of `${x#…}`, `${x%…}` and `${x/…/…}`: `*`, `?` and text. There are no classes.
//!
//! The engine turns a pattern into a regular expression (`convertShellPatternToRegex`); here it is matched directly,
//! in time proportional to pattern × value at worst and without wildcards in linear time.

use super::error::ExpandErrorKind as Kind;
use super::replacement;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// This character.
    Literal(char),
    /// `?`: any character but a line feed (Go's `.`).
    Any,
    /// `*`: any number of those.
    Many,
}

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
}

impl Pattern {
    /// Parses the text of a pattern: `\*`, `\?`, `\\` are literal, `\}` and `\/` lose the backslash, every other
    /// escape is an error.
    pub(super) fn parse(pattern: &str) -> Result<Self, Kind> {
        let mut tokens = Vec::new();
        let mut chars = pattern.strip_prefix('\u{feff}').unwrap_or(pattern).chars();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '*' => Token::Many,
                '?' => Token::Any,
                '\\' => match chars.next() {
                    Some(escaped @ ('*' | '?' | '\\' | '}' | '/')) => Token::Literal(escaped),
                    escaped => return Err(Kind::InvalidPattern { pattern: pattern.to_owned(), escaped }),
                },
                c => Token::Literal(c),
            });
        }
        Ok(Self { tokens })
    }

    /// `value` without what the pattern matches at its start; the longest match if `greedy`, else the shortest.
    pub(super) fn trim_prefix(&self, value: &str, greedy: bool) -> String {
        let chars: Vec<char> = value.chars().collect();
        match self.ends(&chars, greedy).first() {
            Some(Some(end)) => chars.iter().skip(*end).collect(),
            _ => value.to_owned(),
        }
    }

    /// `value` without what `pattern` matches at its end. As in the engine, both are reversed and the prefix is
    /// trimmed, so that a lone backslash at the end of the pattern comes to stand before the first character.
    pub(super) fn trim_suffix(pattern: &str, value: &str, greedy: bool) -> Result<String, Kind> {
        let reversed: String = value.chars().rev().collect();
        let trimmed = Self::parse(&reverse(pattern))?.trim_prefix(&reversed, greedy);
        Ok(trimmed.chars().rev().collect())
    }

    /// `value` with the leftmost, longest match replaced, `replacement` taken as it is.
    pub(super) fn replace_first(&self, value: &str, replacement: &str) -> String {
        let chars: Vec<char> = value.chars().collect();
        let ends = self.ends(&chars, true);
        let Some((start, end)) = ends.iter().enumerate().find_map(|(start, end)| end.map(|end| (start, end)))
        else {
            return value.to_owned();
        };
        let mut result: String = chars.iter().take(start).collect();
        result.push_str(replacement);
        result.extend(chars.iter().skip(end));
        result
    }

    /// `value` with every match replaced, `replacement` read as a template of Go's `Regexp.ReplaceAllString`:
    /// `$0` is the match, other references are empty. A match of nothing right after another match is none.
    pub(super) fn replace_all(&self, value: &str, replacement: &str, limit: usize) -> Result<String, Kind> {
        let template = replacement::parse(replacement);
        let chars: Vec<char> = value.chars().collect();
        let ends = self.ends(&chars, true);
        let mut result = String::with_capacity(value.len());
        let mut last_end = None;
        let mut at = 0;
        while at <= chars.len() {
            let matched = ends.get(at).copied().flatten().filter(|end| !(*end == at && last_end == Some(at)));
            if let Some(end) = matched {
                let text: String = chars.get(at..end).unwrap_or_default().iter().collect();
                for part in &template {
                    part.write(&text, &mut result);
                }
                if result.len() > limit {
                    return Err(Kind::TooLong);
                }
                last_end = Some(end);
            }
            match matched {
                Some(end) if end > at => at = end,
                _ => {
                    result.extend(chars.get(at));
                    at += 1;
                }
            }
        }
        Ok(result)
    }

    /// For each position of `value` (its end included) where a match that begins there ends, if there is one.
    ///
    /// Of several ends it is the greatest if `greedy`, else the smallest: for patterns of literals, `?` and one kind
    /// of `*`, that is what leftmost-first matching of the regular expression gives.
    fn ends(&self, value: &[char], greedy: bool) -> Vec<Option<usize>> {
        let length = value.len();
        if self.tokens.iter().all(|token| matches!(token, Token::Literal(_))) {
            return self.literal_ends(value);
        }
        let mut ends: Vec<Option<usize>> = (0..=length).map(Some).collect();
        for token in self.tokens.iter().rev() {
            match *token {
                Token::Many => {
                    for at in (0..length).rev() {
                        if value.get(at) == Some(&'\n') {
                            continue;
                        }
                        let here = ends.get(at).copied().flatten();
                        let later = ends.get(at + 1).copied().flatten();
                        let best = match (here, later) {
                            (Some(a), Some(b)) => Some(if greedy { a.max(b) } else { a.min(b) }),
                            (a, b) => a.or(b),
                        };
                        if let Some(slot) = ends.get_mut(at) {
                            *slot = best;
                        }
                    }
                }
                token => {
                    ends.rotate_left(1);
                    if let Some(last) = ends.last_mut() {
                        *last = None;
                    }
                    for (slot, c) in ends.iter_mut().zip(value) {
                        let fits = match token {
                            Token::Literal(literal) => *c == literal,
                            _ => *c != '\n',
                        };
                        if !fits {
                            *slot = None;
                        }
                    }
                }
            }
        }
        ends
    }

    /// [`Self::ends`] for a pattern without wildcards: Knuth, Morris and Pratt's search.
    fn literal_ends(&self, value: &[char]) -> Vec<Option<usize>> {
        let needle: Vec<char> = self
            .tokens
            .iter()
            .filter_map(|token| match token {
                Token::Literal(c) => Some(*c),
                _ => None,
            })
            .collect();
        let mut ends = vec![None; value.len() + 1];
        if needle.is_empty() {
            return (0..=value.len()).map(Some).collect();
        }
        let mut borders = vec![0usize; needle.len()];
        let mut matched = 0;
        for at in 1..needle.len() {
            matched = advance(&needle, &borders, matched, needle.get(at));
            if let Some(border) = borders.get_mut(at) {
                *border = matched;
            }
        }
        matched = 0;
        for (at, c) in value.iter().enumerate() {
            if matched == needle.len() {
                matched = borders.last().copied().unwrap_or_default();
            }
            matched = advance(&needle, &borders, matched, Some(c));
            if matched == needle.len()
                && let Some(slot) = ends.get_mut(at + 1 - needle.len())
            {
                *slot = Some(at + 1);
            }
        }
        ends
    }
}

fn advance(needle: &[char], borders: &[usize], mut matched: usize, c: Option<&char>) -> usize {
    while matched > 0 && needle.get(matched) != c {
        matched = borders.get(matched - 1).copied().unwrap_or_default();
    }
    if needle.get(matched) == c { matched + 1 } else { matched }
}

/// The pattern from end to start, each escape kept in front of its character.
fn reverse(pattern: &str) -> String {
    let mut pieces: Vec<(Option<char>, char)> = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(&escaped) if c == '\\' => {
                chars.next();
                pieces.push((Some(c), escaped));
            }
            _ => pieces.push((None, c)),
        }
    }
    pieces.iter().rev().flat_map(|(escape, c)| escape.iter().chain([c])).collect()
}
