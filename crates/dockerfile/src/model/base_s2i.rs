//! Red Hat's images for languages, of which the user, the home folder and little else is known.

use crate::values::reference::ImageReference;

use super::base_images::{BaseConfig, Fact};

/// The variables that an image of a language sets, by the begin of its name.
///
/// Read in the Dockerfiles of sclorg's s2i-base, s2i-python, s2i-nodejs and s2i-ruby containers; 2026-11-24. Those of PHP
/// have another home; of the minimal ones only Python's was looked at.
const LANGUAGES: &[(&str, &[(&str, &str)])] = &[
    ("python-", &[("HOME", HOME), ("PIP_NO_CACHE_DIR", "off")]),
    ("nodejs-", &[("HOME", HOME)]),
    ("ruby-", &[("HOME", HOME)]),
];

const HOME: &str = "/opt/app-root/src";

/// What is known of an image of Red Hat's registries.
pub(super) fn find(reference: &ImageReference) -> Option<BaseConfig> {
    if !matches!(reference.domain.as_str(), "registry.access.redhat.com" | "registry.redhat.io") {
        return None;
    }
    let (system, name) = reference.path.split_once('/')?;
    let (language, env) = LANGUAGES.iter().find(|(language, _)| name.starts_with(language))?;
    if !matches!(system, "ubi8" | "ubi9" | "ubi10") || (name.ends_with("-minimal") && *language != "python-")
    {
        return None;
    }
    Some(BaseConfig {
        env: env.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect(),
        user: Fact::Known("1001".to_owned()),
        working_dir: Fact::Known(HOME.to_owned()),
        ..BaseConfig::unknown()
    })
}
