//! Builds on machines of a CI service, and what they say of the build cache.

use dockfit_shell::Script;

use super::{Build, workflow};
use crate::{Project, RelPath};

/// What makes the image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builder {
    /// The action `docker/build-push-action`.
    Action,
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

/// The builds of GitHub workflows and of `.gitlab-ci.yml` in `project`, on machines that are thrown away.
///
/// A workflow that names self-hosted machines is left out: those keep their cache.
pub fn ci_builds(project: &Project) -> Vec<CiBuild> {
    const LONGEST: usize = 1 << 20;
    let folder = RelPath::new(".github/workflows");
    let workflows = folder.iter().flat_map(|folder| {
        let names = project.list(folder).unwrap_or_default();
        names.into_iter().filter_map(|name| folder.join(name))
    });
    let is_yaml = |path: &RelPath| matches!(path.file_name().rsplit_once('.'), Some((_, "yml" | "yaml")));
    let paths = workflows.chain(RelPath::new(".gitlab-ci.yml")).filter(is_yaml);
    let texts = paths.filter_map(|path| {
        let bytes = project.read(&path).ok().flatten().filter(|bytes| bytes.len() <= LONGEST)?;
        Some((path, String::from_utf8(bytes.to_vec()).ok()?))
    });
    texts
        .filter(|(_, text)| !text.contains("self-hosted"))
        .flat_map(|(path, text)| {
            let mut found = actions(&path, &text);
            // Where a step changes the folder, its paths cannot be told.
            if !text.contains("working-directory") {
                found.extend(commands(&path, &text));
            }
            found
        })
        .collect()
}

fn actions(path: &RelPath, text: &str) -> Vec<CiBuild> {
    let of_action = |step: workflow::ActionBuild| CiBuild {
        build: step.build,
        line: step.line,
        builder: Builder::Action,
        imports: step.cache_from.is_some(),
        exports: step.cache_to,
    };
    workflow::builds(path, text).into_iter().map(of_action).collect()
}

/// The commands of scripts: lines that start with one, as far as they go on.
fn commands(path: &RelPath, text: &str) -> Vec<CiBuild> {
    let mut lines = text.lines().enumerate();
    let mut found = Vec::new();
    while let Some((index, line)) = lines.next() {
        let mut command = line.trim_start().trim_start_matches("- ").trim_start_matches("run: ").to_owned();
        if !(command.starts_with("docker ") || command.starts_with("/kaniko/executor")) {
            continue;
        }
        while command.ends_with('\\') {
            command.pop();
            let Some((_, next)) = lines.next() else { break };
            command.push_str(next.trim_start());
        }
        found.extend(built_by(path, index + 1, &command));
    }
    found
}

/// Options of `docker build` and `docker buildx build` without a value (`--help`, Docker 28; 2026-11-24).
const SWITCHES: &[&str] = &[
    "--check",
    "--compress",
    "--debug",
    "-D",
    "--disable-content-trust",
    "--force-rm",
    "--load",
    "--no-cache",
    "--pull",
    "--push",
    "--quiet",
    "-q",
    "--rm",
    "--squash",
];

fn built_by(path: &RelPath, line: usize, text: &str) -> Option<CiBuild> {
    let script = Script::parse(text);
    let command = script.commands().next()?;
    let words = command.words.iter().map(|word| {
        let text = script.slice(&word.range).replace(['"', '\''], "");
        text.replace("${CI_PROJECT_DIR}", ".").replace("$CI_PROJECT_DIR", ".")
    });
    let words: Vec<String> = words.collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (builder, rest) = match words.as_slice() {
        ["docker", "buildx", "build", rest @ ..] | ["docker", "build", rest @ ..] => (Builder::Docker, rest),
        ["/kaniko/executor", rest @ ..] => (Builder::Kaniko, rest),
        _ => return None,
    };
    let (mut file, mut context, mut target) = (None, None, None);
    let (mut imports, mut exports) = (false, None);
    let mut rest = rest.iter().copied();
    while let Some(word) = rest.next() {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        if !word.starts_with('-') {
            context = Some(word);
            continue;
        }
        let value = if SWITCHES.contains(&name) { None } else { value.or_else(|| rest.next()) };
        match name {
            "-f" | "--file" | "--dockerfile" => file = value,
            "-c" | "--context" if builder == Builder::Kaniko => context = value,
            "--target" => target = value,
            "--cache-from" => imports = true,
            "--cache-to" => exports = value.map(str::to_owned),
            "--cache" if value == Some("true") => (imports, exports) = (true, value.map(str::to_owned)),
            _ => {}
        }
    }
    let in_context = builder == Builder::Kaniko || file.is_none();
    let build = Build::resolve(path, &RelPath::root(), context?, file, in_context, target)?;
    Some(CiBuild { build, line, builder, imports, exports })
}
