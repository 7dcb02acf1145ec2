//! Services of compose files that replace the image's health check.

use dockfit_dockerfile::Instruction;
use dockfit_rewrite::context::{self, ServiceHealthCheck};
use dockfit_rewrite::{Decision, DecisionInfo};

use crate::dockerfiles::File;

/// The services that build this Dockerfile and have a health check of their own.
///
/// Without a HEALTHCHECK they are looked for only where one would be missed.
pub(super) fn services(file: &File<'_>, only_if_missed: bool) -> Vec<ServiceHealthCheck> {
    if only_if_missed && super::missing::server(file).is_none() {
        return Vec::new();
    }
    let project = file.task.project;
    let paths = context::builders(project, file.dockerfile.path());
    let files = paths.iter().filter_map(|path| Some((path, project.read(path).ok().flatten()?)));
    files
        .flat_map(|(path, bytes)| context::health_checks_in(path, &bytes))
        .filter(|found| found.build.dockerfile == *file.dockerfile.path())
        .collect()
}

/// That some of `services` replace the HEALTHCHECK with this index.
pub(super) fn advice(
    file: &File<'_>,
    info: &'static DecisionInfo,
    index: usize,
    instruction: &Instruction,
    services: &[ServiceHealthCheck],
) -> Vec<Decision> {
    let model = file.dockerfile.model();
    let Some(stage) = model.stage_of(index).map(|stage| stage.index) else { return Vec::new() };
    let has_it = |target: Option<&str>| {
        let target = match target {
            Some(name) => model.stage_named(name),
            None => model.stages().last(),
        };
        target.is_some_and(|target| model.lineage(target.index).any(|below| below.index == stage))
    };
    let services = services.iter().filter(|service| has_it(service.build.target.as_deref()));
    let told = services.map(|ServiceHealthCheck { build, service, line }| {
        let text = format!(
            "the service `{service}` in {}:{line} has a health check of its own, which replaces this one",
            build.declared_in
        );
        let way_out = "remove one of the two, or change both".to_owned();
        file.decision(info, instruction.text_span(), super::advised("overridden", text, way_out))
    });
    told.collect()
}
