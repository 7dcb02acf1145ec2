//! The arguments of `dockfit plan`.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::Color;

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

    /// What `dockfit bench --format json` printed: shown beside what the report expects
    #[arg(long, value_name = "FILE", conflicts_with = "apply")]
    pub(crate) bench: Option<PathBuf>,

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
    /// One page for a browser, with the diffs
    Html,
}
