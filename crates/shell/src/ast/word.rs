//! Words, their parts and their values.

use std::borrow::Cow;
use std::ops::Range;

use super::List;

/// One word of a command, as the shell splits them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as written, quotes included.
    pub range: Range<usize>,
    /// What it is put together from, in order.
    pub parts: Vec<WordPart>,
    pub(crate) value: Option<Box<str>>,
    pub(crate) quoted: bool,
    pub(crate) glob: bool,
    pub(crate) braces: bool,
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordPart {
    /// Characters that stand for themselves.
    Literal {
        /// The text as written, without quotes at its ends.
        range: Range<usize>,
        /// After quote removal.
        value: Box<str>,
        /// Within quotes or behind a backslash.
        quoted: bool,
    },
    /// `$NAME`, `${NAME}`, `${NAME:-word}`, `$1`, `$?`.
    Variable {
        /// From the `$` on.
        range: Range<usize>,
        /// The parameter's name: `NAME`, `1`, `?`.
        name: Box<str>,
        /// What is done to the value; `None` for the plain value.
        operation: Option<Operation>,
        /// Within double quotes: no field splitting, no globbing.
        quoted: bool,
        /// Substitutions within the operand.
        substitutions: Vec<Substitution>,
    },
    /// A leading `~` or `~user`.
    Tilde {
        /// The text up to the slash.
        range: Range<usize>,
        /// The user's name; `None` for the current user (`$HOME`).
        user: Option<Box<str>>,
    },
    /// `$(…)`, `` `…` ``, `<(…)`, `>(…)`.
    CommandSubstitution {
        /// The substitution with the commands in it.
        substitution: Substitution,
        /// Within double quotes.
        quoted: bool,
    },
    /// Anything else: arithmetic, arrays, `$'…'`, indirect expansions.
    Other {
        /// The text as written.
        range: Range<usize>,
        /// Within double quotes.
        quoted: bool,
        /// Substitutions within it.
        substitutions: Vec<Substitution>,
    },
}

impl WordPart {
    /// The text that the part covers.
    pub fn range(&self) -> &Range<usize> {
        match self {
            Self::Literal { range, .. }
            | Self::Variable { range, .. }
            | Self::Tilde { range, .. }
            | Self::Other { range, .. } => range,
            Self::CommandSubstitution { substitution, .. } => &substitution.range,
        }
    }

    /// The substitutions within the part, itself included.
    pub fn substitutions(&self) -> &[Substitution] {
        match self {
            Self::Literal { .. } | Self::Tilde { .. } => &[],
            Self::Variable { substitutions, .. } | Self::Other { substitutions, .. } => substitutions,
            Self::CommandSubstitution { substitution, .. } => std::slice::from_ref(substitution),
        }
    }
}

/// What `${NAME…}` does to the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Which operation.
    pub kind: OperationKind,
    /// The text behind the operator, up to the closing brace.
    pub operand: Range<usize>,
}

/// The operations of POSIX 2.6.2; all others are [`OperationKind::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// `-` (`or_empty`: `:-`): the operand if the variable is unset (or empty).
    Default {
        /// With the colon.
        or_empty: bool,
    },
    /// `=` or `:=`: as [`OperationKind::Default`], and the variable is set to it.
    Assign {
        /// With the colon.
        or_empty: bool,
    },
    /// `+` or `:+`: the operand if the variable is set (and not empty).
    Alternative {
        /// With the colon.
        or_empty: bool,
    },
    /// `?` or `:?`: an error if the variable is unset (or empty).
    Require {
        /// With the colon.
        or_empty: bool,
    },
    /// Length, prefix and suffix removal, replacement, substrings, indirection.
    Other,
}

/// What is known about a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// It has this value.
    Set(String),
    /// It is surely unset.
    Unset,
    /// Nothing is known.
    Unknown,
}

/// Commands whose output (or pipe) becomes part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitution {
    /// With the brackets.
    pub range: Range<usize>,
    /// Which kind.
    pub kind: SubstitutionKind,
    /// The commands.
    pub body: List,
}

/// The kinds of substitution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubstitutionKind {
    /// `$(…)`
    Dollar,
    /// `` `…` ``
    Backquote,
    /// `<(…)` or `>(…)`
    Process,
}

impl Word {
    /// The value after quote removal if it is the same on every execution: `None` when the word holds
    /// expansions, a leading tilde or a brace expansion. Globs count as plain text: ask [`Word::is_glob`].
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Whether unquoted `*`, `?` or `[` make it a pattern of file names.
    pub fn is_glob(&self) -> bool {
        self.glob
    }

    /// Whether it holds `{a,b}` or `{1..3}`, which bash expands to several words and a POSIX shell does not.
    pub fn has_braces(&self) -> bool {
        self.braces
    }

    /// Whether any part of it is quoted.
    pub fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// The static text that every value of the word begins with; all of it for a static word.
    pub fn literal_prefix(&self) -> Cow<'_, str> {
        if let Some(value) = &self.value {
            return Cow::Borrowed(value);
        }
        let mut prefix = String::new();
        for part in &self.parts {
            let WordPart::Literal { value, quoted, .. } = part else { break };
            if self.braces && !quoted {
                prefix.push_str(value.split('{').next().unwrap_or_default());
                if value.contains('{') {
                    break;
                }
            } else {
                prefix.push_str(value);
            }
        }
        Cow::Owned(prefix)
    }

    /// The substitutions within the word.
    pub fn substitutions(&self) -> impl Iterator<Item = &Substitution> {
        self.parts.iter().flat_map(WordPart::substitutions)
    }

    /// The names of the variables that the word's value depends on; `HOME` for a leading `~`.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            WordPart::Variable { name, .. } => Some(&**name),
            WordPart::Tilde { user: None, .. } => Some("HOME"),
            _ => None,
        })
    }

    /// The value when variables are looked up with `lookup`, in the `text` that the word is from.
    ///
    /// The result is `None` when anything is unknown, or when an unquoted value would be split into several words
    /// or taken as a pattern.
    pub fn resolve(&self, text: &str, lookup: impl Fn(&str) -> Lookup) -> Option<String> {
        if let Some(value) = &self.value {
            return Some(value.to_string());
        }
        if self.braces {
            return None;
        }
        let mut out = String::new();
        for part in &self.parts {
            match part {
                WordPart::Literal { value, .. } => out.push_str(value),
                WordPart::Tilde { user: None, .. } => match lookup("HOME") {
                    Lookup::Set(home) => out.push_str(&home),
                    Lookup::Unset | Lookup::Unknown => return None,
                },
                WordPart::Variable { name, operation, quoted, .. } => {
                    let current = match lookup(name) {
                        Lookup::Set(value) => Some(value),
                        Lookup::Unset => None,
                        Lookup::Unknown => return None,
                    };
                    let value = resolve_variable(text, operation.as_ref(), current)?;
                    let splits = |c: char| c.is_ascii_whitespace() || matches!(c, '*' | '?' | '[');
                    if !quoted && value.contains(splits) {
                        return None;
                    }
                    out.push_str(&value);
                }
                WordPart::Tilde { .. } | WordPart::CommandSubstitution { .. } | WordPart::Other { .. } => {
                    return None;
                }
            }
        }
        Some(out)
    }
}

/// `current` is the variable's value, `None` if it is unset.
fn resolve_variable(text: &str, operation: Option<&Operation>, current: Option<String>) -> Option<String> {
    let Some(operation) = operation else {
        return Some(current.unwrap_or_default());
    };
    let operand = || {
        let raw = text.get(operation.operand.clone())?;
        let plain = !raw.contains(['$', '`', '\\', '"', '\'', '~', '}']);
        plain.then(|| raw.to_owned())
    };
    let counts = |or_empty: bool| current.as_ref().is_some_and(|v| !(or_empty && v.is_empty()));
    match operation.kind {
        OperationKind::Default { or_empty } | OperationKind::Assign { or_empty } => {
            if counts(or_empty) {
                current
            } else {
                operand()
            }
        }
        OperationKind::Alternative { or_empty } => {
            if counts(or_empty) {
                operand()
            } else {
                Some(String::new())
            }
        }
        OperationKind::Require { or_empty } => {
            if counts(or_empty) {
                current
            } else {
                None
            }
        }
        OperationKind::Other => None,
    }
}
