//! What ONBUILD defers, as text and as instructions.

use std::sync::Arc;

use crate::operation::{Features, Operation};
use crate::{Document, Instruction, Span, SyntaxError, SyntaxErrorKind};

use super::stage::Trigger;

/// The text of the deferred instruction, as `docker image inspect` shows it. Mirrors buildkit `parseOnBuild`.
pub(crate) fn text(document: &Document, instruction: &Instruction) -> String {
    // `\s` of Go's regular expressions.
    let space = |c: char| matches!(c, '\t' | '\n' | '\u{c}' | '\r' | ' ');
    let line = instruction.text.as_str();
    let rest = line.get(instruction.command.keyword_range.end..).unwrap_or_default();
    let mut text = rest.trim_start_matches(space).to_owned();
    for heredoc in &instruction.heredocs {
        text.push('\n');
        text.push_str(&document.text(heredoc.body));
        text.push_str(&heredoc.name);
    }
    text
}

/// The deferred instruction as a document of its own, with `\` as escape character whatever the file says, and what
/// is wrong with it.
pub(crate) fn trigger(text: &str, features: Features) -> (Trigger, Option<SyntaxError>) {
    let document = Document::parse(text);
    let escape = document.escape();
    let mut error = document.errors().first().cloned();
    let operation = if let [only] = document.instructions() {
        Operation::of(only, escape, features).map_err(|wrong| error.get_or_insert(wrong).clone()).ok()
    } else {
        error.get_or_insert_with(|| {
            let message = "the deferred text is not one instruction";
            SyntaxError::new(SyntaxErrorKind::Arguments, Span::default(), message)
        });
        None
    };
    (Trigger { document: Arc::new(document), operation }, error)
}
