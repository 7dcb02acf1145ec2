//! How far the measuring is: a bar where somebody watches, plain lines where not.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use crate::args::BenchArgs;
use crate::progress::Total;

/// Progress over all builds and starts of a Dockerfile.
pub(super) struct Watch {
    dockerfile: String,
    done: usize,
    total: usize,
    runs: usize,
    /// Plain lines are written.
    says: bool,
    bar: Option<Total>,
}

impl Watch {
    pub(super) fn over(args: &BenchArgs, dockerfile: &str, sides: usize, scenarios: usize) -> Self {
        let starts = usize::from(!args.start.no_start);
        let says = !args.options.quiet && !std::io::stderr().is_terminal();
        let total = args.runs * sides * (scenarios + starts);
        let bar = (!args.options.quiet).then(|| Total::over(total));
        Self { dockerfile: dockerfile.to_owned(), done: 0, total, runs: args.runs, says, bar }
    }

    /// So many starts come on top, once it is known how an image starts.
    pub(super) fn more(&mut self, starts: usize) {
        self.total += starts;
    }

    /// What goes on.
    pub(super) fn label(&self, run: usize, side: &str, what: &str) -> String {
        let Self { dockerfile, runs, done, total, .. } = self;
        format!("{dockerfile}: [{done}/{total}] run {} of {runs}, {side}, {what}", run + 1)
    }

    /// It took that long.
    pub(super) fn done(&mut self, label: &str, took: Duration) {
        self.done += 1;
        self.total = self.total.max(self.done);
        if let Some(bar) = &self.bar {
            bar.say(self.done, self.total);
        }
        if self.says {
            let line = format!("{label}: {:.1} s", took.as_secs_f64());
            // Who does not read this need not.
            let _ = writeln!(std::io::stderr(), "{}", crate::terminal::visible(&line));
        }
    }
}
