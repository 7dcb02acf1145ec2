//! No script of a RUN becomes invalid.

use super::Breach;
use crate::{Declared, Dockerfile};

/// The RUN instructions of the new text hold no more shell errors than those of the old one.
pub(super) fn kept(old: &Dockerfile, new: &Dockerfile, _declared: &[&Declared]) -> Result<(), Breach> {
    let (was, is) = (invalid(old), invalid(new));
    match is.last() {
        Some(index) if is.len() > was.len() => {
            let span = new.document().instructions()[*index].span;
            Err(Breach::new("scripts", new.path(), span, "the shell would not parse this RUN"))
        }
        _ => Ok(()),
    }
}

fn invalid(dockerfile: &Dockerfile) -> Vec<usize> {
    let runs = 0..dockerfile.document().instructions().len();
    runs.filter(|index| {
        let script = dockerfile.run(*index).and_then(|run| run.script.as_ref());
        script.is_some_and(dockfit_shell::Script::has_errors)
    })
    .collect()
}
