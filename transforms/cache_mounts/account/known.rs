//! Users that base images bring along.

use super::super::step::Step;
use super::{User, base_image};

/// Images with a user of their own.
struct Row {
    /// Repository, as people write it; a `*` at the end stands for anything.
    repository: &'static str,
    /// The user's name.
    user: &'static str,
    uid: u32,
    gid: u32,
    home: &'static str,
    /// Whether commands run as this user unless USER says otherwise.
    default: bool,
    /// Variables of the image that hold its name or number.
    named_by: &'static [&'static str],
}

/// A row in which nothing stands yet.
const NOBODY: Row = Row { repository: "", user: "", uid: 0, gid: 0, home: "", default: false, named_by: &[] };

/// The user of jupyter's images.
const JOVYAN: Row = Row {
    user: "jovyan",
    uid: 1000,
    gid: 100,
    home: "/home/jovyan",
    default: true,
    named_by: &["NB_USER", "NB_UID"],
    ..NOBODY
};

/// Read from the images' own Dockerfiles in their public repositories; 2026-11-24.
const ROWS: &[Row] = &[
    Row { repository: "node", user: "node", uid: 1000, gid: 1000, home: "/home/node", ..NOBODY },
    Row { repository: "oven/bun", user: "bun", uid: 1000, gid: 1000, home: "/home/bun", ..NOBODY },
    Row { repository: "oven/bun", user: "root", uid: 0, gid: 0, home: "/root", default: true, ..NOBODY },
    Row { repository: "gradle", user: "gradle", uid: 1000, gid: 1000, home: "/home/gradle", ..NOBODY },
    Row {
        repository: "jenkins/jenkins",
        user: "jenkins",
        uid: 1000,
        gid: 1000,
        home: "/var/jenkins_home",
        default: true,
        ..NOBODY
    },
    Row { repository: "jupyter/*", ..JOVYAN },
    Row { repository: "quay.io/jupyter/*", ..JOVYAN },
    Row {
        repository: "apache/airflow",
        user: "airflow",
        uid: 50000,
        gid: 0,
        home: "/home/airflow",
        default: true,
        ..NOBODY
    },
    Row {
        repository: "mambaorg/micromamba",
        user: "mambauser",
        uid: 57439,
        gid: 57439,
        home: "/home/mambauser",
        default: true,
        ..NOBODY
    },
    Row {
        repository: "mcr.microsoft.com/devcontainers/*",
        user: "vscode",
        uid: 1000,
        gid: 1000,
        home: "/home/vscode",
        ..NOBODY
    },
    Row {
        repository: "mcr.microsoft.com/vscode/devcontainers/*",
        user: "vscode",
        uid: 1000,
        gid: 1000,
        home: "/home/vscode",
        ..NOBODY
    },
];

/// Images of which nothing in the model's table speaks and which run as root.
///
/// Read from the images' own Dockerfiles in their public repositories; 2026-11-24.
const ROOT: &[&str] = &[
    "nvidia/cuda",
    "nvcr.io/nvidia/cuda",
    "nvcr.io/nvidia/pytorch",
    "nvcr.io/nvidia/tensorflow",
    "nvcr.io/nvidia/tritonserver",
    "python",
    "pytorch/pytorch",
    "tensorflow/tensorflow",
    "continuumio/miniconda3",
    "continuumio/anaconda3",
    "condaforge/*",
    "ghcr.io/astral-sh/uv",
    "astral/uv",
    "mcr.microsoft.com/devcontainers/*",
    "mcr.microsoft.com/vscode/devcontainers/*",
    "mcr.microsoft.com/playwright*",
    "mcr.microsoft.com/dotnet/*",
    "tiangolo/*",
    "amazonlinux",
    "public.ecr.aws/amazonlinux/*",
    "public.ecr.aws/docker/library/*",
    "public.ecr.aws/lambda/*",
    "vllm/*",
    "bitnami/minideb",
    "buildpack-deps",
    "php",
    "ruby",
    "openjdk",
    "eclipse-temurin",
    "amazoncorretto",
    "maven",
    "gcc",
    "perl",
    "r-base",
    "nginx",
    "httpd",
    "postgres",
    "mysql",
    "mariadb",
    "redis",
    "mongo",
    "julia",
    "elixir",
    "erlang",
    "swift",
    "fedora",
    "centos",
    "quay.io/centos/*",
    "rockylinux",
    "almalinux",
    "opensuse/*",
    "archlinux",
    "kalilinux/*",
    "docker",
    "pypy",
    "osgeo/gdal",
    "ghcr.io/osgeo/gdal",
    "gcr.io/google.com/cloudsdktool/*",
    "google/cloud-sdk",
    "gcr.io/kaggle-images/*",
    "balenalib/*",
    "ros",
    "osrf/ros",
    "sagemathinc/*",
    "cimg/base-root",
];

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

/// The user of that name (or number) of the step's base image.
pub(super) fn find(step: &Step<'_>, name: &str) -> Option<User> {
    let image = base_image(step)?.familiar_name();
    let row = ROWS
        .iter()
        .find(|row| matches(row.repository, &image) && (row.user == name || row.uid.to_string() == name))?;
    Some(User {
        name: row.user.to_owned(),
        uid: Some(row.uid),
        gid: Some(row.gid),
        home: Some(row.home.to_owned()),
    })
}

/// The user whom `text` names by a variable of the step's base image: `${NB_UID}`, `$NB_USER:100`.
pub(super) fn named(step: &Step<'_>, text: &str) -> Option<&'static str> {
    let image = base_image(step)?.familiar_name();
    let row = ROWS.iter().find(|row| !row.named_by.is_empty() && matches(row.repository, &image))?;
    let name = text.split(':').next()?.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    row.named_by.contains(&name).then_some(row.user)
}

/// As whom the step's base image runs, if USER says nothing.
pub(super) fn default_user(step: &Step<'_>) -> Option<&'static str> {
    let image = base_image(step)?.familiar_name();
    if let Some(row) = ROWS.iter().find(|row| row.default && matches(row.repository, &image)) {
        return Some(row.user);
    }
    ROOT.iter().any(|pattern| matches(pattern, &image)).then_some("root")
}
