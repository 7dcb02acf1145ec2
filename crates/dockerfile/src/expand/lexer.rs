//! The lexer itself: one pass over the characters of a word.

use super::environment::Environment;
use super::error::{ExpandError, ExpandErrorKind as Kind};
use super::words::Words;
use super::{Expanded, Lexer};

/// How deep `${a:-${b:-…}}` may be nested. The engine has no limit of its own; the stack does.
pub(super) const MAX_DEPTH: usize = 200;

/// How much longer than the word its expansion may be, in bytes. An environment string of more than 128 KiB
/// cannot be given to a process on Linux anyway; this stops `ENV a=$a$a` from doubling for ever.
pub(super) const MAX_GROWTH: usize = 1 << 20;

pub(super) type Result<T> = std::result::Result<T, ExpandError>;

/// One expansion under way.
pub(super) struct Run<'a> {
    pub(super) lexer: Lexer,
    pub(super) source: &'a str,
    pub(super) position: usize,
    pub(super) environment: &'a dyn Environment,
    raw_escapes: bool,
    depth: usize,
    pub(super) limit: usize,
    pub(super) words: Option<Words>,
    pub(super) found: Expanded,
}

impl<'a> Run<'a> {
    pub(super) fn new(lexer: Lexer, source: &'a str, environment: &'a dyn Environment) -> Self {
        Self {
            lexer,
            source,
            // text/scanner, which the engine reads with, drops a byte order mark in front of a text.
            position: if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
            environment,
            raw_escapes: lexer.raw_escapes,
            depth: 0,
            limit: source.len().saturating_add(MAX_GROWTH),
            words: None,
            found: Expanded::default(),
        }
    }

    pub(super) fn word(mut self) -> Result<Expanded> {
        let text = self.until(None, self.raw_escapes)?;
        Ok(Expanded { text, ..self.found })
    }

    pub(super) fn words(mut self) -> Result<Vec<String>> {
        self.words = Some(Words::default());
        self.until(None, self.raw_escapes)?;
        Ok(self.words.map(Words::finish).unwrap_or_default())
    }

    pub(super) fn rest(&self) -> &'a str {
        self.source.get(self.position..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.position += c.len_utf8();
        Some(c)
    }

    pub(super) fn error<T>(offset: usize, kind: Kind) -> Result<T> {
        Err(ExpandError { kind, offset })
    }

    /// Words are collected at the outermost level only; see [`Words::nested`].
    fn collect(&mut self, add: impl FnOnce(&mut Words)) {
        if self.depth == 1
            && let Some(words) = &mut self.words
        {
            add(words);
        }
    }

    /// Reads to `stop` (which is taken) or to the end of the source. Mirrors `processStopOn`.
    pub(super) fn until(&mut self, stop: Option<char>, raw_escapes: bool) -> Result<String> {
        let start = self.position;
        if self.depth == MAX_DEPTH {
            return Self::error(start, Kind::TooDeep);
        }
        if self.depth > 0
            && let Some(words) = &mut self.words
        {
            words.nested();
        }
        let outer = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        self.depth += 1;
        let text = self.until_inner(stop, start);
        self.depth -= 1;
        self.raw_escapes = outer;
        text
    }

    fn until_inner(&mut self, stop: Option<char>, start: usize) -> Result<String> {
        let mut result = String::new();
        while let Some(c) = self.peek() {
            if Some(c) == stop {
                self.next();
                return Ok(result);
            }
            match c {
                '$' => {
                    let at = self.position;
                    let value = self.dollar()?;
                    self.collect(|words| words.push_value(&value));
                    self.append(&mut result, &value, at)?;
                }
                '<' => {
                    let text = self.possible_heredoc();
                    self.collect(|words| words.push_quoted(text));
                    result.push_str(text);
                }
                '\'' if !self.lexer.skip_process_quotes => {
                    let text = self.single_quote()?;
                    self.collect(|words| words.push_quoted(text));
                    result.push_str(text);
                }
                '"' if !self.lexer.skip_process_quotes => {
                    let at = self.position;
                    let text = self.double_quote()?;
                    self.collect(|words| words.push_quoted(&text));
                    self.append(&mut result, &text, at)?;
                }
                _ => {
                    self.next();
                    if c == self.lexer.escape {
                        if self.raw_escapes {
                            self.collect(|words| words.push_raw(c));
                            result.push(c);
                        }
                        // An escape character at the very end escapes nothing and is dropped.
                        let Some(escaped) = self.next() else { break };
                        self.collect(|words| words.push_raw(escaped));
                        result.push(escaped);
                    } else {
                        self.collect(|words| words.push(c));
                        result.push(c);
                    }
                }
            }
        }
        match stop {
            None => Ok(result),
            Some('/') => Self::error(start, Kind::MissingSlash),
            Some(_) => Self::error(start, Kind::MissingBrace),
        }
    }

    fn append(&self, result: &mut String, text: &str, at: usize) -> Result<()> {
        if result.len() + text.len() > self.limit {
            return Self::error(at, Kind::TooLong);
        }
        result.push_str(text);
        Ok(())
    }

    /// `<`, or `<<` with the blanks after it, which belong to one word then: `cat << EOF` is a heredoc.
    fn possible_heredoc(&mut self) -> &'a str {
        let rest = self.rest();
        let length = match rest.strip_prefix("<<") {
            None => 1,
            Some(after) => rest.len() - after.trim_start_matches(['\t', '\r', ' ']).len(),
        };
        self.position += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Everything up to the next `'`, as it is.
    fn single_quote(&mut self) -> Result<&'a str> {
        let start = self.position;
        let rest = self.rest();
        let Some(length) = rest.get(1..).and_then(|inner| inner.find('\'')) else {
            self.position = self.source.len();
            return Self::error(start, Kind::UnterminatedSingleQuote);
        };
        self.position += length + 2;
        let range = if self.lexer.raw_quotes { 0..length + 2 } else { 1..length + 1 };
        Ok(rest.get(range).unwrap_or_default())
    }

    /// Everything up to the next `"` with references expanded; only `"`, `$` and the escape character can be escaped.
    fn double_quote(&mut self) -> Result<String> {
        let start = self.position;
        let mut result = String::new();
        self.next();
        if self.lexer.raw_quotes {
            result.push('"');
        }
        loop {
            match self.peek() {
                None => return Self::error(start, Kind::UnterminatedDoubleQuote),
                Some('"') => {
                    self.next();
                    if self.lexer.raw_quotes {
                        result.push('"');
                    }
                    return Ok(result);
                }
                Some('$') => {
                    let at = self.position;
                    let value = self.dollar()?;
                    self.append(&mut result, &value, at)?;
                }
                Some(mut c) => {
                    self.next();
                    if c == self.lexer.escape {
                        if self.raw_escapes {
                            result.push(c);
                        }
                        match self.peek() {
                            None => continue,
                            Some(next) if next == '"' || next == '$' || next == self.lexer.escape => {
                                self.next();
                                c = next;
                            }
                            Some(_) => {}
                        }
                    }
                    result.push(c);
                }
            }
        }
    }
}
