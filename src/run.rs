//! Runs the passes on all projects, in parallel, so that one that fails stops no other.

use std::cell::RefCell;
use std::io::Read;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;

use dockfit_rewrite::{Pass, pipeline};
use rayon::prelude::*;

use crate::args::Options;
use crate::discover;
use crate::disk::LARGEST;
use crate::problem::{Problem, ProblemKind};
use crate::project::{Draft, drafts};
use crate::settings::{Names, Settings};

/// The passes, and how they are to run.
pub(crate) struct Runner<'a> {
    pub(crate) passes: &'static [&'static dyn Pass],
    pub(crate) options: &'a Options,
}

impl Runner<'_> {
    /// Checks the names that the options hold.
    pub(crate) fn names(&self) -> Result<Names, Problem> {
        let names = Names::of(self.passes);
        let Options { only, skip, with, .. } = self.options;
        for (option, list) in [("--only", only), ("--skip", skip), ("--with", with)] {
            for name in list {
                names.check(name).map_err(|(message, help)| {
                    Problem::new(ProblemKind::Config, format!("{option}: {message}")).help(help)
                })?;
            }
        }
        Ok(names)
    }

    /// The projects below `paths`, and what went wrong.
    pub(crate) fn projects(&self, paths: &[PathBuf], names: &Names) -> (Vec<Draft>, Vec<Problem>) {
        let found = discover::search(paths, self.options, names);
        let mut projects = Vec::new();
        let mut problems = found.problems;
        for root in found.roots {
            let (mut more, mut wrong) = drafts(&root, self.options.context.as_deref());
            projects.append(&mut more);
            problems.append(&mut wrong);
        }
        (projects, problems)
    }

    /// The project that standard input is.
    pub(crate) fn standard_input(&self, names: &Names) -> Result<Draft, Vec<Problem>> {
        let mut source = Vec::new();
        let read = std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut source);
        if let Err(error) = read {
            let problem = Problem::new(ProblemKind::Read, format!("it cannot be read: {error}"));
            return Err(vec![problem.in_file("-")]);
        }
        if source.len() as u64 > LARGEST {
            let message = format!("the input is longer than {} MB", LARGEST >> 20);
            return Err(vec![Problem::new(ProblemKind::TooLarge, message).in_file("-")]);
        }
        let here = std::env::current_dir().unwrap_or_default();
        let settings = Settings::load(&here, &here, self.options, names).map_err(|problem| vec![problem])?;
        Draft::standard_input(settings, source)
    }

    /// Runs the passes on each project, makes something of the report and hands it over in order.
    pub(crate) fn each<T: Send>(
        &self,
        projects: &[Draft],
        make: impl Fn(&Draft, &pipeline::Report) -> T + Sync,
        mut take: impl FnMut(&Draft, Result<T, Problem>),
    ) {
        // As many at once as keeps all threads busy, and the memory small.
        const CHUNK: usize = 256;
        let one = |draft: &Draft| {
            let result = guarded(|| {
                let project = draft.project();
                let report = pipeline::run(&project, self.passes, &draft.settings.selection);
                make(draft, &report)
            });
            result.map_err(|problem| {
                let file = draft.members.first().map(|member| draft.shown(&member.path));
                Problem { file, ..problem }
            })
        };
        for chunk in projects.chunks(CHUNK) {
            let results: Vec<_> = match chunk {
                [only] => vec![one(only)],
                many => many.par_iter().map(one).collect(),
            };
            for (draft, result) in chunk.iter().zip(results) {
                take(draft, result);
            }
        }
    }
}

/// Sets the number of threads, before any is started.
pub(crate) fn threads(jobs: Option<usize>) {
    if let Some(jobs) = jobs {
        // It fails only where a pool was built already; then that one serves.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
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
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let message = PANIC.with(|slot| slot.borrow_mut().take()).unwrap_or_default();
        let problem = Problem::new(ProblemKind::Panic, format!("a bug of dockfit: {message}"));
        problem.help("nothing was changed here; please report it, with the file")
    })
}
