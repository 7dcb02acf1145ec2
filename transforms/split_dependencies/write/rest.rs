//! What is left of the old step: what stands ahead of the groups, and the project behind them.

use dockfit_dockerfile::{LineKind, Span};

use super::Written;
use super::text::gone;
use crate::cache_mounts::Refusal;
use crate::split_dependencies::plan::Plan;

impl Plan<'_, '_> {
    /// What does not need the files of the project: the instructions between, and the commands before the install.
    pub(super) fn ahead(&self, written: &mut Written) -> Result<String, Refusal> {
        let mut text = String::new();
        if self.keeps_old() {
            return Ok(text);
        }
        for index in &self.lead.between {
            text.push_str(&self.document().text(self.document().comments_above(*index)));
            text.push_str(&self.whole(*index, Vec::new(), true)?);
        }
        if let Some(before) = self.install.before {
            let script = self.step.text().ok_or_else(gone)?;
            let span = Span::new(script.end_to_file(before.end), self.step.instruction.span.end);
            let run = self.whole(self.step.index, vec![(span, self.habits().line_end.to_owned())], true)?;
            self.declare(&run, written)?;
            text.push_str(&run);
        }
        Ok(text)
    }

    /// The old step and what it reads, where they install the project behind its dependencies.
    pub(super) fn project(&self, text: &mut String, written: &mut Written) -> Result<(), Refusal> {
        if self.keeps_old() {
            return Ok(());
        }
        for index in &self.lead.inputs {
            text.push_str(&self.document().text(self.document().comments_above(*index)));
            text.push_str(&self.whole(*index, Vec::new(), true)?);
        }
        let mut changes = self.without_commands_before()?;
        if !self.install.no_deps {
            changes.push((Span::empty(self.operand()?.start), "--no-deps ".to_owned()));
        }
        text.push_str(&self.document().text(self.document().comments_above(self.step.index)));
        let run = self.whole(self.step.index, changes, true)?;
        self.declare(&run, written)?;
        text.push_str(&run);
        Ok(())
    }

    /// The change that leaves the install alone in its RUN.
    pub(super) fn without_commands_before(&self) -> Result<Vec<(Span, String)>, Refusal> {
        let Some(before) = self.install.before else { return Ok(Vec::new()) };
        let script = self.step.text().ok_or_else(gone)?;
        let start =
            self.step.script().and_then(|script| script.commands().next()).map(|first| first.range.start);
        let span = Span::new(script.to_file(start.ok_or_else(gone)?), script.to_file(before.install));
        let gap = Span::new(script.end_to_file(before.end), span.end);
        let lines = self.step.instruction.lines.iter();
        if lines.clone().any(|line| line.kind == LineKind::Comment && gap.encloses(line.span)) {
            let text = "a comment stands between the commands of the step";
            return Err(Refusal::new("not-alone", text, "give the install a RUN of its own"));
        }
        Ok(vec![(span, String::new())])
    }
}
