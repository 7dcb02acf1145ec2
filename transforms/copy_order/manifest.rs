//! Which copies bring manifests, and which bring source.

use dockfit_dockerfile::operation::{Operation, Source};
use dockfit_rewrite::Dockerfile;
use dockfit_rewrite::context::CopiedFile;

use super::managers::Install;

/// A COPY or ADD from the context, with its files.
pub(super) struct Copied {
    pub(super) index: usize,
    pub(super) files: Vec<CopiedFile>,
    /// Its sources are single files, named one by one.
    pub(super) named: bool,
}

impl Copied {
    pub(super) fn new(dockerfile: &Dockerfile, index: usize, files: Vec<CopiedFile>) -> Self {
        let sources = match dockerfile.model().operation(index) {
            Some(Operation::Copy(copy) | Operation::Add(copy)) => copy.sources.as_slice(),
            _ => &[],
        };
        let pattern = |source: &Source| source.word().text.contains(['*', '?', '[']);
        let single = |file: &CopiedFile| !file.below.contains('/');
        let named = files.len() == sources.len() && !sources.iter().any(pattern) && files.iter().all(single);
        Self { index, files, named }
    }

    /// Whether it was written for an install: it names single files, a manifest among them, or brings nothing else than
    /// manifests.
    pub(super) fn is_for(&self, install: &Install) -> bool {
        let wanted = |file: &CopiedFile| {
            install.files.contains(&file.target)
                || install.folders.iter().any(|folder| is_in(&file.target, folder))
        };
        (self.named && self.files.iter().any(wanted))
            || self.files.iter().all(|file| wanted(file) || is_manifest(&file.source))
    }

    /// Whether one of its files lies in `folder`.
    pub(super) fn reaches(&self, folder: &str) -> bool {
        self.files.iter().any(|file| is_in(&file.target, folder))
    }
}

/// Whether `path` is `folder` or lies in it.
pub(super) fn is_in(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a file is a manifest, a lock or the setting of some manager, by its name.
fn is_manifest(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "package.json",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "pnpm-workspace.yaml",
        "bun.lock",
        "bun.lockb",
        ".npmrc",
        ".yarnrc",
        ".yarnrc.yml",
        "lerna.json",
        "pyproject.toml",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "Pipfile",
        "Pipfile.lock",
        ".python-version",
        "environment.yml",
        "Gemfile",
        "Gemfile.lock",
        ".ruby-version",
        ".tool-versions",
        ".nvmrc",
        "composer.json",
        "composer.lock",
        "symfony.lock",
        "go.mod",
        "go.sum",
        "go.work",
        "go.work.sum",
        "Cargo.toml",
        "Cargo.lock",
        "pom.xml",
        "gradle.properties",
        "global.json",
        "Directory.Build.props",
        "Directory.Packages.props",
        "setup.cfg",
        "constraints.txt",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    let tools = ["gradle/", ".mvn/", ".yarn/"];
    if matches!(name, "gradlew" | "gradlew.bat" | "mvnw" | "mvnw.cmd") {
        return true;
    }
    if tools.iter().any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}"))) {
        return true;
    }
    let suffixes = [".csproj", ".fsproj", ".vbproj", ".sln", ".slnx", ".gradle", ".gradle.kts"];
    NAMES.contains(&name)
        || name.eq_ignore_ascii_case("nuget.config")
        || suffixes.iter().any(|suffix| name.ends_with(suffix))
        || (path.contains("requirements") && name.rsplit_once('.').is_some_and(|(_, suffix)| suffix == "txt"))
}
