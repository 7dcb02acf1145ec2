//! Commands of scripts that build images.

use dockfit_shell::Script;

use super::{Builder, CiBuild};
use crate::RelPath;
use crate::context::Build;

/// The builds of the lines that start with such a command, as far as they go on. The text stands in `path` from the line
/// `first` on, and its paths count from `folder`.
pub(super) fn builds(path: &RelPath, folder: &RelPath, first: usize, text: &str) -> Vec<CiBuild> {
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
        found.extend(built_by(path, folder, first + index, &command));
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

fn built_by(path: &RelPath, folder: &RelPath, line: usize, text: &str) -> Option<CiBuild> {
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
    let build = Build::resolve(path, folder, context?, file, in_context, target)?;
    Some(CiBuild { build, line, builder, imports, exports })
}
