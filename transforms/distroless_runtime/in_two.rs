//! A stage that installs its packages itself: taken apart first, then swapped.

use std::collections::BTreeMap;

use dockfit_dockerfile::model::{Model, Stage};
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::{Document, Keyword, Span};
use dockfit_rewrite::{Declared, Dockerfile, Edit, Facet};

use super::choice::Chosen;
use super::planned::{Made, planned};
use super::{one_stage, swap};
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;

/// The same for a stage that installs its packages itself: taken apart first.
pub(super) fn in_two(file: &File<'_>, stage: &Stage, chosen: Chosen) -> Result<Made, Refusal> {
    let split = one_stage::split(file, stage, chosen.image.language.version().unwrap_or_default())?;
    let own = file.dockerfile;
    let dockerfile = Dockerfile::new(own.path().clone(), own.context().clone(), split.text);
    let cannot = || {
        Refusal::new(
            "no-builder",
            "the final stage installs its packages itself",
            "install in a stage of its own and copy the packages from there",
        )
    };
    let inner = file.with(&dockerfile);
    let last = dockerfile
        .model()
        .stages()
        .last()
        .filter(|_| dockerfile.errors().next().is_none())
        .ok_or_else(cannot)?;
    let made = planned(&inner, last, chosen, split.linked)?;
    // What was declared of the text in between, told of the text on disk.
    let runs = last.instructions.clone().filter_map(|index| {
        let found = dockerfile.document().instructions().get(index)?;
        (found.keyword() == Keyword::Run).then_some(found.span.start)
    });
    let before: BTreeMap<usize, usize> = runs.zip(split.moved).collect();
    let mut declares = split.declares;
    declares.extend(beyond_the_builder(own, stage));
    keeps(own.model(), &Model::of(&Document::parse(made.text.clone())), stage).ok_or_else(cannot)?;
    declares.extend(made.declares.into_iter().map(|declared| match declared {
        Declared::RunTakenOut(run) => Declared::RunTakenOut(before.get(&run).copied().unwrap_or(run)),
        Declared::Base { image, .. } => Declared::Base { stage: stage.index, image },
        Declared::StageAdded { name, .. } => Declared::StageAdded { name, like: stage.index },
        Declared::StagePart { name, .. } => Declared::StagePart { name, like: stage.index },
        other => other,
    }));
    let mut notes = made.notes;
    notes.push("what the image installed it installs in the stage `builder` now".to_owned());
    let edits = vec![difference(own.document().source(), &made.text)];
    Ok(Made { edits, declares, notes, ..made })
}

/// What the stage sets for the container, and its builder does not.
fn beyond_the_builder(dockerfile: &Dockerfile, stage: &Stage) -> Vec<Declared> {
    let document = dockerfile.document();
    let mut declares = Vec::new();
    for index in stage.instructions.clone() {
        let facet = match document.instructions().get(index).map(dockfit_dockerfile::Instruction::keyword) {
            Some(Keyword::Cmd) => Facet::Cmd,
            Some(Keyword::Entrypoint) => {
                // It takes the base's CMD away.
                declares.push(Declared::Facet(Facet::Cmd));
                Facet::Entrypoint
            }
            Some(Keyword::Expose) => Facet::Ports,
            Some(Keyword::Label | Keyword::Maintainer) => Facet::Labels,
            Some(Keyword::Healthcheck) => Facet::HealthCheck,
            Some(Keyword::Volume) => Facet::Volumes,
            Some(Keyword::Stopsignal) => Facet::StopSignal,
            Some(Keyword::User) => Facet::User,
            Some(Keyword::Workdir) => Facet::Workdir,
            Some(Keyword::Env) => {
                if let Some(Operation::Env(pairs)) = dockerfile.model().operation(index) {
                    declares.extend(pairs.iter().map(|pair| Declared::Env(pair.key.text.clone())));
                }
                continue;
            }
            _ => continue,
        };
        declares.push(Declared::Facet(facet));
    }
    declares
}

/// Whether the stage that runs has what the one that also built had: what its builder lacks is declared, and so no longer
/// compared for it.
fn keeps(was: &Model, is: &Model, stage: &Stage) -> Option<()> {
    let before = was.config(stage.index);
    let after = is.config(is.stages().last()?.index);
    let of_installer = |name: &str| one_stage::OF_INSTALLERS.iter().any(|start| name.starts_with(start));
    let kept = before
        .env
        .iter()
        .filter(|variable| {
            !of_installer(&variable.name)
                && !swap::OF_BASES.contains(&&*variable.name)
                && &*variable.name != "PATH"
        })
        .all(|variable| {
            after.env.iter().any(|other| other.name == variable.name && other.value == variable.value)
        });
    let same = kept
        && before.exposed_ports == after.exposed_ports
        && before.volumes == after.volumes
        && before.labels == after.labels
        && before.stop_signal == after.stop_signal
        && (stage.instructions.is_empty()
            || before.working_dir == after.working_dir
            || after.working_dir.as_known() == Some("/"));
    same.then_some(())
}

/// The lines in which two texts differ, as one edit.
pub(super) fn difference(before: &[u8], after: &[u8]) -> Edit {
    let (old, new): (Vec<&[u8]>, Vec<&[u8]>) = (
        before.split_inclusive(|byte| *byte == b'\n').collect(),
        after.split_inclusive(|byte| *byte == b'\n').collect(),
    );
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let left = old.len().min(new.len()) - same;
    let at_end =
        old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(old, new)| old == new).count();
    let length = |lines: &[&[u8]]| lines.iter().map(|line| line.len()).sum::<usize>();
    let start = length(old.get(..same).unwrap_or_default());
    let end = length(old.get(..old.len() - at_end).unwrap_or_default());
    let text = new.get(same..new.len() - at_end).unwrap_or_default().concat();
    Edit::replace(Span::new(start, end), String::from_utf8_lossy(&text))
}
