//! What can be wrong in a word.

use std::fmt;

/// A word that the engine refuses to expand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpandError {
    /// What is wrong.
    pub kind: ExpandErrorKind,
    /// Byte offset in the word: where the quote or the reference at fault begins.
    pub offset: usize,
}

/// The kinds of [`ExpandError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpandErrorKind {
    /// `'…` without its end.
    UnterminatedSingleQuote,
    /// `"…` without its end.
    UnterminatedDoubleQuote,
    /// `${…` without `}`.
    MissingBrace,
    /// `${x/…` without the second `/`.
    MissingSlash,
    /// `${}`, `${:…}`, `${{…}`.
    BadSubstitution,
    /// `${x=…}`, `${x:#…}`, `${x!…}`; the modifier as written.
    UnsupportedModifier(String),
    /// `${x?…}` of an unset variable, `${x:?…}` of an empty one too.
    Required {
        /// The variable.
        name: String,
        /// The message of the reference, if it has one.
        message: String,
    },
    /// `\` before a character that takes no escape in a pattern of `#`, `%` or `/`.
    InvalidPattern {
        /// The pattern, expanded.
        pattern: String,
        /// The character after the backslash; none at the end of the pattern.
        escaped: Option<char>,
    },
    /// References nested more than 200 deep.
    TooDeep,
    /// The expansion grows without bounds.
    TooLong,
}

impl fmt::Display for ExpandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ExpandErrorKind as K;
        match &self.kind {
            K::UnterminatedSingleQuote => f.write_str("a single quote is opened and not closed"),
            K::UnterminatedDoubleQuote => f.write_str("a double quote is opened and not closed"),
            K::MissingBrace => f.write_str("`${` is opened and not closed: `}` is missing"),
            K::MissingSlash => f.write_str("`${name/pattern/replacement}` needs its second `/`"),
            K::BadSubstitution => f.write_str("`${` must be followed by the name of a variable"),
            K::UnsupportedModifier(modifier) => {
                let modifier = modifier.escape_debug();
                write!(f, "`{modifier}` is no modifier that the engine knows in `${{name…}}`")
            }
            K::Required { name, message } if message.is_empty() => write!(f, "`{name}` must have a value"),
            K::Required { name, message } => write!(f, "`{name}` must have a value: {message}"),
            K::InvalidPattern { pattern, escaped: Some(c) } => {
                write!(f, "the pattern `{pattern}` has an escape that does not exist: `\\{c}`")
            }
            K::InvalidPattern { pattern, escaped: None } => {
                write!(f, "the pattern `{pattern}` ends in a lone `\\`")
            }
            K::TooDeep => f.write_str("references to variables are nested too deeply"),
            K::TooLong => f.write_str("the expanded text is too long"),
        }
    }
}

impl std::error::Error for ExpandError {}
