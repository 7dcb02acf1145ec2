//! `dockfit explain`.

use std::io;

use dockfit_rewrite::Pass;

use super::Exit;
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Names;

/// Prints the page of a pass.
pub(super) fn explain(name: &str, passes: &[&'static dyn Pass], console: &mut Console) -> io::Result<Exit> {
    if let Err((message, help)) = Names::of(passes).check(name) {
        console.problem(&Problem::new(ProblemKind::Usage, message).help(help));
        return super::failed(console);
    }
    let id = name.split('/').next().unwrap_or(name);
    let pass = passes.iter().find(|pass| pass.info().id == id);
    let page = pass.map(|pass| crate::markdown::for_terminal(pass.info().page, &console.palette()));
    super::done(page.unwrap_or_default(), console)
}
