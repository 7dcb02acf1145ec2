//! Which copies bring manifests, and which bring source.

use dockfit_dockerfile::operation::{Operation, Source};
use dockfit_rewrite::Dockerfile;
use dockfit_rewrite::context::CopiedFile;

use super::managers::Install;
use crate::cache_mounts::path::is_inside;

/// A COPY or ADD from the context, with its files.
pub(super) struct Copied {
    pub(super) index: usize,
    pub(super) files: Vec<CopiedFile>,
    /// Its sources are single files, named one by one.
    pub(super) named: bool,
    /// It brings the whole context.
    pub(super) whole: bool,
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
        let whole = sources.iter().any(|source| source.word().text.trim_matches(['.', '/']).is_empty());
        Self { index, files, named, whole }
    }

    /// Whether it was written for an install: it names single files, a manifest among them, or brings nothing else than
    /// manifests.
    pub(super) fn is_for(&self, install: &Install) -> bool {
        let wanted = |file: &CopiedFile| {
            install.files.contains(&file.target)
                || install.folders.iter().any(|folder| is_inside(&file.target, folder))
        };
        (self.named && self.files.iter().any(wanted))
            || self.files.iter().all(|file| wanted(file) || is_manifest(&file.source))
    }

    /// A file of a copy to the root of the image that lies in a folder of the system.
    pub(super) fn over_system(&self) -> Option<&str> {
        let at_root = |file: &&CopiedFile| file.target.len() == file.below.len() + 1;
        self.files.iter().filter(at_root).map(|file| file.target.as_str()).find(|path| is_of_system(path))
    }

    /// Whether one of its files lies in `folder`.
    pub(super) fn reaches(&self, folder: &str) -> bool {
        self.files.iter().any(|file| is_inside(&file.target, folder))
    }
}

/// Whether a path lies in a folder that images have (Filesystem Hierarchy Standard 3.0, 3.2).
pub(super) fn is_of_system(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt",
        "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var",
    ];
    path.trim_start_matches('/').split('/').next().is_some_and(|first| FOLDERS.contains(&first))
}

/// Whether a file is where some manager looks for its settings, whatever project it installs for: in the home folder or in
/// `/etc` (pip "Configuration", conda "Using the .condarc", `gem help env`, Maven "Settings Reference", Composer
/// "Authentication", the GNU inetutils manual on `.netrc`; 2026-11-24).
pub(super) fn is_setting(path: &str) -> bool {
    const ENDS: &[&str] = &[
        "/.config/pip/pip.conf",
        "/.pip/pip.conf",
        "/etc/pip.conf",
        "/.netrc",
        "/.condarc",
        "/.mambarc",
        "/.gemrc",
        "/.m2/settings.xml",
        "/.cargo/config.toml",
        "/.composer/auth.json",
        "/.config/composer/auth.json",
    ];
    ENDS.iter().any(|end| path.ends_with(end))
}

/// Whether a file is a manifest, a lock or the setting of some manager, by its name.
pub(super) fn is_manifest(path: &str) -> bool {
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
