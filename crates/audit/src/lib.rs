//! Reads an audit report: markdown in any language, by its structure alone. Headings, numbering, lists, tables, code
//! blocks and figures say what is proposed; no sentence is understood, so that none can be misunderstood.
//!
//! [`Outline::read`] never fails: any text is markdown. What a piece of it *means* is asked of the caller
//! ([`Outline::proposals`] takes a function from pieces to topics): this crate knows nothing of Dockerfiles.

mod figure;
mod heading;
mod outline;
mod priority;
mod proposal;
mod snippet;
#[cfg(test)]
mod tests;

pub use figure::figures;
pub use heading::Heading;
pub use outline::{Code, Form, Outline, Piece, Section};
pub use priority::Priority;
pub use proposal::{Proposal, Topic};
pub use snippet::{Kind, Snippet};
