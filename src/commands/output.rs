//! Standard output and standard error of a command.

use std::io::{self, Write as _};

use crate::args::{Color, Options};
use crate::problem::Problem;
use crate::report;
use crate::terminal::Palette;

/// Where a command writes: results to standard output, problems to standard error.
pub(super) struct Output {
    out: io::BufWriter<io::Stdout>,
    errors: Palette,
    verbose: bool,
    /// Number of problems that are errors.
    pub(super) failed: usize,
    /// Number of templates met.
    pub(super) templates: usize,
}

impl Output {
    /// As the options have it.
    pub(super) fn new(options: &Options) -> Self {
        Self {
            out: io::BufWriter::new(io::stdout()),
            errors: Palette::choose(options.color, &io::stderr()),
            verbose: options.verbose > 0,
            failed: 0,
            templates: 0,
        }
    }

    /// Without options.
    pub(super) fn plain() -> Self {
        Self::new(&Options { color: Color::Auto, ..Options::default() })
    }

    /// Prints a result.
    pub(super) fn print(&mut self, text: impl AsRef<[u8]>) -> io::Result<()> {
        self.out.write_all(text.as_ref())
    }

    /// Hands all of it on.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Tells of a problem, and counts it. A template is no error, and told only to who wants to know more.
    pub(super) fn problem(&mut self, problem: &Problem) {
        if problem.kind.is_error() {
            self.failed += 1;
        } else {
            self.templates += 1;
            if !self.verbose {
                return;
            }
        }
        let _ = io::stderr().write_all(report::problem_text(problem, &self.errors).as_bytes());
    }

    /// Counts a problem that is told elsewhere.
    pub(super) fn count(&mut self, problem: &Problem) {
        if problem.kind.is_error() {
            self.failed += 1;
        } else {
            self.templates += 1;
        }
    }
}
