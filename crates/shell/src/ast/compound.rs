//! Compound commands, functions and tests.

use std::ops::Range;

use super::{List, Node, Redirect, Substitution, Word};

/// `{ list; }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Braces and redirections included.
    pub range: Range<usize>,
    /// The commands between the braces.
    pub body: List,
    /// Redirections behind the closing brace.
    pub redirects: Vec<Redirect>,
}

/// `( list )`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subshell {
    /// Parentheses and redirections included.
    pub range: Range<usize>,
    /// The commands between the parentheses.
    pub body: List,
    /// Redirections behind the closing parenthesis.
    pub redirects: Vec<Redirect>,
}

/// `if a; then b; elif c; then d; else e; fi`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct If {
    /// From `if` to `fi` or the last redirection.
    pub range: Range<usize>,
    /// The `if` and each `elif`.
    pub clauses: Vec<Clause>,
    /// The commands behind `else`.
    pub otherwise: Option<List>,
    /// Redirections behind `fi`.
    pub redirects: Vec<Redirect>,
}

/// A condition and what runs when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Between `if`/`elif` and `then`.
    pub condition: List,
    /// Behind `then`.
    pub body: List,
}

/// A loop of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loop {
    /// From the first keyword to `done` or the last redirection.
    pub range: Range<usize>,
    /// Which loop.
    pub kind: LoopKind,
    /// The variable of `for` and `select`.
    pub variable: Option<Range<usize>>,
    /// The words behind `in`; `None` without `in` (then `"$@"` is looped over).
    pub words: Option<Vec<Word>>,
    /// The condition of `while` and `until`.
    pub condition: Option<List>,
    /// Between `do` and `done`.
    pub body: List,
    /// Redirections behind `done`.
    pub redirects: Vec<Redirect>,
}

/// The kinds of loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopKind {
    /// `for x in …`
    For,
    /// `for ((…;…;…))`
    Arithmetic,
    /// `select x in …`
    Select,
    /// `while …`
    While,
    /// `until …`
    Until,
}

/// `case word in a|b) …;; esac`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// From `case` to `esac` or the last redirection.
    pub range: Range<usize>,
    /// The word that is matched.
    pub word: Word,
    /// The patterns with their commands.
    pub arms: Vec<CaseArm>,
    /// Redirections behind `esac`.
    pub redirects: Vec<Redirect>,
}

/// One arm of a [`Case`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseArm {
    /// The patterns, without the parenthesis that closes them.
    pub patterns: Range<usize>,
    /// The commands; may be empty.
    pub body: List,
    /// `;;`, `;&` or `;;&`; the last arm may have none.
    pub terminator: Option<Range<usize>>,
}

/// `name() body`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// From the name (or `function`) to the end of the body or the last redirection.
    pub range: Range<usize>,
    /// Its name.
    pub name: Box<str>,
    /// Where the name stands.
    pub name_range: Range<usize>,
    /// A compound command.
    pub body: Box<Node>,
    /// Redirections that each call gets.
    pub redirects: Vec<Redirect>,
}

/// `[ … ]`, `[[ … ]]` or `(( … ))`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Brackets and redirections included.
    pub range: Range<usize>,
    /// Which brackets.
    pub kind: TestKind,
    /// For [`TestKind::Single`] all words, `[` and `]` included; else empty.
    pub words: Vec<Word>,
    /// Substitutions within `[[ … ]]` and `(( … ))`; those of `[ … ]` are in its words.
    pub substitutions: Vec<Substitution>,
    /// Redirections behind it.
    pub redirects: Vec<Redirect>,
}

/// The kinds of test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestKind {
    /// `[ … ]`, a simple command.
    Single,
    /// `[[ … ]]`
    Double,
    /// `(( … ))`
    Arithmetic,
}
