//! The text of a new order.

use std::collections::BTreeSet;

use dockfit_dockerfile::{Document, Instruction, Keyword, LineKind, NodeKind, Span};
use dockfit_rewrite::surgery::Habits;
use dockfit_rewrite::{Declared, Edit, Outcome};

use super::destination;
use super::effect::Split;
use super::managers::Ahead;
use super::manifest::Copied;
use super::segment::{Planned, Segment};
use super::tree::View;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// What changes a file so that the installs of `planned` stand ahead of the source.
pub(super) fn change(
    file: &File<'_>,
    view: &View,
    segment: &Segment,
    planned: &[Planned],
    steps: &Steps<'_>,
) -> Result<Outcome, Refusal> {
    let mut movers: BTreeSet<usize> = BTreeSet::new();
    for one in planned {
        movers.extend(segment.movers(one));
    }
    let moved: Vec<&Copied> = movers.iter().filter_map(|at| segment.copies.get(*at)).collect();
    let text = Text { file, view, habits: Habits::of(file.dockerfile.document()), moved };
    text.change(planned, steps)
}

pub(super) struct Text<'t> {
    pub(super) file: &'t File<'t>,
    pub(super) view: &'t View,
    pub(super) habits: Habits,
    /// The copies that move behind the installs.
    pub(super) moved: Vec<&'t Copied>,
}

impl Text<'_> {
    fn document(&self) -> &Document {
        self.file.dockerfile.document()
    }

    pub(super) fn instruction(&self, index: usize) -> Result<&Instruction, Refusal> {
        let found = self.document().instructions().get(index);
        found.ok_or_else(|| Refusal::new("cannot-edit", "the instruction is gone", "report this"))
    }

    fn change(&self, planned: &[Planned], steps: &Steps<'_>) -> Result<Outcome, Refusal> {
        let (Some(first), Some(last)) = (self.moved.first(), planned.last()) else {
            return Err(Refusal::new("cannot-edit", "nothing would move", "report this"));
        };
        let mut edits = Vec::new();
        let mut declares = Vec::new();
        let mut notes: Vec<String> = Vec::new();
        let mut given: BTreeSet<String> = BTreeSet::new();
        for (at, one) in planned.iter().enumerate() {
            let place = if at == 0 { first.index } else { one.step };
            let lines = self.manifests(one, place, &mut given)?;
            for (_, install, _) in &one.installs.found {
                notes.extend(install.note.clone().filter(|note| !notes.contains(note)));
            }
            if at == 0 {
                self.replace_movers(first.index, &lines, &mut edits)?;
            } else if !lines.is_empty() {
                // Below the comment on the step, which speaks of both.
                let start = self.instruction(one.step)?.span.start;
                edits.push(Edit::insert(start, self.whole(&lines)));
            }
        }
        let behind = self.moved_text(last.step)?;
        let step = self.instruction(last.step)?;
        if let Some(added) = self.added(last, steps)? {
            let start = self.document().comments_above(last.step).start;
            edits.push(Edit::insert(start, format!("{}{}{behind}", added.line, self.habits.line_end)));
            declares.push(Declared::RunAdded(added.script));
        } else if let Some(split) = &last.installs.split {
            let (edit, said) = self.split(step, split, steps, last.step, &behind)?;
            edits.push(edit);
            declares.extend(said);
        } else {
            let end = step.span.end;
            let ends_line = self.document().bytes(step.span).ends_with(b"\n");
            let apart = self.blank_before(last.step) || behind.trim_start().starts_with('#');
            let blank = if apart { self.habits.line_end } else { "" };
            let start = if ends_line { "" } else { self.habits.line_end };
            let behind = if ends_line { behind.as_str() } else { behind.trim_end_matches(['\r', '\n']) };
            edits.push(Edit::insert(end, format!("{start}{blank}{behind}")));
        }
        let note = (!notes.is_empty()).then(|| notes.join("; "));
        Ok(self.file.change(edits, declares, note))
    }

    fn whole(&self, lines: &[String]) -> String {
        lines.iter().map(|line| format!("{line}{}", self.habits.line_end)).collect()
    }

    /// The copies with the comments above them, as they will stand behind the install.
    fn moved_text(&self, step: usize) -> Result<String, Refusal> {
        let mut text = String::new();
        for copied in &self.moved {
            let span = self.block(copied.index)?;
            let mut bytes = self.document().bytes(span).to_vec();
            if let Some(absolute) = destination::at(self.file.dockerfile, copied.index, step)? {
                let (start, end) = (absolute.span.start - span.start, absolute.span.end - span.start);
                bytes.splice(start..end, absolute.path.into_bytes());
            }
            let own = String::from_utf8(bytes)
                .map_err(|_| Refusal::from(dockfit_rewrite::surgery::CannotEdit::NotText))?;
            text.push_str(&own);
            if !own.ends_with('\n') {
                text.push_str(self.habits.line_end);
            }
        }
        Ok(text)
    }

    /// A copy with the comments that move with it.
    fn block(&self, index: usize) -> Result<Span, Refusal> {
        let span = self.instruction(index)?.span;
        let comments = self.document().comments_above(index);
        // A comment on the install that follows stays where it is.
        let text = self.document().text(comments).to_lowercase();
        let of_install = ["install", "depend", "package", "manifest", "requirement"]
            .iter()
            .any(|word| text.contains(word));
        let first = self.file.dockerfile.model().stage_of(index).is_some_and(|stage| stage.from + 1 == index);
        let stays = of_install || (first && text.contains("stage"));
        Ok(Span::new(if stays { span.start } else { comments.start }, span.end))
    }

    /// Puts the manifests in the place of the first copy and takes the others out.
    fn replace_movers(&self, first: usize, lines: &[String], edits: &mut Vec<Edit>) -> Result<(), Refusal> {
        for copied in &self.moved {
            let mut span = self.block(copied.index)?;
            let with = if copied.index == first { self.whole(lines) } else { String::new() };
            if with.is_empty() {
                span.end = self.blank_behind(span);
            }
            edits.push(Edit::replace(span, with));
        }
        Ok(())
    }

    /// The end of the blank lines behind `span`, where a blank line (or nothing) stands before it.
    fn blank_behind(&self, span: Span) -> usize {
        let nodes = self.document().nodes();
        let at = nodes.partition_point(|node| node.span.start < span.start);
        let before = at.checked_sub(1).and_then(|before| nodes.get(before));
        let blank_before = before.is_none_or(|node| node.kind == NodeKind::Blank);
        let behind = nodes.partition_point(|node| node.span.start < span.end);
        match nodes.get(behind) {
            Some(node) if node.kind == NodeKind::Blank && blank_before => node.span.end,
            _ => span.end,
        }
    }

    /// Whether a blank line stands before an instruction and its comments.
    fn blank_before(&self, index: usize) -> bool {
        let start = self.document().comments_above(index).start;
        let nodes = self.document().nodes();
        let at = nodes.partition_point(|node| node.span.start < start);
        at.checked_sub(1)
            .and_then(|before| nodes.get(before))
            .is_some_and(|node| node.kind == NodeKind::Blank)
    }

    /// The step that installs the dependencies ahead of the source, where the command itself cannot.
    fn added(&self, planned: &Planned, steps: &Steps<'_>) -> Result<Option<Added>, Refusal> {
        let [(_, install, _)] = planned.installs.found.as_slice() else { return Ok(None) };
        let script = match install.ahead {
            Ahead::Itself => return Ok(None),
            Ahead::Other(command) => command.to_owned(),
            Ahead::WithOption(option) => {
                let step = steps.at(planned.step);
                let script = step.and_then(crate::cache_mounts::step::Step::script);
                let item = script.and_then(|script| {
                    let call = step?.calls().iter().find(|call| {
                        super::managers::manager(call).is_some()
                            && call.values().any(|word| matches!(word, "install" | "sync"))
                    })?;
                    Some(script.slice(&call.command().range).split_whitespace().collect::<Vec<_>>().join(" "))
                });
                let Some(command) = item else {
                    return Err(Refusal::from(dockfit_rewrite::surgery::CannotEdit::Scattered));
                };
                format!("{command} {option}")
            }
        };
        let flags = self.flags(planned.step)?;
        let line = format!("{}{flags} {script}", self.habits.keyword(Keyword::Run));
        Ok(Some(Added { line, script }))
    }

    /// The flags of a RUN, each with a blank before it.
    fn flags(&self, step: usize) -> Result<String, Refusal> {
        let found = self.instruction(step)?;
        Ok(found.command.flags.iter().map(|flag| format!(" {}", found.slice(&flag.range))).collect())
    }

    /// Takes a step apart: what installs, the copies, the rest.
    fn split(
        &self,
        step: &Instruction,
        split: &Split,
        steps: &Steps<'_>,
        index: usize,
        behind: &str,
    ) -> Result<(Edit, Vec<Declared>), Refusal> {
        let scattered = || Refusal::from(dockfit_rewrite::surgery::CannotEdit::Scattered);
        let found = steps.at(index).ok_or_else(scattered)?;
        let text = found.text().ok_or_else(scattered)?;
        let cut = Span::new(text.end_to_file(split.end), text.to_file(split.start));
        let comment = step.lines.iter().any(|line| {
            matches!(line.kind, LineKind::Comment) && line.span.start >= cut.start && line.span.end <= cut.end
        });
        if comment {
            let reason = "a comment stands where the step would be taken apart";
            return Err(Refusal::new("comment", reason, "give the install a RUN of its own"));
        }
        let end = self.habits.line_end;
        let head = format!("{}{} ", self.habits.keyword(Keyword::Run), self.flags(index)?);
        let blank = if self.blank_before(index) { end } else { "" };
        let edit = Edit::replace(cut, format!("{end}{blank}{behind}{blank}{head}"));
        let rest = text.as_str().get(split.start..).unwrap_or_default().trim_end().to_owned();
        Ok((edit, vec![found.taken_out(&rest), Declared::RunAdded(rest)]))
    }
}

struct Added {
    line: String,
    script: String,
}
