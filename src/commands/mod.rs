//! The commands.

mod apply;
mod ask;
mod bench;
mod diff;
mod explain;
mod hint;
mod init;
mod inspect;
mod lock;
mod lsp;
mod man;
mod passes;
mod plan;
mod split;
mod undo;
mod verify;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::CommandFactory as _;
use dockfit_rewrite::Pass;

use crate::args::{Cli, Command, DiffArgs, Format};
use crate::console::Console;
use crate::report;
use crate::run::{guarded, record_panics};

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// `check` found changes, `verify` a difference.
    Found = 1,
    /// An error in usage, input or configuration.
    Error = 2,
}

/// Reads the arguments and does what they say.
pub(crate) fn main() -> ExitCode {
    record_panics();
    crate::interrupt::watch();
    let (cli, words) = match Cli::read(std::env::args_os().skip(1).collect()) {
        Ok(read) => read,
        Err(error) => error.exit(),
    };
    let mut console = Console::of_process();
    console.words = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let result = match guarded(|| dispatch(cli, dockfit_transforms::passes(), &mut console)) {
        Ok(result) => result,
        Err(problem) => {
            console.problem(&problem);
            Ok(Exit::Error)
        }
    };
    match result {
        Ok(exit) => ExitCode::from(exit as u8),
        // Who reads the output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(Exit::Done as u8),
        Err(error) => {
            let _ = writeln!(io::stderr(), "dockfit: the output cannot be written: {error}");
            ExitCode::from(Exit::Error as u8)
        }
    }
}

/// Does what the arguments say.
pub(crate) fn dispatch(
    cli: Cli,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    let command = cli.command.unwrap_or_else(|| {
        let paths = if cli.paths.is_empty() { vec![".".into()] } else { cli.paths };
        Command::Diff(DiffArgs { paths, bench: None, options: cli.options })
    });
    match command {
        Command::Diff(args) => diff::diff(&args, passes, console),
        Command::Check(args) => diff::check(&args, passes, console),
        Command::Apply(args) => apply::apply(&args, passes, console),
        Command::Undo { path } => undo::undo(&path, console),
        Command::Plan(args) => plan::plan(&args, passes, console),
        Command::Split(args) => split::split(&args, passes, console),
        Command::Lock(args) => lock::lock(&args, console),
        Command::Lsp(args) => lsp::serve(&args, passes, console),
        Command::Bench(args) => bench::bench(&args, passes, console),
        Command::Verify(args) => verify::verify(&args, passes, console),
        Command::Inspect(args) => inspect::inspect_file(&args, passes, console),
        Command::Passes { format } => passes::list(format, passes, console),
        Command::Explain { pass } => explain::explain(&pass, passes, console),
        Command::Init { path, bench: false } => init::init(&path, console),
        Command::Init { path, bench: true } => init::workflow(&path, console),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "dockfit", &mut script);
            done(script, console)
        }
        Command::Man { output: Some(folder) } => man::write(&folder, console),
        Command::Man { output: None } => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            done(page, console)
        }
    }
}

/// Prints a result that is all there is to say.
fn done(text: impl AsRef<[u8]>, console: &mut Console) -> io::Result<Exit> {
    console.print(text)?;
    console.flush()?;
    Ok(exit(console, false))
}

/// How a command ends that found changes or not, by what was told: errors win.
fn exit(console: &Console, found: bool) -> Exit {
    if console.failed > 0 {
        Exit::Error
    } else if found {
        Exit::Found
    } else {
        Exit::Done
    }
}

/// Ends a command that could not begin; what stood in its way has been told, or stands in the document.
fn failed(console: &mut Console) -> io::Result<Exit> {
    let format = console.document();
    let errors = console.collected();
    let text = match format {
        _ if errors.is_empty() => String::new(),
        Some(Format::Sarif) => {
            format!("{}{}", report::sarif::head(&[]), report::sarif::tail(&errors, console.failed > 0))
        }
        Some(Format::Markdown) => format!("{}\n{}", report::markdown::HEAD, errors.concat()),
        Some(Format::Github) => errors.concat(),
        Some(Format::Html) => {
            let page = report::html::Page { title: "dockfit".to_owned(), ..Default::default() };
            page.document(&report::Counts::default(), &errors)
        }
        _ => format!("{{\"schema\":1,\"projects\":[],\"errors\":[\n{}\n]}}\n", errors.join(",\n")),
    };
    console.print(text)?;
    console.flush()?;
    Ok(Exit::Error)
}
