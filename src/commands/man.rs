//! `dockfit man --output`.

use std::io;
use std::path::Path;

use clap::CommandFactory as _;

use super::Exit;
use crate::args::Cli;
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};

/// Writes a page for each command.
pub(super) fn write(folder: &Path, console: &mut Console) -> io::Result<Exit> {
    let written =
        std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
    if let Err(error) = written {
        let message = format!("{}: the pages cannot be written: {error}", folder.display());
        console.problem(&Problem::new(ProblemKind::Usage, message).help("name a folder that can be written"));
        return super::failed(console);
    }
    super::done("", console)
}
