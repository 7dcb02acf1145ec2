//! `.dockerignore`: which files of a context reach the engine.
//!
//! The rules are not those of `.gitignore`: patterns are anchored at the context's root, the last one that
//! matches wins, and a folder that is left out can hold files that are let in again. Mirrors moby
//! patternmatcher and its `ignorefile`, and fsutil filter.go `Walk`, down to their oddities.

mod expression;
mod glob;
mod pattern;
mod set;
mod tree;
mod walk;

use std::fmt;

pub use tree::{ContextTree, Entry, Sight};
pub use walk::{ContextError, context_files, ignore_file};

use dockfit_dockerfile::values::path::clean;

use pattern::Pattern;

/// The patterns of one ignore file.
#[derive(Clone, Debug, Default)]
pub struct DockerIgnore {
    patterns: Vec<Pattern>,
}

/// A pattern that fails every build.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IgnoreError {
    /// The line of the ignore file, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for IgnoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for IgnoreError {}

/// Which patterns matched a folder: what lies in it starts from there.
#[derive(Clone, Debug, Default)]
pub struct Inherited {
    matched: Vec<bool>,
}

impl DockerIgnore {
    /// Reads an ignore file (moby patternmatcher `ignorefile.ReadAll`, `patternmatcher.New`).
    pub fn parse(bytes: &[u8]) -> Result<Self, IgnoreError> {
        // Go's bufio.MaxScanTokenSize.
        const LONGEST_LINE: usize = 65_536;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut patterns = Vec::new();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let fail = |message: String| IgnoreError { line: index + 1, message };
            if line.len() >= LONGEST_LINE {
                return Err(fail("the line is too long".to_owned()));
            }
            let line = String::from_utf8_lossy(line);
            patterns.extend(pattern(&line, index + 1).map_err(fail)?);
        }
        Ok(Self { patterns })
    }

    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a pattern lets in what an earlier one left out.
    pub fn has_exceptions(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.lets_in)
    }

    /// Whether `path`, relative to the context, is left out, where its folder was matched as `inherited` says
    /// (nothing for what lies in the context itself); and what is handed on to what lies in it (moby
    /// patternmatcher `MatchesUsingParentResults`).
    pub fn excludes(&self, path: &str, inherited: &Inherited) -> Result<(bool, Inherited), IgnoreError> {
        let mut excluded = false;
        let mut handed_on = vec![false; self.patterns.len()];
        for (index, pattern) in self.patterns.iter().enumerate() {
            let mut hit = inherited.matched.get(index).copied().unwrap_or(false);
            if !hit {
                // A pattern that could change nothing is not tried, and hands nothing on.
                if pattern.lets_in != excluded {
                    continue;
                }
                hit = pattern.matches(path)?;
            }
            handed_on[index] = hit;
            if hit {
                excluded = !pattern.lets_in;
            }
        }
        Ok((excluded, Inherited { matched: handed_on }))
    }

    /// Whether `path`, relative to the context, is left out, by what is said of it and of the folders above it.
    pub fn leaves_out(&self, path: &str) -> Result<bool, IgnoreError> {
        let (mut excluded, mut inherited) = (false, Inherited::default());
        for (end, _) in path.match_indices('/').chain([(path.len(), "")]) {
            (excluded, inherited) = self.excludes(&path[..end], &inherited)?;
        }
        Ok(excluded)
    }
}

/// The pattern on a line, if it holds one.
fn pattern(line: &str, number: usize) -> Result<Option<Pattern>, String> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.starts_with('#') {
        return Ok(None);
    }
    let text = line.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (lets_in, text) = match text.strip_prefix('!') {
        Some(rest) => (true, rest.trim()),
        None => (false, text),
    };
    let mut text = if text.is_empty() { String::new() } else { clean(text) };
    if text.len() > 1 && text.starts_with('/') {
        text.remove(0);
    }
    // The exclamation mark takes part in the second cleaning, as a letter of the first name.
    let whole = clean(&if lets_in { format!("!{text}") } else { text });
    let (lets_in, text) = match whole.strip_prefix('!') {
        Some("") => return Err("`!` alone lets nothing in".to_owned()),
        Some(rest) => (true, rest.to_owned()),
        None => (false, whole),
    };
    if text.chars().any(|char| char.is_ascii_control()) {
        // The engine's client cannot send such a pattern.
        return Err("a pattern cannot hold control characters".to_owned());
    }
    glob::check(&text).map_err(|()| format!("`{text}` is no pattern"))?;
    Ok(Some(Pattern::new(text, lets_in, number)))
}
