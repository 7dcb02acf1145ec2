//! The arguments.

mod plan;
mod split;
mod trial;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::settings::Installer;

pub(crate) use plan::{PlanArgs, PlanFormat};
pub(crate) use split::{Grouping, SplitArgs};
pub(crate) use trial::{BenchArgs, EngineArgs, EngineName, FrontendName, StartArgs, VerifyArgs};

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
    /// Serve an editor: diagnostics, quick fixes and explanations, on standard input and output
    Lsp(Box<LspArgs>),
    /// Print what a Dockerfile means to the engine, as JSON
    Inspect(InspectArgs),
    /// List the passes and their decisions
    Passes {
        /// How to print
        #[arg(long, value_enum, default_value_t = DataFormat::Text)]
        format: DataFormat,
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

        /// Write the GitHub Actions workflow that measures each pull request instead
        #[arg(long)]
        bench: bool,
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

    /// With --format html: the figures and charts of a bench (what `dockfit bench --format json` printed)
    #[arg(long, value_name = "FILE")]
    pub(crate) bench: Option<PathBuf>,

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
    #[arg(long, value_enum, default_value_t = DataFormat::Json)]
    pub(crate) format: DataFormat,
}

/// `dockfit lsp`.
#[derive(Debug, Args)]
pub(crate) struct LspArgs {
    #[command(flatten)]
    pub(crate) options: Options,

    /// Where the pages of the passes stand, so that their names become links: URL/passes/PASS.html
    #[arg(long, value_name = "URL")]
    pub(crate) book: Option<String>,

    /// Said by some editors; there is nothing else
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
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
    /// SARIF 2.1.0, with fixes, for code scanning
    Sarif,
    /// Annotations of GitHub Actions, and the summary of the step
    Github,
    /// A comment for a pull request
    Markdown,
    /// One page for a browser
    Html,
}

impl Format {
    /// Whether commands that do more than show what passes say can print it: as text or as JSON.
    pub(crate) fn is_common(self) -> bool {
        matches!(self, Self::Text | Self::Json)
    }
}

/// How to print what is no run of passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum DataFormat {
    /// To be read by a person
    Text,
    /// One JSON document
    Json,
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
