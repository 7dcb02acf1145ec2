//! Compose files: `services.NAME.build`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

use super::Build;
use crate::RelPath;

#[derive(Deserialize)]
struct Compose {
    #[serde(default)]
    services: BTreeMap<String, Option<Service>>,
}

#[derive(Deserialize)]
struct Service {
    build: Option<ServiceBuild>,
    healthcheck: Option<Spanned<IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ServiceBuild {
    Context(String),
    Options {
        context: Option<String>,
        dockerfile: Option<String>,
        dockerfile_inline: Option<String>,
        target: Option<String>,
    },
    Other(IgnoredAny),
}

/// A service with a health check of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceHealthCheck {
    /// What the service builds.
    pub build: Build,
    /// The service.
    pub service: String,
    /// The line on which its `healthcheck` starts.
    pub line: usize,
}

/// The builds of a compose file: paths count from its folder, the Dockerfile from the context.
pub(super) fn builds(path: &RelPath, text: &str) -> Vec<Build> {
    let Ok(compose) = serde_saphyr::from_str::<Compose>(text) else { return Vec::new() };
    let services = compose.services.into_values().flatten().filter_map(|service| service.build);
    services.filter_map(|build| resolve(path, build)).collect()
}

/// The services that build an image and have a health check of their own, which replaces the image's.
pub(super) fn health_checks(path: &RelPath, text: &str) -> Vec<ServiceHealthCheck> {
    let Ok(compose) = serde_saphyr::from_str::<Compose>(text) else { return Vec::new() };
    let services = compose.services.into_iter();
    services
        .filter_map(|(name, service)| {
            let service = service?;
            let line = usize::try_from(service.healthcheck?.defined.line()).ok()?;
            let build = resolve(path, service.build?)?;
            Some(ServiceHealthCheck { build, service: name, line: line_of_key(text, line, "healthcheck") })
        })
        .collect()
}

/// The nearest line from `line` upwards that has `key`: where a value is a mapping, it starts below its key.
fn line_of_key(text: &str, line: usize, key: &str) -> usize {
    let lines: Vec<&str> = text.lines().take(line).collect();
    lines.iter().rposition(|found| found.trim_start().starts_with(key)).map_or(line, |index| index + 1)
}

pub(super) fn resolve(path: &RelPath, build: ServiceBuild) -> Option<Build> {
    let base = path.parent();
    match build {
        ServiceBuild::Context(context) => Build::resolve(path, &base, &context, None, true, None),
        ServiceBuild::Options { dockerfile_inline: Some(_), .. } | ServiceBuild::Other(_) => None,
        ServiceBuild::Options { context, dockerfile, target, .. } => {
            let context = context.as_deref().unwrap_or(".");
            Build::resolve(path, &base, context, dockerfile.as_deref(), true, target.as_deref())
        }
    }
}
