//! The gaps between stages, and the COPYs that take from new ones.

use dockfit_dockerfile::NodeKind;
use dockfit_dockerfile::operation::Operation;
use dockfit_rewrite::Edit;

use super::Written;
use super::text::gone;
use crate::cache_mounts::Refusal;
use crate::split_dependencies::plan::Plan;

impl Plan<'_, '_> {
    /// The empty lines between two stages of this file.
    pub(super) fn gap(&self) -> String {
        let document = self.document();
        let second = self.step.model().stages().get(1).map(|stage| document.comments_above(stage.from).start);
        let count = second.map_or(1, |start| {
            let before = document.nodes().iter().rev().skip_while(|node| node.span.start >= start);
            before.take_while(|node| node.kind == NodeKind::Blank).count()
        });
        self.habits().line_end.repeat(count.clamp(1, 2))
    }

    /// The bytes of the empty lines directly before an offset.
    pub(super) fn blank_before(&self, offset: usize) -> usize {
        let nodes = self.document().nodes().iter().rev().skip_while(|node| node.span.start >= offset);
        nodes.take_while(|node| node.kind == NodeKind::Blank).map(|node| node.span.len()).sum()
    }

    /// The COPYs of what the groups installed: in the place of one, or behind the one that brings the environment.
    pub(super) fn takes(
        &self,
        index: usize,
        link: bool,
        stage: &str,
        names: &[&str],
        written: &mut Written,
    ) -> Result<(), Refusal> {
        let instruction = self.instruction(index).ok_or_else(gone)?;
        let flag = instruction.flag("from").ok_or_else(gone)?;
        let span = instruction.text.span(flag.range.clone());
        let link = if link { "--link " } else { "" };
        let mut more = String::new();
        for (at, name) in names.iter().enumerate() {
            let flag = format!("{link}--from={stage}-{name}");
            if let Some(folder) = &self.prefix {
                let source = match self.step.model().operation(index) {
                    Some(Operation::Copy(copy)) => {
                        copy.sources.first().map(|source| source.word().range.clone())
                    }
                    _ => None,
                };
                let source = instruction.text.span(source.ok_or_else(gone)?);
                more.push_str(&self.whole(index, vec![(span, flag), (source, folder.clone())], false)?);
            } else if at == 0 {
                written.edits.push(Edit::replace(span, flag));
            } else {
                more.push_str(&self.whole(index, vec![(span, flag)], false)?);
            }
        }
        let end = instruction.span.end;
        if !self.document().bytes(instruction.span).ends_with(b"\n") {
            let line_end = self.habits().line_end;
            more = format!("{line_end}{}", more.strip_suffix(line_end).unwrap_or(&more));
        }
        written.edits.push(Edit::insert(end, more));
        Ok(())
    }
}
