//! Wheels of groups: built in stages of their own, installed one group behind the other.

use dockfit_dockerfile::operation::{Operation, Source};
use dockfit_dockerfile::{Flag, Instruction, RawWord, Span};
use dockfit_rewrite::surgery::{Side, delete, delete_instruction, insert_flags};
use dockfit_rewrite::{Declared, Edit};

use super::Written;
use super::text::gone;
use crate::cache_mounts::Refusal;
use crate::split_dependencies::plan::{Found, Generated, Plan};
use crate::split_dependencies::wheels::{Brought, List, Shape, User};

/// Where the wheels of a group come from.
struct From<'a> {
    stage: &'a str,
    folder: &'a str,
}

/// A COPY of one thing from a stage.
struct OfStage<'a> {
    instruction: &'a Instruction,
    from: &'a Flag,
    source: &'a Source,
    destination: &'a RawWord,
}

impl Plan<'_, '_> {
    /// A stage for the wheels of each group, and an install of them in the place of each that there was.
    pub(in crate::split_dependencies) fn wheels(
        &self,
        shape: &Shape,
        users: &[User<'_, '_>],
    ) -> Result<Written, Refusal> {
        let mut written = match shape {
            Shape::Stages(stages) => self.stages(stages)?,
            Shape::Parts(parted) => self.parts(parted)?,
        };
        let folder = self.install.root.as_ref().ok_or_else(gone)?.path.as_str();
        for user in users {
            let brought_by = match user.list {
                Some(List::Context(index)) => index,
                // None: it comes with the wheels, or beside them.
                _ => usize::MAX,
            };
            let plan = Plan {
                step: user.step,
                install: &user.taking.install,
                found: &Found { source: self.found.source.clone(), brought_by },
                files: self.files,
                lead: user.lead.clone(),
                prefix: None,
                prefixes_project: false,
                of_groups: user.of_groups()?,
                compilers: None,
            };
            let mut text = plan.ahead(&mut written)?;
            let groups = self.files.iter().map(|file| (file.group.as_str(), Some(file)));
            let project = (!self.replaces()).then_some(("project", None));
            for (at, (group, file)) in groups.chain(project).enumerate() {
                let stage = format!("{}-{group}", shape.name());
                plan.taken(user, &From { stage: &stage, folder }, file, at == 0, &mut text, &mut written)?;
            }
            plan.lists(user, &mut text)?;
            plan.behind(&mut text, &mut written)?;
            plan.place(text, &mut written)?;
            if let Some(index) = user.deleted_by {
                let run = self.instruction(index).ok_or_else(gone)?.span.start;
                written.edits.extend(delete_instruction(self.document(), index)?);
                written.declares.push(Declared::RunTakenOut(run));
            }
        }
        Ok(written)
    }

    /// The install of a group's wheels.
    fn taken(
        &self,
        user: &User<'_, '_>,
        from: &From<'_>,
        file: Option<&Generated>,
        first: bool,
        text: &mut String,
        written: &mut Written,
    ) -> Result<(), Refusal> {
        let mut mounts = Vec::new();
        if first {
            text.push_str(&self.comments(true));
        }
        match (user.list, file) {
            (Some(List::Context(index)), Some(file)) if index == self.step.index => {
                mounts.extend(self.mounted(file)?);
            }
            (Some(List::Context(_)), Some(file)) => {
                text.push_str(&self.copy(file)?);
                text.push_str(self.habits().line_end);
            }
            (Some(List::Stage(Brought::Copied(index))), Some(file)) => {
                text.push_str(&self.copy_of_stage(index, from.stage, file)?);
            }
            (Some(List::Stage(Brought::Mounted(flag))), Some(file)) => {
                mounts.push(self.shown(flag, from.stage, Some(file))?);
            }
            (Some(List::AmongWheels) | None, _) | (_, None) => {}
        }
        if first {
            text.push_str(&self.comments(false));
        }
        let mut changes = self.install_alone(file)?;
        let deleting = user.deleting()?;
        let deleting =
            deleting.iter().filter(|edit| !changes.iter().any(|(span, _)| span.encloses(edit.span)));
        let deleting: Vec<_> = deleting.map(|edit| (edit.span, edit.replacement.clone())).collect();
        changes.extend(deleting);
        changes.push((self.operand()?, self.words(user, file)?));
        match user.wheels {
            Brought::Mounted(flag) => mounts.push(self.shown(flag, from.stage, None)?),
            Brought::Copied(_) => {
                let From { stage, folder } = from;
                let flag = format!("--mount=from={stage},source={folder},target={}", user.taking.folder);
                let edit = insert_flags(self.document(), self.step.instruction, &[flag], Side::First)?;
                match changes.iter_mut().find(|(span, _)| span.start == edit.span.start) {
                    Some((_, text)) => text.insert_str(0, &edit.replacement),
                    None => mounts.push((edit.span, edit.replacement)),
                }
            }
        }
        changes.extend(mounts);
        let run = self.whole(self.step.index, changes, first)?;
        self.declare(&run, written)?;
        text.push_str(&run);
        Ok(())
    }

    /// The words that stand where the step names what it installs.
    fn words(&self, user: &User<'_, '_>, file: Option<&Generated>) -> Result<String, Refusal> {
        let mut words = Vec::new();
        self.without_dependencies(&mut words);
        if let Some(file) = file.filter(|_| user.list.is_some()) {
            self.listed(file, &mut words);
        } else {
            let script = self.step.script().ok_or_else(gone)?;
            words.push(script.slice(&self.install.operand).to_owned());
        }
        Ok(words.join(" "))
    }

    /// A mount of the step that shows something of the group's stage in the place of the old one: the wheels, or its file.
    fn shown(&self, flag: usize, stage: &str, file: Option<&Generated>) -> Result<(Span, String), Refusal> {
        let instruction = self.step.instruction;
        let flag: &Flag = instruction.command.flags.get(flag).ok_or_else(gone)?;
        let value = flag.value().ok_or_else(gone)?;
        let parts = value.split(',').map(|part| match (part.split_once('='), file) {
            (Some(("from", _)), _) => format!("from={stage}"),
            (Some((key @ ("source" | "src" | "target" | "dst" | "destination"), path)), Some(file)) => {
                let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                format!("{key}={folder}{}", file.name)
            }
            _ => part.to_owned(),
        });
        let mount = parts.collect::<Vec<_>>().join(",");
        Ok((instruction.text.span(flag.range.clone()), format!("--mount={mount}")))
    }

    /// The parts of a COPY that takes one thing from a stage.
    fn of_stage(&self, index: usize) -> Result<OfStage<'_>, Refusal> {
        let instruction = self.instruction(index).ok_or_else(gone)?;
        let (Some(Operation::Copy(copy)), Some(from)) =
            (self.step.model().operation(index), instruction.flag("from"))
        else {
            return Err(gone());
        };
        let [source] = copy.sources.as_slice() else { return Err(gone()) };
        Ok(OfStage { instruction, from, source, destination: &copy.destination })
    }

    /// The COPY that takes a group's file from its stage, as the old one took the old file.
    fn copy_of_stage(&self, index: usize, stage: &str, file: &Generated) -> Result<String, Refusal> {
        let OfStage { instruction, from, source, destination } = self.of_stage(index)?;
        let span = |range: &std::ops::Range<usize>| instruction.text.span(range.clone());
        let old = source.word().text.rsplit('/').next().unwrap_or_default();
        let renamed = |text: &str| {
            text.strip_suffix(old).map(|folder| format!("{folder}{}", file.name)).ok_or_else(gone)
        };
        let mut changes = vec![(span(&from.range), format!("--from={stage}"))];
        changes.push((span(&source.word().range), renamed(&source.word().text)?));
        if !destination.text.ends_with('/') && destination.text != "." && destination.text.ends_with(old) {
            changes.push((span(&destination.range), renamed(&destination.text)?));
        }
        self.whole(index, changes, false)
    }

    /// What brought the old file, behind the groups: the image still has it.
    fn lists(&self, user: &User<'_, '_>, text: &mut String) -> Result<(), Refusal> {
        match user.list {
            Some(List::Context(index)) if index != self.step.index && !self.deletes_each() => {
                text.push_str(&self.whole(index, Vec::new(), false)?);
            }
            Some(List::Stage(Brought::Copied(index))) => {
                let OfStage { instruction, from, source, .. } = self.of_stage(index)?;
                let range = from.range.clone();
                let edits = delete(self.document(), instruction, &instruction.text, &[range])?;
                let mut changes: Vec<_> =
                    edits.into_iter().map(|edit| (edit.span, edit.replacement)).collect();
                let span = instruction.text.span(source.word().range.clone());
                changes.push((span, self.found.source.clone()));
                text.push_str(&self.whole(index, changes, false)?);
            }
            _ => {}
        }
        Ok(())
    }
}

impl User<'_, '_> {
    /// The edits of its step that take away what only the groups have: mounts of the stage, and what deletes the wheels.
    fn of_groups(&self) -> Result<Vec<Edit>, Refusal> {
        let instruction = self.step.instruction;
        let list = match self.list {
            Some(List::Stage(how)) => Some(how),
            _ => None,
        };
        let flags = [Some(self.wheels), list].into_iter().flatten().filter_map(|how| match how {
            Brought::Mounted(flag) => instruction.command.flags.get(flag).map(|flag| flag.range.clone()),
            Brought::Copied(_) => None,
        });
        let flags: Vec<_> = flags.collect();
        let mut edits = self.deleting()?;
        let command = &instruction.command;
        if let (Some(first), true) = (command.flags.first(), flags.len() == command.flags.len()) {
            let text = &instruction.text;
            let span = Span::new(text.to_file(first.range.start), text.to_file(command.arguments.start));
            edits.push(Edit::delete(span));
        } else if !flags.is_empty() {
            edits.extend(delete(self.step.document(), instruction, &instruction.text, &flags)?);
        }
        Ok(edits)
    }

    /// The edits that take the wheels out of commands that delete other things, too.
    fn deleting(&self) -> Result<Vec<Edit>, Refusal> {
        let Some(text) = self.step.text().filter(|_| !self.taking.deleting.is_empty()) else {
            return Ok(Vec::new());
        };
        Ok(delete(self.step.document(), self.step.instruction, text, &self.taking.deleting)?)
    }
}
