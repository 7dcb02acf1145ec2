//! What a stage copied it still copies.

use std::collections::BTreeMap;

use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::{Keyword, Span};

use super::stages::Stages;
use super::{Breach, Declarations};
use crate::{Dockerfile, Facet};

/// Every COPY and ADD of the old text stands in the same stage of the new one, or in one that was added like it, as it was
/// written, unless other files were declared. There may be more of them.
pub(super) fn kept(
    old: &Dockerfile,
    new: &Dockerfile,
    stages: &Stages<'_>,
    declared: &Declarations<'_>,
) -> Result<(), Breach> {
    if declared.facets.contains(&Facet::Files) {
        return Ok(());
    }
    let mut left: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for (_, stage, text) in copies(new) {
        let Some(stage) = stages.old(stage) else { continue };
        *left.entry((stage, text)).or_default() += 1;
    }
    for (index, stage, text) in copies(old) {
        match left.get_mut(&(stage, text)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => {
                let place = old.document().instructions().get(index).map(|found| found.span);
                let message = "what this instruction copies is no longer copied";
                return Err(Breach::new("contained", old.path(), place.unwrap_or_default(), message));
            }
        }
    }
    Ok(())
}

/// Each COPY and ADD: its index, its stage and its text, with the destination as the engine takes it.
fn copies(dockerfile: &Dockerfile) -> impl Iterator<Item = (usize, usize, String)> {
    let document = dockerfile.document();
    document.instructions().iter().enumerate().filter_map(|(index, found)| {
        if !matches!(found.keyword(), Keyword::Copy | Keyword::Add) {
            return None;
        }
        let stage = dockerfile.model().stage_of(index)?.index;
        let text = document.text(found.span).trim().to_owned();
        Some((index, stage, whole(dockerfile, index).unwrap_or(text)))
    })
}

/// The text of a COPY whose destination counts from the folder of its place: with the folder in it.
fn whole(dockerfile: &Dockerfile, index: usize) -> Option<String> {
    let (model, document) = (dockerfile.model(), dockerfile.document());
    let (Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index)? else { return None };
    if copy.destination.text.starts_with('/') {
        return None;
    }
    let copied = model.copied(document, index)?;
    let found = document.instructions().get(index)?;
    let word = match found.text.spans(copy.destination.range.clone()).as_slice() {
        [word] => *word,
        _ => return None,
    };
    let before = document.text(Span::new(found.span.start, word.start));
    let after = document.text(Span::new(word.end, found.span.end));
    Some(format!("{before}{}{after}", copied.destination.as_known()?).trim().to_owned())
}
