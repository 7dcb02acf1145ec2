//! Compose files: `services.NAME.build`.

use std::collections::BTreeMap;

use serde::Deserialize;

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
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ServiceBuild {
    Context(String),
    Options {
        context: Option<String>,
        dockerfile: Option<String>,
        dockerfile_inline: Option<String>,
        target: Option<String>,
    },
    Other(serde::de::IgnoredAny),
}

/// The builds of a compose file: paths count from its folder, the Dockerfile from the context.
pub(super) fn builds(path: &RelPath, text: &str) -> Vec<Build> {
    let Ok(compose) = serde_saphyr::from_str::<Compose>(text) else { return Vec::new() };
    let base = path.parent();
    let services = compose.services.into_values().flatten().filter_map(|service| service.build);
    let resolve = |context: &str, dockerfile: Option<&str>, target: Option<&str>| {
        Build::resolve(path, &base, context, dockerfile, true, target)
    };
    services
        .filter_map(|build| match build {
            ServiceBuild::Context(context) => resolve(&context, None, None),
            ServiceBuild::Options { dockerfile_inline: Some(_), .. } | ServiceBuild::Other(_) => None,
            ServiceBuild::Options { context, dockerfile, target, .. } => {
                resolve(context.as_deref().unwrap_or("."), dockerfile.as_deref(), target.as_deref())
            }
        })
        .collect()
}
