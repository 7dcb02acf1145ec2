//! `--fail-if size+5%`: what the rewrite may not cost.

use super::baseline::Baseline;
use super::measured::Benched;
use super::target::Judged;
use crate::problem::{Problem, ProblemKind};

/// What makes the command fail.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Gate {
    /// A figure is more than before by so much, in percent of the figure before. The figure: `size`, `ready`, `memory`, …, or
    /// a scenario.
    More { name: String, percent: f64 },
    /// A target of the project is not met.
    Targets,
}

impl Gate {
    /// `NAME+N%`, or `targets`.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let wrong = || {
            let problem = Problem::new(ProblemKind::Usage, format!("--fail-if: `{text}` is no bound"));
            problem.help("write a figure and how much more it may be, as size+5% or cold+10%, or targets")
        };
        if text == "targets" {
            return Ok(Self::Targets);
        }
        let (name, bound) = text.split_once('+').ok_or_else(wrong)?;
        let percent: f64 =
            bound.strip_suffix('%').and_then(|number| number.parse().ok()).ok_or_else(wrong)?;
        if name.is_empty() || !percent.is_finite() || percent < 0.0 {
            return Err(wrong());
        }
        Ok(Self::More { name: name.to_owned(), percent })
    }

    /// Why it fails, each in a sentence. A figure that could not be measured fails as well.
    pub(super) fn failed(
        &self,
        benched: &Benched,
        targets: &[Judged],
        baseline: Option<&Baseline>,
    ) -> Vec<String> {
        let file = &benched.dockerfile;
        match self {
            Self::Targets => {
                let missed = targets.iter().filter(|judged| !judged.is_met());
                missed.map(|judged| format!("{file}: target {judged}")).collect()
            }
            Self::More { name, percent } => {
                let than = if baseline.is_some() { "the baseline" } else { "before" };
                let after = benched.after.figure(name, &benched.scenarios);
                let before = match baseline {
                    Some(baseline) => baseline.figure(benched, name),
                    None => benched.before.figure(name, &benched.scenarios),
                };
                let (Some(before), Some(after)) = (before, after) else {
                    return vec![format!("{file}: {name} was not measured, and --fail-if asks for it")];
                };
                if after <= before * (1.0 + percent / 100.0) {
                    return Vec::new();
                }
                let more = (after / before - 1.0) * 100.0;
                vec![format!("{file}: {name} is {more:+.1} % of {than}, and at most +{percent} % is allowed")]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;

    #[test]
    fn bounds_are_read() {
        let size = Gate::More { name: "size".to_owned(), percent: 5.0 };
        assert_eq!(Gate::read("size+5%").ok(), Some(size));
        assert_eq!(Gate::read("targets").ok(), Some(Gate::Targets));
        for text in ["size", "size+5", "+5%", "size+x%", "size+-5%", "size+inf%"] {
            assert!(Gate::read(text).is_err(), "{text}");
        }
    }
}
