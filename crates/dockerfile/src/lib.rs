//! Dockerfiles: lossless text, and what it means to the engine.
//!
//! [`Document::parse`] turns the bytes of one file into nodes whose spans tile the source exactly: what is
//! printed from the nodes is what was read, whatever it was. Views over a node (flags, words, JSON arrays)
//! work on its [`LogicalText`], the one line that the engine sees, and map every byte back to the file.

mod directive;
mod document;
mod error;
pub mod expand;
mod habits;
mod heredoc;
pub mod inspect;
mod instruction;
mod json;
mod keyword;
mod lines;
mod logical;
pub mod model;
pub mod operation;
mod run;
mod span;
pub mod values;
mod words;

pub use directive::{Directive, DirectiveName};
pub use document::{Document, Node, NodeKind};
pub use error::{SyntaxError, SyntaxErrorKind};
pub use habits::Habits;
pub use heredoc::{Heredoc, parse_word as parse_heredoc_word};
pub use instruction::{Flag, Instruction, Subcommand};
pub use json::{JsonArray, JsonString, parse_json_array};
pub use keyword::Keyword;
pub use lines::{Line, LineKind};
pub use logical::{LogicalText, Piece};
pub use run::RunForm;
pub use span::{LineIndex, Position, Span};
pub use words::{RawWord, raw_words};
