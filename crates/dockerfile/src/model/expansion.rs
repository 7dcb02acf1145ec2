//! Words expanded at their place, with errors that point into the file.

use crate::expand::{ExpandError, ExpandErrorKind};
use crate::operation::Problem;
use crate::{RawWord, SyntaxErrorKind};

/// How many bytes all expansions of one file may make together.
const MOST: usize = 64 << 20;

/// What is left of that.
#[derive(Debug, Clone)]
pub(crate) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MOST)
    }
}

impl Budget {
    /// Refuses when nothing is left.
    pub(crate) fn check(&self, word: &RawWord) -> Result<(), Problem> {
        if self.0 > 0 {
            return Ok(());
        }
        let error = ExpandError { kind: ExpandErrorKind::TooLong, offset: 0 };
        Err(expansion_problem(&error, word))
    }

    /// Takes `bytes`, or refuses.
    pub(crate) fn spend(&mut self, bytes: usize, word: &RawWord) -> Result<(), Problem> {
        if let Some(left) = self.0.checked_sub(bytes) {
            self.0 = left;
            return Ok(());
        }
        self.0 = 0;
        self.check(word)
    }
}

/// What is wrong with the expansion of `word`.
pub(crate) fn expansion_problem(error: &ExpandError, word: &RawWord) -> Problem {
    // Offsets count in the word's own text; where that is not what the file says (JSON, flags), the whole is meant.
    let range = if word.range.len() == word.text.len() {
        word.range.start + error.offset.min(word.text.len())..word.range.end
    } else {
        word.range.clone()
    };
    let problem = Problem::new(SyntaxErrorKind::Expansion, range, error.to_string());
    match &error.kind {
        ExpandErrorKind::UnterminatedSingleQuote | ExpandErrorKind::UnterminatedDoubleQuote => {
            problem.with_help("close the quote, or escape it")
        }
        ExpandErrorKind::MissingBrace => problem.with_help("add `}`; quote the word if it holds blanks"),
        ExpandErrorKind::UnsupportedModifier(_) => {
            problem.with_help("the engine knows :- - :+ + :? ? # ## % %% / and // only")
        }
        ExpandErrorKind::Required { name, .. } => {
            problem.with_help(format!("give `{name}` a value with ARG or ENV"))
        }
        ExpandErrorKind::InvalidPattern { .. } => {
            problem.with_help("escape only `*`, `?`, `\\`, `/` and `}`")
        }
        _ => problem,
    }
}
