//! The swap of the last stage of a text, proven.

use dockfit_dockerfile::Span;
use dockfit_dockerfile::model::Stage;
use dockfit_rewrite::{Declared, Edit, EditSet, FileEdit};

use super::choice::Chosen;
use super::scene::Scene;
use super::{proof, source, swap};
use crate::cache_mounts::Refusal;
use crate::debug_target;
use crate::dockerfiles::File;

/// A swap, proven.
pub(super) struct Made {
    pub(super) edits: Vec<Edit>,
    pub(super) others: Vec<FileEdit>,
    pub(super) declares: Vec<Declared>,
    pub(super) notes: Vec<String>,
    /// What comes out.
    pub(super) text: Vec<u8>,
}

/// Plans the swap of the last stage of a file and proves what comes out.
pub(super) fn planned(
    file: &File<'_>,
    stage: &Stage,
    chosen: Chosen,
    linked: Vec<&'static str>,
) -> Result<Made, Refusal> {
    let scene = Scene::read(file, stage, chosen, linked)?;
    source::check(&scene)?;
    let mut plan = swap::plan(&scene)?;
    let applied = |edits: &[Edit]| {
        EditSet::new(edits.iter().cloned()).map(|set| set.apply(file.dockerfile.document().source())).map_err(
            |overlap| Refusal::new("cannot-edit", overlap.to_string(), "write the stage in a simpler form"),
        )
    };
    if !plan.for_debug.is_empty() {
        let text = applied(&plan.edits)?;
        let name = debug_target::name(stage.name.as_deref());
        let added = debug_target::write(&text, file.dockerfile, stage, &name)?;
        for retarget in &plan.for_debug {
            let edit = Edit::replace(Span::new(retarget.place.start, retarget.place.end), name.clone());
            plan.others.push(FileEdit { file: retarget.file.clone(), edit });
        }
        let services: Vec<&str> = plan.for_debug.iter().map(|retarget| retarget.service.as_str()).collect();
        plan.notes.push(format!("needs a shell and builds `{name}` from now on: {}", services.join(", ")));
        plan.edits.push(added.edit);
        plan.declares.extend(added.declares);
    }
    let text = applied(&plan.edits)?;
    proof::check(&text)?;
    Ok(Made { edits: plan.edits, others: plan.others, declares: plan.declares, notes: plan.notes, text })
}
