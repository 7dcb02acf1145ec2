//! Builds that a repository's files declare.

use super::{ComposeFile, Service, ServiceHealthCheck, bake, compose, services, workflow};
use crate::{Project, RelPath};

/// A build of a Dockerfile that some file of the repository declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Build {
    /// The Dockerfile.
    pub dockerfile: RelPath,
    /// The folder that it sends.
    pub context: RelPath,
    /// The stage that it builds, where it names one.
    pub target: Option<String>,
    /// The file that says so.
    pub declared_in: RelPath,
}

/// What kind of file declares builds, told by its path alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Compose,
    Bake,
    Workflow,
}

/// What is longer is no such file.
pub(super) const LONGEST: usize = 1 << 20;

pub(super) fn kind(path: &RelPath) -> Option<Kind> {
    let name = path.file_name();
    let (stem, suffix) = name.rsplit_once('.')?;
    match suffix {
        "yml" | "yaml" if path.parent().as_str().ends_with(".github/workflows") => Some(Kind::Workflow),
        "yml" | "yaml" if stem.contains("compose") => Some(Kind::Compose),
        "json" | "hcl" if stem.starts_with("docker-bake") => Some(Kind::Bake),
        _ => None,
    }
}

/// Whether a file of that path may declare builds: `*compose*.y{a,}ml`, `docker-bake*.json` or `.hcl`, a workflow.
pub fn may_build(path: &RelPath) -> bool {
    kind(path).is_some()
}

/// The services of a compose file that build an image and have a health check of their own; of other files, none.
pub fn health_checks_in(path: &RelPath, bytes: &[u8]) -> Vec<ServiceHealthCheck> {
    if kind(path) != Some(Kind::Compose) || memchr::memmem::find(bytes, b"healthcheck").is_none() {
        return Vec::new();
    }
    ComposeFile::read(path, bytes).map(|file| compose::health_checks(&file)).unwrap_or_default()
}

/// The services of a compose file that build an image, with what they start in it; of other files, none.
pub fn services_in(path: &RelPath, bytes: &[u8]) -> Vec<Service> {
    if kind(path) != Some(Kind::Compose) || memchr::memmem::find(bytes, b"build").is_none() {
        return Vec::new();
    }
    ComposeFile::read(path, bytes).map(|file| services::services(&file)).unwrap_or_default()
}

/// The files that may say how `dockerfile` is built: in its folder, in those above it, and among the workflows.
pub fn builders(project: &Project, dockerfile: &RelPath) -> Vec<RelPath> {
    let above = std::iter::successors(Some(dockerfile.parent()), |folder| {
        (*folder != RelPath::root()).then(|| folder.parent())
    });
    let mut found = Vec::new();
    for folder in above.chain(RelPath::new(".github/workflows")) {
        let names = project.list(&folder).unwrap_or_default();
        let files = names.iter().filter_map(|name| folder.join(name));
        found.extend(files.filter(may_build));
    }
    found
}

/// The builds that a file declares. What is no such file, cannot be read as one or depends on variables
/// declares none; a file of several megabytes is no such file.
pub fn builds_in(path: &RelPath, bytes: &[u8]) -> Vec<Build> {
    let Some(kind) = kind(path) else { return Vec::new() };
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    // Most such files build nothing: those need not be parsed.
    let word: &[u8] = if kind == Kind::Bake { b"target" } else { b"build" };
    if bytes.len() > LONGEST || memchr::memmem::find(bytes, word).is_none() {
        return Vec::new();
    }
    match kind {
        Kind::Compose => {
            let file = ComposeFile::read(path, bytes);
            file.map(|file| file.builds().map(|(build, _)| build).collect()).unwrap_or_default()
        }
        Kind::Bake => bake::builds(path, text),
        Kind::Workflow => workflow::builds(path, text).into_iter().map(|found| found.build).collect(),
    }
}

impl Build {
    /// A build whose context and Dockerfile are given relative to `base`, the Dockerfile relative to the
    /// context where `in_context`. `None` where one of them is an address, leads out of the project or
    /// has variables.
    pub(super) fn resolve(
        declared_in: &RelPath,
        base: &RelPath,
        context: &str,
        dockerfile: Option<&str>,
        in_context: bool,
        target: Option<&str>,
    ) -> Option<Self> {
        let variable = |text: &str| text.contains('$') || text.contains("{{");
        let remote = |text: &str| text.contains("://") || text.starts_with("git@") || text.contains('#');
        if variable(context) || remote(context) || dockerfile.is_some_and(variable) {
            return None;
        }
        let context = base.join(context)?;
        let dockerfile = match dockerfile {
            Some(path) if in_context => context.join(path)?,
            Some(path) => base.join(path)?,
            None => context.join("Dockerfile")?,
        };
        let target = target.filter(|target| !variable(target)).map(str::to_owned);
        Some(Self { dockerfile, context, target, declared_in: declared_in.clone() })
    }
}
