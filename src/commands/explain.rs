//! `dockfit explain`.

use std::io;

use dockfit_rewrite::Pass;

use super::Exit;
use super::output::Output;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Names;

/// Prints the page of a pass.
pub(super) fn explain(name: &str, passes: &[&'static dyn Pass]) -> io::Result<Exit> {
    let mut output = Output::plain();
    if let Err((message, help)) = Names::of(passes).check(name) {
        output.problem(&Problem::new(ProblemKind::Config, message).help(help));
        return Ok(Exit::Error);
    }
    let id = name.split('/').next().unwrap_or(name);
    if let Some(pass) = passes.iter().find(|pass| pass.info().id == id) {
        output.print(pass.info().page)?;
    }
    output.finish()?;
    Ok(Exit::Done)
}
