//! A progress bar, when the work is long and somebody watches.

use std::io::IsTerminal;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// How long the work may take before a bar appears.
const PATIENCE: Duration = Duration::from_secs(1);

/// Progress over a number of projects.
pub(crate) struct Progress {
    started: Instant,
    total: usize,
    done: usize,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Nothing is shown yet.
    pub(crate) fn over(total: usize) -> Self {
        Self { started: Instant::now(), total, done: 0, bar: None }
    }

    /// So many more are done.
    pub(crate) fn advance(&mut self, count: usize) {
        self.done += count;
        let due = self.started.elapsed() > PATIENCE && self.done < self.total;
        if self.bar.is_none() && due && std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(self.total as u64);
            if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} projects, {eta} left") {
                bar.set_style(style);
            }
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.done as u64);
        }
    }

    /// Does `work`, which prints, with the bar out of the way.
    pub(crate) fn hide(&self, work: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What is shown at the same time, one below the other.
static SHOWN: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// How much of a number of things is done, over the lines that say what goes on; where somebody watches.
pub(crate) struct Total {
    bar: Option<ProgressBar>,
}

impl Total {
    /// Nothing of `total` is done.
    pub(crate) fn over(total: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| SHOWN.add(ProgressBar::new(total as u64)));
        if let Some(bar) = &bar {
            if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}, {eta} left") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_secs(1));
        }
        Self { bar }
    }

    /// So much of so many is done.
    pub(crate) fn say(&self, done: usize, total: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
    }
}

impl Drop for Total {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            SHOWN.remove(bar);
        }
    }
}

/// A line that says what goes on, where somebody watches.
pub(crate) struct Activity {
    bar: Option<ProgressBar>,
}

impl Activity {
    /// Says that `what` goes on.
    pub(crate) fn new(what: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| SHOWN.add(ProgressBar::new_spinner()));
        if let Some(bar) = &bar {
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}") {
                bar.set_style(style);
            }
            bar.set_prefix(what.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar }
    }

    /// Says how far it is.
    pub(crate) fn say(&self, line: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(crate::terminal::visible(line).into_owned());
        }
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            SHOWN.remove(bar);
        }
    }
}
