//! The phases of a start in Python: the interpreter, what it imports, and the rest until the first probe that succeeds.
//!
//! Source (2026-11-24): `CPython`'s `Using/cmdline`, `-X importtime` and `PYTHONPROFILEIMPORTTIME`, since 3.7: a line on standard
//! error for each module, with the microseconds of its own code and those of all that it imports.

use std::collections::BTreeMap;

use dockfit_engine::TimedLine;

use super::figures::Figures;
use super::modules::{Modules, Origin};

/// The variable that has `CPython` write how long each import takes.
pub(super) const VARIABLE: &str = "PYTHONPROFILEIMPORTTIME=1";

/// The last module that `CPython` imports before it does what it was started for.
const LAST_OF_INTERPRETER: &str = "site";

/// Where the seconds of a start go, at one worker. They add up to its time until ready.
#[derive(Debug, Default)]
pub(super) struct Phases {
    /// From the start of the command until the interpreter has set itself up, and what a shell does before it.
    pub(super) interpreter: Figures,
    /// Modules of the standard library.
    pub(super) standard_library: Figures,
    /// Installed packages, all together.
    pub(super) packages: Figures,
    /// The same by the name that is imported.
    pub(super) by_package: BTreeMap<String, Figures>,
    /// Modules of the application.
    pub(super) application: Figures,
    /// All else: what is done when all is imported, until the first probe that succeeds.
    pub(super) rest: Figures,
}

impl Phases {
    /// Adds a start that was ready after so many seconds; `false` where its output tells of no imports.
    pub(super) fn push(&mut self, output: &[TimedLine], ready: f64, modules: &Modules) -> bool {
        let until_ready = output.iter().filter(|line| line.at <= ready);
        let mut interpreter = None;
        let (mut library, mut packages, mut application) = (0.0, 0.0, 0.0);
        let mut by_package: BTreeMap<&str, f64> = BTreeMap::new();
        for (at, (module, seconds)) in until_ready.filter_map(|line| Some((line.at, import(&line.text)?))) {
            if interpreter.is_none() {
                if module == LAST_OF_INTERPRETER {
                    interpreter = Some(at.max(0.0));
                }
                continue;
            }
            let top = module.split('.').next().unwrap_or(module);
            match modules.origin(top) {
                Origin::StandardLibrary => library += seconds,
                Origin::Application => application += seconds,
                Origin::Package => {
                    packages += seconds;
                    *by_package.entry(top).or_default() += seconds;
                }
            }
        }
        let Some(interpreter) = interpreter else { return false };
        let runs = self.interpreter.0.len();
        for (figures, seconds) in [
            (&mut self.interpreter, interpreter),
            (&mut self.standard_library, library),
            (&mut self.packages, packages),
            (&mut self.application, application),
            (&mut self.rest, (ready - interpreter - library - packages - application).max(0.0)),
        ] {
            figures.0.push(seconds);
        }
        for (name, seconds) in by_package {
            let figures = self.by_package.entry(name.to_owned()).or_default();
            // One that a run did not import took no time there.
            figures.0.resize(runs, 0.0);
            figures.0.push(seconds);
        }
        for figures in self.by_package.values_mut() {
            figures.0.resize(runs + 1, 0.0);
        }
        true
    }

    /// The phases in their order, with their names.
    pub(super) fn all(&self) -> [(&'static str, &Figures); 5] {
        [
            ("interpreter", &self.interpreter),
            ("standard library", &self.standard_library),
            ("packages", &self.packages),
            ("application", &self.application),
            ("until the probe", &self.rest),
        ]
    }

    /// The packages that take longest, the longest first.
    pub(super) fn longest(&self, most: usize) -> Vec<(&str, &Figures)> {
        let mut all: Vec<(&str, &Figures)> =
            self.by_package.iter().map(|(name, figures)| (name.as_str(), figures)).collect();
        let median = |figures: &Figures| figures.median().unwrap_or(0.0);
        all.sort_by(|(_, a), (_, b)| median(b).total_cmp(&median(a)));
        all.truncate(most);
        all
    }
}

/// The module of a line, and the seconds of its own code.
fn import(line: &str) -> Option<(&str, f64)> {
    let mut columns = line.strip_prefix("import time:")?.split('|');
    let own: u64 = columns.next()?.trim().parse().ok()?;
    let module = columns.nth(1)?.trim();
    #[allow(clippy::cast_precision_loss, reason = "a figure to be read")]
    let seconds = own as f64 / 1e6;
    (!module.is_empty()).then_some((module, seconds))
}

#[cfg(test)]
mod tests {
    use dockfit_engine::TimedLine;

    use super::{Modules, Phases};

    fn output(lines: &[(f64, &str)]) -> Vec<TimedLine> {
        lines.iter().map(|(at, text)| TimedLine { at: *at, text: (*text).to_owned() }).collect()
    }

    fn modules() -> Modules {
        Modules::of(
            [
                "usr/local/lib/python3.13/json/__init__.py",
                "usr/local/lib/python3.13/site-packages/fastapi/__init__.py",
                "usr/local/lib/python3.13/site-packages/fastapi/app/deep.py",
                "app/app/main.py",
            ]
            .into_iter(),
        )
    }

    #[test]
    fn the_seconds_of_a_start_go_where_modules_come_from() {
        let lines = [
            (0.04, "import time: self [us] | cumulative | imported package"),
            (0.05, "import time:       100 |        100 |   _io"),
            (0.06, "import time:       200 |       9000 | site"),
            (0.30, "import time:    100000 |     100000 |     json"),
            (0.70, "import time:    400000 |     500000 |   fastapi"),
            (0.75, "import time:     50000 |     550000 | app.main"),
            (0.76, "INFO: started"),
            (1.20, "import time:    300000 |     300000 | fastapi.late"),
        ];
        let mut phases = Phases::default();
        assert!(phases.push(&output(&lines), 1.0, &modules()));
        let medians: Vec<(&str, f64)> =
            phases.all().iter().map(|(name, figures)| (*name, figures.median().expect("a figure"))).collect();
        let rounded: Vec<(&str, f64)> =
            medians.iter().map(|(name, seconds)| (*name, (seconds * 1e3).round() / 1e3)).collect();
        assert_eq!(
            rounded,
            [
                ("interpreter", 0.06),
                ("standard library", 0.1),
                ("packages", 0.4),
                ("application", 0.05),
                ("until the probe", 0.39)
            ]
        );
        assert_eq!(phases.longest(5).iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["fastapi"]);
    }

    #[test]
    fn other_programs_have_no_phases() {
        let mut phases = Phases::default();
        assert!(!phases.push(&output(&[(0.1, "listening")]), 1.0, &modules()));
        assert_eq!(phases.interpreter.median(), None);
    }
}
