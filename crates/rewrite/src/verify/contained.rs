//! Configuration that was not declared is the same before and after, in every stage and for the default target.

use std::collections::BTreeMap;

use dockfit_dockerfile::model::{ImageConfig, Model, Value};
use dockfit_dockerfile::{Span, SyntaxError};

use super::stages::Stages;
use super::{Breach, Declarations, copies, inputs};
use crate::{Dockerfile, Facet};

/// Compares the models of the two texts.
///
/// `same`: the RUNs of the old text and those of the new one that they became.
pub(super) fn kept(
    old: &Dockerfile,
    new: &Dockerfile,
    declared: &Declarations<'_>,
    same: &[(usize, usize)],
) -> Result<(), Breach> {
    let breach = |promise, span: Span, message: String| Err(Breach::new(promise, new.path(), span, message));
    let (was, is) = (old.model(), new.model());
    if let Some(error) = new_error(was, is) {
        return breach("valid", error.span, error.message.clone());
    }
    let from =
        |stage: usize| is.stages().get(stage).and_then(|stage| new.document().instructions().get(stage.from));
    let place = |stage: usize| from(stage).map(|from| from.span).unwrap_or_default();
    let stages = match Stages::pair(was, is, declared) {
        Ok(stages) => stages,
        Err((stage, message)) => return breach("contained", place(stage), message.to_owned()),
    };
    if !stages.has_same_target() && !declared.facets.contains(&Facet::DefaultTarget) {
        let message = "another stage is built when none is named";
        return breach("contained", Span::default(), message.to_owned());
    }
    for (stage, pair) in stages.iter() {
        let place = place(stage.index);
        if !stages.takes_the_same(stage, pair, &declared.images) {
            return breach("contained", place, "the stage takes other things from other stages".to_owned());
        }
        if pair.is_added && stage.name.as_deref().is_some_and(|name| declared.parts.contains(name)) {
            continue;
        }
        let (config_before, config_after) = (was.config(pair.old), is.config(stage.index));
        if let Some(facet) = differs(&config_before, &config_after, declared) {
            let message = format!("the stage's {} is another than before", facet.name());
            return breach("contained", place, message);
        }
    }
    copies::kept(old, new, &stages, declared)?;
    inputs::kept(old, new, &stages, declared, same)
}

/// An error of the new text that the old one did not have.
fn new_error<'a>(was: &Model, is: &'a Model) -> Option<&'a SyntaxError> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for error in was.errors().iter().chain(was.latent_errors()) {
        *known.entry(error.message.as_str()).or_default() += 1;
    }
    is.errors().iter().chain(is.latent_errors()).find(|error| match known.get_mut(error.message.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    })
}

/// The first facet that differs without having been declared.
fn differs(was: &ImageConfig, is: &ImageConfig, declared: &Declarations<'_>) -> Option<Facet> {
    let equal = [
        (Facet::Env, env(was, declared) == env(is, declared)),
        (Facet::Entrypoint, was.entrypoint == is.entrypoint),
        (Facet::Cmd, was.cmd == is.cmd),
        (Facet::User, was.user == is.user),
        (Facet::Workdir, was.working_dir == is.working_dir),
        (Facet::Ports, was.exposed_ports == is.exposed_ports),
        (Facet::Volumes, was.volumes == is.volumes),
        (Facet::Labels, was.labels == is.labels),
        (Facet::HealthCheck, was.healthcheck == is.healthcheck),
        (Facet::StopSignal, was.stop_signal == is.stop_signal),
        (Facet::Shell, was.shell == is.shell),
        (Facet::Onbuild, was.on_build == is.on_build),
    ];
    equal
        .into_iter()
        .find(|(facet, equal)| !equal && !declared.facets.contains(facet))
        .map(|(facet, _)| facet)
}

/// The variables but for those that were declared, with their values.
fn env<'a>(config: &'a ImageConfig, declared: &Declarations<'_>) -> BTreeMap<&'a str, &'a Value> {
    config
        .env
        .iter()
        .filter(|variable| !declared.env.contains(&*variable.name))
        .map(|variable| (&*variable.name, &variable.value))
        .collect()
}
