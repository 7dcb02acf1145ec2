//! Kubernetes manifests and charts that start a container with a command of their own.
//!
//! They are read line by line, since charts are templates and no YAML. Which image a container has is not always told, so
//! that a command counts unless its image is surely another one.

use dockfit_rewrite::RelPath;

use super::command;
use super::programs::Programs;
use super::scene::Scene;
use crate::cache_mounts::Refusal;

/// Folders that manifests lie in.
const FOLDERS: &[&str] = &[
    "base",
    "chart",
    "charts",
    "deploy",
    "deployment",
    "deployments",
    "helm",
    "infra",
    "k8s",
    "kube",
    "kubernetes",
    "kustomize",
    "manifests",
    "ops",
    "overlays",
    "templates",
];

/// Images of others that stand in manifests of an application.
const OTHERS: &[&str] = &[
    "alpine",
    "bash",
    "busybox",
    "cloud-sql-proxy",
    "curl",
    "debian",
    "elasticsearch",
    "envoy",
    "fluent",
    "git",
    "grafana",
    "haproxy",
    "jaeger",
    "kafka",
    "kubectl",
    "mariadb",
    "memcached",
    "minio",
    "mongo",
    "mysql",
    "nginx",
    "node-exporter",
    "opensearch",
    "postgres",
    "prometheus",
    "rabbitmq",
    "redis",
    "traefik",
    "ubuntu",
    "valkey",
    "vault",
    "wait-for",
    "zookeeper",
];

/// No more folders than these are looked into.
const MOST_FOLDERS: usize = 200;

/// A command in a manifest.
struct Found {
    line: usize,
    words: Vec<String>,
}

/// Refuses where a manifest starts what the image would not have.
pub(super) fn check(scene: &Scene<'_>, programs: &Programs<'_>) -> Result<(), Refusal> {
    for path in files(scene) {
        let Some(bytes) = scene.file.task.project.read(&path).ok().flatten() else { continue };
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        if !(text.contains("image:") && text.contains("command:")) || all_of_others(text) {
            continue;
        }
        for found in commands(text) {
            let what = format!("{path}:{}: the command", found.line);
            let program = found.words.first().map_or("", |word| dockfit_shell::base_name(word));
            if matches!(program, "curl" | "wget") {
                let text = format!("{what} asks with `{program}`, which the image would not have");
                return Err(Refusal::new("healthcheck", text, "let Kubernetes ask by itself (httpGet)"));
            }
            let direct = command::without_shell(found.words, &what)?;
            if direct.as_written {
                programs.find(&direct.words, &what)?;
                continue;
            }
            let text = format!("{what} starts a shell, which the image would not have");
            return Err(Refusal::new("needs-shell", text, "write the program with its arguments as a list"));
        }
    }
    Ok(())
}

/// YAML files in the folders that manifests lie in, from the root and from the Dockerfile's own folder.
fn files(scene: &Scene<'_>) -> Vec<RelPath> {
    let project = scene.file.task.project;
    let mut starts = vec![RelPath::root(), scene.file.dockerfile.path().parent()];
    starts.dedup();
    let mut open: Vec<RelPath> = starts;
    let (mut found, mut seen) = (Vec::new(), 0);
    while let Some(folder) = open.pop() {
        seen += 1;
        if seen > MOST_FOLDERS {
            break;
        }
        let inside = folder.as_str().split('/').any(|part| FOLDERS.contains(&part));
        for name in project.list(&folder).unwrap_or_default() {
            let Some(child) = folder.join(name.trim_end_matches('/')) else { continue };
            if let Some(name) = name.strip_suffix('/') {
                if inside || FOLDERS.contains(&name) {
                    open.push(child);
                }
            } else if inside && matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml"))) {
                found.push(child);
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether every image that the file names is one of others.
fn all_of_others(text: &str) -> bool {
    let mut images = text.lines().filter_map(|line| {
        let value = line.trim_start_matches([' ', '-']).strip_prefix("image:")?;
        Some(value.trim().trim_matches(['"', '\'']).to_lowercase())
    });
    images.all(|image| !image.is_empty() && OTHERS.iter().any(|other| image.contains(other)))
}

/// The values of `command:`: a list on the same line, or items on the lines below.
fn commands(text: &str) -> Vec<Found> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(value) = line.trim_start_matches([' ', '-']).strip_prefix("command:") else { continue };
        let value = value.trim();
        let words = if value.starts_with('[') {
            serde_saphyr::from_str::<Vec<String>>(value).unwrap_or_default()
        } else {
            let below = lines.get(index + 1..).unwrap_or_default().iter();
            below
                .map_while(|line| line.trim_start().strip_prefix("- "))
                .map(|item| serde_saphyr::from_str::<String>(item).unwrap_or_else(|_| item.to_owned()))
                .collect()
        };
        if !words.is_empty() {
            found.push(Found { line: index + 1, words });
        }
    }
    found
}
