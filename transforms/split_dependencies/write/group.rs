//! COPY and RUN of a group.

use std::fmt::Write as _;

use dockfit_dockerfile::operation::{Operation, Source};
use dockfit_dockerfile::{Instruction, Keyword, NodeKind, Span};

use super::Written;
use crate::cache_mounts::Refusal;
use crate::split_dependencies::managers::Managed;
use crate::split_dependencies::plan::{Generated, Plan, Role, What};

impl Plan<'_, '_> {
    /// COPY and RUN of one group.
    pub(super) fn group(
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
        let mounted = self.mounted(file)?;
        if mounted.is_none() {
            text.push_str(&self.copy(file)?);
            text.push_str(end);
        }
        if first {
            text.push_str(&self.comments(false));
        }
        if let Some(managed) = self.install.what.managed() {
            let run = self.managed(managed, file);
            self.declare(&run, written)?;
            text.push_str(&run);
            return Ok(());
        }
        let mut words = Vec::new();
        words.extend(self.prefix.as_ref().map(|folder| format!("--prefix={folder}")));
        self.without_dependencies(&mut words);
        self.listed(file, &mut words);
        let mut changes = self.install_alone(Some(file))?;
        changes.extend(mounted);
        changes.push((self.operand()?, words.join(" ")));
        let run = self.whole(self.step.index, changes, first)?;
        self.declare(&run, written)?;
        text.push_str(&run);
        Ok(())
    }

    /// Has the packages come from the list alone, where the step does not say so.
    pub(super) fn without_dependencies(&self, words: &mut Vec<String>) {
        if !self.install.no_deps {
            words.push("--no-deps".to_owned());
        }
    }

    /// The file of a group, with its hashes.
    pub(super) fn listed(&self, file: &Generated, words: &mut Vec<String>) {
        if file.hashed && !self.install.require_hashes {
            words.push("--require-hashes".to_owned());
        }
        words.push(format!("-r {}", self.in_image(&file.name)));
    }

    /// What has to change in the RUN for it to install and clean up, and nothing else; what it deletes is the group's file.
    pub(super) fn install_alone(&self, file: Option<&Generated>) -> Result<Vec<(Span, String)>, Refusal> {
        let mut changes = self.only(|role| match role {
            Role::Folder | Role::Install | Role::Cleans => true,
            Role::Deletes(_) => self.deletes_each(),
            Role::Ahead | Role::CleansSystem | Role::Behind | Role::DeletesWheels => false,
        })?;
        for part in self.install.parts.iter().filter(|_| self.deletes_each()) {
            if let (Role::Deletes(range), Some(file)) = (&part.role, file) {
                changes.push((self.span(range.clone())?, self.in_image(&file.name)));
            }
        }
        Ok(changes)
    }

    /// The mount of the RUN that shows the file that is installed from, and the one that shows the group's in its place.
    pub(super) fn mounted(&self, file: &Generated) -> Result<Option<(Span, String)>, Refusal> {
        if !self.replaces() || self.found.brought_by != self.step.index {
            return Ok(None);
        }
        let instruction = self.step.instruction;
        let name_of = |path: &str| path.rsplit('/').next().map(str::to_owned).unwrap_or_default();
        let old = name_of(&self.found.source);
        let of_key = |value: &str, keys: &[&str]| {
            let mut found = value.rsplit(',').filter_map(|part| part.split_once('='));
            found.find(|(key, _)| keys.contains(key)).map(|(_, value)| value.to_owned())
        };
        let mut mounts = instruction.command.flags.iter().filter(|flag| flag.name() == "mount");
        let flag = mounts.find(|flag| {
            let source = flag.value().and_then(|value| of_key(value, &["source", "src"]));
            source.is_some_and(|source| name_of(&source) == old)
        });
        let Some((flag, value)) = flag.and_then(|flag| Some((flag, flag.value()?))) else {
            let text = "a mount shows the whole folder of the file, and each change in it would install all groups anew";
            return Err(Refusal::new("mounted-folder", text, "mount the file alone"));
        };
        let target = of_key(value, &["target", "dst", "destination"])
            .map(|target| name_of(&target))
            .unwrap_or_default();
        let parts = value.split(',').map(|part| match part.split_once('=') {
            Some((key @ ("source" | "src"), path)) => {
                format!("{key}={}{}", path.strip_suffix(&old).unwrap_or(path), file.name)
            }
            Some((key @ ("target" | "dst" | "destination"), path)) => {
                format!("{key}={}{}", path.strip_suffix(&target).unwrap_or(path), file.name)
            }
            _ => part.to_owned(),
        });
        let mount = parts.collect::<Vec<_>>().join(",");
        Ok(Some((instruction.text.span(flag.range.clone()), format!("--mount={mount}"))))
    }

    /// The RUN of a group for a manager that installs from its own lock.
    pub(super) fn managed(&self, managed: &Managed, file: &Generated) -> String {
        let habits = self.habits();
        let mut text = habits.keyword(Keyword::Run);
        let instruction = self.step.instruction;
        let bind = |value: &str| !value.contains("type=") || value.contains("type=bind");
        let flags = instruction.command.flags.iter();
        for flag in flags.filter(|flag| flag.name() != "mount" || !flag.value().is_some_and(bind)) {
            let _ = write!(text, " {}", instruction.slice(&flag.range));
        }
        if let Some(folder) = self.changed_folder() {
            let _ = write!(text, " cd {folder} &&");
        }
        let is_first = self.files.first().is_some_and(|first| first.name == file.name);
        if let Some(make) = managed.make.as_ref().filter(|_| is_first) {
            let _ = write!(text, " {make} &&");
        }
        let hashes = if file.hashed { " --require-hashes" } else { "" };
        let _ = write!(text, " {} --no-deps{hashes} -r {}", managed.install, file.name);
        for part in self.install.parts.iter().filter(|part| part.role == Role::Cleans) {
            if let Some(script) = self.step.script() {
                let _ = write!(text, " && {}", script.slice(&part.range));
            }
        }
        text.push_str(habits.line_end);
        text
    }

    /// The folder of a manager's project, where its step changes to it.
    fn changed_folder(&self) -> Option<String> {
        let What::Locked { folder, .. } = &self.install.what else { return None };
        let state = self.step.model().state(self.step.index)?.current_dir();
        let current = state.as_known()?.trim_end_matches('/');
        if folder.trim_end_matches('/') == current {
            return None;
        }
        let below = folder.strip_prefix(current).and_then(|rest| rest.strip_prefix('/'));
        Some(below.unwrap_or(folder).to_owned())
    }

    /// The comments above the copies that only the install needs, or all others that belong to it.
    pub(super) fn comments(&self, of_inputs: bool) -> String {
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
    pub(super) fn in_image(&self, name: &str) -> String {
        match &self.install.what {
            What::Requirements { word, .. } => match word.rsplit_once('/') {
                Some((folder, _)) => format!("{folder}/{name}"),
                None => name.to_owned(),
            },
            What::Locked { .. } | What::Exported { .. } | What::Wheels { .. } => name.to_owned(),
            What::Project { word, .. } if word == "." || word == "./" => name.to_owned(),
            What::Project { word, .. } => format!("{}/{name}", word.trim_end_matches('/')),
        }
    }

    pub(super) fn copy(&self, file: &Generated) -> Result<String, Refusal> {
        let keyword = self.habits().keyword(Keyword::Copy);
        let own = self.in_image(&file.name);
        let folder = own.strip_suffix(&file.name).unwrap_or_default();
        let mut destination = if folder.is_empty() { "./".to_owned() } else { folder.to_owned() };
        if self.install.has(&Role::Folder) && !own.starts_with('/') {
            // The RUN changes its folder; the COPY does not.
            let folder = match &self.install.what {
                What::Requirements { path, .. } => path.rsplit_once('/').map_or("", |(folder, _)| folder),
                What::Project { folder, .. } => folder.trim_end_matches('/'),
                What::Locked { .. } | What::Exported { .. } | What::Wheels { .. } => ".",
            };
            destination = format!("{folder}/");
        } else if let Some(folder) = self.changed_folder() {
            destination = format!("{folder}/");
        }
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
    pub(super) fn named_copy(&self) -> Option<(&Instruction, Option<String>)> {
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
}
