//! `--fail-if size+5%`: what the rewrite may not cost.

use super::measure::Benched;
use crate::problem::{Problem, ProblemKind};

/// A bound on how much more a figure may be after than before.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gate {
    /// `size`, `ready`, `memory`, or a scenario.
    name: String,
    /// In percent of the figure before.
    percent: f64,
}

impl Gate {
    /// `NAME+N%`.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let wrong = || {
            let problem = Problem::new(ProblemKind::Usage, format!("--fail-if: `{text}` is no bound"));
            problem.help("write a figure and how much more it may be, as size+5% or cold+10%")
        };
        let (name, bound) = text.split_once('+').ok_or_else(wrong)?;
        let percent: f64 =
            bound.strip_suffix('%').and_then(|number| number.parse().ok()).ok_or_else(wrong)?;
        if name.is_empty() || !percent.is_finite() || percent < 0.0 {
            return Err(wrong());
        }
        Ok(Self { name: name.to_owned(), percent })
    }

    /// Why it fails, if it does. A figure that could not be measured fails as well.
    pub(super) fn failed(&self, benched: &Benched) -> Option<String> {
        let Self { name, percent } = self;
        let Some((before, after)) = benched.figure(name) else {
            return Some(format!(
                "{}: {name} was not measured, and --fail-if asks for it",
                benched.dockerfile
            ));
        };
        let allowed = before * (1.0 + percent / 100.0);
        (after > allowed).then(|| {
            let more = (after / before - 1.0) * 100.0;
            format!("{}: {name} is {more:+.1} %, and at most +{percent} % is allowed", benched.dockerfile)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;

    #[test]
    fn bounds_are_read() {
        assert_eq!(Gate::read("size+5%").ok(), Some(Gate { name: "size".to_owned(), percent: 5.0 }));
        for text in ["size", "size+5", "+5%", "size+x%", "size+-5%", "size+inf%"] {
            assert!(Gate::read(text).is_err(), "{text}");
        }
    }
}
