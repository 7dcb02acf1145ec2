//! Builds on machines of a CI service, and what they say of the build cache.

mod bake;
mod commands;
mod gitlab;

use super::{Build, workflow};
use crate::{Project, RelPath};

/// What makes the image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builder {
    /// The action `docker/build-push-action`.
    Action,
    /// The action `docker/bake-action`.
    Bake,
    /// `docker build` or `docker buildx build`.
    Docker,
    /// Kaniko.
    Kaniko,
}

/// A build that a CI service does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CiBuild {
    /// What it builds, and the file that says so.
    pub build: Build,
    /// The line in that file.
    pub line: usize,
    /// What makes the image.
    pub builder: Builder,
    /// Whether it reads a cache from elsewhere.
    pub imports: bool,
    /// Where it writes its cache to, as written.
    pub exports: Option<String>,
}

/// The builds of GitHub workflows and of `.gitlab-ci.yml`, with the files that this includes, on machines that are thrown
/// away.
///
/// Jobs that name self-hosted machines are left out: those keep their cache.
pub fn ci_builds(project: &Project) -> Vec<CiBuild> {
    let folder = RelPath::new(".github/workflows");
    let workflows = folder.iter().flat_map(|folder| {
        let names = project.list(folder).unwrap_or_default();
        names.into_iter().filter_map(|name| folder.join(name))
    });
    let is_yaml = |path: &RelPath| matches!(path.file_name().rsplit_once('.'), Some((_, "yml" | "yaml")));
    let mut found = Vec::new();
    for path in workflows.filter(is_yaml) {
        let Some(text) = text(project, &path) else { continue };
        let done = workflow::on_machines_thrown_away(&path, &text);
        found.extend(done.actions.into_iter().map(of_action));
        found.extend(done.bakes.iter().flat_map(|step| bake::builds(project, &path, step)));
        for script in done.scripts {
            found.extend(commands::builds(&path, &script.folder, script.line, &script.text));
        }
    }
    for (path, text) in gitlab::files(project) {
        found.extend(commands::builds(&path, &RelPath::root(), 1, &text));
    }
    found
}

/// A file's text, unless it is too long to be one of a CI service.
fn text(project: &Project, path: &RelPath) -> Option<String> {
    const LONGEST: usize = 1 << 20;
    let bytes = project.read(path).ok().flatten().filter(|bytes| bytes.len() <= LONGEST)?;
    String::from_utf8(bytes.to_vec()).ok()
}

fn of_action(step: workflow::ActionBuild) -> CiBuild {
    CiBuild {
        build: step.build,
        line: step.line,
        builder: Builder::Action,
        imports: step.cache_from.is_some(),
        exports: step.cache_to,
    }
}
