//! The step that installs compilers, moved out of the stage that all groups are built on.

use dockfit_dockerfile::{NodeKind, Span};
use dockfit_rewrite::{Declared, Edit};

use super::Written;
use super::text::gone;
use crate::cache_mounts::Refusal;
use crate::split_dependencies::plan::Plan;

impl Plan<'_, '_> {
    /// The step with the comments above it, at the end of `text`; where it stood, nothing is left.
    pub(super) fn compilers(
        &self,
        index: usize,
        text: &mut String,
        written: &mut Written,
    ) -> Result<(), Refusal> {
        let document = self.document();
        let instruction = self.instruction(index).ok_or_else(gone)?;
        let comments = document.comments_above(index);
        text.push_str(&document.text(comments));
        let run = self.whole(index, Vec::new(), true)?;
        self.declare(&run, written)?;
        text.push_str(&run);
        written.declares.push(Declared::RunTakenOut(instruction.span.start));
        let nodes = document.nodes();
        let first = nodes.partition_point(|node| node.span.start < comments.start);
        let last = nodes.partition_point(|node| node.span.start < instruction.span.start);
        let is_blank = |at: usize| nodes.get(at).filter(|node| node.kind == NodeKind::Blank);
        let before = first.checked_sub(1).and_then(is_blank);
        let end = match is_blank(last + 1).filter(|_| before.is_some()) {
            Some(blank) => blank.span.end,
            None => instruction.span.end,
        };
        written.edits.push(Edit::delete(Span::new(comments.start, end)));
        Ok(())
    }
}
