//! The text of the new steps.

use std::fmt::Write as _;

use dockfit_dockerfile::operation::{Operation, Source};
use dockfit_dockerfile::{Document, Instruction, Keyword, LineKind, NodeKind, RunForm, Span};
use dockfit_rewrite::surgery::Habits;
use dockfit_rewrite::{Declared, Edit, EditSet};

use super::install::{Install, What};
use super::managers::Managed;
use super::shape::{self, Lead, Stages};
use super::sources::{Found, Generated};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;

/// Writes the steps of one install.
pub(super) struct Writer<'w, 'd> {
    pub(super) step: &'w Step<'d>,
    pub(super) install: &'w Install,
    pub(super) found: &'w Found,
    pub(super) files: &'w [Generated],
    /// What stands before the old step and was for it.
    pub(super) lead: Lead,
}

/// The edits of a Dockerfile, and what they declare.
#[derive(Default)]
pub(super) struct Written {
    pub(super) edits: Vec<Edit>,
    pub(super) declares: Vec<Declared>,
}

impl Writer<'_, '_> {
    fn document(&self) -> &Document {
        self.step.document()
    }

    fn habits(&self) -> &Habits {
        self.document().habits()
    }

    fn instruction(&self, index: usize) -> Option<&Instruction> {
        self.document().instructions().get(index)
    }

    /// One step behind the other.
    pub(super) fn layers(&self) -> Result<Written, Refusal> {
        let mut written = Written::default();
        let mut text = self.ahead(&mut written)?;
        for (at, file) in self.files.iter().enumerate() {
            self.group(file, at == 0 && self.replaces(), &mut text, &mut written)?;
        }
        if self.replaces() {
            for index in self.lead.inputs.clone() {
                text.push_str(&self.whole(index, Vec::new(), false)?);
            }
        } else {
            self.project(&mut text, &mut written)?;
        }
        self.place(text, &mut written)?;
        Ok(written)
    }

    /// A stage for each group.
    pub(super) fn stages(&self, stages: &Stages) -> Result<Written, Refusal> {
        let mut written = Written::default();
        let mut text = self.ahead(&mut written)?;
        let ahead = text.len();
        let gap = self.gap();
        let stage = |group: &str, text: &mut String, written: &mut Written| -> Result<(), Refusal> {
            text.push_str(&gap);
            let name = format!("{}-{group}", stages.name);
            self.begin(&stages.name, &name, text)?;
            written.declares.push(Declared::StageAdded { name, like: stages.stage });
            Ok(())
        };
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
        let locked = matches!(self.install.what, What::Locked { .. });
        locked || (!self.replaces() && self.lead.between.is_empty() && self.install.before.is_none())
    }

    /// What does not need the files of the project: the instructions between, and the commands before the install.
    fn ahead(&self, written: &mut Written) -> Result<String, Refusal> {
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
    fn project(&self, text: &mut String, written: &mut Written) -> Result<(), Refusal> {
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
    fn without_commands_before(&self) -> Result<Vec<(Span, String)>, Refusal> {
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

    /// Declares a RUN that is new.
    fn declare(&self, run: &str, written: &mut Written) -> Result<(), Refusal> {
        let escape = self.document().escape();
        let text = if escape == '\\' { run.to_owned() } else { format!("# escape={escape}\n{run}") };
        let parsed = Document::parse(text);
        let script = parsed.instructions().first().and_then(|instruction| {
            RunForm::of(&parsed, instruction).shell_text().map(|script| script.as_str().to_owned())
        });
        written.declares.push(Declared::RunAdded(script.ok_or_else(gone)?));
        Ok(())
    }

    /// Whether nothing of the old step is left: it installed a requirements file and no project.
    fn replaces(&self) -> bool {
        matches!(self.install.what, What::Requirements { .. })
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
        if !self.install.no_deps && !matches!(self.install.what, What::Locked { .. }) {
            let operand = self.operand()?;
            written.edits.push(Edit::insert(operand.start, "--no-deps "));
            written.declares.push(Declared::PutIn { run, words: "--no-deps".to_owned() });
        }
        Ok(())
    }

    /// Where the words stand that name what is installed.
    fn operand(&self) -> Result<Span, Refusal> {
        let scattered = || Refusal::from(dockfit_rewrite::surgery::CannotEdit::Scattered);
        let text = self.step.text().ok_or_else(scattered)?;
        match text.spans(self.install.operand.clone()).as_slice() {
            [span] => Ok(*span),
            _ => Err(scattered()),
        }
    }

    /// COPY and RUN of one group.
    fn group(
        &self,
        file: &Generated,
        first: bool,
        text: &mut String,
        written: &mut Written,
    ) -> Result<(), Refusal> {
        let end = self.habits().line_end;
        if first {
            text.push_str(&self.comments(true));
        }
        text.push_str(&self.copy(file)?);
        text.push_str(end);
        if first {
            text.push_str(&self.comments(false));
        }
        if let What::Locked { managed, .. } = &self.install.what {
            let run = self.managed(managed, file);
            self.declare(&run, written)?;
            text.push_str(&run);
            return Ok(());
        }
        let mut words = Vec::new();
        if !self.install.no_deps {
            words.push("--no-deps".to_owned());
        }
        if file.hashed && !self.install.require_hashes {
            words.push("--require-hashes".to_owned());
        }
        words.push(format!("-r {}", self.in_image(&file.name)));
        let mut changes = self.without_commands_before()?;
        changes.push((self.operand()?, words.join(" ")));
        let run = self.whole(self.step.index, changes, first)?;
        self.declare(&run, written)?;
        text.push_str(&run);
        Ok(())
    }

    /// The RUN of a group for a manager that installs from its own lock.
    fn managed(&self, managed: &Managed, file: &Generated) -> String {
        let habits = self.habits();
        let mut text = habits.keyword(Keyword::Run);
        let instruction = self.step.instruction;
        let bind = |value: &str| !value.contains("type=") || value.contains("type=bind");
        let flags = instruction.command.flags.iter();
        for flag in flags.filter(|flag| flag.name() != "mount" || !flag.value().is_some_and(bind)) {
            let _ = write!(text, " {}", instruction.slice(&flag.range));
        }
        let is_first = self.files.first().is_some_and(|first| first.name == file.name);
        if let Some(make) = managed.make.filter(|_| is_first) {
            let _ = write!(text, " {make} &&");
        }
        let hashes = if file.hashed { " --require-hashes" } else { "" };
        let _ = write!(text, " {} --no-deps{hashes} -r {}{}", managed.install, file.name, habits.line_end);
        text
    }

    /// The comments above the copies that only the install needs, or all others that belong to it.
    fn comments(&self, of_inputs: bool) -> String {
        let own = [self.step.index];
        let of: &[usize] = if of_inputs { &self.lead.inputs } else { &own };
        let first = self.region();
        let mut text = String::new();
        for index in of {
            text.push_str(&self.document().text(self.document().comments_above(*index)));
        }
        if !of_inputs {
            // Those that stand by themselves, with an empty line behind them.
            let above = |index: usize| self.document().comments_above(index);
            let taken: Vec<Span> = self
                .lead
                .inputs
                .iter()
                .chain(&self.lead.between)
                .chain(&own)
                .map(|index| above(*index))
                .collect();
            let nodes = self.document().nodes().iter().filter(|node| first.encloses(node.span));
            let alone = nodes.filter(|node| {
                node.kind == NodeKind::Comment && !taken.iter().any(|span| span.encloses(node.span))
            });
            let alone: String = alone.map(|node| self.document().text(node.span).into_owned()).collect();
            text.insert_str(0, &alone);
        }
        text
    }

    /// How the step names a file beside the one that it installed from.
    fn in_image(&self, name: &str) -> String {
        match &self.install.what {
            What::Requirements { word, .. } => match word.rsplit_once('/') {
                Some((folder, _)) => format!("{folder}/{name}"),
                None => name.to_owned(),
            },
            What::Locked { .. } => name.to_owned(),
            What::Project { word, .. } if word == "." || word == "./" => name.to_owned(),
            What::Project { word, .. } => format!("{}/{name}", word.trim_end_matches('/')),
        }
    }

    fn copy(&self, file: &Generated) -> Result<String, Refusal> {
        let keyword = self.habits().keyword(Keyword::Copy);
        let own = self.in_image(&file.name);
        let folder = own.strip_suffix(&file.name).unwrap_or_default();
        let mut destination = if folder.is_empty() { "./".to_owned() } else { folder.to_owned() };
        let mut flags = String::new();
        if let Some((old, folder)) = self.named_copy() {
            // A folder that the old COPY names is named in the same way.
            destination = folder.unwrap_or(destination);
            for flag in old.command.flags.iter().filter(|flag| matches!(flag.name(), "chown" | "chmod")) {
                let _ = write!(flags, "{} ", old.slice(&flag.range));
            }
        }
        if file.source.contains([' ', '"', '\\', '$', '*', '?', '[']) {
            let text = format!("`{}` would have to be quoted", file.source);
            return Err(Refusal::new("cannot-edit", text, "give the folder a plainer name"));
        }
        Ok(format!("{keyword} {flags}{} {destination}", file.source))
    }

    /// The COPY that brings nothing but the file that is installed from, and the folder that it names as it stands.
    fn named_copy(&self) -> Option<(&Instruction, Option<String>)> {
        let Some(Operation::Copy(copy)) = self.step.model().operation(self.found.brought_by) else {
            return None;
        };
        let plain = |source: &Source| !source.word().text.contains(['*', '?', '[']);
        let single = copy.sources.len() == 1 && copy.sources.iter().all(plain);
        let instruction = self.instruction(self.found.brought_by)?;
        let source = copy.sources.first()?.word().text.trim_start_matches("./").to_owned();
        if !self.replaces() || !single || source != self.found.source {
            return None;
        }
        let folder = copy.destination.text.clone();
        let is_folder = folder.ends_with('/') || folder == ".";
        Some((instruction, is_folder.then_some(folder)))
    }

    /// FROM and the arguments of a new stage.
    fn begin(&self, base: &str, name: &str, text: &mut String) -> Result<(), Refusal> {
        let habits = self.habits();
        let word = if habits.lower_case { "as" } else { "AS" };
        let from = habits.keyword(Keyword::From);
        let _ = write!(text, "{from} {base} {word} {name}{}", habits.line_end);
        for argument in shape::arguments(self.step) {
            text.push_str(&self.lines(argument, Vec::new(), false)?);
        }
        Ok(())
    }

    /// The empty lines between two stages of this file.
    fn gap(&self) -> String {
        let document = self.document();
        let second = self.step.model().stages().get(1).map(|stage| document.comments_above(stage.from).start);
        let count = second.map_or(1, |start| {
            let before = document.nodes().iter().rev().skip_while(|node| node.span.start >= start);
            before.take_while(|node| node.kind == NodeKind::Blank).count()
        });
        self.habits().line_end.repeat(count.clamp(1, 2))
    }

    /// The bytes of the empty lines directly before an offset.
    fn blank_before(&self, offset: usize) -> usize {
        let nodes = self.document().nodes().iter().rev().skip_while(|node| node.span.start >= offset);
        nodes.take_while(|node| node.kind == NodeKind::Blank).map(|node| node.span.len()).sum()
    }

    /// The COPYs of what the groups installed, in the place of one.
    fn takes(
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
            if at == 0 {
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

    /// An instruction with something else in the place of some of its bytes.
    fn whole(&self, index: usize, changes: Vec<(Span, String)>, comments: bool) -> Result<String, Refusal> {
        let instruction = self.instruction(index).ok_or_else(gone)?;
        self.lines(instruction, changes, comments)
    }

    fn lines(
        &self,
        instruction: &Instruction,
        changes: Vec<(Span, String)>,
        comments: bool,
    ) -> Result<String, Refusal> {
        let mut edits: Vec<Edit> =
            changes.into_iter().map(|(span, text)| Edit::replace(span, text)).collect();
        let covered = |span: Span| edits.iter().any(|edit| edit.span.encloses(span));
        let left_out = instruction.lines.iter().filter(|line| line.kind == LineKind::Comment && !comments);
        let left_out: Vec<Edit> =
            left_out.map(|line| line.span).filter(|span| !covered(*span)).map(Edit::delete).collect();
        edits.extend(left_out);
        let start = instruction.span.start;
        let moved = edits.into_iter().map(|edit| {
            let span = Span::new(edit.span.start.saturating_sub(start), edit.span.end.saturating_sub(start));
            Edit::replace(span, edit.replacement)
        });
        let set = EditSet::new(moved).map_err(|_| gone())?;
        let bytes = set.apply(self.document().bytes(instruction.span));
        let mut text = String::from_utf8(bytes).map_err(|_| gone())?;
        if !text.ends_with('\n') {
            text.push_str(self.habits().line_end);
        }
        Ok(text)
    }
}

fn gone() -> Refusal {
    Refusal::new(
        "cannot-edit",
        "the step is not written in a way that can be edited",
        "write the step in a simpler form",
    )
}
