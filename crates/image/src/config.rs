//! The configuration of an image, as the archive holds it.
//!
//! `oci-spec` has no health check, shell or deferred instructions, which are docker's own, so the few keys are read here.
//! Source: moby `api/types/container/config.go`, OCI image configuration 1.1.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// How an image is started, and what is said of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Config {
    /// `NAME=value`, in order.
    #[serde(deserialize_with = "or_default")]
    pub env: Vec<String>,
    /// `ENTRYPOINT`.
    #[serde(deserialize_with = "or_default")]
    pub entrypoint: Vec<String>,
    /// `CMD`.
    #[serde(deserialize_with = "or_default")]
    pub cmd: Vec<String>,
    /// `USER`; empty is root.
    pub user: String,
    /// `WORKDIR`; empty is `/`.
    pub working_dir: String,
    /// `EXPOSE`, such as `8000/tcp`.
    #[serde(deserialize_with = "keys")]
    pub exposed_ports: BTreeSet<String>,
    /// `VOLUME`.
    #[serde(deserialize_with = "keys")]
    pub volumes: BTreeSet<String>,
    /// `LABEL`.
    #[serde(deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    /// `HEALTHCHECK`.
    pub healthcheck: Option<HealthCheck>,
    /// `STOPSIGNAL`; empty is SIGTERM.
    pub stop_signal: String,
    /// `SHELL`.
    #[serde(deserialize_with = "or_default")]
    pub shell: Vec<String>,
    /// `ONBUILD`.
    #[serde(deserialize_with = "or_default")]
    pub on_build: Vec<String>,
}

/// A health check; durations in nanoseconds, 0 is the engine's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthCheck {
    /// `CMD` or `CMD-SHELL` and the words, or `NONE`.
    #[serde(deserialize_with = "or_default")]
    pub test: Vec<String>,
    /// Between two checks.
    pub interval: i64,
    /// For one check.
    pub timeout: i64,
    /// In which failures do not count.
    pub start_period: i64,
    /// Between two checks in that period.
    pub start_interval: i64,
    /// How many failures make it unhealthy.
    pub retries: i64,
}

/// A step of the image's history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Step {
    /// The instruction, in the engine's words.
    pub created_by: String,
    /// Whether it made no layer.
    pub empty_layer: bool,
}

/// The whole configuration file.
#[derive(Debug, Deserialize)]
pub(crate) struct ConfigFile {
    #[serde(default)]
    pub(crate) config: Config,
    #[serde(default)]
    pub(crate) rootfs: RootFs,
    #[serde(default)]
    pub(crate) history: Vec<Step>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct RootFs {
    #[serde(default)]
    pub(crate) diff_ids: Vec<String>,
}

impl Config {
    /// The value of a variable.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.env
            .iter()
            .find_map(|pair| pair.split_once('=').filter(|(known, _)| *known == name))
            .map(|(_, value)| value)
    }

    /// The variables, by name.
    pub fn variables(&self) -> BTreeMap<&str, &str> {
        self.env.iter().map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect()
    }

    /// The words that are executed: entrypoint and command.
    pub fn command(&self) -> Vec<&str> {
        self.entrypoint.iter().chain(&self.cmd).map(String::as_str).collect()
    }

    /// The folder that it starts in.
    pub fn folder(&self) -> &str {
        if self.working_dir.is_empty() { "/" } else { &self.working_dir }
    }

    /// The words of the health check, and whether the image's shell gets them; none where there is no check.
    pub fn probe(&self) -> Option<(bool, &[String])> {
        let test = &self.healthcheck.as_ref()?.test;
        match test.split_first()? {
            (kind, words) if kind == "CMD" => Some((false, words)),
            (kind, words) if kind == "CMD-SHELL" => Some((true, words)),
            _ => None,
        }
    }
}

/// A set, which the archive holds as the keys of a map.
fn keys<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let map = Option::<serde_json::Map<String, serde_json::Value>>::deserialize(deserializer)?;
    Ok(map.unwrap_or_default().into_iter().map(|(key, _)| key).collect())
}

/// `null` as nothing.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
