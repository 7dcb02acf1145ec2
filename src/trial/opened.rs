//! What a command that builds begins with.

use std::path::Path;

use super::Trial;
use crate::args::{EngineArgs, Format, StartArgs};
use crate::console::Console;
use crate::problem::{Problem, ProblemKind};
use crate::project::Draft;
use crate::session::Session;

/// Projects, and an engine to build them.
pub(crate) struct Opened<'a> {
    pub(crate) projects: Vec<Draft>,
    pub(crate) format: Format,
    pub(crate) trial: Trial<'a>,
}

impl<'a> Opened<'a> {
    /// Those below `path`, and the engine that `engine` asks for; `None` where there is nothing to build. Why not has been
    /// told.
    pub(crate) fn at(
        path: &Path,
        session: &Session<'_>,
        engine: &'a EngineArgs,
        console: &mut Console,
    ) -> Option<Self> {
        let input = session.find(&[path.to_owned()], console)?;
        let projects = session.projects(input, console);
        let format = session.format(&projects, console);
        if projects.is_empty() {
            return None;
        }
        match Trial::begin(engine, session.options.target.clone()) {
            Ok(trial) => Some(Self { projects, format, trial }),
            Err(problem) => {
                console.problem(&problem);
                None
            }
        }
    }
}

/// What is wrong with the options of `command`.
pub(crate) fn misused(
    command: &str,
    path: &Path,
    format: Option<Format>,
    start: &StartArgs,
) -> Option<Problem> {
    let wrong = |message: &str, help: &str| Some(Problem::new(ProblemKind::Usage, message).help(help));
    if path.as_os_str() == "-" {
        return wrong("standard input has no context to build", "name a Dockerfile or a folder");
    }
    if format.is_some_and(|format| !format.is_common()) {
        return wrong(&format!("{command} prints text or JSON"), "leave --format away");
    }
    start.wrong()
}
