//! The text of the new steps.

mod compilers;
mod group;
mod parts;
mod rest;
mod taking;
mod text;
mod wheels;

use std::ops::Range;

use dockfit_dockerfile::Span;
use dockfit_rewrite::{Declared, Edit};

use self::text::gone;
use super::plan::{Plan, Role, Stages, What};
use crate::cache_mounts::Refusal;

/// The edits of a Dockerfile, and what they declare.
#[derive(Default)]
pub(super) struct Written {
    pub(super) edits: Vec<Edit>,
    pub(super) declares: Vec<Declared>,
}

impl Plan<'_, '_> {
    /// One step behind the other.
    pub(super) fn layers(&self) -> Result<Written, Refusal> {
        let mut written = Written::default();
        let mut text = self.ahead(&mut written)?;
        for (at, file) in self.files.iter().enumerate() {
            self.group(file, at == 0 && self.replaces(), &mut text, &mut written)?;
        }
        self.after_groups(&mut text, &mut written)?;
        self.place(text, &mut written)?;
        Ok(written)
    }

    /// What follows the groups: the rest of the step that they replace, or the project itself.
    fn after_groups(&self, text: &mut String, written: &mut Written) -> Result<(), Refusal> {
        if !self.replaces() {
            return self.project(text, written);
        }
        if self.deletes_each() {
            return Ok(());
        }
        for index in self.lead.inputs.clone() {
            text.push_str(&self.whole(index, Vec::new(), false)?);
        }
        self.behind(text, written)
    }

    /// A stage for each group.
    pub(super) fn stages(&self, stages: &Stages) -> Result<Written, Refusal> {
        let mut written = Written::default();
        let mut text = self.ahead(&mut written)?;
        let ahead = text.len();
        let gap = self.gap();
        let with_compilers = format!("{}-compilers", stages.name);
        let stage = |group: &str, text: &mut String, written: &mut Written| -> Result<(), Refusal> {
            text.push_str(&gap);
            let name = format!("{}-{group}", stages.name);
            let needs = self.compilers.is_some_and(|found| found.needing.iter().any(|(one, _)| one == group));
            self.begin(if needs { &with_compilers } else { &stages.name }, Some(&name), text)?;
            written.declares.push(Declared::StageAdded { name, like: stages.stage });
            Ok(())
        };
        if let Some(compilers) = self.compilers {
            stage("compilers", &mut text, &mut written)?;
            self.compilers(compilers.index, &mut text, &mut written)?;
        }
        for (at, file) in self.files.iter().enumerate() {
            stage(&file.group, &mut text, &mut written)?;
            self.group(file, at == 0 && self.replaces(), &mut text, &mut written)?;
        }
        let mut names: Vec<&str> = self.files.iter().map(|file| file.group.as_str()).collect();
        if !self.replaces() {
            stage("project", &mut text, &mut written)?;
            names.push("project");
            self.project(&mut text, &mut written)?;
        }
        // The empty lines above the first stage are there already, if something is.
        let already = if ahead == 0 { self.blank_before(self.region().start) } else { 0 };
        let text = text.get(already.min(gap.len())..).unwrap_or_default().to_owned();
        self.place(text, &mut written)?;
        if !stages.is_named {
            let from =
                self.step.model().stages().get(stages.stage).and_then(|stage| self.instruction(stage.from));
            let from = from.ok_or_else(gone)?;
            let word = if self.habits().lower_case { "as" } else { "AS" };
            written.edits.push(Edit::insert(from.text_span().end, format!(" {word} {}", stages.name)));
        }
        for (index, link) in &stages.takers {
            self.takes(*index, *link, &stages.name, &names, &mut written)?;
        }
        Ok(written)
    }

    /// Whether the old text stays where it is, and new text goes before it.
    fn keeps_old(&self) -> bool {
        let locked = self.install.what.managed().is_some();
        locked || (!self.replaces() && self.lead.between.is_empty() && !self.install.has(&Role::Ahead))
    }

    /// Whether nothing of the old step is left: it installed a requirements file and no project.
    fn replaces(&self) -> bool {
        matches!(self.install.what, What::Requirements { .. } | What::Wheels { .. })
    }

    /// All that the old step and its inputs take.
    fn region(&self) -> Span {
        let first = self.lead.inputs.first().copied().unwrap_or(self.step.index);
        let first = self.document().comments_above(first);
        Span::new(first.start, self.step.instruction.span.end)
    }

    fn place(&self, text: String, written: &mut Written) -> Result<(), Refusal> {
        let region = self.region();
        let run = self.step.instruction.span.start;
        if !self.keeps_old() {
            let at_end = region.end == self.document().source().len();
            let open = !self.document().bytes(region).ends_with(b"\n");
            let text = if at_end && open { text.trim_end_matches(['\r', '\n']).to_owned() } else { text };
            written.edits.push(Edit::replace(region, text));
            written.declares.push(Declared::RunTakenOut(run));
            return Ok(());
        }
        written.edits.push(Edit::insert(region.start, text));
        let words = self.project_words();
        if !words.is_empty() && self.install.what.managed().is_none() {
            let operand = self.operand()?;
            written.edits.push(Edit::insert(operand.start, format!("{words} ")));
            written.declares.push(Declared::PutIn { run, words });
        }
        Ok(())
    }

    /// Whether each group deletes its own file, and nothing is left of the old one: its COPY brought nothing else.
    fn deletes_each(&self) -> bool {
        let deletes = self.install.parts.iter().any(|part| matches!(part.role, Role::Deletes(_)));
        let from_stage =
            |index: &usize| self.instruction(*index).is_some_and(|copy| copy.flag("from").is_some());
        let own = |index: &usize| *index == self.found.brought_by || from_stage(index);
        deletes && self.named_copy().is_some() && self.lead.inputs.iter().all(own)
    }

    /// Where the words stand that name what is installed.
    fn operand(&self) -> Result<Span, Refusal> {
        self.span(self.install.operand.clone())
    }

    /// The one place in the file of some of the script's text.
    fn span(&self, range: Range<usize>) -> Result<Span, Refusal> {
        let scattered = || Refusal::from(dockfit_rewrite::surgery::CannotEdit::Scattered);
        let text = self.step.text().ok_or_else(scattered)?;
        match text.spans(range).as_slice() {
            [span] => Ok(*span),
            _ => Err(scattered()),
        }
    }
}
