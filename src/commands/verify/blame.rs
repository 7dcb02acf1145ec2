//! `--blame`: which pass makes a difference, found by building with the first few passes.
//!
//! The passes are in one total order, and a run with some of them gives the same as the first part of a run with more; so the
//! first pass whose result shows the difference is found by halving, with about log2(n) builds.

use std::collections::BTreeMap;

use dockfit_image::{Aspect, Image, compare};
use dockfit_rewrite::Pass;

use super::judge::{Judged, Verdict};
use super::rewritten::Rewritten;
use super::{Stopped, built};
use crate::console::Console;
use crate::project::Draft;
use crate::trial::{Maker, Trial};

/// A difference, and the pass that makes it.
pub(super) struct Blame {
    pub(super) aspect: Aspect,
    pub(super) subject: String,
    pub(super) pass: &'static str,
}

/// The most differences that are looked into: what one pass breaks often shows in many files.
const MOST: usize = 8;

/// The passes that change something, and builds with the first few of them.
struct Bisect<'a, 't, 'c> {
    passes: &'a [&'static dyn Pass],
    changing: Vec<&'static str>,
    draft: &'a Draft,
    index: usize,
    trial: &'a mut Trial<'t>,
    console: &'c mut Console,
}

impl Bisect<'_, '_, '_> {
    /// The project with the first `count` of the passes that change something.
    fn rewritten(&mut self, count: usize) -> Result<Rewritten, Stopped> {
        let last = count.checked_sub(1).and_then(|last| self.changing.get(last)).copied();
        let end = last.and_then(|id| self.passes.iter().position(|pass| pass.info().id == id));
        let some = end.and_then(|end| self.passes.get(..=end)).unwrap_or_default();
        Ok(Rewritten::by_passes(some, self.draft, self.index, self.console)?)
    }

    /// The first count from 1 for which `shows`; it does for all of them.
    fn first(
        &mut self,
        mut shows: impl FnMut(&mut Self, usize) -> Result<bool, Stopped>,
    ) -> Result<Option<&'static str>, Stopped> {
        let (mut low, mut high) = (1, self.changing.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if shows(self, middle)? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low.checked_sub(1).and_then(|at| self.changing.get(at)).copied())
    }

    fn maker(&self) -> Maker<'_> {
        let shown = self.draft.members.get(self.index).map(|member| self.draft.shown(&member.path));
        Maker {
            shown: shown.unwrap_or_default(),
            scratch: self.trial.scratch(),
            frontend: self.trial.frontend(),
        }
    }
}

/// The passes that make the differences which no pass declares.
pub(super) fn of_differences(
    judged: &[Judged],
    passes: &[&'static dyn Pass],
    draft: &Draft,
    index: usize,
    trial: &mut Trial<'_>,
    before: &Image,
    console: &mut Console,
) -> Result<Vec<Blame>, Stopped> {
    let undeclared = judged.iter().filter(|judged| judged.verdict == Verdict::Undeclared);
    let wanted: Vec<(Aspect, String)> = undeclared
        .map(|judged| (judged.difference.aspect, judged.difference.subject.clone()))
        .take(MOST)
        .collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let whole = Rewritten::by_passes(passes, draft, index, console)?;
    let mut bisect = Bisect { passes, changing: whole.changing(), draft, index, trial, console };
    let mut known: BTreeMap<usize, Vec<(Aspect, String)>> = BTreeMap::new();
    let mut found = Vec::new();
    for (aspect, subject) in wanted {
        let pass = bisect.first(|bisect, count| {
            if let Some(seen) = known.get(&count) {
                return Ok(seen.contains(&(aspect, subject.clone())));
            }
            let some = bisect.rewritten(count)?;
            let maker = bisect.maker();
            let file = maker.shown.clone();
            let present = some.present(&maker, &format!("present{count}"))?;
            let side = some.result(&maker, &format!("passes{count}"))?;
            let own = some.sources(&present, &side)?;
            let (image, measured) = built(bisect.trial, &side, &file)?;
            drop(image);
            let differences = compare(before, &measured.image, &own);
            let seen: Vec<_> = differences.into_iter().map(|it| (it.aspect, it.subject)).collect();
            let there = seen.contains(&(aspect, subject.clone()));
            known.insert(count, seen);
            Ok(there)
        })?;
        found.extend(pass.map(|pass| Blame { aspect, subject, pass }));
    }
    Ok(found)
}

/// A failed build, with the pass whose result does not build.
pub(super) fn of_build(
    stopped: Stopped,
    passes: &[&'static dyn Pass],
    draft: &Draft,
    index: usize,
    trial: &mut Trial<'_>,
    console: &mut Console,
) -> Stopped {
    let Ok(whole) = Rewritten::by_passes(passes, draft, index, console) else { return stopped };
    let mut bisect = Bisect { passes, changing: whole.changing(), draft, index, trial, console };
    let pass = bisect.first(|bisect, count| {
        let some = bisect.rewritten(count)?;
        let side = some.result(&bisect.maker(), &format!("passes{count}"))?;
        Ok(bisect.trial.build(&side).is_err())
    });
    match pass {
        Ok(Some(pass)) => {
            let help =
                format!("the first pass whose result does not build is {pass}: --skip {pass} leaves it out");
            Stopped { problem: Box::new(stopped.problem.help(help)), log: stopped.log }
        }
        Ok(None) | Err(_) => stopped,
    }
}
