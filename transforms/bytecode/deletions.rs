//! Steps that delete bytecode.

use crate::cache_mounts::path::Reach;
use crate::cache_mounts::step::Step;

/// What bytecode is called in a command that deletes it.
const NAMES: &[&str] = &[".pyc", "__pycache__", ".py[co]", ".py[cod]", "pyclean", "py3clean"];

/// Programs that delete; `find` does with `-delete` or `-exec rm`.
const PROGRAMS: &[&str] = &["find", "rm", "pyclean", "py3clean"];

/// Whether the step deletes bytecode below `folder`.
pub(super) fn deletes(step: &Step<'_>, folder: &str) -> bool {
    step.mentions(NAMES)
        && step.calls().iter().any(|call| {
            let names = |text: &str| NAMES.iter().any(|name| text.contains(name));
            PROGRAMS.contains(&call.program.as_str())
                && (call.program.ends_with("clean") || call.args.iter().any(|arg| names(&arg.text)))
                && call.args.iter().any(|arg| arg.is_root() || arg.reach(folder) != Reach::Outside)
        })
}
