//! The arguments.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::settings::Installer;

/// Rewrites a repository's Dockerfiles to apply the proposals of a container performance audit. Without a
/// command: shows what would change in the current folder, as diffs, and writes nothing.
#[derive(Debug, Parser)]
#[command(name = "dockfit", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Without a command: Dockerfiles, folders to search, or `-` for standard input; as `dockfit diff`
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) options: Options,
}

impl Cli {
    /// Reads the words behind the program's name. A command may stand behind options: it is read as if it stood first,
    /// where no file has its name. Answers with the words in the order in which they were read.
    pub(crate) fn read(words: Vec<OsString>) -> Result<(Self, Vec<OsString>), clap::Error> {
        let parse = |words: &[OsString]| {
            Self::try_parse_from(
                [OsStr::new("dockfit")].into_iter().chain(words.iter().map(OsString::as_os_str)),
            )
        };
        let cli = parse(&words)?;
        let commands = Self::command();
        let is_command = |path: &PathBuf| {
            let known = path.to_str().is_some_and(|name| commands.find_subcommand(name).is_some());
            known && !path.exists()
        };
        let name = cli.paths.iter().find(|path| is_command(path)).filter(|_| cli.command.is_none());
        let at = name.and_then(|name| words.iter().rposition(|word| word == name.as_os_str()));
        let Some(at) = at else { return Ok((cli, words)) };
        let mut ordered = words;
        ordered[..=at].rotate_right(1);
        Ok((parse(&ordered)?, ordered))
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what each pass would change, as diffs; writes nothing
    Diff(DiffArgs),
    /// Change the files
    Apply(ApplyArgs),
    /// Take the last apply back
    Undo {
        /// The project: a folder or file of it
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Exit with 1 if `apply` with the same options would write
    Check(CheckArgs),
    /// Show what an audit report proposes, and what each proposal comes to here
    Plan(PlanArgs),
    /// Write only the requirement files of the groups, and print the groups
    Split(SplitArgs),
    /// Run the project's own locking tool
    Lock(LockArgs),
    /// Build the present and the rewritten image, compare them and start both
    Verify(Box<VerifyArgs>),
    /// Measure both images: builds, size, start, memory
    Bench(Box<BenchArgs>),
    /// Print what a Dockerfile means to the engine, as JSON
    Inspect(InspectArgs),
    /// List the passes and their decisions
    Passes {
        /// How to print
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Explain a pass: what it does, why, and when it refuses
    Explain {
        /// The pass, or one of its decisions
        pass: String,
    },
    /// Write a dockfit.toml that holds the defaults, with comments
    Init {
        /// The folder to write it in
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page
    Man {
        /// Write the pages of all commands into this folder instead
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
}

/// `dockfit diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Dockerfiles, folders to search, or `-` for standard input
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) options: Options,
}

/// `dockfit apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// Dockerfiles, folders to search, or `-`: standard input to standard output
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// Make one git commit per pass
    #[arg(long, conflicts_with = "allow_dirty")]
    pub(crate) commit: bool,

    /// Change files that have uncommitted changes as well
    #[arg(long)]
    pub(crate) allow_dirty: bool,

    /// Ask at each decision
    #[arg(long, short)]
    pub(crate) interactive: bool,

    #[command(flatten)]
    pub(crate) options: Options,
}

/// `dockfit check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Dockerfiles, folders to search, or `-` for standard input
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// Accept today's refusals: write them to the baseline file, and show them no more
    #[arg(long)]
    pub(crate) write_baseline: bool,

    #[command(flatten)]
    pub(crate) options: Options,
}

/// `dockfit plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The audit report: markdown, in any language
    pub(crate) report: PathBuf,

    /// Dockerfiles, or folders to search
    #[arg(default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// Change the files as the report proposes, and in no other way
    #[arg(long)]
    pub(crate) apply: bool,

    /// Only the proposals of this phase of the report
    #[arg(long, value_name = "N")]
    pub(crate) phase: Option<String>,

    /// With --apply: change files that have uncommitted changes as well
    #[arg(long, requires = "apply")]
    pub(crate) allow_dirty: bool,

    /// With --apply: make one git commit per pass
    #[arg(long, requires = "apply", conflicts_with = "allow_dirty")]
    pub(crate) commit: bool,

    /// Not these passes or decisions
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) skip: Vec<String>,

    /// The build context of the Dockerfiles
    #[arg(long, value_name = "DIR")]
    pub(crate) context: Option<PathBuf>,

    /// The configuration file, instead of the nearest dockfit.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// How to print
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub(crate) format: PlanFormat,

    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

/// How a plan is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum PlanFormat {
    /// To be read by a person
    Text,
    /// To be put into a pull request or a wiki
    Markdown,
    /// One JSON document
    Json,
}

/// `dockfit inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A Dockerfile, a folder that holds one, or `-` for standard input
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// The stage whose configuration is shown; the last one if none is named
    #[arg(long, value_name = "STAGE")]
    pub(crate) target: Option<String>,

    /// A build argument
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) build_arg: Vec<String>,

    /// List the files of the context that reach the engine
    #[arg(long)]
    pub(crate) context_files: bool,

    /// The build context
    #[arg(long, value_name = "DIR")]
    pub(crate) context: Option<PathBuf>,

    /// How to print; there is JSON only
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub(crate) format: Format,
}

/// `dockfit split`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // Each is an option of its own.
pub(crate) struct SplitArgs {
    /// The folder of the manifest, the manifest, or a lock
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// Where to write the files, inside of the project; beside the manifest if not given
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// Write nothing; exit with 1 if the files are not what the lock says
    #[arg(long)]
    pub(crate) check: bool,

    /// Overwrite files that dockfit did not make
    #[arg(long)]
    pub(crate) force: bool,

    /// Write the direct requirements of each group, without a lock: no resolution
    #[arg(long, conflicts_with_all = ["lock", "groups", "layers"])]
    pub(crate) direct: bool,

    /// The lock, where it is not to be found beside the manifest
    #[arg(long, value_name = "FILE")]
    pub(crate) lock: Option<PathBuf>,

    /// The Python of the image, as 3.13; any that the lock allows if not given
    #[arg(long, value_name = "VERSION")]
    pub(crate) python: Option<String>,

    /// A platform of the image, as linux/amd64; all of Linux if none is given
    #[arg(long, value_name = "PLATFORM", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) platform: Vec<String>,

    /// An extra of the project that is installed
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) extra: Vec<String>,

    /// A dependency group of the project that is installed
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) group: Vec<String>,

    /// Which groups: those of the table and the configuration, or learnt from the lock's history
    #[arg(long, value_enum)]
    pub(crate) groups: Option<Grouping>,

    /// The most groups that `--groups auto` makes; 3 if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=20))]
    pub(crate) layers: Option<u8>,

    /// The configuration file, instead of the nearest dockfit.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// How to print: text or json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,

    /// Print errors only
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Which groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Grouping {
    /// The table of well-known packages, with what the configuration says
    Fixed,
    /// How often each package changed in the lock's git history, and its size
    Auto,
}

/// `dockfit lock`.
#[derive(Debug, Args)]
pub(crate) struct LockArgs {
    /// The folder of the manifest, or the manifest
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// Options for the tool
    #[arg(last = true, value_name = "OPTION")]
    pub(crate) options: Vec<String>,
}

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

    /// Only these scenarios: cold, caches-only, nothing, readme, source, dependencies
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) scenario: Vec<String>,

    /// The source that changes, in the context
    #[arg(long, value_name = "FILE")]
    pub(crate) source: Option<PathBuf>,

    /// Exit with 1 if a figure is more than before by so much, as size+5%
    #[arg(long, value_name = "FIGURE+N%")]
    pub(crate) fail_if: Vec<String>,

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

/// What all commands that run passes share.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Options {
    /// Only these passes or decisions, unsafe ones as well
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) only: Vec<String>,

    /// Not these passes or decisions
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) skip: Vec<String>,

    /// These passes or decisions as well, whatever their safety
    #[arg(long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) with: Vec<String>,

    /// Also what applies a proposal but may behave differently
    #[arg(long = "unsafe")]
    pub(crate) allow_unsafe: bool,

    /// Also what goes past the proposals
    #[arg(long)]
    pub(crate) all: bool,

    /// What installs pinned Python packages: pip, uv, uv:VERSION, or an image that holds /uv
    #[arg(long, value_name = "NAME")]
    pub(crate) installer: Option<Installer>,

    /// Only the stages that this one is built from
    #[arg(long, value_name = "STAGE")]
    pub(crate) target: Option<String>,

    /// The build context of the Dockerfiles
    #[arg(long, value_name = "DIR")]
    pub(crate) context: Option<PathBuf>,

    /// The configuration file, instead of the nearest dockfit.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// How to print
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,

    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,

    /// Print errors only
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print what is done already and what was skipped as well
    #[arg(long, short, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Number of threads; as many as the machine has if not given
    #[arg(long, short, value_name = "N")]
    pub(crate) jobs: Option<usize>,
}

/// How to print.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// To be read by a person
    Text,
    /// One JSON document
    Json,
    /// A series of patches for `git am`, one per pass
    Patch,
}

/// When to use colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Color {
    /// If the output is a terminal and `NO_COLOR` is not set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A number of runs.
fn runs(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "it is no number".to_owned())?;
    if (1..=50).contains(&number) { Ok(number) } else { Err("it is not from 1 to 50".to_owned()) }
}
