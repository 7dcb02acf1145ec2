//! `dockfit lsp`: a language server on standard input and output.

use std::io;

use dockfit_rewrite::Pass;

use super::Exit;
use crate::args::LspArgs;
use crate::console::Console;
use crate::lsp::{self, Ended};
use crate::problem::{Problem, ProblemKind};
use crate::session::Session;

/// Serves until the client exits.
pub(super) fn serve(
    args: &LspArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    if Session::start(passes, &args.options, console).is_none() {
        return super::failed(console);
    }
    let mut output = io::BufWriter::new(io::stdout());
    match lsp::serve(passes, &args.options, args.book.as_deref(), io::stdin(), &mut output) {
        Ok(Ended::InOrder) => Ok(Exit::Done),
        Ok(Ended::Early) => Ok(Exit::Found),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            console
                .problem(&Problem::new(ProblemKind::Read, format!("the client sends no messages: {error}")));
            Ok(Exit::Error)
        }
        Err(error) => Err(error),
    }
}
