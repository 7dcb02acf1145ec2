//! `COPY --link`: a layer that does not depend on those below it.

use dockfit_dockerfile::DirectiveName;
use dockfit_dockerfile::model::Base;
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::values::path::clean;
use dockfit_rewrite::{Decision, Declared, Edit, Facet};

use super::LINK;
use crate::bytecode::source::of_lineage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::overlaps;
use crate::distroless_runtime::table;
use crate::dockerfiles::File;

/// Images, beside the distroless ones, in which `/usr/local` and `/opt` are plain folders of root's, with mode 755 (their file systems, 2026-11-24).
const PLAIN: &[&str] = &["python", "node", "ruby", "golang", "rust", "debian", "ubuntu"];

pub(super) fn decide(file: &File<'_>) -> Vec<Decision> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let mut decisions = Vec::new();
    for stage in model.stages().iter().filter(|stage| stage.built) {
        let lowest = model.lineage(stage.index).last();
        let plain = lowest.is_some_and(|lowest| match &lowest.base {
            Base::Image(image) => {
                let name = image.familiar_name();
                PLAIN.contains(&name.as_str()) || table::named(&name).is_some()
            }
            _ => false,
        });
        if !plain {
            continue;
        }
        for index in stage.instructions.clone() {
            let Some(Operation::Copy(copy)) = model.operation(index) else { continue };
            let Some(instruction) =
                document.instructions().get(index).filter(|found| found.onbuild.is_none())
            else {
                continue;
            };
            let target = model.copied(document, index);
            let target = target.as_ref().and_then(|copied| copied.destination.as_known()).map(clean);
            let Some(target) = target.filter(|target| copy.from.is_some() && is_own(target)) else {
                continue;
            };
            let outcome = if copy.link {
                dockfit_rewrite::Outcome::Already
            } else {
                match fits(file, index, stage.index, &target) {
                    Ok(()) => {
                        let command = &instruction.command;
                        let at = instruction.text.end_to_file(command.keyword_range.end);
                        let note =
                            "independent in the containerd image store; the overlay2 store copies again";
                        file.change(
                            [Edit::insert(at, " --link")],
                            vec![Declared::Facet(Facet::Files)],
                            Some(note.to_owned()),
                        )
                    }
                    Err(refusal) => refusal.into_outcome(),
                }
            };
            decisions.push(file.decision(&LINK, instruction.text_span(), outcome));
        }
    }
    decisions
}

/// A folder above which all are plain: `/usr/local`, or one of `/opt`.
fn is_own(target: &str) -> bool {
    target == "/usr/local" || target.strip_prefix("/opt/").is_some_and(|rest| !rest.contains('/'))
}

fn fits(file: &File<'_>, index: usize, stage: usize, target: &str) -> Result<(), Refusal> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    if file.dockerfile.is_ignored(index, LINK.id) {
        let text = "a comment above it keeps this pass away";
        return Err(Refusal::new("ignored", text, "remove the comment"));
    }
    if let Some(Operation::Copy(copy)) = model.operation(index) {
        let names = |word: &str| word.bytes().any(|byte| byte.is_ascii_alphabetic() || byte == b'$');
        if let Some(owner) = copy.chown.as_ref().filter(|owner| names(&owner.text)) {
            let text = format!("`--chown={}` looks a name up in the layers below", owner.text);
            return Err(Refusal::new("owner-by-name", text, "name the owner by numbers"));
        }
    }
    if let Some(syntax) = document.directive(DirectiveName::Syntax) {
        let tag = syntax.value.rsplit(':').next().unwrap_or_default();
        let mut parts = tag.split(['-', '.', '@']).map(str::parse::<u32>);
        if let (Some(Ok(1)), Some(Ok(0..=3))) = (parts.next(), parts.next()) {
            let text = format!("the frontend `{}` has no --link: it came with 1.4", syntax.value);
            return Err(Refusal::new("old-frontend", text, "write # syntax=docker/dockerfile:1"));
        }
    }
    // A linked layer brings its folders anew: what was done to them before is undone.
    for before in of_lineage(model, stage).filter(|before| *before < index) {
        let Some(found) = document.instructions().get(before) else { continue };
        let mentions = match model.operation(before) {
            Some(Operation::Run(_)) => target.starts_with("/opt/") && found.text.as_str().contains(target),
            Some(Operation::Copy(_) | Operation::Add(_)) => {
                let other = model.copied(document, before);
                let other = other.as_ref().and_then(|copied| copied.destination.as_known()).map(clean);
                target.starts_with("/opt/") && other.is_none_or(|other| overlaps(&other, target))
            }
            _ => false,
        };
        if mentions {
            let line = document.line_of(before);
            let text = format!(
                "line {line} makes something of `{target}`, whose rights a linked layer would set anew"
            );
            return Err(Refusal::new("folder-made-before", text, "link the first of them by hand"));
        }
    }
    Ok(())
}
