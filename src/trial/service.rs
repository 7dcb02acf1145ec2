//! The compose service that an image is for: its environment and ports.
//!
//! Source: the Compose Specification (2026-11-24): `environment`, `ports`, interpolation.

use std::collections::BTreeMap;

use dockfit_rewrite::{Project, RelPath, context};
use serde::Deserialize;
use serde_json::Value;

use crate::problem::{Problem, ProblemKind};

/// What a service says of how its image is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: String,
    /// The file.
    pub(crate) file: String,
    /// `NAME=value`.
    pub(crate) env: Vec<String>,
    /// Variables that have no value here, and are left out.
    pub(crate) unset: Vec<String>,
    /// TCP ports of the container.
    pub(crate) ports: Vec<u16>,
}

#[derive(Deserialize)]
struct Compose {
    #[serde(default)]
    services: BTreeMap<String, Value>,
}

/// The service of that name that builds the Dockerfile; without a name the only one that has ports and starts the image's own
/// command. `none` is none.
pub(crate) fn service(
    project: &Project,
    dockerfile: &RelPath,
    wanted: Option<&str>,
) -> Result<Option<Service>, Problem> {
    if wanted == Some("none") {
        return Ok(None);
    }
    let mut found = Vec::new();
    for path in context::builders(project, dockerfile) {
        let Ok(Some(bytes)) = project.read(&path) else { continue };
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        let Ok(compose) = serde_saphyr::from_str::<Compose>(text) else { continue };
        for (name, service) in compose.services {
            if builds(&path, &service, dockerfile) {
                found.push((read(name, path.as_str(), &service), starts_own_command(&service)));
            }
        }
    }
    let Some(wanted) = wanted else {
        let mut own = found.into_iter().filter(|(service, own)| *own && !service.ports.is_empty());
        let first = own.next().map(|(service, _)| service);
        return Ok(first.filter(|_| own.next().is_none()));
    };
    let names: Vec<String> = found.iter().map(|(service, _)| service.name.clone()).collect();
    if let Some((service, _)) = found.into_iter().find(|(service, _)| service.name == wanted) {
        return Ok(Some(service));
    }
    let message = format!("--service: no compose file has a service `{wanted}` that builds this Dockerfile");
    let names = names.join(", ");
    let help =
        if names.is_empty() { "leave the option away".to_owned() } else { format!("there are {names}") };
    Err(Problem::new(ProblemKind::Usage, message).help(help))
}

fn starts_own_command(service: &Value) -> bool {
    ["command", "entrypoint"].iter().all(|key| service.get(key).is_none_or(Value::is_null))
}

/// Whether the service builds that Dockerfile.
fn builds(file: &RelPath, service: &Value, dockerfile: &RelPath) -> bool {
    let Some(build) = service.get("build") else { return false };
    let word = |key: &str| build.get(key).and_then(Value::as_str);
    let context = build.as_str().or(word("context")).unwrap_or(".");
    let named = word("dockerfile").unwrap_or("Dockerfile");
    file.parent()
        .join(context)
        .and_then(|context| context.join(named))
        .is_some_and(|path| path == *dockerfile)
}

fn read(name: String, file: &str, service: &Value) -> Service {
    let mut found = Service { name, file: file.to_owned(), ..Service::default() };
    let pairs: Vec<(String, Option<String>)> = match service.get("environment") {
        Some(Value::Object(map)) => map.iter().map(|(name, value)| (name.clone(), scalar(value))).collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(scalar)
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (pair, None),
            })
            .collect(),
        _ => Vec::new(),
    };
    for (name, value) in pairs {
        // A name alone takes the value of the environment.
        let value = match value {
            Some(value) => interpolated(&value),
            None => std::env::var(&name).ok(),
        };
        match value {
            Some(value) => found.env.push(format!("{name}={value}")),
            None => found.unset.push(name),
        }
    }
    for port in service.get("ports").and_then(Value::as_array).into_iter().flatten() {
        let target = port.get("target").and_then(scalar);
        let text = target.or_else(|| scalar(port)).and_then(|text| interpolated(&text)).unwrap_or_default();
        let (text, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
        let container = text.rsplit(':').next().unwrap_or_default();
        let first = container.split('-').next().unwrap_or_default();
        found.ports.extend(first.parse::<u16>().ok().filter(|_| protocol == "tcp"));
    }
    found
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The text with the variables of this process put in; `None` where one has no value.
fn interpolated(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(behind) = behind.strip_prefix('$') {
            out.push('$');
            rest = behind;
        } else if let Some(braced) = behind.strip_prefix('{') {
            let (inside, after) = braced.split_once('}')?;
            out.push_str(&braced_value(inside)?);
            rest = after;
        } else {
            let length =
                behind.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            let (name, after) = behind.split_at(length);
            out.push_str(&std::env::var(name).ok()?);
            rest = after;
        }
    }
    out.push_str(rest);
    Some(out)
}

/// `NAME`, `NAME:-default`, `NAME-default`, `NAME:?error`, `NAME:+other`.
fn braced_value(inside: &str) -> Option<String> {
    let length = inside.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let (name, rest) = inside.split_at(length);
    let value = std::env::var(name).ok();
    let (rest, value) = match rest.strip_prefix(':') {
        Some(rest) => (rest, value.filter(|value| !value.is_empty())),
        None => (rest, value),
    };
    match (rest.get(..1), rest.get(1..)) {
        (Some("-"), Some(default)) => value.or_else(|| Some(default.to_owned())),
        (Some("+"), Some(other)) => Some(value.map_or_else(String::new, |_| other.to_owned())),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use dockfit_rewrite::{Context, Dockerfile, MemoryFiles, Project, RelPath};

    use super::{Service, service};

    fn found(compose: &str, wanted: Option<&str>) -> Result<Option<Service>, String> {
        let path = |text: &str| RelPath::new(text).expect("a path");
        let files = MemoryFiles::new()
            .with(path("Dockerfile"), b"FROM a\n".as_slice())
            .with(path("docker-compose.yml"), compose.as_bytes());
        let file =
            Dockerfile::new(path("Dockerfile"), Context::Known(RelPath::root()), b"FROM a\n".as_slice());
        let project = Project::new(PathBuf::from("/"), vec![file], Arc::new(files));
        service(&project, &path("Dockerfile"), wanted).map_err(|problem| problem.message)
    }

    const COMPOSE: &str = "x-env: &env\n  A: one\n  B: ${DOCKFIT_NONE:-two}\n  C: ${DOCKFIT_NONE:?set it}\n  D: $$x\n\
        services:\n\
        \x20 api:\n    build: .\n    environment: *env\n    ports: [\"127.0.0.1:80:8000\", \"53:53/udp\", {target: 9000}]\n\
        \x20 worker:\n    build: {context: .}\n    command: work\n    environment: [\"A=1\", DOCKFIT_NONE]\n\
        \x20 db:\n    image: postgres\n    ports: [5432]\n";

    #[test]
    fn the_one_that_starts_the_image_as_it_is() {
        let api = found(COMPOSE, None).expect("a service").expect("a service");
        assert_eq!((api.name.as_str(), api.file.as_str()), ("api", "docker-compose.yml"));
        assert_eq!(api.env, ["A=one", "B=two", "D=$x"]);
        assert_eq!(api.unset, ["C"]);
        assert_eq!(api.ports, [8000, 9000]);
    }

    #[test]
    fn another_one_by_name_or_none() {
        let worker = found(COMPOSE, Some("worker")).expect("a service").expect("a service");
        assert_eq!(
            (worker.env.as_slice(), worker.unset.as_slice()),
            (["A=1".to_owned()].as_slice(), ["DOCKFIT_NONE".to_owned()].as_slice())
        );
        assert_eq!(found(COMPOSE, Some("none")), Ok(None));
        assert_eq!(
            found(COMPOSE, Some("db")),
            Err("--service: no compose file has a service `db` that builds this Dockerfile".to_owned())
        );
        let two = "services:\n  a: {build: ., ports: [1]}\n  b: {build: ., ports: [2]}\n";
        assert_eq!(found(two, None), Ok(None), "it cannot be told which");
    }
}
