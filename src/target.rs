//! `--target`: only the stages that one stage is built from.

use dockfit_dockerfile::model::{BuildOptions, Model};
use dockfit_dockerfile::{Document, Span};
use dockfit_rewrite::Place;
use dockfit_rewrite::pipeline::Offer;

use crate::problem::{Problem, ProblemKind};
use crate::project::Draft;
use crate::settings::nearest;

/// Whether a decision lies in a stage that `target` needs. What belongs to no stage does.
pub(crate) fn needs(target: &str, offer: &Offer<'_>) -> bool {
    let Some(file) = offer.project.dockerfiles().get(offer.decision.dockerfile) else { return true };
    let Place { file: path, span } = &offer.decision.place;
    if path != file.path() {
        return true;
    }
    let options = BuildOptions { target: Some(target), ..BuildOptions::default() };
    let model = Model::with(file.document(), &options);
    if model.stage_named(target).is_none() {
        return false;
    }
    let instruction = instruction_at(file.document(), *span);
    let stage = instruction.and_then(|instruction| model.stage_of(instruction));
    stage.is_none_or(|stage| stage.built)
}

fn instruction_at(document: &Document, span: Span) -> Option<usize> {
    document.instructions().iter().position(|instruction| instruction.span.contains(span.start))
}

/// What is wrong with a target that no Dockerfile has.
pub(crate) fn missing(target: &str, projects: &[Draft]) -> Option<Problem> {
    let members = projects.iter().flat_map(|draft| &draft.members);
    let names: Vec<String> = members.flat_map(|member| stages(&Document::parse(&*member.source))).collect();
    if projects.is_empty() || names.contains(&target.to_lowercase()) {
        return None;
    }
    let problem = Problem::new(ProblemKind::Usage, format!("--target: no Dockerfile has a stage `{target}`"));
    Some(match nearest(target, names.iter().map(String::as_str)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("name a stage as `FROM … AS name` does"),
    })
}

/// The names of the stages, in order.
pub(crate) fn stages(document: &Document) -> Vec<String> {
    Model::of(document).stages().iter().filter_map(|stage| stage.name.clone()).collect()
}

/// Whether `target` is a stage of the document: its name, whatever its case, or its number.
pub(crate) fn is_stage(target: &str, document: &Document) -> bool {
    let model = Model::of(document);
    let number = target.parse::<usize>().ok();
    model.stage_named(target).is_some() || number.is_some_and(|number| number < model.stages().len())
}
