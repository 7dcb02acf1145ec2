//! Executes the instructions of a stage as far as that needs no files.

use std::sync::Arc;

use crate::expand::Lexer;
use crate::operation::{
    Argument, CommandLine, Features, Healthcheck, Mount, MountKind, Operation, Pair, Problem, Run,
};
use crate::values::path::{is_absolute, working_directory};
use crate::values::platform::Platform;
use crate::values::{port, signal};
use crate::{Document, Instruction, RawWord, Span, SyntaxError, SyntaxErrorKind};

use super::base_images::{BaseConfig, Fact};
use super::effect::{Effect, HealthcheckConfig};
use super::expansion::{Budget, expansion_problem};
use super::globals::Globals;
use super::options::BuildOptions;
use super::scope::{At, Scopes, Setter};
use super::stage::{Base, Stage};
use super::state::State;
use super::{Value, onbuild};

/// `PATH` of an image that has none. Source: buildkit `util/system/path.go`, October 2025.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What one instruction found and did.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The stage's step at which it is evaluated.
    pub(crate) step: u32,
    /// What it finds, variables apart.
    pub(crate) before: State,
    /// What it does to the configuration, variables apart.
    pub(crate) effects: Vec<Effect>,
    /// Its mounts, where all their values are known.
    pub(crate) mounts: Vec<Option<Mount>>,
}

/// An instruction together with the file it stands in.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) document: &'a Document,
    pub(crate) instruction: &'a Instruction,
    /// Where to report what is wrong, if not at the instruction itself.
    pub(crate) reported_at: Option<Span>,
}

impl Site<'_> {
    fn error(&self, problem: Problem) -> SyntaxError {
        let error = problem.at(&self.instruction.text);
        match self.reported_at {
            Some(span) => SyntaxError { span, ..error },
            None => error,
        }
    }
}

/// Evaluates stages one after another.
pub(crate) struct Evaluator<'a> {
    pub(crate) options: &'a BuildOptions<'a>,
    pub(crate) globals: &'a Globals,
    pub(crate) features: Features,
    pub(crate) lexer: Lexer,
    pub(crate) scopes: Scopes,
    pub(crate) budget: Budget,
    /// How each stage so far ends.
    pub(crate) ends: Vec<State>,
    stage: usize,
    step: u32,
    state: State,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        options: &'a BuildOptions<'a>,
        globals: &'a Globals,
        features: Features,
        lexer: Lexer,
        budget: Budget,
    ) -> Self {
        Self {
            options,
            globals,
            features,
            lexer,
            budget,
            scopes: Scopes::default(),
            ends: Vec::new(),
            stage: 0,
            step: 0,
            state: State {
                user: Value::Unknown,
                working_dir: Value::Unknown,
                shell: None,
                windows: false,
                no_files: false,
            },
        }
    }

    /// Begins the next stage.
    pub(crate) fn begin(&mut self, stage: &Stage, base: Option<&BaseConfig>) {
        let platform = stage.platform.as_ref().or(self.options.platform);
        let windows = platform.is_some_and(Platform::is_windows) || base.is_some_and(|base| base.windows);
        let parent = match stage.base {
            Base::Stage(parent) => Some(parent),
            _ => None,
        };
        let inherited = parent.and_then(|parent| self.ends.get(parent).cloned());
        self.stage = self.scopes.open_stage(parent, base.is_some_and(|base| base.env_open));
        self.step = 0;
        self.state = inherited.unwrap_or_else(|| match base {
            Some(base) => State {
                user: known(&base.user),
                working_dir: match &base.working_dir {
                    Fact::Known(path) if path.is_empty() => Value::known(""),
                    Fact::Known(path) => {
                        working_directory("", path, windows).map_or(Value::Unknown, Value::known)
                    }
                    Fact::Unknown => Value::Unknown,
                },
                shell: match &base.shell {
                    Fact::Known(words) if !words.is_empty() => Some(words.as_slice().into()),
                    _ => None,
                },
                windows,
                no_files: false,
            },
            None => State {
                user: Value::known(""),
                working_dir: Value::known(if windows { "\\" } else { "/" }),
                shell: None,
                windows,
                no_files: true,
            },
        });
        for (name, value) in base.map(|base| base.env.as_slice()).unwrap_or_default() {
            let value = value.as_deref().map_or(Value::Unknown, Value::known);
            self.set(name.as_str().into(), value, Setter::Env);
        }
        if !self.state.windows && !self.scopes.image_has(self.stage, "PATH") {
            self.set("PATH".into(), Value::known(DEFAULT_PATH), Setter::Env);
        }
        self.step = 1;
    }

    /// Ends the stage.
    pub(crate) fn end(&mut self) {
        self.ends.push(self.state.clone());
    }

    fn set(&mut self, name: Arc<str>, value: Value, setter: Setter) {
        self.scopes.set(self.stage, self.step, name, value, setter);
    }

    /// The variables as they are now.
    pub(super) fn now(&self) -> At<'_> {
        self.scopes.at(self.stage, u32::MAX)
    }

    pub(super) fn windows(&self) -> bool {
        self.state.windows
    }

    pub(super) fn expand(&mut self, word: &RawWord) -> Result<Value, Problem> {
        self.budget.check(word)?;
        let expanded = self
            .lexer
            .process_word(&word.text, &self.now())
            .map_err(|error| expansion_problem(&error, word))?;
        self.budget.spend(expanded.text.len(), word)?;
        Ok(expanded.into())
    }

    /// Evaluates the next instruction of the stage. Mirrors buildkit `dispatch`.
    pub(crate) fn step(
        &mut self,
        operation: &Operation,
        site: Site<'_>,
        errors: &mut Vec<SyntaxError>,
    ) -> Entry {
        let mut entry =
            Entry { step: self.step, before: self.state.clone(), effects: Vec::new(), mounts: Vec::new() };
        if let Err(problem) = self.dispatch(operation, site, &mut entry) {
            errors.push(site.error(problem));
        }
        self.step += 1;
        entry
    }

    fn dispatch(&mut self, operation: &Operation, site: Site<'_>, entry: &mut Entry) -> Result<(), Problem> {
        match operation {
            Operation::From(_) | Operation::Maintainer(_) => {}
            Operation::Add(copy) => self.copy(copy, true, site)?,
            Operation::Copy(copy) => self.copy(copy, false, site)?,
            Operation::Arg(arguments) => self.arguments(arguments)?,
            Operation::Env(pairs) => {
                for (name, value) in self.pairs(pairs)? {
                    // A name that only the build can tell may be that of any variable; it is left out.
                    if let Value::Known(name) = name {
                        self.set(name, value, Setter::Env);
                    }
                }
            }
            Operation::Label(pairs) => {
                let labels = self.pairs(pairs)?;
                entry.effects.extend(labels.into_iter().map(|(name, value)| Effect::Label(name, value)));
            }
            Operation::Cmd(command) => entry.effects.push(Effect::Cmd(self.command(command))),
            Operation::Entrypoint(command) => entry.effects.push(Effect::Entrypoint(self.command(command))),
            Operation::Expose(ports) => {
                for word in ports {
                    entry.effects.push(Effect::Expose(self.ports(word)?));
                }
            }
            Operation::Healthcheck(check) => entry.effects.push(Effect::Healthcheck(health(check))),
            Operation::Onbuild(_) => {
                entry.effects.push(Effect::OnBuild(onbuild::text(site.document, site.instruction)));
            }
            Operation::Run(run) => self.run(run, entry)?,
            Operation::Shell(words) => {
                let shell: Arc<[String]> = words.as_slice().into();
                self.state.shell = Some(Arc::clone(&shell));
                entry.effects.push(Effect::Shell(shell));
            }
            Operation::Stopsignal(word) => {
                let value = self.expand(word)?;
                if let Some(text) = value.as_known().filter(|text| !signal::is_valid(text)) {
                    let problem = Problem::arguments(word.range.clone(), format!("`{text}` is no signal"));
                    return Err(problem.with_help("write a name such as SIGTERM, or a number"));
                }
                entry.effects.push(Effect::StopSignal(value));
            }
            Operation::User(word) => {
                self.state.user = self.expand(word)?;
                entry.effects.push(Effect::User(self.state.user.clone()));
            }
            Operation::Volume(paths) => {
                for word in paths {
                    let path = self.expand(word)?;
                    if path.as_known() == Some("") {
                        let problem = Problem::arguments(word.range.clone(), "the path of a VOLUME is empty");
                        return Err(problem.with_help("give its variables values, or leave it out"));
                    }
                    entry.effects.push(Effect::Volume(path));
                }
            }
            Operation::Workdir(word) => {
                self.workdir(word)?;
                entry.effects.push(Effect::WorkingDir(self.state.working_dir.clone()));
            }
        }
        Ok(())
    }

    /// All pairs are expanded with the values before the instruction.
    fn pairs(&mut self, pairs: &[Pair]) -> Result<Vec<(Value, Value)>, Problem> {
        pairs.iter().map(|pair| Ok((self.expand(&pair.key)?, self.expand(&pair.value)?))).collect()
    }

    /// Mirrors buildkit `dispatchArg`: one after another, each sees those before it.
    fn arguments(&mut self, arguments: &[Argument]) -> Result<(), Problem> {
        for argument in arguments {
            let name = argument.name.text.as_str();
            let value = match (self.options.build_args.get(name), &argument.default) {
                (Some(given), _) => Some(Value::known(given.as_str())),
                (None, Some(default)) => Some(self.expand(default)?),
                (None, None) => self.globals.value(name).map(Value::known),
            };
            let internal = matches!(name, "BUILDKIT_SBOM_SCAN_CONTEXT" | "BUILDKIT_SBOM_SCAN_STAGE");
            if let Some(value) = value.filter(|_| !internal) {
                self.set(name.into(), value, Setter::Arg);
            }
        }
        Ok(())
    }

    fn command(&self, command: &CommandLine) -> Vec<String> {
        match command {
            CommandLine::Shell(text) => self.state.with_shell(&text.text),
            CommandLine::Exec(_) => command.words(),
        }
    }

    fn ports(&mut self, word: &RawWord) -> Result<Option<Vec<String>>, Problem> {
        let Value::Known(_) = self.expand(word)? else { return Ok(None) };
        let words = self
            .lexer
            .process_words(&word.text, &self.now())
            .map_err(|error| expansion_problem(&error, word))?;
        let mut ports = Vec::new();
        for text in words {
            let found = port::parse(&text).map_err(|_| {
                let problem = Problem::arguments(word.range.clone(), format!("`{text}` is no port"));
                problem.with_help(
                    "write one such as 8000, 53/udp or 7000-7010; a comment needs a line of its own",
                )
            })?;
            ports.extend(found);
        }
        Ok(Some(ports))
    }

    /// Mirrors buildkit `dispatchWorkdir`.
    fn workdir(&mut self, word: &RawWord) -> Result<(), Problem> {
        let path = self.expand(word)?;
        let windows = self.state.windows;
        let current = self.state.current_dir();
        let joined = match (&path, &current) {
            (Value::Known(path), Value::Known(current)) => working_directory(current, path, windows),
            (Value::Known(path), _) if is_absolute(path, windows) => working_directory("/", path, windows),
            (Value::Partial(path), _) if path.starts_with('/') => {
                self.state.working_dir = Value::Partial(Arc::clone(path));
                return Ok(());
            }
            _ => {
                self.state.working_dir = Value::Unknown;
                return Ok(());
            }
        };
        let joined = joined.map_err(|message| Problem::arguments(word.range.clone(), message))?;
        if joined != "/" {
            // The directory is made, and given to the user.
            let user = self.state.user.clone();
            self.need_user(&user, word)?;
        }
        self.state.working_dir = Value::known(joined);
        Ok(())
    }

    /// Where there is no file yet, there is no /etc/passwd to find a name in. Mirrors buildkit
    /// `solver/llbsolver/ops/file.go`, which has no input then.
    pub(super) fn need_user(&mut self, owner: &Value, word: &RawWord) -> Result<(), Problem> {
        let by_name = |part: &str| !part.is_empty() && part != "root" && part.parse::<i32>().is_err();
        let no_files = std::mem::replace(&mut self.state.no_files, false);
        match owner.as_known() {
            Some(owner) if no_files && !self.state.windows && owner.split(':').take(2).any(by_name) => {
                let problem = Problem::arguments(
                    word.range.clone(),
                    format!("nobody is called `{owner}` in an image without files"),
                );
                Err(problem.with_help("use a number, or copy an /etc/passwd first"))
            }
            _ => Ok(()),
        }
    }

    fn run(&mut self, run: &Run, entry: &mut Entry) -> Result<(), Problem> {
        for flag in &run.mounts {
            let mut known = true;
            let resolved = flag.resolve(|text| {
                let value = self.expand(&RawWord { text: text.to_owned(), range: flag.range.clone() })?;
                known &= value.as_known().is_some();
                Ok(value.text().unwrap_or_default().to_owned())
            });
            match resolved {
                Ok(mount) => entry.mounts.push(Some(mount)),
                Err(_) if !known => entry.mounts.push(None),
                Err(problem) => return Err(problem),
            }
            if let Some(Some(mount)) = entry.mounts.last()
                && known
            {
                super::mounts::check_target(mount, &self.state, &flag.range)?;
            }
        }
        if let (Some(device), false) = (run.devices.first(), self.features.devices) {
            let problem =
                Problem::new(SyntaxErrorKind::Flag, device.range.clone(), "RUN has no flag --device yet");
            return Err(problem.with_help("write # syntax=docker/dockerfile:1-labs as the first line"));
        }
        if let CommandLine::Exec(array) = &run.command
            && array.items.first().is_none_or(|item| item.value.is_empty())
        {
            return Err(Problem::arguments(array.range.clone(), "no program is named"));
        }
        // Files that could be executed may still be mounted.
        let mounted =
            entry.mounts.iter().any(|mount| mount.as_ref().is_none_or(|mount| mount.kind == MountKind::Bind));
        if std::mem::replace(&mut self.state.no_files, false) && !mounted {
            let range = match &run.command {
                CommandLine::Shell(text) => text.range.clone(),
                CommandLine::Exec(array) => array.range.clone(),
            };
            let problem = Problem::arguments(range, "nothing can be executed in an image without files");
            return Err(problem.with_help("build on an image with a shell, or copy a program first"));
        }
        Ok(())
    }
}

fn known(fact: &Fact<String>) -> Value {
    match fact {
        Fact::Known(text) => Value::known(text.as_str()),
        Fact::Unknown => Value::Unknown,
    }
}

fn health(check: &Healthcheck) -> HealthcheckConfig {
    match check {
        Healthcheck::None => HealthcheckConfig {
            test: vec!["NONE".to_owned()],
            interval: 0,
            timeout: 0,
            start_period: 0,
            start_interval: 0,
            retries: 0,
        },
        Healthcheck::Probe(probe) => {
            let kind = match probe.command {
                CommandLine::Shell(_) => "CMD-SHELL",
                CommandLine::Exec(_) => "CMD",
            };
            let test = std::iter::once(kind.to_owned()).chain(probe.command.words()).collect();
            HealthcheckConfig {
                test,
                interval: probe.interval,
                timeout: probe.timeout,
                start_period: probe.start_period,
                start_interval: probe.start_interval,
                retries: probe.retries,
            }
        }
    }
}
