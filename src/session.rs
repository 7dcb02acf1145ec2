//! What `diff`, `check` and `apply` have in common: options checked, files found, passes run.

use std::path::PathBuf;

use dockfit_rewrite::Pass;

use crate::args::{Format, Options};
use crate::console::Console;
use crate::discover::{self, Root};
use crate::disk::LARGEST;
use crate::problem::{Problem, ProblemKind};
use crate::project::{Draft, drafts, inline_problems};
use crate::report::Look;
use crate::settings::{Names, Settings};
use crate::target;

/// A run of the passes.
pub(crate) struct Session<'a> {
    pub(crate) passes: &'static [&'static dyn Pass],
    pub(crate) options: &'a Options,
    names: Names,
    with_baseline: bool,
}

/// What the paths lead to.
pub(crate) enum Input {
    /// Folders, not read yet.
    Roots(Vec<Root>),
    /// Standard input.
    Standard(Box<Draft>),
}

impl<'a> Session<'a> {
    /// Checks the names in the options. The error has been told.
    pub(crate) fn start(
        passes: &'static [&'static dyn Pass],
        options: &'a Options,
        console: &mut Console,
    ) -> Option<Self> {
        console.follow(options);
        if let Some(jobs) = options.jobs {
            // It fails only where the threads run already; then those serve.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
        }
        if let Some(format) = options.format {
            console.collect_for(format);
        }
        let names = Names::of(passes);
        let Options { only, skip, with, .. } = options;
        for (option, list) in [("--only", only), ("--skip", skip), ("--with", with)] {
            for name in list {
                if let Err((message, help)) = names.check(name) {
                    let problem = Problem::new(ProblemKind::Usage, format!("{option}: {message}")).help(help);
                    console.problem(&problem);
                    return None;
                }
            }
        }
        Some(Self { passes, options, names, with_baseline: true })
    }

    /// What `paths` lead to; what is wrong with them has been told.
    pub(crate) fn find(&self, paths: &[PathBuf], console: &mut Console) -> Option<Input> {
        if !paths.iter().any(|path| path.as_os_str() == "-") {
            let found = discover::search(paths, self.options, &self.names);
            console.problems(&found.problems);
            return Some(Input::Roots(found.roots));
        }
        if paths.len() > 1 {
            let problem = Problem::new(ProblemKind::Usage, "`-` cannot stand beside other paths");
            console.problem(&problem.help("run dockfit once for standard input, once for the paths"));
            return None;
        }
        match self.standard_input(console) {
            Ok(draft) => Some(Input::Standard(Box::new(draft))),
            Err(problems) => {
                console.problems(&problems);
                None
            }
        }
    }

    fn standard_input(&self, console: &mut Console) -> Result<Draft, Vec<Problem>> {
        let source = console.read_all(LARGEST).map_err(|error| {
            vec![Problem::new(ProblemKind::Read, format!("it cannot be read: {error}")).in_file("-")]
        })?;
        if source.len() as u64 > LARGEST {
            let message = format!("the input is longer than {} MB", LARGEST >> 20);
            return Err(vec![Problem::new(ProblemKind::TooLarge, message).in_file("-")]);
        }
        let here = std::env::current_dir().unwrap_or_default();
        let settings = Settings::load(&here, &here, self.options, &self.names);
        Draft::standard_input(settings.map_err(|problem| vec![problem])?, source)
    }

    /// The projects of `input`; what is wrong with files has been told.
    pub(crate) fn projects(&self, input: Input, console: &mut Console) -> Vec<Draft> {
        let mut projects = Vec::new();
        match input {
            Input::Standard(draft) => projects.push(*draft),
            Input::Roots(roots) => {
                for root in &roots {
                    let (mut more, problems) = drafts(root, self.options.context.as_deref(), &self.names);
                    projects.append(&mut more);
                    console.problems(&problems);
                    console.problems(&inline_problems(self.passes, root));
                }
            }
        }
        if !self.with_baseline {
            projects.iter_mut().for_each(Draft::forget_baseline);
        }
        let missing = self.options.target.as_deref().and_then(|target| target::missing(target, &projects));
        if let Some(problem) = missing {
            console.problem(&problem);
            return Vec::new();
        }
        projects
    }

    /// How to print: as the options say, else the configuration.
    pub(crate) fn format(&self, projects: &[Draft], console: &mut Console) -> Format {
        let configured = || projects.iter().find_map(|draft| draft.settings.format);
        let format = self.options.format.or_else(configured).unwrap_or(Format::Text);
        if self.options.format.is_none() {
            console.collect_for(format);
        }
        format
    }

    /// How text looks.
    pub(crate) fn look(&self, console: &Console) -> Look {
        Look { palette: console.palette(), verbose: self.options.verbose > 0 }
    }

    /// Shows what the user accepted as well.
    pub(crate) fn without_baseline(&mut self) {
        self.with_baseline = false;
    }
}
