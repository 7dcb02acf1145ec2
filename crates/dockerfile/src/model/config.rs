//! The configuration of an image.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::base_images::{BaseConfig, Fact};
use super::effect::{Effect, HealthcheckConfig};
use super::{Value, Variable};

/// What `docker image inspect` shows as Config, and how much of it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "one beside each field that the base may add to")]
pub struct ImageConfig {
    /// `Env`, in order.
    pub env: Vec<Variable>,
    /// Whether the base image may set more variables.
    pub env_open: bool,
    /// `User`; empty is root.
    pub user: Value,
    /// `WorkingDir`; empty is none.
    pub working_dir: Value,
    /// `Entrypoint`; empty is none.
    pub entrypoint: Fact<Vec<String>>,
    /// `Cmd`; empty is none.
    pub cmd: Fact<Vec<String>>,
    /// `Shell`; empty is none.
    pub shell: Fact<Vec<String>>,
    /// `Labels`: names and values as far as they are known.
    pub labels: BTreeMap<String, Value>,
    /// Whether the base image may have more labels.
    pub labels_open: bool,
    /// `ExposedPorts`, such as `8000/tcp`.
    pub exposed_ports: BTreeSet<String>,
    /// Whether there are ports that only the build can tell.
    pub exposed_ports_open: bool,
    /// `Volumes`.
    pub volumes: BTreeSet<String>,
    /// Whether the base image may have more volumes.
    pub volumes_open: bool,
    /// `Healthcheck`.
    pub healthcheck: Fact<Option<HealthcheckConfig>>,
    /// `StopSignal`; empty is none.
    pub stop_signal: Value,
    /// `OnBuild`.
    pub on_build: Vec<String>,
    /// Whether this stage has a CMD of its own, which an ENTRYPOINT leaves alone.
    cmd_of_stage: bool,
}

impl ImageConfig {
    /// That of a base image, variables apart.
    pub(crate) fn of_base(base: &BaseConfig) -> Self {
        let text = |fact: &Fact<String>| match fact {
            Fact::Known(text) => Value::known(text.as_str()),
            Fact::Unknown => Value::Unknown,
        };
        Self {
            env: Vec::new(),
            env_open: base.env_open,
            user: text(&base.user),
            working_dir: text(&base.working_dir),
            entrypoint: base.entrypoint.clone(),
            cmd: base.cmd.clone(),
            shell: base.shell.clone(),
            labels: BTreeMap::new(),
            labels_open: !base.unlabelled,
            exposed_ports: BTreeSet::new(),
            exposed_ports_open: !base.plain,
            volumes: BTreeSet::new(),
            volumes_open: !base.plain,
            healthcheck: if base.plain { Fact::Known(None) } else { Fact::Unknown },
            stop_signal: if base.plain { Value::known("") } else { Value::Unknown },
            on_build: base.on_build.clone(),
            cmd_of_stage: false,
        }
    }

    /// That of `scratch`, variables apart. Mirrors buildkit `dockerfile2llb/image.go` `emptyImage`.
    pub(crate) fn of_scratch() -> Self {
        Self::of_base(&BaseConfig {
            env_open: false,
            user: Fact::Known(String::new()),
            working_dir: Fact::Known("/".to_owned()),
            entrypoint: Fact::Known(Vec::new()),
            cmd: Fact::Known(Vec::new()),
            shell: Fact::Known(Vec::new()),
            plain: true,
            unlabelled: true,
            ..BaseConfig::unknown()
        })
    }

    /// Begins a stage: what was deferred is executed then and belongs to the base alone.
    pub(crate) fn begin_stage(&mut self) {
        self.on_build.clear();
        self.cmd_of_stage = false;
    }

    pub(crate) fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::User(user) => self.user = user.clone(),
            Effect::WorkingDir(path) => self.working_dir = path.clone(),
            Effect::Cmd(words) => {
                self.cmd = Fact::Known(words.clone());
                self.cmd_of_stage = true;
            }
            Effect::Entrypoint(words) => {
                self.entrypoint = Fact::Known(words.clone());
                // An ENTRYPOINT drops the CMD that it inherits (buildkit `dispatchEntrypoint`).
                if !self.cmd_of_stage {
                    self.cmd = Fact::Known(Vec::new());
                }
            }
            Effect::Label(name, value) => match name.text() {
                Some(text) => {
                    self.labels_open |= name.as_known().is_none();
                    self.labels.insert(text.to_owned(), value.clone());
                }
                None => self.labels_open = true,
            },
            Effect::Volume(path) => match path.as_known() {
                Some(path) => {
                    self.volumes.insert(path.to_owned());
                }
                None => self.volumes_open = true,
            },
            Effect::Expose(Some(ports)) => self.exposed_ports.extend(ports.iter().cloned()),
            Effect::Expose(None) => self.exposed_ports_open = true,
            Effect::StopSignal(signal) => self.stop_signal = signal.clone(),
            Effect::Shell(words) => self.shell = Fact::Known(words.to_vec()),
            Effect::Healthcheck(check) => self.healthcheck = Fact::Known(Some(check.clone())),
            Effect::OnBuild(text) => self.on_build.push(text.clone()),
        }
    }

    pub(crate) fn set_env(&mut self, env: Vec<Variable>, open: bool) {
        self.env = env;
        self.env_open = open;
    }

    /// The keys of `docker image inspect`, those left out that are null or not known. What is known in part stands
    /// with references: `PATH=/opt/bin:$PATH`.
    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        let mut put = |key: &str, value: Json, empty: bool| {
            if !empty {
                map.insert(key.to_owned(), value);
            }
        };
        let env = assignments(&self.env);
        put("Env", json!(env), env.is_empty());
        for (key, fact) in [("Cmd", &self.cmd), ("Entrypoint", &self.entrypoint), ("Shell", &self.shell)] {
            if let Fact::Known(words) = fact {
                put(key, json!(words), words.is_empty());
            }
        }
        for (key, value) in
            [("User", &self.user), ("WorkingDir", &self.working_dir), ("StopSignal", &self.stop_signal)]
        {
            let text = value.text().unwrap_or_default();
            put(key, json!(text), text.is_empty());
        }
        let labels: Map<String, Json> = self
            .labels
            .iter()
            .filter_map(|(name, value)| value.text().map(|text| (name.clone(), json!(text))))
            .collect();
        put("Labels", Json::Object(labels.clone()), labels.is_empty());
        for (key, set) in [("ExposedPorts", &self.exposed_ports), ("Volumes", &self.volumes)] {
            let entries: Map<String, Json> = set.iter().map(|name| (name.clone(), json!({}))).collect();
            put(key, Json::Object(entries), set.is_empty());
        }
        if let Fact::Known(Some(check)) = &self.healthcheck {
            put("Healthcheck", check.to_json(), false);
        }
        put("OnBuild", json!(self.on_build), self.on_build.is_empty());
        Json::Object(map)
    }

    /// The keys that the base image may fill with more than is known, sorted.
    pub fn unknown_keys(&self) -> Vec<&'static str> {
        let env = self.env_open || self.env.iter().any(|variable| variable.value.as_known().is_none());
        let keys = [
            ("Cmd", self.cmd == Fact::Unknown),
            ("Entrypoint", self.entrypoint == Fact::Unknown),
            ("Env", env),
            ("ExposedPorts", self.exposed_ports_open),
            ("Healthcheck", self.healthcheck == Fact::Unknown),
            ("Labels", self.labels_open || self.labels.values().any(|value| value.as_known().is_none())),
            ("Shell", self.shell == Fact::Unknown),
            ("StopSignal", self.stop_signal.as_known().is_none()),
            ("User", self.user.as_known().is_none()),
            ("Volumes", self.volumes_open),
            ("WorkingDir", self.working_dir.as_known().is_none()),
        ];
        keys.into_iter().filter(|(_, unknown)| *unknown).map(|(key, _)| key).collect()
    }
}

impl HealthcheckConfig {
    fn to_json(&self) -> Json {
        let mut map = Map::new();
        map.insert("Test".to_owned(), json!(self.test));
        for (key, value) in [
            ("Interval", self.interval),
            ("Timeout", self.timeout),
            ("StartPeriod", self.start_period),
            ("StartInterval", self.start_interval),
            ("Retries", i64::from(self.retries)),
        ] {
            if value != 0 {
                map.insert(key.to_owned(), json!(value));
            }
        }
        Json::Object(map)
    }
}

/// `NAME=value` of each variable whose value is known at least in part.
pub(crate) fn assignments(variables: &[Variable]) -> Vec<String> {
    let pair = |name: &Arc<str>, value: &Value| value.text().map(|text| format!("{name}={text}"));
    variables.iter().filter_map(|variable| pair(&variable.name, &variable.value)).collect()
}
