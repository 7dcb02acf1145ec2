//! `dockfit verify`: builds the present and the rewritten image, compares them, and starts both.

mod blame;
mod declared;
mod differences;
mod json;
mod judge;
mod rewritten;
mod started;
mod text;

use std::io;
use std::time::Duration;

use dockfit_engine::{Built, EngineError};
use dockfit_image::{Image, compare};
use dockfit_rewrite::Pass;

use self::blame::Blame;
use self::declared::Declarations;
use self::judge::{Judged, Verdict};
pub(super) use self::rewritten::Rewritten;
use self::started::Starts;
use super::Exit;
use crate::args::{Format, VerifyArgs};
use crate::console::Console;
use crate::interrupt;
use crate::problem::Problem;
use crate::project::Draft;
use crate::session::Session;
use crate::trial::{Maker, Opened, Side, Trial, engine_problem, misused};

/// What came of one Dockerfile.
struct Verified {
    /// As it is shown.
    dockerfile: String,
    /// The passes that changed something.
    passes: Vec<&'static str>,
    before: Measured,
    after: Measured,
    judged: Vec<Judged>,
    starts: Option<Starts>,
    /// Why nothing was started, where that was asked for.
    not_started: Option<String>,
    blame: Vec<Blame>,
}

/// An image in numbers.
struct Measured {
    took: Duration,
    /// As the store counts it.
    bytes: u64,
    image: Image,
}

impl Verified {
    /// Whether the new image is the same where it should be, and starts.
    fn holds(&self) -> bool {
        let declared = self.judged.iter().all(|judged| judged.verdict != Verdict::Undeclared);
        declared && self.starts.as_ref().is_none_or(|starts| starts.failures().is_empty())
    }
}

/// Builds, compares and starts. Whatever happens, what was made is removed before the command ends.
pub(super) fn verify(
    args: &VerifyArgs,
    passes: &'static [&'static dyn Pass],
    console: &mut Console,
) -> io::Result<Exit> {
    interrupt::finish_first(|| run(args, passes, console))
}

fn run(args: &VerifyArgs, passes: &'static [&'static dyn Pass], console: &mut Console) -> io::Result<Exit> {
    let Some(session) = Session::start(passes, &args.options, console) else { return super::failed(console) };
    if let Some(problem) = misused("verify", &args.path, args.options.format, &args.start) {
        console.problem(&problem);
        return super::failed(console);
    }
    let Some(opened) = Opened::at(&args.path, &session, &args.engine, console) else {
        return super::failed(console);
    };
    let Opened { projects, format, mut trial } = opened;
    let look = session.look(console);
    if format == Format::Text && !args.options.quiet {
        console.print(text::engine(&trial.engine, &look))?;
        console.flush()?;
    }
    let (mut all, mut unchanged) = (Vec::new(), 0);
    for draft in &projects {
        for index in 0..draft.members.len() {
            let verified = match one(args, passes, &session, draft, index, &mut trial, console) {
                Ok(Some(verified)) => verified,
                Ok(None) => {
                    unchanged += 1;
                    continue;
                }
                Err(_) if interrupt::is_asked() => return Ok(Exit::Error),
                Err(problem) => {
                    if format == Format::Text && !problem.log.is_empty() {
                        console.say(text::log(&problem.log));
                    }
                    console.problem(&problem.problem);
                    continue;
                }
            };
            if format == Format::Text && !(args.options.quiet && verified.holds()) {
                console.print(text::verified(&verified, &look))?;
                console.flush()?;
            }
            all.push(verified);
        }
    }
    match format {
        Format::Json => {
            let errors = console.collected();
            console.print(json::document(&trial.engine, &all, &errors))?;
        }
        _ if args.options.quiet => {}
        _ => {
            console.print(text::summary(&all, unchanged, console.failed, &look))?;
        }
    }
    console.flush()?;
    Ok(super::exit(console, all.iter().any(|verified| !verified.holds())))
}

/// What stops the work on one Dockerfile, with the end of a build's log.
struct Stopped {
    problem: Box<Problem>,
    log: Vec<String>,
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), log: Vec::new() }
    }
}

/// One Dockerfile; `None` where no pass changes what is built from it.
fn one(
    args: &VerifyArgs,
    passes: &'static [&'static dyn Pass],
    session: &Session<'_>,
    draft: &Draft,
    index: usize,
    trial: &mut Trial<'_>,
    console: &mut Console,
) -> Result<Option<Verified>, Stopped> {
    let rewritten = match &args.against {
        Some(copy) => Rewritten::by_hand(session, (draft, index), (&args.path, copy), console)?,
        None => Rewritten::by_passes(passes, draft, index, console)?,
    };
    if !rewritten.changes_build() {
        return Ok(None);
    }
    trial.next_dockerfile()?;
    let declarations = Declarations::of(&rewritten);
    let shown = draft.members.get(index).map(|member| draft.shown(&member.path)).unwrap_or_default();
    let maker = Maker { shown: shown.clone(), scratch: trial.scratch(), frontend: trial.frontend() };
    let before = rewritten.present(&maker, "before")?;
    let after = rewritten.result(&maker, "after")?;
    let own = rewritten.sources(&before, &after)?;
    let (built_before, was) = built(trial, &before, &shown)?;
    let (built_after, is) = match built(trial, &after, &shown) {
        Ok(built) => built,
        Err(stopped) if args.blame && !interrupt::is_asked() => {
            return Err(blame::of_build(stopped, passes, draft, index, trial, console));
        }
        Err(stopped) => return Err(stopped),
    };
    let judged = judge::judge(compare(&was.image, &is.image, &own), &declarations);
    let (starts, not_started) = if args.start.no_start {
        (None, None)
    } else if trial.engine.kind.runs() {
        let images = [(&built_before.image, &was.image.config), (&built_after.image, &is.image.config)];
        (Some(Starts::of(trial, &rewritten, images, args)?), None)
    } else {
        (None, Some(format!("{} starts no containers", trial.engine.kind)))
    };
    // Bisecting builds more images: what is not needed any more goes first.
    drop(built_after);
    let blame = if args.blame {
        blame::of_differences(&judged, passes, draft, index, trial, &was.image, console)?
    } else {
        Vec::new()
    };
    drop(built_before);
    let passes = declarations.changed_by.clone();
    Ok(Some(Verified {
        dockerfile: shown,
        passes,
        before: was,
        after: is,
        judged,
        starts,
        not_started,
        blame,
    }))
}

/// Builds and reads one side.
fn built(trial: &mut Trial<'_>, side: &Side, shown: &str) -> Result<(Built, Measured), Stopped> {
    let built = trial.build(side).map_err(|error| {
        let log = match &error {
            EngineError::Build(failure) => failure.log.clone(),
            _ => Vec::new(),
        };
        let problem = engine_problem(&error, Some(shown));
        let problem = Problem { message: format!("{}: {}", side.name, problem.message), ..problem };
        Stopped { problem: Box::new(problem), log }
    })?;
    let image = trial.read(side, &built)?;
    let bytes = Trial::size(&built);
    let measured = Measured { took: built.took, bytes, image };
    Ok((built, measured))
}
