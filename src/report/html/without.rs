//! What becomes of the files where one pass is left out: what `--skip` would give, by a run of its own.

use dockfit_rewrite::Pass;
use dockfit_rewrite::pipeline::{Report, run_choosing};
use rayon::prelude::*;

use crate::project::Draft;
use crate::run::guarded;

/// For each pass that changes something, the report without it.
pub(super) fn each(
    draft: &Draft,
    report: &Report,
    passes: &'static [&'static dyn Pass],
) -> Vec<(&'static str, Report)> {
    let changing: Vec<&'static str> =
        report.passes.iter().filter(|pass| !pass.changes.is_empty()).map(|pass| pass.info.id).collect();
    let without = |id: &&'static str| {
        let mut selection = draft.settings.selection.clone();
        selection.skip.push((*id).to_owned());
        let run = || run_choosing(&report.before, passes, &selection, &mut |offer| draft.wants(offer));
        // A pass that fails only here has no switch; what is shown of the others stays right.
        Some((*id, guarded(run).ok()?))
    };
    changing.par_iter().filter_map(without).collect()
}
