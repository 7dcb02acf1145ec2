//! What a RUN gives to its shell, or executes without one.

use crate::{Document, Instruction, JsonArray, LogicalText, Span, parse_heredoc_word};

/// The command of a RUN as the engine executes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RunForm {
    /// Text for the shell: the arguments, or the body of a here-document that stands alone; where commands
    /// read here-documents, these follow as the shell wants them.
    Shell(LogicalText),
    /// Exec form: words, no shell.
    Exec(JsonArray),
    /// The body of a here-document that starts with `#!`: run as a file by the interpreter named there.
    File {
        /// The file's text.
        text: LogicalText,
        /// The first line behind `#!`, trimmed.
        interpreter: String,
    },
}

impl RunForm {
    /// The form of a RUN, or of the RUN that an ONBUILD defers (buildkit convert.go `dispatchRun`).
    pub fn of(document: &Document, instruction: &Instruction) -> Self {
        let command = instruction.effective();
        if let Some(json) = &command.json {
            return Self::Exec(json.clone());
        }
        let mut text = instruction.text.slice(command.arguments.clone());
        let Some(first) = instruction.heredocs.first() else {
            return Self::Shell(text);
        };
        if parse_heredoc_word(text.as_str()).is_some() {
            let body = body_text(document, first.body, first.chomp);
            // A shebang counts only in the very first column, leading tabs of `<<-` not removed.
            return match document.bytes(first.body).strip_prefix(b"#!") {
                Some(rest) => {
                    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
                    let interpreter = String::from_utf8_lossy(line).trim().to_owned();
                    Self::File { text: body, interpreter }
                }
                None => Self::Shell(body),
            };
        }
        for heredoc in &instruction.heredocs {
            text.push_synthetic("\n");
            text.push(document.source(), heredoc.body);
            let name_at = heredoc.terminator.end - document_line_end(document, heredoc.terminator);
            text.push(document.source(), Span::new(name_at.saturating_sub(heredoc.name.len()), name_at));
        }
        Self::Shell(text)
    }

    /// Whether both give the same text, or the same words, to the same kind of program.
    pub fn same_text(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Shell(one), Self::Shell(two))
            | (Self::File { text: one, .. }, Self::File { text: two, .. }) => one.as_str() == two.as_str(),
            (Self::Exec(one), Self::Exec(two)) => {
                one.items.iter().map(|item| &item.value).eq(two.items.iter().map(|item| &item.value))
            }
            _ => false,
        }
    }

    /// The text for the shell, if this goes to one.
    pub fn shell_text(&self) -> Option<&LogicalText> {
        match self {
            Self::Shell(text) => Some(text),
            Self::Exec(_) | Self::File { .. } => None,
        }
    }
}

/// Number of bytes of the line end at the end of `line`.
fn document_line_end(document: &Document, line: Span) -> usize {
    document.bytes(line).iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// A body's bytes; with `chomp` without the tabs at the start of each line.
fn body_text(document: &Document, body: Span, chomp: bool) -> LogicalText {
    let mut text = LogicalText::default();
    if !chomp {
        text.push(document.source(), body);
        return text;
    }
    let mut at = body.start;
    for line in document.bytes(body).split_inclusive(|byte| *byte == b'\n') {
        let tabs = line.iter().take_while(|byte| **byte == b'\t').count();
        text.push(document.source(), Span::new(at + tabs, at + line.len()));
        at += line.len();
    }
    text
}
