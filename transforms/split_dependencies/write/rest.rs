//! What is left of the old step: what stands ahead of the groups, and the project behind them.

use dockfit_dockerfile::{LineKind, Span};

use super::Written;
use super::text::gone;
use crate::cache_mounts::Refusal;
use crate::split_dependencies::plan::{Plan, Role};

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
        if self.install.has(&Role::Ahead) {
            let goes =
                |role: &Role| matches!(role, Role::Folder | Role::Ahead | Role::CleansSystem | Role::Cleans);
            let run = self.whole(self.step.index, self.without_groups(self.only(goes)?), true)?;
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
        let mut changes = self.only(|role| *role != Role::Ahead)?;
        let words = self.project_words();
        if !words.is_empty() {
            changes.push((Span::empty(self.operand()?.start), format!("{words} ")));
        }
        text.push_str(&self.document().text(self.document().comments_above(self.step.index)));
        let run = self.whole(self.step.index, changes, true)?;
        self.declare(&run, written)?;
        text.push_str(&run);
        Ok(())
    }

    /// The options that the install of the project gets.
    pub(super) fn project_words(&self) -> String {
        let prefix = self.prefix.as_ref().filter(|_| self.prefixes_project);
        let words = prefix.map(|folder| format!("--prefix={folder}"));
        let no_deps = (!self.install.no_deps).then(|| "--no-deps".to_owned());
        words.into_iter().chain(no_deps).collect::<Vec<_>>().join(" ")
    }

    /// The commands that stand behind the install, in a RUN of their own.
    pub(super) fn behind(&self, text: &mut String, written: &mut Written) -> Result<(), Refusal> {
        let first = self.install.parts.iter().position(|part| match part.role {
            Role::Behind => true,
            Role::Deletes(_) => !self.deletes_each(),
            _ => false,
        });
        let Some(first) = first else { return Ok(()) };
        let out = |at, role: &Role| (at < first && *role != Role::Folder) || *role == Role::DeletesWheels;
        let run = self.whole(self.step.index, self.without_groups(self.without(out)?), true)?;
        self.declare(&run, written)?;
        text.push_str(&run);
        Ok(())
    }

    /// `changes`, and those that take away what only the groups have.
    pub(super) fn without_groups(&self, mut changes: Vec<(Span, String)>) -> Vec<(Span, String)> {
        let more =
            self.of_groups.iter().filter(|edit| !changes.iter().any(|(span, _)| span.encloses(edit.span)));
        let more: Vec<_> = more.map(|edit| (edit.span, edit.replacement.clone())).collect();
        changes.extend(more);
        changes
    }

    /// The changes that leave in a RUN what goes into it.
    pub(super) fn only(&self, goes: impl Fn(&Role) -> bool) -> Result<Vec<(Span, String)>, Refusal> {
        self.without(|_, role| !goes(role))
    }

    /// The changes that take commands out of the RUN: each with the `&&` before it, or behind it where nothing is before.
    fn without(&self, out: impl Fn(usize, &Role) -> bool) -> Result<Vec<(Span, String)>, Refusal> {
        let script = self.step.text().ok_or_else(gone)?;
        let parts = self.install.parts.as_slice();
        let mut spans: Vec<Span> = Vec::new();
        let mut kept = false;
        for (at, part) in parts.iter().enumerate() {
            if !out(at, &part.role) {
                kept = true;
                continue;
            }
            let span = if kept {
                let before = parts.get(at.wrapping_sub(1)).ok_or_else(gone)?;
                Span::new(script.end_to_file(before.range.end), script.end_to_file(part.range.end))
            } else {
                let next = parts.get(at + 1).ok_or_else(gone)?;
                Span::new(script.to_file(part.range.start), script.to_file(next.range.start))
            };
            match spans.last_mut() {
                Some(last) if last.end == span.start => *last = Span::new(last.start, span.end),
                _ => spans.push(span),
            }
        }
        let mut comments = self.step.instruction.lines.iter().filter(|line| line.kind == LineKind::Comment);
        if comments.any(|line| spans.iter().any(|span| span.encloses(line.span))) {
            let text = "a comment stands between the commands of the step";
            return Err(Refusal::new("not-alone", text, "give the install a RUN of its own"));
        }
        Ok(spans.into_iter().map(|span| (span, String::new())).collect())
    }
}
