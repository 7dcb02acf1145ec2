//! The lexer itself: one pass over the characters of a word.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

use super::environment::{Environment, Lookup};
use super::error::{ExpandError, ExpandErrorKind as Kind};
use super::pattern::Pattern;
use super::words::Words;
use super::{Expanded, Lexer};

/// How deep `${a:-${b:-…}}` may be nested. The engine has no limit of its own; the stack does.
pub(super) const MAX_DEPTH: usize = 200;

/// How much longer than the word its expansion may be, in bytes. An environment string of more than 128 KiB
/// cannot be given to a process on Linux anyway; this stops `ENV a=$a$a` from doubling for ever.
pub(super) const MAX_GROWTH: usize = 1 << 20;

type Result<T> = std::result::Result<T, ExpandError>;

/// One expansion under way.
pub(super) struct Run<'a> {
    lexer: Lexer,
    source: &'a str,
    position: usize,
    environment: &'a dyn Environment,
    raw_escapes: bool,
    depth: usize,
    limit: usize,
    words: Option<Words>,
    found: Expanded,
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

    fn rest(&self) -> &'a str {
        self.source.get(self.position..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.position += c.len_utf8();
        Some(c)
    }

    fn error<T>(offset: usize, kind: Kind) -> Result<T> {
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
    fn until(&mut self, stop: Option<char>, raw_escapes: bool) -> Result<String> {
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

    /// A reference: `$name`, `${name}` or `${name<modifier>…}`. Mirrors `processDollar`.
    fn dollar(&mut self) -> Result<String> {
        let start = self.position;
        self.next();
        if self.peek() != Some('{') {
            let name = self.name();
            if name.is_empty() {
                return Ok("$".to_owned());
            }
            return Ok(self.value(name).unwrap_or_else(|| format!("${name}")));
        }

        self.next();
        match self.peek() {
            None => return Self::error(start, Kind::MissingBrace),
            Some('{' | '}' | ':') => return Self::error(start, Kind::BadSubstitution),
            Some(_) => {}
        }
        let name = self.name();
        match self.next() {
            None => Self::error(start, Kind::MissingBrace),
            Some('}') => Ok(self.value(name).unwrap_or_else(|| format!("${{{name}}}"))),
            Some('/') => self.substitution(start, name),
            Some(':') => match self.next() {
                None => Self::error(start, Kind::MissingBrace),
                Some(c @ ('#' | '%')) => Self::error(start, Kind::UnsupportedModifier(format!(":{c}"))),
                Some(c) => self.modifier(start, name, c, true),
            },
            Some(c @ ('+' | '-' | '?' | '#' | '%')) => self.modifier(start, name, c, false),
            Some(c) => Self::error(start, Kind::UnsupportedModifier(c.to_string())),
        }
    }

    /// `${name-word}` and its relatives; `empty_is_unset` for those with a colon.
    fn modifier(&mut self, start: usize, name: &str, modifier: char, empty_is_unset: bool) -> Result<String> {
        let written = || if empty_is_unset { format!(":{modifier}") } else { modifier.to_string() };
        let mut word = self
            .until(Some('}'), matches!(modifier, '#' | '%'))
            .map_err(|error| self.blame_missing(error, start, Kind::MissingBrace))?;

        let exists = matches!(modifier, '-' | '+' | '?' | '#' | '%');
        let value = match self.lookup(name) {
            // What is known in part is set, which is all that these want to know.
            Lookup::Partial(value) if !empty_is_unset && matches!(modifier, '-' | '+' | '?') => Some(value),
            Lookup::Partial(_) | Lookup::Unknown if exists => {
                return Ok(format!("${{{name}{}{word}}}", written()));
            }
            Lookup::Unset if self.lexer.skip_unset => return Ok(format!("${{{name}{}{word}}}", written())),
            Lookup::Unset | Lookup::Unknown | Lookup::Partial(_) => None,
            Lookup::Set(value) => Some(value),
        };
        let usable = value.filter(|value| !(empty_is_unset && value.is_empty()));
        match modifier {
            '-' => Ok(usable.map_or(word, str::to_owned)),
            '+' => Ok(if usable.is_some() { word } else { String::new() }),
            '?' => match usable {
                Some(value) => Ok(value.to_owned()),
                None => Self::error(start, Kind::Required { name: name.to_owned(), message: word }),
            },
            '#' | '%' => {
                // A doubled sign asks for the longest match.
                let greedy = word.starts_with(modifier);
                if greedy {
                    word.remove(0);
                }
                let value = value.unwrap_or_default();
                let trimmed = if modifier == '#' {
                    Pattern::parse(&word).map(|pattern| pattern.trim_prefix(value, greedy))
                } else {
                    Pattern::trim_suffix(&word, value, greedy)
                };
                trimmed.map_err(|kind| ExpandError { kind, offset: start })
            }
            _ => Self::error(start, Kind::UnsupportedModifier(written())),
        }
    }

    /// `${name/pattern/replacement}`, and with `//` of every match.
    fn substitution(&mut self, start: usize, name: &str) -> Result<String> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let pattern = self
            .until(Some('/'), true)
            .map_err(|error| self.blame_missing(error, start, Kind::MissingSlash))?;
        let replacement = self
            .until(Some('}'), true)
            .map_err(|error| self.blame_missing(error, start, Kind::MissingBrace))?;
        let value = match self.lookup(name) {
            Lookup::Unset if !self.lexer.skip_unset => "",
            // One slash whichever was written: that is what the engine prints back.
            Lookup::Unset | Lookup::Unknown | Lookup::Partial(_) => {
                return Ok(format!("${{{name}/{pattern}/{replacement}}}"));
            }
            Lookup::Set(value) => value,
        };
        Pattern::parse(&pattern)
            .and_then(|parsed| {
                if all {
                    parsed.replace_all(value, &replacement, self.limit)
                } else {
                    Ok(parsed.replace_first(value, &replacement))
                }
            })
            .map_err(|kind| ExpandError { kind, offset: start })
    }

    /// What is wrong with a reference whose inner text did not end is that it does not end.
    fn blame_missing(&self, error: ExpandError, start: usize, kind: Kind) -> ExpandError {
        let keeps = matches!(error.kind, Kind::TooDeep | Kind::TooLong);
        if self.position >= self.source.len() && !keeps { ExpandError { kind, offset: start } } else { error }
    }

    /// The name of a variable: digits, or one special character, or letters, digits and `_`. Mirrors `processName`.
    fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let length = match rest.chars().next() {
            Some(c) if is_digit(c) => rest.find(|c| !is_digit(c)).unwrap_or(rest.len()),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
            _ => rest.find(|c| !(is_letter(c) || is_digit(c) || c == '_')).unwrap_or(rest.len()),
        };
        self.position += length;
        rest.get(..length).unwrap_or_default()
    }

    /// The value to put in place of a reference; nothing where the reference itself is to stay.
    fn value(&mut self, name: &str) -> Option<String> {
        match self.lookup(name) {
            Lookup::Set(value) | Lookup::Partial(value) => Some(value.to_owned()),
            Lookup::Unset if !self.lexer.skip_unset => Some(String::new()),
            Lookup::Unset | Lookup::Unknown => None,
        }
    }

    fn lookup(&mut self, name: &str) -> Lookup<'a> {
        let lookup = self.environment.get(name);
        // Words are split for their text; only a whole word reports its variables.
        if self.words.is_none() {
            let list = match lookup {
                Lookup::Set(_) => &mut self.found.used,
                Lookup::Unset => &mut self.found.unmatched,
                Lookup::Unknown | Lookup::Partial(_) => &mut self.found.unknown,
            };
            if !list.iter().any(|known| known == name) {
                list.push(name.to_owned());
            }
        }
        lookup
    }
}

/// Go's `unicode.IsLetter`: categories L*.
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || (!c.is_ascii()
            && matches!(
                get_general_category(c),
                Category::UppercaseLetter
                    | Category::LowercaseLetter
                    | Category::TitlecaseLetter
                    | Category::ModifierLetter
                    | Category::OtherLetter
            ))
}

/// Go's `unicode.IsDigit`: category Nd.
pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && get_general_category(c) == Category::DecimalNumber)
}
