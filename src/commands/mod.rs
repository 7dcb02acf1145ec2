//! The commands.

mod apply;
mod diff;
mod explain;
mod init;
mod output;
mod passes;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use dockfit_rewrite::Pass;

use crate::args::{Cli, Command, DiffArgs};
use crate::run::record_panics;
use output::Output;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// `check` found changes.
    Found = 1,
    /// An error in usage, input or configuration.
    Error = 2,
}

/// Reads the arguments and does what they say.
pub(crate) fn main() -> ExitCode {
    record_panics();
    let cli = Cli::parse();
    let passes = dockfit_transforms::passes();
    let command = cli
        .command
        .unwrap_or_else(|| Command::Diff(DiffArgs { paths: vec![".".into()], options: cli.options }));
    let result = match crate::run::guarded(|| dispatch(command, passes)) {
        Ok(result) => result,
        Err(problem) => {
            Output::plain().problem(&problem);
            Ok(Exit::Error)
        }
    };
    match result {
        Ok(exit) => ExitCode::from(exit as u8),
        // Who reads the output has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(Exit::Done as u8),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "dockfit: the output cannot be written: {error}");
            ExitCode::from(Exit::Error as u8)
        }
    }
}

fn dispatch(command: Command, passes: &'static [&'static dyn Pass]) -> std::io::Result<Exit> {
    match command {
        Command::Diff(args) => diff::diff(&args.paths, &args.options, passes),
        Command::Check(args) => diff::check(&args, passes),
        Command::Apply(args) => apply::apply(&args, passes),
        Command::Passes { format } => passes::list(format, passes),
        Command::Explain { pass } => explain::explain(&pass, passes),
        Command::Init { path } => init::init(&path),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "dockfit", &mut script);
            std::io::stdout().write_all(&script)?;
            Ok(Exit::Done)
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            std::io::stdout().write_all(&page)?;
            Ok(Exit::Done)
        }
    }
}
