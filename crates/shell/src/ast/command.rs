//! Simple commands and what they are made of.

use std::ops::Range;

use super::{List, Substitution, Word};
use crate::Script;

/// A simple command with a name: `A=1 pip install x > log`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// From the first assignment, word or redirection to the last one.
    pub range: Range<usize>,
    /// Assignments in front of the name; they hold for this command only.
    pub assignments: Vec<Assignment>,
    /// The name and the arguments; never empty.
    pub words: Vec<Word>,
    /// Redirections, wherever they stand in the command.
    pub redirects: Vec<Redirect>,
    /// The script of `sh -c '…'` or `sh <<EOF`, where its text is known.
    pub nested: Option<Box<Nested>>,
}

impl Command {
    /// All words in order of text: values of assignments, words, targets of redirections.
    pub fn all_words(&self) -> impl Iterator<Item = &Word> {
        self.assignments
            .iter()
            .map(|a| &a.value)
            .chain(&self.words)
            .chain(self.redirects.iter().filter_map(|r| r.target.as_ref()))
    }

    /// The command, process and nested substitutions in its words, redirections and here-documents.
    pub fn substitutions(&self) -> impl Iterator<Item = &Substitution> {
        self.all_words().flat_map(Word::substitutions).chain(heredoc_substitutions(&self.redirects))
    }

    /// The name after quote removal, as written (`/usr/bin/pip3`); `None` when it holds expansions.
    pub fn name(&self) -> Option<&str> {
        self.words.first().and_then(Word::value)
    }
}

pub(crate) fn heredoc_substitutions(redirects: &[Redirect]) -> impl Iterator<Item = &Substitution> {
    redirects.iter().filter_map(|r| r.heredoc.as_ref()).flat_map(|h| &h.substitutions)
}

/// A script handed to another shell as one argument or as its standard input: `bash -ec 'a && b'`, `bash <<EOF`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nested {
    /// The index in [`Command::words`] of the word that holds the script; `None` for a here-document.
    pub word: Option<usize>,
    /// Whether the options switch on `errexit` (`bash -ec`).
    pub errexit: bool,
    /// The script.
    pub body: NestedBody,
}

/// How well the text of a nested script is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NestedBody {
    /// The inner shell reads the text between the quotes as it stands; ranges are in the outer text.
    Exact(List),
    /// The outer shell puts values in place of variables first (`sh -c "pip install $X"`). Ranges are in the
    /// outer text, and right unless a value holds shell syntax.
    Expanded(List),
    /// The outer shell removes escapes first. Ranges are in the inner script's **own** text.
    Unescaped(Box<Script>),
}

/// A simple command without a name: assignments to shell variables, or redirections alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignments {
    /// From the first to the last of them.
    pub range: Range<usize>,
    /// The assignments; empty for redirections alone.
    pub assignments: Vec<Assignment>,
    /// The redirections.
    pub redirects: Vec<Redirect>,
}

/// `name=value`, `name+=value`, `name[i]=value`, `name=(array)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Name, operator and value.
    pub range: Range<usize>,
    /// The variable's name without a subscript.
    pub name: Box<str>,
    /// Where the name stands.
    pub name_range: Range<usize>,
    /// `+=`
    pub append: bool,
    /// `name[…]=`
    pub subscript: bool,
    /// The value; may be empty. An array is one [`super::WordPart::Other`].
    pub value: Word,
}

/// `export A=b C`, and the other declaration builtins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The whole of it.
    pub range: Range<usize>,
    /// The builtin: `export`, `declare`, `typeset`, `readonly`, `local`.
    pub keyword: Word,
    /// The arguments that are assignments.
    pub assignments: Vec<Assignment>,
    /// The other arguments: options and bare names.
    pub words: Vec<Word>,
    /// The redirections.
    pub redirects: Vec<Redirect>,
}

/// A redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Descriptor, operator and target; not the body of a here-document.
    pub range: Range<usize>,
    /// The explicit descriptor: `2` in `2>&1`.
    pub descriptor: Option<Range<usize>>,
    /// Which redirection.
    pub operator: RedirectKind,
    /// The file, descriptor, string or (for here-documents) delimiter.
    pub target: Option<Word>,
    /// For `<<` and `<<-`.
    pub heredoc: Option<Heredoc>,
}

/// The redirection operators of POSIX 2.7 and of bash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RedirectKind {
    /// `<`
    Input,
    /// `>`
    Output,
    /// `>|`
    Clobber,
    /// `>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `<&`
    DuplicateInput,
    /// `>&`
    DuplicateOutput,
    /// `&>` (bash; a POSIX shell reads `&` and `>`)
    OutputAndError,
    /// `&>>` (bash, likewise)
    AppendOutputAndError,
    /// `<<`, `<<-`
    Heredoc,
    /// `<<<` (bash)
    Herestring,
}

/// A here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The lines between the one with the operator and the delimiter's, last line end included.
    pub body: Range<usize>,
    /// The delimiter's line, without its line end.
    pub end: Range<usize>,
    /// Whether the delimiter was quoted, so that the body is not expanded.
    pub quoted: bool,
    /// `<<-`: leading tabs are stripped.
    pub dash: bool,
    /// Substitutions in the body.
    pub substitutions: Vec<Substitution>,
}
