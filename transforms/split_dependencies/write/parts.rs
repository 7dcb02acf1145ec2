//! One stage in parts.

use std::fmt::Write as _;

use dockfit_dockerfile::Keyword;
use dockfit_dockerfile::Span;
use dockfit_rewrite::{Declared, Edit};

use super::Written;
use super::text::gone;
use crate::cache_mounts::Refusal;
use crate::split_dependencies::plan::{Parted, Plan};
use crate::split_dependencies::shape;

impl Plan<'_, '_> {
    /// What stands before the install, in a stage that the groups and the old stage are built on.
    pub(in crate::split_dependencies) fn parts(&self, parted: &Parted) -> Result<Written, Refusal> {
        let mut written = Written::default();
        let mut text = self.ahead(&mut written)?;
        let ahead = text.len();
        let gap = self.gap();
        let like = parted.stage;
        let part = |name: &str| Declared::StagePart { name: name.to_owned(), like };
        written.declares.push(part(&parted.name));
        for (at, file) in self.files.iter().enumerate() {
            let name = format!("{}-{}", parted.name, file.group);
            text.push_str(&gap);
            self.begin(&parted.name, Some(&name), &mut text)?;
            written.declares.push(part(&name));
            self.group(file, at == 0 && self.replaces(), &mut text, &mut written)?;
        }
        text.push_str(&gap);
        self.begin(&parted.name, parted.own_name.as_ref().map(|(_, name)| name.as_str()), &mut text)?;
        let habits = self.habits();
        let copy = habits.keyword(Keyword::Copy);
        let link = if parted.link { "--link " } else { "" };
        for file in self.files.iter().filter(|_| parted.is_copied) {
            let stage = format!("{}-{}", parted.name, file.group);
            let Parted { from, destination, .. } = parted;
            let _ = write!(text, "{copy} {link}--from={stage} {from} {destination}{}", habits.line_end);
        }
        self.after_groups(&mut text, &mut written)?;
        let already = if ahead == 0 { self.blank_before(self.region().start) } else { 0 };
        let text = text.get(already.min(gap.len())..).unwrap_or_default().to_owned();
        self.place(text, &mut written)?;
        let stage = self.step.model().stages().get(parted.stage).ok_or_else(gone)?;
        let from = self.instruction(stage.from).ok_or_else(gone)?;
        let word = if self.habits().lower_case { "as" } else { "AS" };
        written.edits.push(match &parted.own_name {
            Some((range, _)) => Edit::replace(Span::new(range.start, range.end), parted.name.clone()),
            None => Edit::insert(from.text_span().end, format!(" {word} {}", parted.name)),
        });
        Ok(written)
    }

    /// FROM and the arguments of a new stage.
    pub(super) fn begin(&self, base: &str, name: Option<&str>, text: &mut String) -> Result<(), Refusal> {
        let habits = self.habits();
        let word = if habits.lower_case { "as" } else { "AS" };
        let from = habits.keyword(Keyword::From);
        let name = name.map(|name| format!(" {word} {name}")).unwrap_or_default();
        let _ = write!(text, "{from} {base}{name}{}", habits.line_end);
        for argument in shape::arguments(self.step) {
            text.push_str(&self.lines(argument, Vec::new(), false)?);
        }
        Ok(())
    }
}
