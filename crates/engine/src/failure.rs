//! Why a build failed, told from what the engine said.

use std::fmt;

use crate::LogLine;

/// What a failed build failed of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The frontend of the `# syntax=` line cannot be had.
    Frontend,
    /// A base image cannot be had.
    BaseImage,
    /// There is no room left.
    DiskFull,
    /// The engine went away.
    EngineGone,
    /// The engine takes no such option.
    Option,
    /// A step failed.
    Step,
}

/// A build that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BuildFailure {
    /// Of what.
    pub cause: Cause,
    /// The engine's own words.
    pub said: String,
    /// The end of the log.
    pub log: Vec<String>,
}

/// How many lines of the log are kept.
const KEPT: usize = 30;

impl BuildFailure {
    /// Judges a log. `frontend` is what the `# syntax=` line names.
    pub(crate) fn of(log: &[LogLine], frontend: Option<&str>) -> Self {
        let lines: Vec<&str> = log.iter().map(|line| line.text.trim_end()).collect();
        let has = |words: &[&str]| {
            lines.iter().rev().find(|line| words.iter().any(|word| line.contains(word))).copied()
        };
        let error = |line: &&&str| line.contains("ERROR") || line.to_lowercase().contains("error:");
        let last = lines.iter().rev().find(error).or(lines.iter().rev().find(|line| !line.is_empty()));
        let last = last.copied().unwrap_or_default();
        let frontend_lost = frontend.and_then(|frontend| {
            let name = frontend.split(['@', ':']).next().unwrap_or(frontend);
            let of_it =
                |line: &&&str| line.contains(name) && (line.contains("ERROR") || line.contains("failed to"));
            lines.iter().rev().find(of_it).copied()
        });
        let (cause, said) = if let Some(line) = has(&["no space left on device", "disk quota exceeded"]) {
            (Cause::DiskFull, line)
        } else if let Some(line) = has(&GONE) {
            (Cause::EngineGone, line)
        } else if let Some(line) = frontend_lost {
            (Cause::Frontend, line)
        } else if let Some(line) = has(&["unknown flag:", "unknown shorthand flag"]) {
            (Cause::Option, line)
        } else if let Some(line) = has(&NO_IMAGE) {
            (Cause::BaseImage, line)
        } else {
            (Cause::Step, last)
        };
        let log = lines.get(lines.len().saturating_sub(KEPT)..).unwrap_or_default();
        let log = log.iter().map(|line| (*line).to_owned()).collect();
        Self { cause, said: said.trim().to_owned(), log }
    }
}

/// What clients say whose engine went away. Sources: docker CLI 26, buildx 0.13, grpc-go.
const GONE: [&str; 6] = [
    "Cannot connect to the Docker daemon",
    "error during connect:",
    "error reading from server: EOF",
    "failed to receive status: rpc error: code = Unavailable",
    "transport is closing",
    "closing transport due to",
];

/// What engines say that cannot pull an image. Sources: buildkit, podman 5, docker's classic builder.
const NO_IMAGE: [&str; 5] = [
    "failed to resolve source metadata for",
    "pull access denied",
    "manifest unknown",
    "initializing source docker://",
    "failed to authorize:",
];

impl fmt::Display for BuildFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.cause {
            Cause::Frontend => "the frontend that its `# syntax=` line names cannot be had",
            Cause::BaseImage => "an image that it builds on cannot be had",
            Cause::DiskFull => "there is no room left on the engine's disk",
            Cause::EngineGone => "the engine went away",
            Cause::Option => "the engine does not know an option",
            Cause::Step => "a step failed",
        };
        write!(f, "{what}: {}", self.said)
    }
}
