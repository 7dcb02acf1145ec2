//! A script and what can be asked of it.

use std::ops::Range;

use crate::ast::{Command, List};
use crate::flow::{Located, State};
use crate::parse;

/// A parsed shell script: the text that is handed to `sh -c`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    text: Box<str>,
    /// The commands.
    pub body: List,
    comments: Vec<Range<usize>>,
    has_errors: bool,
}

impl Script {
    /// Parses `text`, whatever it is: what is not understood becomes [`crate::Node::Opaque`].
    ///
    /// `text` is what the shell reads. In a Dockerfile's RUN line that is the text with continued lines joined and
    /// the comment lines between them dropped.
    pub fn parse(text: &str) -> Self {
        Self::at_depth(text, 0)
    }

    pub(crate) fn at_depth(text: &str, depth: usize) -> Self {
        let parsed = parse::parse(text, depth);
        let has_errors = crate::walk::has_opaque(&parsed.body);
        Self { text: text.into(), body: parsed.body, comments: parsed.comments, has_errors }
    }

    /// The text that was parsed; all ranges are in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a range, as written; empty for a range that is not from this script.
    pub fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// Whether any part of the script is opaque.
    pub fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// The places of comments, from the `#` to the end of the line, in order.
    pub fn comments(&self) -> &[Range<usize>] {
        &self.comments
    }

    /// Every simple command with its place, in the order in which the shell comes by them; `initial` is the shell
    /// when the script starts. Numbers and order are those of [`Script::commands`].
    pub fn locate(&self, initial: &State) -> Vec<Located<'_>> {
        let mut out = Vec::new();
        self.trace(initial, |located, _| out.push(located));
        out
    }

    /// As [`Script::locate`], with what is known about the shell when each command starts.
    pub fn trace<'s>(&'s self, initial: &State, mut each: impl FnMut(Located<'s>, &State)) {
        crate::flow::trace(self, initial, &mut each);
    }

    /// The names of functions and aliases that the script defines anywhere.
    pub fn defined_names(&self) -> impl Iterator<Item = &str> {
        crate::flow::defined_names(&self.body).into_iter()
    }

    /// All simple commands in the order of their starts, those within substitutions and in the scripts of
    /// `sh -c '…'` (where the text is exact) included.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        crate::walk::commands(&self.body).into_iter()
    }
}
