//! Word expansion as the build engine does it: quotes, escapes, `$NAME`, `${NAME<modifier>…}`.
//!
//! This is not a POSIX shell: there is no command substitution, no globbing, and the modifiers have rules of
//! their own. Mirrors buildkit `frontend/dockerfile/shell/lex.go` (v0.25.2, the same text as in August 2026).

mod environment;
mod error;
mod lexer;
mod pattern;
mod reference;
mod replacement;
mod words;

pub use environment::{Environment, Lookup, NoEnvironment};
pub use error::{ExpandError, ExpandErrorKind};

/// How a word is read. The switches are those of the engine's own lexer.
///
/// The default for a Dockerfile is [`Lexer::new`] with the document's escape character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent switches, named as in the engine")]
pub struct Lexer {
    /// The escape character: `\`, or the backtick after `# escape=`.
    pub escape: char,
    /// Keep the quotes themselves in the result.
    pub raw_quotes: bool,
    /// Keep the escape characters themselves in the result.
    pub raw_escapes: bool,
    /// Leave references to unset variables as they are written.
    pub skip_unset: bool,
    /// Treat quotes as ordinary characters (contents of heredocs).
    pub skip_process_quotes: bool,
}

/// The result of [`Lexer::process_word`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text after expansion. References to variables that are not known stand in it as they were written.
    pub text: String,
    /// Variables that were referred to and set, each once, in order of first use.
    pub used: Vec<String>,
    /// Variables that were referred to and not set, each once, in order of first use.
    pub unmatched: Vec<String>,
    /// Variables whose value only the build can tell in full, each once, in order of first use.
    pub unknown: Vec<String>,
}

impl Lexer {
    /// The lexer that the engine uses for instructions, with the given escape character.
    pub const fn new(escape: char) -> Self {
        Self { escape, raw_quotes: false, raw_escapes: false, skip_unset: false, skip_process_quotes: false }
    }

    /// Expands `word` as one word: blanks stay where they are.
    ///
    /// # Errors
    /// Quotes or braces that do not end, modifiers that the engine does not have, and `${X:?message}` without a value.
    pub fn process_word(&self, word: &str, environment: &dyn Environment) -> Result<Expanded, ExpandError> {
        // Most words hold nothing to expand. A byte order mark at the start of a word is dropped by the engine's scanner.
        let plain = |c: char| c != '$' && c != '\'' && c != '"' && c != self.escape && c != '\u{feff}';
        if word.chars().all(plain) {
            return Ok(Expanded { text: word.to_owned(), ..Expanded::default() });
        }
        lexer::Run::new(*self, word, environment).word()
    }

    /// Expands `text` and splits the result at unquoted blanks, after expansion.
    ///
    /// # Errors
    /// Those of [`Lexer::process_word`].
    pub fn process_words(
        &self,
        text: &str,
        environment: &dyn Environment,
    ) -> Result<Vec<String>, ExpandError> {
        lexer::Run::new(*self, text, environment).words()
    }
}

#[cfg(test)]
mod tests;
