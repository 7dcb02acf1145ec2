//! One pattern of an ignore file.

use std::iter::Peekable;
use std::str::Chars;
use std::sync::{Arc, OnceLock};

use super::IgnoreError;
use super::expression::Expression;

/// A pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
    /// Whether it lets in what earlier ones left out.
    pub(super) lets_in: bool,
    line: usize,
    kind: Arc<OnceLock<Option<Kind>>>,
}

/// How a pattern is compared (`matchType`).
#[derive(Debug)]
enum Kind {
    Exact,
    /// `a/**`
    Prefix,
    /// `**/a`
    Suffix,
    Expression(Outer, Expression),
}

/// What a path that an expression matches begins and ends with: most paths need no closer look.
#[derive(Debug)]
struct Outer {
    head: String,
    tail: String,
}

impl Outer {
    fn of(pattern: &str) -> Self {
        let special = |char: char| matches!(char, '*' | '?' | '[' | ']' | '\\' | '^');
        let head: String = pattern.chars().take_while(|char| !special(*char)).collect();
        let rest = pattern.rfind(special).map_or("", |at| &pattern[at..]);
        let skipped = if rest.starts_with('\\') { 2 } else { 1 };
        let mut tail: String = rest.chars().skip(skipped).collect();
        // `**` swallows a slash behind it, and may stand for nothing.
        if rest.starts_with("*/") {
            tail = tail.split_off(1);
        }
        Self { head, tail }
    }

    fn fits(&self, path: &str) -> bool {
        path.starts_with(&self.head) && path.ends_with(&self.tail)
    }
}

impl Pattern {
    pub(super) fn new(text: String, lets_in: bool, line: usize) -> Self {
        Self { text, lets_in, line, kind: Arc::default() }
    }

    /// Whether it matches a path.
    pub(super) fn matches(&self, path: &str) -> Result<bool, IgnoreError> {
        let kind = self.kind.get_or_init(|| compile(&self.text)).as_ref().ok_or_else(|| {
            let message = format!("`{}` is no pattern", self.text);
            IgnoreError { line: self.line, message }
        })?;
        Ok(match kind {
            Kind::Exact => path == self.text,
            Kind::Prefix => path.starts_with(self.text.strip_suffix("**").unwrap_or(&self.text)),
            Kind::Suffix => {
                let suffix = self.text.strip_prefix("**").unwrap_or(&self.text);
                path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path)
            }
            Kind::Expression(outer, expression) => outer.fits(path) && expression.matches(path),
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Detected {
    Exact,
    Prefix,
    Suffix,
    Expression,
}

/// Mirrors moby patternmatcher `compile`: the pattern becomes a regular expression in Go's syntax, character
/// by character, brackets and all.
fn compile(pattern: &str) -> Option<Kind> {
    let mut detected = Detected::Exact;
    let mut expression = String::new();
    let mut chars = pattern.chars().peekable();
    let mut first = true;
    while let Some(char) = chars.next() {
        let is_first = std::mem::take(&mut first);
        match char {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                detected = double_star(&mut chars, &mut expression, detected);
                if is_first {
                    detected = Detected::Suffix;
                }
                continue;
            }
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push_str("[^/]"),
            '.' | '+' | '(' | ')' | '|' | '{' | '}' | '$' => {
                expression.extend(['\\', char]);
                continue;
            }
            '\\' => {
                expression.push('\\');
                let Some(next) = chars.next() else { continue };
                expression.push(next);
            }
            '[' | ']' => expression.push(char),
            _ => {
                expression.push(char);
                continue;
            }
        }
        detected = Detected::Expression;
    }
    Some(match detected {
        Detected::Exact => Kind::Exact,
        Detected::Prefix => Kind::Prefix,
        Detected::Suffix => Kind::Suffix,
        Detected::Expression => Kind::Expression(Outer::of(pattern), Expression::parse(&expression)?),
    })
}

fn double_star(chars: &mut Peekable<Chars<'_>>, expression: &mut String, detected: Detected) -> Detected {
    chars.next_if_eq(&'/');
    if chars.peek().is_some() {
        expression.push_str("(.*/)?");
        return Detected::Expression;
    }
    if detected == Detected::Exact {
        return Detected::Prefix;
    }
    expression.push_str(".*");
    Detected::Expression
}
