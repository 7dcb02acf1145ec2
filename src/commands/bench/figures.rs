//! Figures of several runs.

use std::time::Duration;

use dockfit_engine::BuildStep;

/// Figures of one thing, in the order of the runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures(pub(super) Vec<f64>);

impl Figures {
    pub(super) fn push(&mut self, duration: Duration) {
        self.0.push(duration.as_secs_f64());
    }

    /// As they are: bytes.
    pub(super) fn push_bytes(&mut self, bytes: u64) {
        #[allow(clippy::cast_precision_loss, reason = "a figure to be read")]
        self.0.push(bytes as f64);
    }

    /// The one in the middle; of an even number the mean of the two.
    pub(super) fn median(&self) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let upper = *sorted.get(middle)?;
        if sorted.len() % 2 == 1 {
            return Some(upper);
        }
        Some(f64::midpoint(*sorted.get(middle.checked_sub(1)?)?, upper))
    }

    /// The least and the greatest.
    pub(super) fn spread(&self) -> Option<(f64, f64)> {
        let least = self.0.iter().copied().min_by(f64::total_cmp)?;
        let greatest = self.0.iter().copied().max_by(f64::total_cmp)?;
        Some((least, greatest))
    }
}

/// How many steps of the Dockerfile came from the cache, of how many.
pub(super) fn cached(steps: &[BuildStep]) -> (usize, usize) {
    // What a FROM names is there or is pulled: it is no work of the build.
    let work = || steps.iter().filter(|step| step.is_instruction() && !step.name.contains("] FROM "));
    (work().filter(|step| step.cached).count(), work().count())
}

/// The steps that the build waited for, from the first to the last: each began when the one before it ended. The log does
/// not say what a step waits for, so of several that ended before it the last one counts.
pub(super) fn critical_path(steps: &[BuildStep]) -> Vec<&BuildStep> {
    /// Clocks of client and engine differ by that much, in seconds.
    const SLACK: f64 = 0.15;
    let mut path: Vec<&BuildStep> = Vec::new();
    let mut until = f64::INFINITY;
    loop {
        let done =
            |step: &&BuildStep| step.span.is_some_and(|(start, end)| end <= until + SLACK && start < until);
        let last = steps
            .iter()
            .filter(|step| step.seconds.is_some_and(|seconds| seconds > 0.0))
            .filter(done)
            .max_by(|a, b| {
                let end = |step: &BuildStep| step.span.map_or(0.0, |(_, end)| end);
                end(a).total_cmp(&end(b))
            });
        let Some((step, (start, _))) = last.and_then(|step| Some((step, step.span?))) else { break };
        // A step that began no earlier would be met again.
        if start >= until {
            break;
        }
        path.push(step);
        until = start;
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::{BuildStep, Figures, cached, critical_path};

    fn step(name: &str, start: f64, end: f64) -> BuildStep {
        let cached = start.to_bits() == end.to_bits();
        BuildStep { name: name.to_owned(), cached, seconds: Some(end - start), span: Some((start, end)) }
    }

    #[test]
    fn the_median_and_the_spread() {
        assert_eq!(Figures(vec![3.0, 1.0, 2.0]).median(), Some(2.0));
        assert_eq!(Figures(vec![4.0, 1.0, 2.0, 3.0]).median(), Some(2.5));
        assert_eq!(Figures(vec![3.0, 1.0, 2.0]).spread(), Some((1.0, 3.0)));
        assert_eq!(Figures::default().median(), None);
    }

    #[test]
    fn what_the_build_waited_for() {
        let steps = [
            step("[internal] load", 0.0, 0.2),
            step("[a 1/2] FROM x", 0.2, 0.2),
            step("[a 2/2] RUN long", 0.2, 5.0),
            step("[b 2/2] RUN short", 0.2, 1.0),
            step("[c 2/2] COPY", 5.0, 5.5),
            step("exporting", 5.5, 6.0),
        ];
        let names: Vec<&str> = critical_path(&steps).iter().map(|step| step.name.as_str()).collect();
        assert_eq!(names, ["[internal] load", "[a 2/2] RUN long", "[c 2/2] COPY", "exporting"]);
        assert_eq!(cached(&steps), (0, 3));
    }
}
