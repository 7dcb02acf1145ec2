//! WORKDIR behind linked copies.
//!
//! WORKDIR makes its folder in the file system as it is then: behind `COPY --link` all linked layers have to be put together
//! for it first, and those copied after it stand on that. Measured in the laboratory on 2026-11-24 (`best`).

use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::{Keyword, Span};
use dockfit_rewrite::{Decision, Edit};

use super::WORKDIR;
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;

pub(super) fn decide(file: &File<'_>) -> Vec<Decision> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let mut decisions = Vec::new();
    for stage in model.stages().iter().filter(|stage| stage.built) {
        let linked =
            |index: &usize| matches!(model.operation(*index), Some(Operation::Copy(copy)) if copy.link);
        let Some(first) = stage.instructions.clone().find(linked) else { continue };
        let behind = (first + 1)..stage.instructions.end;
        let Some(workdir) = behind.clone().find(|index| keyword(file, *index) == Some(Keyword::Workdir))
        else {
            continue;
        };
        let Some(found) = document.instructions().get(workdir) else { continue };
        let outcome = match change(file, first, workdir) {
            Ok(edits) => file.change(edits, Vec::new(), None),
            Err(refusal) => refusal.into_outcome(),
        };
        decisions.push(file.decision(&WORKDIR, found.text_span(), outcome));
    }
    decisions
}

fn keyword(file: &File<'_>, index: usize) -> Option<Keyword> {
    let found = file.dockerfile.document().instructions().get(index)?;
    found.onbuild.is_none().then(|| found.keyword())
}

fn change(file: &File<'_>, first: usize, workdir: usize) -> Result<Vec<Edit>, Refusal> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let by_hand = "move it by hand, if the steps between do not mind";
    if file.dockerfile.is_ignored(workdir, WORKDIR.id) {
        let text = "a comment above it keeps this pass away";
        return Err(Refusal::new("ignored", text, "remove the comment"));
    }
    let instructions = document.instructions();
    let path = instructions.get(workdir).map(|found| found.arguments().trim()).unwrap_or_default();
    if !path.starts_with('/') || path.contains(['$', '\\']) {
        let text = format!("`{path}` depends on what stands before it");
        return Err(Refusal::new("relative", text, "name the folder from the root, without variables"));
    }
    for index in first..workdir {
        let line = document.line_of(index);
        match model.operation(index) {
            Some(Operation::Copy(copy) | Operation::Add(copy)) if copy.destination.text.starts_with('/') => {}
            Some(Operation::Env(_) | Operation::Arg(_) | Operation::Label(_) | Operation::Expose(_)) => {}
            Some(Operation::Copy(_) | Operation::Add(_)) => {
                let text = format!("line {line} copies to a path that counts from the folder before");
                return Err(Refusal::new("relative-copy", text, "name its destination from the root"));
            }
            _ => {
                let name = keyword(file, index).map(|keyword| keyword.to_string()).unwrap_or_default();
                let text = format!("the {name} in line {line} stands between");
                return Err(Refusal::new("between", text, by_hand));
            }
        }
    }
    let start = document.comments_above(workdir).start;
    let end = instructions.get(workdir).map_or(start, |found| found.span.end);
    let mut moved = document.text(Span::new(start, end)).into_owned();
    if !moved.ends_with('\n') {
        moved.push_str(document.line_end());
    }
    Ok(vec![Edit::insert(document.comments_above(first).start, moved), Edit::delete(Span::new(start, end))])
}
