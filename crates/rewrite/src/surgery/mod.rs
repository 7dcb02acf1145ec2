//! Smallest edits of an instruction that keep its layout: lines that lose all their text go, comments stay
//! in their place, and the file's own habits are kept.

mod delete;
mod insert;
mod pull_up;
mod rows;

pub use delete::{delete, delete_instruction, delete_json_items, replace, replace_json_item};
pub use dockfit_dockerfile::Habits;
pub use insert::{Side, insert_before, insert_behind, insert_flags};

use std::fmt;

/// Why an instruction cannot be edited as wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CannotEdit {
    /// Bytes that are no UTF-8 stand in it.
    NotText,
    /// The place lies in a here-document that a command reads.
    HeredocBody,
    /// A comment would end up between a command and its here-document.
    CommentBeforeHeredoc,
    /// Nothing would be left of it.
    NothingLeft,
    /// The text there is put together from several lines.
    Scattered,
    /// The engine would not read the new flag as it is written.
    NotAFlag,
}

impl fmt::Display for CannotEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotText => "the instruction holds bytes that are no UTF-8",
            Self::HeredocBody => "the place lies in a here-document that a command reads",
            Self::CommentBeforeHeredoc => "a comment would end up before the here-document's text",
            Self::NothingLeft => "nothing would be left of the instruction",
            Self::Scattered => "the text is broken over several lines",
            Self::NotAFlag => {
                "the flag would hold a character that the engine does not read as it is written"
            }
        })
    }
}

impl std::error::Error for CannotEdit {}
