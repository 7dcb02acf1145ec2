//! Executes the instructions of a stage as far as that needs no files.

use std::sync::Arc;

use crate::expand::Lexer;
use crate::operation::{Argument, CommandLine, Features, Mount, Operation, Pair, Problem};
use crate::values::path::working_directory;
use crate::values::platform::Platform;
use crate::values::{port, signal};
use crate::{Document, Instruction, RawWord, Span, SyntaxError};

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
    pub(super) state: State,
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
            Operation::Healthcheck(check) => {
                entry.effects.push(Effect::Healthcheck(HealthcheckConfig::of(check)));
            }
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
}

fn known(fact: &Fact<String>) -> Value {
    match fact {
        Fact::Known(text) => Value::known(text.as_str()),
        Fact::Unknown => Value::Unknown,
    }
}
