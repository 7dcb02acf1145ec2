//! The arguments of the commands that build: `dockfit verify` and `dockfit bench`.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::Options;

/// `dockfit verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A Dockerfile, or a folder to search
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    #[command(flatten)]
    pub(crate) options: Options,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,

    #[command(flatten)]
    pub(crate) start: StartArgs,

    /// Compare with this rewritten copy of the folder, instead of with what dockfit makes
    #[arg(long, value_name = "DIR")]
    pub(crate) against: Option<PathBuf>,

    /// Find the pass that makes the first difference, by building with some of them
    #[arg(long, conflicts_with = "against")]
    pub(crate) blame: bool,
}

/// `dockfit bench`.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// A Dockerfile, or a folder to search
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// How many times each is measured
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = runs)]
    pub(crate) runs: usize,

    /// Only these scenarios: cold, caches-only, nothing, packages, readme, source, dependencies
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) scenario: Vec<String>,

    /// The source that changes, in the context
    #[arg(long, value_name = "FILE")]
    pub(crate) source: Option<PathBuf>,

    /// Exit with 1 if a figure is more than before by so much, as size+5%
    #[arg(long, value_name = "FIGURE+N%")]
    pub(crate) fail_if: Vec<String>,

    /// Compare with this rewritten copy of the folder, instead of with what dockfit makes
    #[arg(long, value_name = "DIR", conflicts_with = "each_pass")]
    pub(crate) against: Option<PathBuf>,

    /// Measure each pass alone, too
    #[arg(long)]
    pub(crate) each_pass: bool,

    /// Compare with the JSON of an earlier run; --fail-if then means its figures
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Ask for this path under load, with oha or wrk
    #[arg(long, value_name = "PATH", value_parser = absolute)]
    pub(crate) load: Option<String>,

    /// Seconds of load
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) load_seconds: u64,

    /// Connections at once
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) load_connections: u32,

    /// Write a page with tables and charts, too
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Write the charts as SVG files into this folder, too
    #[arg(long, value_name = "DIR")]
    pub(crate) svg: Option<PathBuf>,

    /// Write the table as markdown, too
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) options: Options,

    #[command(flatten)]
    pub(crate) engine: EngineArgs,

    #[command(flatten)]
    pub(crate) start: StartArgs,
}

/// How images are built.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Building")]
pub(crate) struct EngineArgs {
    /// The engine, instead of the first one that is there
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub(crate) engine: Option<EngineName>,

    /// A builder of buildx
    #[arg(long, value_name = "NAME")]
    pub(crate) builder: Option<String>,

    /// A build argument
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) build_arg: Vec<String>,

    /// The network of RUN; `host` is that of the containers, too
    #[arg(long, value_name = "MODE")]
    pub(crate) network: Option<String>,

    /// A secret for the build, as the engine takes it
    #[arg(long, value_name = "SECRET")]
    pub(crate) secret: Vec<String>,

    /// An SSH agent or key for the build, as the engine takes it
    #[arg(long, value_name = "SSH")]
    pub(crate) ssh: Vec<String>,

    /// The platform
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) platform: Option<String>,

    /// Where buildx writes the cache
    #[arg(long, value_name = "CACHE")]
    pub(crate) cache_to: Vec<String>,

    /// Where a cache is read
    #[arg(long, value_name = "CACHE")]
    pub(crate) cache_from: Vec<String>,

    /// Build every step anew
    #[arg(long)]
    pub(crate) no_cache: bool,

    /// What reads the Dockerfile: what its `# syntax=` line names, or what the engine has built in
    #[arg(long, value_enum, default_value_t = FrontendName::Named, value_name = "FRONTEND")]
    pub(crate) frontend: FrontendName,
}

/// How images are started.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Starting")]
pub(crate) struct StartArgs {
    /// Start nothing
    #[arg(long)]
    pub(crate) no_start: bool,

    /// An address that answers when the container is ready, such as <http://localhost:8000/health>; the health check
    /// of the image if not given
    #[arg(long, value_name = "URL")]
    pub(crate) probe: Option<String>,

    /// A variable for the containers
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,

    /// A file of variables for the containers
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Vec<PathBuf>,

    /// The compose service whose environment and ports the containers get, or `none`
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,

    /// The network of the containers
    #[arg(long, value_name = "MODE")]
    pub(crate) run_network: Option<String>,

    /// Seconds within which a container has to be ready
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) ready_within: u64,

    /// Seconds within which it has to end when it is asked to
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) stop_within: u64,
}

/// The engines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum EngineName {
    /// `docker buildx build`
    DockerBuildx,
    /// `docker build`
    Docker,
    /// `podman build`
    Podman,
    /// `buildah build`
    Buildah,
}

/// What reads the Dockerfile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum FrontendName {
    /// What the `# syntax=` line names
    #[default]
    Named,
    /// What the engine has built in: the line is left out of the scratch copies
    Builtin,
}

/// A path of a server.
fn absolute(text: &str) -> Result<String, String> {
    let plain = text.starts_with('/') && !text.contains(char::is_whitespace);
    if plain { Ok(text.to_owned()) } else { Err("it is no path such as /health".to_owned()) }
}

/// A number of runs.
fn runs(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "it is no number".to_owned())?;
    if (1..=50).contains(&number) { Ok(number) } else { Err("it is not from 1 to 50".to_owned()) }
}
