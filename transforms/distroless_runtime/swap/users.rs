//! Users by numbers, and the folders that are theirs.

use std::fmt::Write as _;

use dockfit_dockerfile::model::Value;
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::{Keyword, LineKind, Span};
use dockfit_rewrite::{Declared, Edit, surgery};

use super::Writer;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;
use crate::distroless_runtime::folders::{self, Layout};

/// A USER of the stage.
struct User {
    index: usize,
    name: String,
    numbers: (u32, u32),
}

impl User {
    /// It by numbers.
    fn written(&self) -> String {
        match self.numbers {
            (0, 0) => "0".to_owned(),
            (uid, gid) => format!("{uid}:{gid}"),
        }
    }
}

impl Writer<'_, '_> {
    pub(super) fn user_and_folders(&mut self) -> Result<(), Refusal> {
        let scene = self.scene;
        let document = scene.document();
        let mut users = Vec::new();
        for index in &scene.users {
            let Some(name) = self.user_name(*index) else {
                let text = format!("line {}: who USER is depends on a variable", document.line_of(*index));
                return Err(Refusal::new("user-unknown", text, "write the user's numbers"));
            };
            users.push(User { index: *index, numbers: self.numbers(&name, *index)?, name });
        }
        let numbers = users.last().map(|user| user.numbers);
        let name = users.last().map(|user| user.name.clone());
        let account = name.as_deref().and_then(|name| scene.accounts.user(name.split(':').next()?)).cloned();
        let account = account.filter(|account| account.uid != 0);
        let home = account.as_ref().and_then(|account| account.home.clone());
        let made_home = account.as_ref().filter(|account| account.makes_home).and(home.as_deref());
        let layout = folders::lay_out(scene, numbers.filter(|numbers| *numbers != (0, 0)), made_home)?;
        self.owners(&layout)?;
        let sets_home = scene.model().environment_at_end(scene.stage.index).value("HOME").is_some();
        let home = home.filter(|_| !sets_home);
        if let Some(account) = account.filter(|account| account.derived) {
            self.swap.notes.push(format!(
                "uid {} is the one that the user had: the first that is free in the old base",
                account.uid
            ));
        }
        self.write_user(&users, home.as_deref(), &layout)
    }

    /// Whom a USER names; nothing where that depends on a variable.
    fn user_name(&self, index: usize) -> Option<String> {
        let model = self.scene.model();
        match model.operation(index)? {
            Operation::User(word) if !word.text.contains('$') => {
                model.expand(index, &word.text).ok().map(Value::from)?.as_known().map(str::to_owned)
            }
            _ => None,
        }
    }

    fn numbers(&self, name: &str, index: usize) -> Result<(u32, u32), Refusal> {
        let accounts = &self.scene.accounts;
        let known = match name.split_once(':') {
            Some(_) => accounts.numbers(name),
            // A number that no user has belongs to the group root.
            None => match accounts.user(name) {
                Some(account) => Some((account.uid, account.gid)),
                None => name.parse().ok().map(|uid| (uid, 0)),
            },
        };
        known.ok_or_else(|| {
            let line = self.scene.document().line_of(index);
            let text = format!("line {line}: the numbers of the user `{name}` cannot be told from this file");
            Refusal::new("user-unknown", text, "write the user's numbers, or create it with a fixed uid")
        })
    }

    /// Names in `--chown` become numbers; what a RUN gave to the user is copied as theirs.
    fn owners(&mut self, layout: &Layout) -> Result<(), Refusal> {
        for copy in &self.scene.copies {
            let instruction = self.instruction(copy.index)?;
            let line = self.scene.document().line_of(copy.index);
            if let Some(flag) = instruction.flag("chown") {
                let value = flag.value().unwrap_or_default().to_owned();
                let range = flag.range.clone();
                let unknown = || {
                    let text = format!(
                        "line {line}: the numbers of `--chown={value}` cannot be told from this file"
                    );
                    Refusal::new("user-unknown", text, "write numbers")
                };
                let (uid, gid) = self.scene.accounts.numbers(&value).ok_or_else(unknown)?;
                let numbers =
                    if value.contains(':') || uid != gid { format!("{uid}:{gid}") } else { uid.to_string() };
                if value.bytes().any(|byte| !(byte.is_ascii_digit() || byte == b':')) {
                    self.edit(copy.index, range, &format!("--chown={numbers}"))?;
                }
            } else if layout.owned_copies.contains(&copy.index) {
                let owner =
                    self.scene.effects.folders.iter().find_map(|folder| {
                        folder.owner.filter(|_| folder.recursive && folder.run > copy.index)
                    });
                let Some((uid, gid)) = owner else { continue };
                let end = instruction.text.end_to_file(instruction.command.keyword_range.end);
                self.swap.edits.push(Edit::insert(end, format!(" --chown={uid}:{gid}")));
            }
        }
        Ok(())
    }

    /// Writes USER, HOME and the folders in the place where they have to stand.
    fn write_user(&mut self, users: &[User], home: Option<&str>, layout: &Layout) -> Result<(), Refusal> {
        let document = self.scene.document();
        let end = document.line_end();
        let (general, given) = self.comments(layout);
        let (workdir, keyword) = (self.keyword(Keyword::Workdir), self.keyword(Keyword::User));
        let moves = layout.before.filter(|before| self.can_move(users, *before, layout));
        for user in users {
            if moves.is_some() {
                let above = document.comments_above(user.index);
                self.gone.push(Span::new(above.start, self.instruction(user.index)?.span.end));
            } else if user.name != "root" && self.instruction(user.index)?.arguments() != user.written() {
                let range = self.instruction(user.index)?.command.arguments.clone();
                self.edit(user.index, range, &user.written())?;
            }
        }
        let mut before_user = String::new();
        for folder in &layout.of_root {
            let _ = write!(before_user, "{workdir} {}{end}", folder.path);
        }
        if let (Some(_), Some(user)) = (moves, users.last()) {
            // The comments of USER go where it goes.
            before_user.push_str(&document.text(document.comments_above(user.index)));
        }
        for comment in &general {
            let _ = write!(before_user, "{comment}{end}");
        }
        let mut behind_user = String::new();
        if let Some(home) = home {
            let _ = write!(behind_user, "{} HOME={home}{end}", self.keyword(Keyword::Env));
        }
        if !layout.of_user.is_empty() {
            let _ = write!(behind_user, "# a folder that WORKDIR makes belongs to the user{end}");
        }
        for folder in &layout.of_user {
            let _ = write!(behind_user, "{workdir} {}{end}", folder.path);
        }
        for comment in &given {
            let _ = write!(behind_user, "{comment}{end}");
        }
        if let (Some(before), Some(user)) = (layout.before, users.last()) {
            let line = format!("{keyword} {}{end}", user.written());
            let at = document.comments_above(before).start;
            self.swap.edits.push(Edit::insert(at, format!("{before_user}{line}{behind_user}")));
            if moves.is_none() {
                // As before for what follows.
                let as_before = users.iter().rev().find(|user| user.index < before);
                let written = as_before.map_or_else(|| "0".to_owned(), User::written);
                self.swap.edits.push(surgery::insert_behind(
                    document,
                    before,
                    &[format!("{keyword} {written}")],
                ));
            }
            return Ok(());
        }
        let made = !(layout.of_user.is_empty() && layout.of_root.is_empty());
        let user = users.last().map(|user| user.index);
        let place = user.or(self.scene.effects.runs.last().copied());
        let restored = place.filter(|_| made).and_then(|place| self.folder_at(place));
        let restored = restored.map(|folder| format!("{workdir} {folder}{end}")).unwrap_or_default();
        let Some(index) = user else {
            let text = format!("{before_user}{behind_user}{restored}");
            let Some(run) = self.scene.effects.runs.last().filter(|_| !text.is_empty()) else {
                return Ok(());
            };
            let at = document.comments_above(*run).start;
            self.swap.edits.push(Edit::insert(at, text));
            return Ok(());
        };
        let at = document.comments_above(index).start;
        let span = self.instruction(index)?.span;
        if !before_user.is_empty() {
            self.swap.edits.push(Edit::insert(at, before_user));
        }
        let is_last = !document.bytes(span).ends_with(b"\n");
        let behind = format!("{behind_user}{restored}");
        if !behind.is_empty() {
            let behind = if is_last { format!("{end}{}", behind.trim_end_matches(end)) } else { behind };
            self.swap.edits.push(Edit::insert(span.end, behind));
        }
        Ok(())
    }

    /// Whether the one USER of the stage can stand before `before`: the steps between them then run as that user, and write
    /// only beside files that are copied as theirs.
    fn can_move(&self, users: &[User], before: usize, layout: &Layout) -> bool {
        let [user] = users else { return false };
        let between = |index: usize| index > before && index < user.index;
        let is_theirs = |path: &str| {
            self.scene.copies.iter().any(|copy| {
                let is_theirs = copy.has_owner || layout.owned_copies.contains(&copy.index);
                is_theirs && is_inside(path, &copy.destination)
            })
        };
        user.index > before
            && self.scene.effects.kept.iter().filter(|(index, _)| between(*index)).all(|(_, words)| {
                let mut paths = words
                    .iter()
                    .filter(|word| word.starts_with('/'))
                    .skip(usize::from(words.first().is_some_and(|word| word.starts_with('/'))))
                    .peekable();
                paths.peek().is_some() && paths.all(|path| is_theirs(path))
            })
    }

    /// The current folder at an instruction, where something behind it still counts from it.
    fn folder_at(&self, index: usize) -> Option<String> {
        let scene = self.scene;
        let next = scene.workdirs.iter().map(|(at, _)| *at).find(|at| *at > index);
        let is_absolute = next.is_some_and(|next| {
            matches!(scene.model().operation(next), Some(Operation::Workdir(word)) if word.text.starts_with('/'))
        });
        let copied =
            scene.copies.iter().any(|copy| copy.index > index && next.is_none_or(|next| copy.index < next));
        if is_absolute && !copied {
            return None;
        }
        let before = scene.workdirs.iter().rev().find(|(at, _)| *at < index).map(|(_, path)| path.clone());
        Some(before.unwrap_or_else(|| "/".to_owned()))
    }

    /// The comments of the RUNs that go: those on users and folders, and those on the folder that a WORKDIR of the stage
    /// makes. What is said of packages goes with them.
    fn comments(&mut self, layout: &Layout) -> (Vec<String>, Vec<String>) {
        let document = self.scene.document();
        let (mut general, mut given) = (Vec::new(), Vec::new());
        for run in &self.scene.effects.runs {
            let Some(instruction) = document.instructions().get(*run) else { continue };
            let above = document.comments_above(*run);
            let lines = document.text(above).lines().map(str::trim).map(str::to_owned).collect::<Vec<_>>();
            let inside = instruction.lines.iter().filter(|line| line.kind == LineKind::Comment);
            let of_folder = layout.given.as_ref().filter(|folder| folder.run == *run);
            let at = of_folder.and_then(|folder| {
                let script = self.scene.file.dockerfile.run(*run)?.form.shell_text()?;
                Some(script.to_file(folder.at))
            });
            let mut all: Vec<(usize, String)> = lines.into_iter().map(|line| (above.start, line)).collect();
            all.extend(inside.map(|line| (line.span.start, document.text(line.span).trim().to_owned())));
            for (place, comment) in all {
                if self.scene.carried.runs.contains(run) {
                    // It goes where the RUN goes.
                } else if self.scene.effects.only_packages.contains(run) {
                    self.swap.declares.push(Declared::CommentTakenOut(comment));
                } else if at.is_some_and(|at| self.is_next(*run, place, at)) {
                    given.push(comment);
                } else {
                    general.push(comment);
                }
            }
            self.gone.push(Span::new(above.start, instruction.span.end));
        }
        (general, given)
    }

    /// Whether the command at `at` is the first one behind the comment at `comment`.
    fn is_next(&self, run: usize, comment: usize, at: usize) -> bool {
        let Some(instruction) = self.scene.document().instructions().get(run) else { return false };
        if comment >= at {
            return false;
        }
        // The line of the command is the first line of text behind the comment.
        let next = instruction
            .lines
            .iter()
            .find(|line| line.span.start > comment && matches!(line.kind, LineKind::Text { .. }));
        next.is_some_and(|line| line.span.contains(at))
    }
}
