//! The syntax tree: lists of commands and the constructs around them.
//!
//! All positions are byte ranges in [`crate::Script::text`]. A node's range runs from its first to its last
//! character without comments, blanks and here-document bodies around it.

pub(crate) mod command;
mod compound;
mod word;

use std::ops::Range;

pub use command::{
    Assignment, Assignments, Command, Declaration, Heredoc, Nested, NestedBody, Redirect, RedirectKind,
};
pub use compound::{Case, CaseArm, Clause, Function, Group, If, Loop, LoopKind, Subshell, Test, TestKind};
pub use word::{Lookup, Operation, OperationKind, Substitution, SubstitutionKind, Word, WordPart};

/// Commands with the operators between them: `a; b && c || d & e` is one flat list of five items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The items in order of text. Empty only for a script or substitution without any command.
    pub items: Vec<Item>,
    /// All the text that the list may fill: between the keywords or brackets around it.
    pub range: Range<usize>,
    /// Whether the list was not understood: its one item is [`Node::Opaque`].
    pub opaque: bool,
}

/// One element of a [`List`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is executed.
    pub node: Node,
    /// The operator that **follows** the item; `None` at the end of a list without a final terminator.
    pub operator: Option<Operator>,
}

/// A list operator with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Which one.
    pub kind: OperatorKind,
    /// The characters of the operator itself.
    pub range: Range<usize>,
}

/// The operators between the items of a list (POSIX 2.9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperatorKind {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;`
    Semicolon,
    /// A line end.
    Newline,
    /// `&`
    Background,
}

impl OperatorKind {
    /// `&&` or `||`: the next item's execution depends on the status so far.
    pub fn is_and_or(self) -> bool {
        matches!(self, Self::And | Self::Or)
    }
}

/// Anything that can stand in a list or a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A simple command with a name.
    Command(Command),
    /// `A=1 B=2`, or redirections alone: a simple command without a name.
    Assignment(Assignments),
    /// `export A=b`, `declare`, `local`, `readonly`, `typeset`.
    Declaration(Declaration),
    /// `[ … ]`, `[[ … ]]`, `(( … ))`.
    Test(Test),
    /// `a | b`, `! a`.
    Pipeline(Pipeline),
    /// `{ …; }`
    Group(Group),
    /// `( … )`
    Subshell(Subshell),
    /// `if … fi`
    If(If),
    /// `for`, `select`, `while`, `until`.
    Loop(Loop),
    /// `case … esac`
    Case(Case),
    /// `name() …`
    Function(Function),
    /// Text that was not understood, the only item of its list. Not to be edited, nor anything concluded from it.
    Opaque(Opaque),
}

impl Node {
    /// The text that the node covers.
    pub fn range(&self) -> &Range<usize> {
        match self {
            Self::Command(n) => &n.range,
            Self::Assignment(n) => &n.range,
            Self::Declaration(n) => &n.range,
            Self::Test(n) => &n.range,
            Self::Pipeline(n) => &n.range,
            Self::Group(n) => &n.range,
            Self::Subshell(n) => &n.range,
            Self::If(n) => &n.range,
            Self::Loop(n) => &n.range,
            Self::Case(n) => &n.range,
            Self::Function(n) => &n.range,
            Self::Opaque(n) => &n.range,
        }
    }

    /// The redirections of the node itself; empty for pipelines and opaque text.
    pub fn redirects(&self) -> &[Redirect] {
        match self {
            Self::Command(n) => &n.redirects,
            Self::Assignment(n) => &n.redirects,
            Self::Declaration(n) => &n.redirects,
            Self::Test(n) => &n.redirects,
            Self::Group(n) => &n.redirects,
            Self::Subshell(n) => &n.redirects,
            Self::If(n) => &n.redirects,
            Self::Loop(n) => &n.redirects,
            Self::Case(n) => &n.redirects,
            Self::Function(n) => &n.redirects,
            Self::Pipeline(_) | Self::Opaque(_) => &[],
        }
    }
}

/// `[!] a | b |& c`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// From the `!` or the first command to the last one.
    pub range: Range<usize>,
    /// Where the `!` stands, if the status is inverted.
    pub negated: Option<Range<usize>>,
    /// One or more commands; one only where `negated`.
    pub commands: Vec<Node>,
    /// The `|` or `|&` between them; one less than there are commands.
    pub operators: Vec<Range<usize>>,
}

/// Text that was not understood: all of a [`List`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opaque {
    /// The text.
    pub range: Range<usize>,
    /// Why.
    pub reason: OpaqueReason,
}

/// Why a piece of text is [`Opaque`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpaqueReason {
    /// The grammar found a syntax error.
    Syntax,
    /// The grammar and the word scanner disagree, so neither is believed.
    Ambiguous,
    /// Nested deeper than [`crate::MAX_DEPTH`].
    TooDeep,
    /// Longer than [`crate::MAX_LENGTH`], or with more here-documents than are looked at.
    TooLarge,
}

impl OpaqueReason {
    /// A half-sentence for a report: "the shell text …".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "has a syntax error",
            Self::Ambiguous => "can be read in more than one way",
            Self::TooDeep => "is nested too deeply",
            Self::TooLarge => "is too large",
        }
    }
}
