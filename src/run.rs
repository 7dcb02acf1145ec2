//! Runs the passes on all projects, in parallel, so that one that fails stops no other.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};

use dockfit_rewrite::Pass;
use dockfit_rewrite::pipeline::{self, Offer, Report};
use rayon::prelude::*;

use crate::problem::{Problem, ProblemKind};
use crate::progress::Progress;
use crate::project::{Draft, engine_refuses};

/// What the passes made of a project.
pub(crate) struct Ran {
    pub(crate) report: Report,
    /// Number of refusals that are left out because the user accepted them.
    pub(crate) accepted: usize,
}

/// Which decisions are wanted.
pub(crate) type Keep<'a> = dyn FnMut(&Offer<'_>) -> bool + 'a;

/// Runs the passes on one project.
pub(crate) fn one(passes: &[&'static dyn Pass], draft: &Draft, keep: &mut Keep<'_>) -> Result<Ran, Problem> {
    let result = guarded(|| {
        let project = draft.project();
        let mut report = pipeline::run_choosing(&project, passes, &draft.settings.selection, keep);
        let accepted = draft.settings.accepted.leave_out(&mut report);
        Ran { report, accepted }
    });
    result.map_err(|problem| {
        let file = draft.members.first().map(|member| draft.shown(&member.path));
        Problem { file, ..problem }
    })
}

/// What the engine refuses in the Dockerfiles of a project, which passes leave to their authors.
pub(crate) fn refused(draft: &Draft, ran: &Ran) -> Vec<Problem> {
    let dockerfiles = ran.report.before.dockerfiles().iter();
    dockerfiles.flat_map(|file| engine_refuses(&draft.shown(file.path()), file)).collect()
}

/// Runs the passes on each project, makes something of what they say and hands it over in order, behind what is wrong
/// with its Dockerfiles.
pub(crate) fn each<T: Send>(
    passes: &[&'static dyn Pass],
    projects: &[Draft],
    make: impl Fn(&Draft, &Ran) -> T + Sync,
    mut take: impl FnMut(&Draft, Result<T, Problem>),
) {
    // As many at once as keeps all threads busy, and the memory small.
    const CHUNK: usize = 256;
    let all = |draft: &Draft| {
        let ran = one(passes, draft, &mut |offer| draft.wants(offer))?;
        Ok((refused(draft, &ran), make(draft, &ran)))
    };
    let mut progress = Progress::over(projects.len());
    for chunk in projects.chunks(CHUNK) {
        let results: Vec<_> = match chunk {
            [only] => vec![all(only)],
            many => many.par_iter().map(all).collect(),
        };
        progress.hide(|| {
            for (draft, result) in chunk.iter().zip(results) {
                match result {
                    Ok((problems, result)) => {
                        for problem in problems {
                            take(draft, Err(problem));
                        }
                        take(draft, Ok(result));
                    }
                    Err(problem) => take(draft, Err(problem)),
                }
            }
        });
        progress.advance(chunk.len());
    }
}

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps the words of a panic for the report, instead of printing them at once.
pub(crate) fn record_panics() {
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PANIC.with(|slot| *slot.borrow_mut() = Some(format!("{message} ({place})")));
    }));
}

/// What `work` makes; a panic becomes a problem.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Problem> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let said = payload.downcast_ref::<&str>().map(ToString::to_string);
        let recorded = PANIC.with(|slot| slot.borrow_mut().take());
        let message = recorded.or(said).unwrap_or_default();
        let problem = Problem::new(ProblemKind::Panic, format!("a bug of dockfit: {message}"));
        problem.help("nothing was changed here; please report it, with the file")
    })
}
