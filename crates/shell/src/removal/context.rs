//! What the constructs around a command mean for it.

use crate::ast::NestedBody;
use crate::flow::{Located, Step};

/// Whether a failure around the command does not end the shell even under `errexit`.
pub(super) fn ignores_errexit(target: &Located<'_>) -> bool {
    let path = target.own_path();
    let around = path.get(..path.len().saturating_sub(1)).unwrap_or_default();
    let function = around.iter().rposition(|s| matches!(s, Step::Function(_)));
    around.get(function.map_or(0, |f| f + 1)..).unwrap_or_default().iter().any(Step::ignores_errexit)
}

/// Whether the shell ends with the status of the and-or list that the command is in.
pub(super) fn is_tail(target: &Located<'_>) -> bool {
    for step in target.own_path().iter().rev() {
        match step {
            Step::Item { list, chain, index } => {
                let last_in_chain = index + 1 == chain.end;
                if !last_in_chain || chain.end != list.items.len() {
                    return false;
                }
            }
            Step::Subshell(_) => return true,
            Step::Group(_) | Step::IfBody { .. } | Step::Else(_) => {}
            Step::CaseArm { case, arm } => {
                let falls =
                    case.arms.get(*arm).and_then(|a| a.terminator.as_ref()).is_some_and(|t| t.len() != 2);
                if falls {
                    return false;
                }
            }
            _ => return false,
        }
    }
    true
}

/// Whether the nested script around the command is the text that its shell reads.
pub(super) fn is_exact(target: &Located<'_>) -> bool {
    !target.path.iter().any(|s| matches!(s, Step::Script(n) if !matches!(n.body, NestedBody::Exact(_))))
}
