//! The engine of a trial, and what it builds.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use dockfit_engine::{
    BuildRequest, Built, Cancel, Cause, Engine, EngineError, Frontend, Kind, NoEngine, find,
};
use dockfit_image::{Image, Reader};

use super::Side;
use super::isolate::isolated;
use crate::args::{EngineArgs, EngineName, FrontendName};
use crate::interrupt;
use crate::problem::{Problem, ProblemKind};
use crate::progress::Activity;

/// An engine, options of a build, and a scratch folder.
pub(crate) struct Trial<'a> {
    pub(crate) engine: Engine,
    pub(crate) args: &'a EngineArgs,
    pub(crate) target: Option<String>,
    scratch: tempfile::TempDir,
    /// What is copied for one Dockerfile; below the scratch folder.
    work: Option<tempfile::TempDir>,
    /// What names of images and containers begin with.
    prefix: String,
    reader: Reader,
    /// Whether there are cache mounts of this run's own, which end with it.
    isolates: Cell<bool>,
}

impl<'a> Trial<'a> {
    /// Finds the engine and makes the scratch folder.
    pub(crate) fn begin(args: &'a EngineArgs, target: Option<String>) -> Result<Self, Problem> {
        let wanted = args.engine.map(|name| match name {
            EngineName::DockerBuildx => Kind::Buildx,
            EngineName::Docker => Kind::Docker,
            EngineName::Podman => Kind::Podman,
            EngineName::Buildah => Kind::Buildah,
        });
        if args.builder.is_some() && wanted.is_some_and(|kind| kind != Kind::Buildx) {
            let problem = Problem::new(ProblemKind::Usage, "--builder names a builder of docker-buildx");
            return Err(problem.help("leave --engine away, or --builder"));
        }
        let engine = match find(wanted, args.builder.as_deref(), cancel()) {
            Ok(Ok(engine)) => engine,
            Ok(Err(none)) => return Err(no_engine(&none)),
            Err(error) => return Err(engine_problem(&error, None)),
        };
        if engine.kind != Kind::Buildx && !args.cache_to.is_empty() {
            let problem =
                Problem::new(ProblemKind::Usage, format!("--cache-to: {} writes no cache", engine.kind));
            return Err(problem.help("use docker-buildx, or leave the option away"));
        }
        let scratch = tempfile::Builder::new().prefix("dockfit-").tempdir();
        let scratch = scratch.map_err(|error| no_scratch(&error))?;
        let random =
            scratch.path().file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let plain: String = random.chars().filter(char::is_ascii_alphanumeric).collect();
        let prefix = format!("{plain}-{}", std::process::id());
        let isolates = Cell::new(false);
        Ok(Self { engine, args, target, scratch, prefix, work: None, reader: Reader::default(), isolates })
    }

    /// An empty folder for the copies of the next Dockerfile; those of the last one are removed.
    pub(crate) fn next_dockerfile(&mut self) -> Result<(), Problem> {
        self.work = None;
        let work = tempfile::Builder::new().prefix("work-").tempdir_in(self.scratch.path());
        self.work = Some(work.map_err(|error| no_scratch(&error))?);
        Ok(())
    }

    /// Where copies go.
    pub(crate) fn scratch(&self) -> &Path {
        self.work.as_ref().unwrap_or(&self.scratch).path()
    }

    pub(crate) fn frontend(&self) -> Frontend {
        match self.args.frontend {
            FrontendName::Named => Frontend::Named,
            FrontendName::Builtin => Frontend::Builtin,
        }
    }

    /// The name of a container or image of this run.
    pub(crate) fn name(&self, of: &str) -> String {
        format!("{}-{of}", self.prefix)
    }

    /// The text of a Dockerfile with cache mounts of this run's own; `of` tells those of one build from another's.
    pub(crate) fn isolated(&self, text: &[u8], of: &str) -> Vec<u8> {
        self.isolates.set(true);
        isolated(text, &self.name(of))
    }

    /// From now on layers are weighed as they are read.
    pub(crate) fn weigh(&mut self) {
        self.reader = Reader::weighing();
    }

    /// Builds a side, with what the engine has cached of it unless the user wants otherwise.
    pub(crate) fn build(&self, side: &Side) -> Result<Built, EngineError> {
        self.build_anew(side, self.args.no_cache, &format!("building {}", side.name))
    }

    /// Builds a side; `no_cache`: every step of it. `doing` is shown meanwhile.
    pub(crate) fn build_anew(&self, side: &Side, no_cache: bool, doing: &str) -> Result<Built, EngineError> {
        let args = self.args;
        let request = BuildRequest {
            context: side.context.clone(),
            dockerfile: side.dockerfile.clone(),
            target: self.target.clone(),
            platform: args.platform.clone(),
            build_args: args.build_arg.clone(),
            network: args.network.clone(),
            secrets: args.secret.clone(),
            ssh: args.ssh.clone(),
            cache_to: args.cache_to.clone(),
            cache_from: args.cache_from.clone(),
            no_cache,
            frontend: side.frontend.clone(),
        };
        let activity = Activity::new(doing);
        self.engine.build(&request, &self.name(&side.name), cancel(), &mut |line| activity.say(line))
    }

    /// The size of what was built, in bytes, as the store counts it; 0 where it does not say.
    pub(crate) fn size(built: &Built) -> u64 {
        built.image.size(cancel()).unwrap_or(0)
    }

    /// Reads what was built.
    pub(crate) fn read(&mut self, side: &Side, built: &Built) -> Result<Image, Problem> {
        let _activity = Activity::new(&format!("reading {}", side.name));
        let archive: PathBuf = self.scratch.path().join(format!("{}.tar", side.name));
        built.image.save(&archive, cancel()).map_err(|error| engine_problem(&error, None))?;
        let image = self.reader.read(&archive).map_err(|error| {
            Problem::new(ProblemKind::Engine, error.to_string())
                .help("please report it, with the engine's version")
        });
        let _ = std::fs::remove_file(archive);
        image
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if self.isolates.get() {
            self.engine.remove_cache_mounts(&self.prefix);
        }
    }
}

/// Whether the user interrupted.
pub(crate) fn cancel() -> Cancel {
    Cancel::when(interrupt::is_asked)
}

fn no_scratch(error: &std::io::Error) -> Problem {
    let problem = Problem::new(ProblemKind::Write, format!("no scratch folder can be made: {error}"));
    problem.help("set TMPDIR to a folder that can be written")
}

fn no_engine(none: &NoEngine) -> Problem {
    let problem = Problem::new(ProblemKind::Engine, format!("no container engine can be used: {none}"));
    problem.help(
        "start the Docker daemon, or install Docker (docs.docker.com/engine/install), podman or buildah; with a builder \
         elsewhere, name it with --builder",
    )
}

/// What went wrong with the engine; `file` is the Dockerfile that was built.
pub(crate) fn engine_problem(error: &EngineError, file: Option<&str>) -> Problem {
    let problem = match error {
        EngineError::Build(failure) => {
            let problem = Problem::new(ProblemKind::Build, format!("it does not build: {failure}"));
            match failure.cause {
                Cause::Frontend => {
                    problem.help("--frontend builtin leaves the line out of the scratch copies")
                }
                Cause::BaseImage => {
                    problem.help("check the name and the network; log in where the registry asks for it")
                }
                Cause::DiskFull => {
                    problem.help("make room, such as with `docker builder prune`, and run it again")
                }
                Cause::EngineGone => problem.help("start the engine, and run it again"),
                Cause::Option => problem.help("leave the option away, or use another --engine"),
                Cause::Step => problem,
            }
        }
        error => {
            let problem = Problem::new(ProblemKind::Engine, error.to_string());
            if error.to_string().contains("no space left on device") {
                problem.help("make room, or set TMPDIR to a folder that has some")
            } else {
                problem
            }
        }
    };
    match file {
        Some(file) => problem.in_file(file),
        None => problem,
    }
}
