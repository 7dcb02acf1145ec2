//! The final stage on its new base.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use dockfit_dockerfile::model::{Fact, Value};
use dockfit_dockerfile::operation::{CommandLine, Operation};
use dockfit_dockerfile::{Document, Instruction, Keyword, LineKind, NodeKind, Span};
use dockfit_rewrite::{Declared, Edit, Facet, surgery};

use super::bases::Kind;
use super::command::{self, Direct};
use super::consumers::{self, Consumers, Retarget};
use super::folders::{self, Layout};
use super::manifests;
use super::programs::{Found, Programs};
use super::scene::{Copied, Scene};
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::is_inside;
use crate::healthcheck::request;

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Swap {
    /// Edits of the Dockerfile.
    pub(super) edits: Vec<Edit>,
    /// Edits of other files.
    pub(super) others: Vec<dockfit_rewrite::FileEdit>,
    pub(super) declares: Vec<Declared>,
    /// Services that need a shell, for development.
    pub(super) for_debug: Vec<Retarget>,
    /// What the reader should know.
    pub(super) notes: Vec<String>,
}

/// Where official images of Python keep packages, and where Debian's interpreter looks for them.
const SITE_PACKAGES: &str = "/usr/local/lib/python3.13/site-packages";
const DIST_PACKAGES: &str = "/usr/local/lib/python3.13/dist-packages";

/// Plans the swap of the stage's base; why it cannot be, if so.
pub(super) fn plan(scene: &Scene<'_>) -> Result<Swap, Refusal> {
    let mut writer = Writer {
        scene,
        swap: Swap::default(),
        needs_links: false,
        scripts: BTreeSet::new(),
        gone: Vec::new(),
    };
    writer.commands()?;
    writer.copies()?;
    // What stands directly behind FROM comes before what may stand there, too.
    writer.base()?;
    writer.user_and_folders()?;
    writer.entrypoint();
    writer.take_out();
    writer.declare();
    Ok(writer.swap)
}

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

struct Writer<'s, 't> {
    scene: &'s Scene<'t>,
    swap: Swap,
    /// Whether something starts by the paths that the official image has for its interpreter.
    needs_links: bool,
    /// Programs in `/usr/local/bin` that something starts.
    scripts: BTreeSet<String>,
    /// Spans that are taken out, whole lines.
    gone: Vec<Span>,
}

impl Writer<'_, '_> {
    fn instruction(&self, index: usize) -> Result<&Instruction, Refusal> {
        let found = self.scene.document().instructions().get(index);
        found.ok_or_else(|| Refusal::from(surgery::CannotEdit::Scattered))
    }

    fn keyword(&self, keyword: Keyword) -> String {
        self.scene.document().habits().keyword(keyword)
    }

    fn edit(&mut self, index: usize, range: std::ops::Range<usize>, text: &str) -> Result<(), Refusal> {
        let document = self.scene.document();
        let instruction = self.instruction(index)?;
        let edits = surgery::replace(document, instruction, &instruction.text, range, text)?;
        self.swap.edits.extend(edits);
        Ok(())
    }

    // --- commands ------------------------------------------------------------------------------------------

    fn commands(&mut self) -> Result<(), Refusal> {
        let scene = self.scene;
        let first_line = |path: &str| scene.first_line(path);
        let programs = self.programs(&first_line);
        let mut started = Vec::new();
        if scene.entrypoint.is_none() && scene.cmd.is_none() {
            return Err(Refusal::new(
                "no-command",
                "the stage says neither with CMD nor with ENTRYPOINT what it starts",
                "write CMD in exec form",
            ));
        }
        for (index, what) in [(scene.entrypoint, "ENTRYPOINT"), (scene.cmd, "CMD")] {
            let Some((index, line)) = index.and_then(|index| Some((index, scene.command(index)?))) else {
                continue;
            };
            // Behind an ENTRYPOINT in exec form, CMD is its arguments; behind one in shell form it is nothing.
            let is_arguments = what == "CMD" && scene.entrypoint.is_some();
            if is_arguments && matches!(line, CommandLine::Exec(_)) {
                continue;
            }
            let what = format!("line {}: {what}", scene.document().line_of(index));
            let direct = command::direct(line, &what)?;
            if matches!(line, CommandLine::Exec(array) if array.items.is_empty()) {
                continue;
            }
            if !is_arguments {
                started.push((direct.words.clone(), what.clone()));
            }
            self.rewrite(index, line, &direct)?;
        }
        self.healthcheck(&mut started)?;
        for (index, words) in &scene.effects.kept {
            started.push((words.clone(), format!("line {}: RUN", scene.document().line_of(*index))));
        }
        let consumers = consumers::read(scene)?;
        started.extend(consumers.started.iter().cloned());
        for (words, what) in &started {
            let found = programs.find(words, what)?;
            self.note_program(found, words);
        }
        manifests::check(scene, &programs)?;
        self.take_consumers(consumers);
        Ok(())
    }

    fn programs<'f>(&self, first_line: &'f dyn Fn(&str) -> Option<String>) -> Programs<'f> {
        let scene = self.scene;
        let working_dir = scene.workdirs.last().map_or("/", |(_, path)| path.as_str()).to_owned();
        Programs {
            image: scene.image,
            path: scene.path(),
            copied: scene.copies.iter().map(|copy| copy.destination.clone()).collect(),
            working_dir,
            first_line,
        }
    }

    fn note_program(&mut self, found: Found, words: &[String]) {
        if self.scene.kind == Kind::Python && found != Found::Language {
            self.needs_links = true;
        }
        let program = words.first().map_or("", String::as_str);
        if found == Found::Copied && (!program.contains('/') || program.starts_with("/usr/local/bin/")) {
            self.scripts.insert(dockfit_shell::base_name(program).to_owned());
        }
    }

    fn rewrite(&mut self, index: usize, line: &CommandLine, direct: &Direct) -> Result<(), Refusal> {
        if direct.as_written {
            return Ok(());
        }
        let range = match line {
            CommandLine::Shell(text) => text.range.clone(),
            CommandLine::Exec(array) => array.range.clone(),
        };
        let facet = match self.instruction(index)?.keyword() {
            Keyword::Entrypoint => Facet::Entrypoint,
            Keyword::Healthcheck => Facet::HealthCheck,
            _ => Facet::Cmd,
        };
        self.swap.declares.push(Declared::Facet(facet));
        self.edit(index, range, &direct.to_json())
    }

    /// The health check: curl and wget become a request by the language, others start by themselves.
    fn healthcheck(&mut self, started: &mut Vec<(Vec<String>, String)>) -> Result<(), Refusal> {
        let scene = self.scene;
        let Some((index, line)) = scene.healthcheck.and_then(|index| Some((index, scene.command(index)?)))
        else {
            return Ok(());
        };
        let what = format!("line {}: HEALTHCHECK", scene.document().line_of(index));
        match request::probe(line) {
            request::Probe::Http(program, request) => {
                let words = request_words(scene.kind, program, request, &what)?;
                let direct = Direct { words, as_written: false };
                self.rewrite(index, line, &direct)
            }
            request::Probe::Other => {
                let direct = command::direct(line, &what)?;
                started.push((direct.words.clone(), what));
                self.rewrite(index, line, &direct)
            }
        }
    }

    fn take_consumers(&mut self, consumers: Consumers) {
        self.swap.others.extend(consumers.edits);
        self.swap.for_debug = consumers.for_debug;
    }

    // --- copies --------------------------------------------------------------------------------------------

    fn copies(&mut self) -> Result<(), Refusal> {
        if self.scene.kind != Kind::Python {
            return Ok(());
        }
        for copy in &self.scene.copies {
            self.python_copy(copy)?;
        }
        Ok(())
    }

    /// Copies of an interpreter's tree bring its packages and scripts alone.
    fn python_copy(&mut self, copy: &Copied) -> Result<(), Refusal> {
        let Some(source) = copy.source.as_deref().filter(|_| copy.from) else { return Ok(()) };
        let line = self.scene.document().line_of(copy.index);
        let destination = copy.destination.as_str();
        match (source, destination) {
            ("/" | "/usr" | "/usr/local", _) => {
                let text = format!("line {line} copies all of `{source}`, the builder's interpreter with it");
                let way_out = "install with `pip install --prefix=/install` and copy /install, or install into a virtual environment";
                Err(Refusal::new("copies-interpreter", text, way_out))
            }
            ("/usr/local/lib" | "/usr/local/lib/python3.13", _) => {
                let Some(rest) = SITE_PACKAGES.strip_prefix(source) else { return Ok(()) };
                let from = format!("{source}{rest}");
                self.rewrite_copy(copy.index, &from, DIST_PACKAGES)
            }
            (SITE_PACKAGES, SITE_PACKAGES) => self.rewrite_copy(copy.index, source, DIST_PACKAGES),
            ("/usr/local/bin" | "/usr/local/bin/", "/usr/local/bin") => {
                if self.scripts.is_empty() {
                    let span = self.instruction(copy.index)?.span;
                    self.gone.push(span);
                    return Ok(());
                }
                let sources: Vec<String> =
                    self.scripts.iter().map(|script| format!("/usr/local/bin/{script}")).collect();
                self.rewrite_copy(copy.index, &sources.join(" "), "/usr/local/bin/")
            }
            _ => Ok(()),
        }
    }

    /// Puts other words in the place of source and destination.
    fn rewrite_copy(&mut self, index: usize, source: &str, destination: &str) -> Result<(), Refusal> {
        let instruction = self.instruction(index)?;
        let range = instruction.command.arguments.clone();
        let text = if instruction.command.json.is_some() {
            let words: Vec<String> = source.split(' ').chain([destination]).map(command::quoted).collect();
            format!("[{}]", words.join(", "))
        } else {
            format!("{source} {destination}")
        };
        self.edit(index, range, &text)
    }

    // --- users and folders ---------------------------------------------------------------------------------

    fn user_and_folders(&mut self) -> Result<(), Refusal> {
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
                if self.scene.effects.only_packages.contains(run) {
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

    // --- base ----------------------------------------------------------------------------------------------

    fn base(&mut self) -> Result<(), Refusal> {
        let scene = self.scene;
        let document = scene.document();
        let image = scene.image.reference("");
        let from = self.instruction(scene.stage.from)?;
        let Some(Operation::From(found)) = scene.model().operation(scene.stage.from) else {
            return Err(Refusal::from(surgery::CannotEdit::Scattered));
        };
        let span = from.text.span(found.base.range.clone());
        self.swap.edits.push(Edit::replace(span, image.clone()));
        self.swap.declares.push(Declared::Base { stage: scene.stage.index, image });
        let lines = self.first_lines();
        if !lines.is_empty() {
            let end = document.line_end();
            let from_end = self.instruction(scene.stage.from)?.span.end;
            let is_blank = document
                .nodes()
                .iter()
                .find(|node| node.span.start >= from_end)
                .is_some_and(|node| node.kind == NodeKind::Blank);
            let blank = if is_blank { end } else { "" };
            self.swap.edits.push(Edit::insert(from_end, format!("{blank}{}{end}", lines.join(end))));
        }
        for shell in &scene.shells {
            let span = self.instruction(*shell)?.span;
            let above = document.comments_above(*shell);
            let comments =
                document.text(above).lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
            self.swap.declares.extend(comments.into_iter().map(Declared::CommentTakenOut));
            self.swap.declares.push(Declared::Facet(Facet::Shell));
            self.gone.push(Span::new(above.start, span.end));
        }
        Ok(())
    }

    /// What stands directly behind FROM.
    fn first_lines(&mut self) -> Vec<String> {
        match self.scene.kind {
            Kind::Python => self.links(),
            Kind::Node => {
                let keyword = self.keyword(Keyword::Env);
                self.swap.declares.push(Declared::Env("PATH".to_owned()));
                vec![format!("{keyword} PATH=/nodejs/bin:$PATH")]
            }
            Kind::Java | Kind::Binary => Vec::new(),
        }
    }

    /// The interpreter and its packages under the paths of the official image.
    fn links(&mut self) -> Vec<String> {
        let brings_prefix =
            self.scene.copies.iter().any(|copy| copy.from && copy.destination == "/usr/local");
        let mut statements = Vec::new();
        let mut lines = Vec::new();
        if self.needs_links {
            lines.push("# console scripts ask for the interpreter in /usr/local/bin".to_owned());
            statements.push("os.makedirs('/usr/local/bin', exist_ok=True)".to_owned());
            statements.push(
                "[os.symlink('/usr/bin/python3.13', f'/usr/local/bin/{name}') for name in ('python', 'python3', 'python3.13')]"
                    .to_owned(),
            );
        }
        if brings_prefix {
            lines.push(
                "# pip has put the packages into site-packages, the interpreter looks for dist-packages"
                    .to_owned(),
            );
            statements.push("os.makedirs('/usr/local/lib/python3.13', exist_ok=True)".to_owned());
            statements.push(format!("os.symlink('site-packages', '{DIST_PACKAGES}')"));
        }
        if statements.is_empty() {
            return Vec::new();
        }
        let habits = self.scene.document().habits();
        let separator = format!("; {}", habits.line_break(&habits.indent));
        let written = statements.join(&separator);
        let keyword = self.keyword(Keyword::Run);
        let first = habits.line_break(&habits.indent);
        let run = format!("{keyword} [\"/usr/bin/python3.13\", \"-c\", \"import os; {first}{written}\"]");
        self.swap.declares.extend(words_of_run(&run, habits.escape).map(Declared::RunAdded));
        lines.push(run);
        lines
    }

    /// What the stage starts, and what compose and Kubernetes start in its place, is a command of its own and no argument of
    /// the image's entrypoint.
    fn entrypoint(&mut self) {
        let scene = self.scene;
        let Some(cmd) =
            scene.cmd.filter(|_| scene.entrypoint.is_none() && !scene.image.entrypoint.is_empty())
        else {
            return;
        };
        let line = format!("{} []", self.keyword(Keyword::Entrypoint));
        self.swap.edits.push(surgery::insert_before(scene.document(), cmd, &[line]));
    }

    // --- the end -------------------------------------------------------------------------------------------

    /// Takes out what is gone, with the empty lines that would stand alone.
    fn take_out(&mut self) {
        let document = self.scene.document();
        let gone = |span: Span| self.gone.iter().any(|gone| gone.encloses(span) && !span.is_empty());
        let nodes = document.nodes();
        let mut edits: Vec<Edit> = self.gone.iter().map(|span| Edit::delete(*span)).collect();
        let mut at = 0;
        while at < nodes.len() {
            let start = at;
            let in_gap = |node: &dockfit_dockerfile::Node| node.kind == NodeKind::Blank || gone(node.span);
            while nodes.get(at).is_some_and(in_gap) {
                at += 1;
            }
            let gap = nodes.get(start..at).unwrap_or_default();
            at = at.max(start + 1);
            let Some(first) = gap.iter().position(|node| gone(node.span)) else { continue };
            let last = gap.iter().rposition(|node| gone(node.span)).unwrap_or(first);
            let extra: Vec<&dockfit_dockerfile::Node> = if first > 0 {
                gap.get(first..).unwrap_or_default().iter().collect()
            } else {
                gap.get(first..last).unwrap_or_default().iter().collect()
            };
            edits.extend(
                extra.iter().filter(|node| node.kind == NodeKind::Blank).map(|node| Edit::delete(node.span)),
            );
        }
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        edits.dedup();
        self.swap.edits.extend(edits);
    }

    fn declare(&mut self) {
        let scene = self.scene;
        let document = scene.document();
        for run in &scene.effects.runs {
            if let Some(instruction) = document.instructions().get(*run) {
                self.swap.declares.push(Declared::RunTakenOut(instruction.span.start));
            }
        }
        let whole = [Facet::Packages, Facet::Files, Facet::Layers, Facet::User];
        self.swap.declares.extend(whole.map(Declared::Facet));
        if scene.workdirs.is_empty() {
            self.swap.declares.push(Declared::Facet(Facet::Workdir));
        }
        let before = scene.model().config(scene.stage.index);
        if before.env_open {
            // Nothing is known of the old base: whatever it sets is gone.
            let all = [
                Facet::Env,
                Facet::Workdir,
                Facet::Shell,
                Facet::Labels,
                Facet::HealthCheck,
                Facet::StopSignal,
                Facet::Entrypoint,
                Facet::Cmd,
            ];
            self.swap.declares.extend(all.map(Declared::Facet));
        }
        if scene.kind == Kind::Node && before.entrypoint != Fact::Known(Vec::new()) {
            self.swap.declares.push(Declared::Facet(Facet::Entrypoint));
        }
        let old = before.env.iter().map(|variable| variable.name.to_string());
        let of_image = scene.image.env().map(|(name, _)| name.to_owned());
        let names: BTreeSet<String> = old
            .filter(|name| OF_BASES.contains(&name.as_str()))
            .chain(of_image)
            .chain(["PATH".to_owned(), "HOME".to_owned()])
            .collect();
        self.swap.declares.extend(names.into_iter().map(Declared::Env));
    }
}

/// The words of a RUN in exec form, with blanks between them: what is declared of it.
pub(crate) fn words_of_run(run: &str, escape: char) -> Option<String> {
    let directive = if escape == '\\' { String::new() } else { format!("# escape={escape}\n") };
    let document = Document::parse(format!("{directive}{run}\n"));
    let array = document.instructions().first()?.command.json.as_ref()?;
    Some(array.items.iter().map(|item| item.value.as_str()).collect::<Vec<_>>().join(" "))
}

/// Variables that official images set for themselves. Source: `crates/dockerfile/src/model/base_table.rs`.
pub(super) const OF_BASES: &[&str] = &[
    "GPG_KEY",
    "PYTHON_VERSION",
    "PYTHON_SHA256",
    "NODE_VERSION",
    "YARN_VERSION",
    "JAVA_HOME",
    "JAVA_VERSION",
    "LANG",
];

/// The words of a probe by the image's language in the place of one by curl or wget.
pub(super) fn request_words(
    kind: Kind,
    program: &str,
    request: Result<request::Request, String>,
    what: &str,
) -> Result<Vec<String>, Refusal> {
    let refuse = |why: &str| {
        let text = format!("{what} asks with `{program}`, which the image would not have; {why}");
        Refusal::new("healthcheck", text, "probe with a program of the application's own, in exec form")
    };
    let request = request.map_err(|why| refuse(&why))?;
    match kind {
        Kind::Python => Ok(request.python_words()),
        Kind::Node => Ok(request.node_words()),
        Kind::Java | Kind::Binary => Err(refuse("nothing in it makes requests")),
    }
}
