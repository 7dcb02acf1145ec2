//! References: `$name`, `${name}` and `${name<modifier>…}`.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

use super::environment::Lookup;
use super::error::{ExpandError, ExpandErrorKind as Kind};
use super::lexer::{Result, Run};
use super::pattern::Pattern;

impl<'a> Run<'a> {
    /// A reference: `$name`, `${name}` or `${name<modifier>…}`. Mirrors `processDollar`.
    pub(super) fn dollar(&mut self) -> Result<String> {
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
