//! The arguments of `dockfit split`.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::{Color, DataFormat};

/// `dockfit split`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // Each is an option of its own.
pub(crate) struct SplitArgs {
    /// The folder of the manifest, the manifest, or a lock
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// The folder to write the files to, inside of the project, made if missing; beside the manifest if not given
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
    #[arg(long, value_enum, default_value_t = DataFormat::Text)]
    pub(crate) format: DataFormat,

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
