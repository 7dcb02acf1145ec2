//! The configuration, key by key.

use std::collections::BTreeSet;

use super::{Aspect, Difference, unequal};
use crate::{Config, HealthCheck};

pub(super) fn differences(before: &Config, after: &Config) -> Vec<Difference> {
    let mut found = Vec::new();
    let (was, is) = (before.variables(), after.variables());
    let names: BTreeSet<&str> = was.keys().chain(is.keys()).copied().collect();
    for name in names {
        let value =
            |of: &std::collections::BTreeMap<&str, &str>| of.get(name).map(|value| (*value).to_owned());
        found.extend(unequal(Aspect::Env, name, value(&was), value(&is)));
    }
    let labels: BTreeSet<&String> = before.labels.keys().chain(after.labels.keys()).collect();
    for name in labels {
        let value = |of: &Config| of.labels.get(name).cloned();
        found.extend(unequal(Aspect::Labels, name, value(before), value(after)));
    }
    let mut whole = |aspect, of: &dyn Fn(&Config) -> Option<String>| {
        found.extend(unequal(aspect, "", of(before), of(after)));
    };
    whole(Aspect::Entrypoint, &|it| words(&it.entrypoint));
    whole(Aspect::Cmd, &|it| words(&it.cmd));
    // Root is the user where none is named, and `/` the folder.
    whole(Aspect::User, &|it| Some(if it.user.is_empty() { "root" } else { &it.user }.to_owned()));
    whole(Aspect::Workdir, &|it| Some(it.folder().to_owned()));
    whole(Aspect::Ports, &|it| list(it.exposed_ports.iter()));
    whole(Aspect::Volumes, &|it| list(it.volumes.iter()));
    whole(Aspect::HealthCheck, &|it| it.healthcheck.as_ref().and_then(health_check));
    whole(Aspect::StopSignal, &|it| {
        Some(if it.stop_signal.is_empty() { "SIGTERM" } else { &it.stop_signal }.to_owned())
    });
    whole(Aspect::Shell, &|it| words(&it.shell));
    whole(Aspect::Onbuild, &|it| (!it.on_build.is_empty()).then(|| it.on_build.join("; ")));
    found
}

/// As the exec form writes them.
fn words(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| serde_json::to_string(words).unwrap_or_default())
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> Option<String> {
    let names: Vec<&str> = names.map(String::as_str).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// As HEALTHCHECK writes it; what is the engine's default is left out.
fn health_check(check: &HealthCheck) -> Option<String> {
    const SECOND: i64 = 1_000_000_000;
    let seconds = |name: &str, nanoseconds: i64| match nanoseconds {
        0 => String::new(),
        whole if whole % SECOND == 0 => format!("--{name}={}s ", whole / SECOND),
        part => format!("--{name}={}ms ", part / 1_000_000),
    };
    let retries = if check.retries == 0 { String::new() } else { format!("--retries={} ", check.retries) };
    let test = match check.test.split_first() {
        Some((kind, rest)) if kind == "CMD-SHELL" => rest.join(" "),
        Some((kind, rest)) if kind == "CMD" => words(rest)?,
        Some((kind, _)) => kind.clone(),
        None => return None,
    };
    let options = [
        seconds("interval", check.interval),
        seconds("timeout", check.timeout),
        seconds("start-period", check.start_period),
        seconds("start-interval", check.start_interval),
        retries,
    ];
    Some(format!("{}{test}", options.concat()))
}
