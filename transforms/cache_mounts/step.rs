//! A RUN, and all that a pass asks about it.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use dockfit_dockerfile::model::{Model, State as BuildState, Value};
use dockfit_dockerfile::{DirectiveName, Document, Instruction, JsonArray, Keyword, LogicalText, RunForm};
use dockfit_rewrite::{Declared, Dockerfile, Run, surgery};
use dockfit_shell::{Lookup, Options, Script, State};

use super::account::{self, Account, Users};
use super::call::{Call, Place, calls};
use super::{Refusal, TakenOut};

/// A RUN of a Dockerfile, or the RUN of an ONBUILD.
pub(crate) struct Step<'d> {
    pub(crate) dockerfile: &'d Dockerfile,
    /// Its index among all instructions.
    pub(crate) index: usize,
    pub(crate) instruction: &'d Instruction,
    run: &'d Run,
    /// The users of the file; none while these are being gathered.
    users: Option<Rc<Users<'d>>>,
    account: OnceCell<Result<Account, Refusal>>,
    calls: OnceCell<Vec<Call<'d>>>,
}

impl<'d> Step<'d> {
    /// The RUN with this index, if it is right and a shell or the engine itself executes it.
    pub(super) fn at(
        dockerfile: &'d Dockerfile,
        index: usize,
        users: Option<&Rc<Users<'d>>>,
    ) -> Option<Self> {
        let instruction = dockerfile.document().instructions().get(index)?;
        if instruction.effective().keyword != Keyword::Run {
            return None;
        }
        let run = dockerfile.run(index).filter(|run| !matches!(run.form, RunForm::File { .. }))?;
        // In a stage that is not built, the engine does not notice what is wrong with an instruction.
        dockerfile.model().operation(index)?;
        dockerfile.model().stage_of(index)?;
        Some(Self {
            dockerfile,
            index,
            instruction,
            run,
            users: users.cloned(),
            account: OnceCell::new(),
            calls: OnceCell::new(),
        })
    }

    /// Whether its text has one of `words` in it.
    pub(crate) fn mentions(&self, words: &[&str]) -> bool {
        let mentions = |text: &str| words.iter().any(|word| text.contains(word));
        match &self.run.form {
            RunForm::Exec(array) => array.items.iter().any(|item| mentions(&item.value)),
            RunForm::Shell(text) => mentions(text.as_str()),
            RunForm::File { .. } => false,
        }
    }

    /// Whether its text has `word` in it behind something for which `holds`.
    pub(crate) fn mentions_where(&self, word: &str, holds: impl Fn(&str) -> bool) -> bool {
        let mentions =
            |text: &str| text.match_indices(word).any(|(at, _)| text.get(..at).is_some_and(&holds));
        match &self.run.form {
            RunForm::Exec(array) => array.items.iter().any(|item| mentions(&item.value)),
            RunForm::Shell(text) => mentions(text.as_str()),
            RunForm::File { .. } => false,
        }
    }

    pub(crate) fn document(&self) -> &'d Document {
        self.dockerfile.document()
    }

    pub(crate) fn model(&self) -> &'d Model {
        self.dockerfile.model()
    }

    /// Whether it stands in an ONBUILD.
    pub(crate) fn is_deferred(&self) -> bool {
        self.instruction.onbuild.is_some()
    }

    /// The stages that it sees: its own, and those that this is built on.
    pub(crate) fn stages(&self) -> impl Iterator<Item = usize> {
        let stage = self.model().stage_of(self.index);
        stage.into_iter().flat_map(|stage| self.model().lineage(stage.index)).map(|stage| stage.index)
    }

    /// The line of an instruction of its file, as people count.
    pub(crate) fn line_of(&self, instruction: usize) -> usize {
        self.document().line_of(instruction)
    }

    /// The script; of an exec form, one with the same words.
    pub(crate) fn script(&self) -> Option<&'d Script> {
        self.run.exec_script().or_else(|| self.run.script())
    }

    /// The text for the shell, mapped to the file.
    pub(crate) fn text(&self) -> Option<&'d LogicalText> {
        self.run.form.shell_text()
    }

    /// The words of an exec form.
    pub(crate) fn exec_form(&self) -> Option<&'d JsonArray> {
        match &self.run.form {
            RunForm::Exec(array) => Some(array),
            RunForm::Shell(_) | RunForm::File { .. } => None,
        }
    }

    /// Its commands, wrappers such as `sudo` taken off.
    pub(crate) fn calls(&self) -> &[Call<'d>] {
        self.calls.get_or_init(|| self.script().map(|script| calls(self, script)).unwrap_or_default())
    }

    /// The account that it runs under.
    pub(crate) fn account(&self) -> Result<&Account, Refusal> {
        self.account.get_or_init(|| account::account(self)).as_ref().map_err(Clone::clone)
    }

    /// The numeric user and group that it runs as; `None` for root.
    pub(crate) fn owner(&self) -> Result<Option<(u32, u32)>, Refusal> {
        account::owner(self)
    }

    /// The users of its file, where they are gathered.
    pub(super) fn users(&self) -> Option<&Users<'d>> {
        self.users.as_deref()
    }

    /// The shell when the script starts.
    pub(crate) fn shell_state(&self) -> State {
        let shell = self.model().state(self.index).and_then(|state| state.shell.clone());
        let arguments: Vec<&str> =
            shell.iter().flat_map(|words| words.iter().skip(1)).map(String::as_str).collect();
        State::new(Options::from_arguments(arguments), [])
    }

    /// What a variable of the build is when the RUN starts.
    pub(crate) fn variable(&self, name: &str) -> Lookup {
        let Some(environment) = self.model().environment(self.index) else { return Lookup::Unknown };
        match environment.value(name) {
            Some(Value::Known(value)) => Lookup::Set(value.to_string()),
            // A base image that is not known could set HOME, but hardly any does.
            None | Some(Value::Unknown) if name == "HOME" && self.users.is_some() => {
                self.account().map_or(Lookup::Unknown, |account| Lookup::Set(account.home.clone()))
            }
            Some(Value::Partial(_) | Value::Unknown) => Lookup::Unknown,
            None if name == "HOME" => Lookup::Unknown,
            None => Lookup::Unset,
        }
    }

    /// Why the RUN is not to be edited at all, if it is not: a comment keeps `pass` away, it runs elsewhere, or it is not
    /// understood.
    pub(crate) fn refuses_edits(&self, pass: &str) -> Option<Refusal> {
        if self.dockerfile.is_ignored(self.index, pass) {
            let text = "a comment above the step keeps this pass away";
            return Some(Refusal::new("ignored", text, "remove the comment"));
        }
        if let Some(syntax) = old_frontend(self.document()) {
            let text = format!("the frontend `{syntax}` has no cache mounts: they came with 1.2");
            return Some(Refusal::new("old-frontend", text, "write # syntax=docker/dockerfile:1"));
        }
        if self.is_deferred() {
            let text = "ONBUILD: the step runs in another build";
            return Some(Refusal::new("onbuild", text, "add the mount where the image is used"));
        }
        if self.is_wrong() {
            let text = "the engine would not take this instruction, in a stage that is not built by default";
            return Some(Refusal::new("invalid", text, "mend the instruction"));
        }
        if let Some(refusal) = self.not_posix() {
            return Some(refusal);
        }
        if !self.instruction.text.is_exact() {
            return Some(Refusal::from(surgery::CannotEdit::NotText));
        }
        if self.script().is_some_and(Script::has_errors) {
            let text = "part of the script was not understood";
            return Some(Refusal::new("not-understood", text, "add the mount by hand"));
        }
        None
    }

    /// Whether the engine would refuse it, if it came to that: what stands in it says nothing of its mounts.
    fn is_wrong(&self) -> bool {
        let flags = &self.instruction.command.flags;
        let mounts = flags.iter().filter(|flag| flag.name() == "mount").count();
        self.model().operation(self.index).is_none() || self.model().mounts(self.index).len() != mounts
    }

    /// Why a POSIX shell does not run it, if none does.
    pub(crate) fn not_posix(&self) -> Option<Refusal> {
        // Windows variants of official images carry the name of their base in the tag.
        let tag = account::base_image(self).and_then(|image| image.tag.as_deref()).unwrap_or_default();
        if ["windowsservercore", "nanoserver"].iter().any(|name| tag.contains(name)) {
            return Some(Refusal::new(
                "other-shell",
                "the base is a Windows image",
                "leave it: Windows images are built without BuildKit as a rule, and so without mounts",
            ));
        }
        let state: &BuildState = self.model().state(self.index)?;
        if self.text().is_none() && !state.windows {
            return None;
        }
        let shell =
            state.shell.as_deref().and_then(|words| words.first()).map(|path| dockfit_shell::base_name(path));
        let posix = match shell {
            None => !state.windows,
            Some(name) => POSIX_SHELLS.contains(&name),
        };
        (!posix).then(|| {
            let name = shell.unwrap_or("cmd").to_owned();
            Refusal::new(
                "other-shell",
                format!("`{name}` runs this step, which is no POSIX shell"),
                "add the mount by hand",
            )
        })
    }

    /// The declaration that `words` were taken out.
    pub(crate) fn taken_out(&self, words: &str) -> Declared {
        Declared::TakenOut { run: self.instruction.span.start, words: words.to_owned() }
    }

    /// What takes `places` out of the instruction.
    pub(crate) fn take_out(&self, places: &[Place]) -> Result<TakenOut, Refusal> {
        let mut items = Vec::new();
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for place in places {
            match place {
                Place::Item(item) => items.push(*item),
                Place::Text(range) => ranges.push(range.clone()),
                Place::Nowhere => return Err(Refusal::from(surgery::CannotEdit::Scattered)),
            }
        }
        let mut taken = TakenOut::default();
        if let RunForm::Exec(array) = &self.run.form {
            taken.edits.extend(surgery::delete_json_items(self.instruction, array, &items)?);
            let values = items.iter().filter_map(|item| array.items.get(*item));
            taken.declares.extend(values.map(|item| self.taken_out(&item.value)));
        }
        if let Some(text) = self.text().filter(|_| !ranges.is_empty()) {
            taken.edits.extend(surgery::delete(self.document(), self.instruction, text, &ranges)?);
            let words = ranges.iter().filter_map(|range| text.as_str().get(range.clone()));
            taken.declares.extend(words.map(|words| self.taken_out(words)));
        }
        Ok(taken)
    }
}

/// The frontend that the file asks for, if that is older than cache mounts: docker/dockerfile 1.2, and 1.0 on the
/// experimental channel (its release notes).
fn old_frontend(document: &Document) -> Option<&str> {
    let value = document.directive(DirectiveName::Syntax)?.value.as_str();
    let tag = value
        .strip_prefix("docker/dockerfile:")
        .or_else(|| value.strip_prefix("docker.io/docker/dockerfile:"))?;
    if tag.contains("-experimental") {
        return None;
    }
    let version = tag.split(['-', '@']).next().unwrap_or_default();
    let mut parts = version.split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(0)), _) | (Some(Ok(1)), Some(Ok(0 | 1))) => Some(value),
        _ => None,
    }
}

/// Shells that read POSIX scripts, by the name of their program.
const POSIX_SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "ksh", "zsh", "busybox"];
