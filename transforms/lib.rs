//! The transform passes of dockfit, a folder each.

use dockfit_rewrite::Pass;

/// All passes, in the order in which they run.
pub fn passes() -> &'static [&'static dyn Pass] {
    &[]
}
