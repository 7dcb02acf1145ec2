//! Builds an image.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{Said, run};
use crate::{BuildFailure, BuiltImage, Cancel, Engine, EngineError, Kind, LogLine};

/// Which frontend reads the Dockerfile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Frontend {
    /// The one that the `# syntax=` line names.
    #[default]
    Named,
    /// The engine's own: the line is left out of what is built.
    Builtin,
}

/// What is built, and how.
#[derive(Clone, Debug, Default)]
pub struct BuildRequest {
    /// The folder that is sent.
    pub context: PathBuf,
    /// The Dockerfile.
    pub dockerfile: PathBuf,
    /// The stage; the last one if none is named.
    pub target: Option<String>,
    /// The platform; the engine's own if none is named.
    pub platform: Option<String>,
    /// `NAME=value`, or a name whose value the environment has.
    pub build_args: Vec<String>,
    /// The network of RUN.
    pub network: Option<String>,
    /// As the engine takes them.
    pub secrets: Vec<String>,
    /// As the engine takes them.
    pub ssh: Vec<String>,
    /// Where the cache is written, as buildx takes it.
    pub cache_to: Vec<String>,
    /// Where a cache is read.
    pub cache_from: Vec<String>,
    /// Whether every step is built.
    pub no_cache: bool,
    /// What the `# syntax=` line names, to tell that it cannot be had.
    pub frontend: Option<String>,
}

/// A build that succeeded.
#[derive(Debug)]
pub struct Built {
    /// What was built; removed when it goes out of scope.
    pub image: BuiltImage,
    /// How long it took.
    pub took: Duration,
    /// What the engine said.
    pub log: Vec<LogLine>,
}

impl Engine {
    /// Builds an image under the name `tag`. `on_line` sees the log as it comes.
    pub fn build(
        &self,
        request: &BuildRequest,
        tag: &str,
        cancel: Cancel,
        on_line: &mut dyn FnMut(&str),
    ) -> Result<Built, EngineError> {
        // Held from now on, so that it is removed whenever the work is cut short.
        let image = BuiltImage::named(self.clone(), tag);
        let mut log = Vec::new();
        let began = Instant::now();
        let mut command = self.build_command(request, tag);
        let answer = run(&mut command, cancel, &mut |said| {
            let (Said::Out(text) | Said::Err(text)) = said;
            on_line(text);
            log.push(LogLine { at: began.elapsed(), text: text.clone() });
        })?;
        if !answer.status.success() {
            return Err(EngineError::Build(Box::new(BuildFailure::of(&log, request.frontend.as_deref()))));
        }
        Ok(Built { image, took: began.elapsed(), log })
    }

    fn build_command(&self, request: &BuildRequest, tag: &str) -> Command {
        let mut command = self.command(self.kind.build_words());
        let mut option = |name: &str, value: &str| {
            command.arg(format!("{name}={value}"));
        };
        match self.kind {
            // A builder elsewhere keeps what it built unless told to hand it over.
            Kind::Buildx => {
                option("--output", "type=docker");
                option("--progress", "plain");
                // An attestation holds the time of the build.
                option("--provenance", "false");
            }
            Kind::Docker => {}
            // Their own format has no health check.
            Kind::Podman | Kind::Buildah => option("--format", "docker"),
        }
        // It keeps no layers from one build to the next otherwise. Source: buildah-build(1), 2026-11-24.
        if self.kind == Kind::Buildah {
            option("--layers", "true");
        }
        option("--tag", tag);
        option("--file", &path(&request.dockerfile));
        if let Some(builder) = &self.builder {
            option("--builder", builder);
        }
        for (name, value) in [
            ("--target", &request.target),
            ("--platform", &request.platform),
            ("--network", &request.network),
        ] {
            if let Some(value) = value {
                option(name, value);
            }
        }
        for (name, values) in [
            ("--build-arg", &request.build_args),
            ("--secret", &request.secrets),
            ("--ssh", &request.ssh),
            ("--cache-to", &request.cache_to),
            ("--cache-from", &request.cache_from),
        ] {
            for value in values {
                option(name, value);
            }
        }
        if request.no_cache {
            command.arg("--no-cache");
        }
        command.arg(&request.context);
        // The classic client prints BuildKit's progress in a form for terminals otherwise.
        command.env("BUILDKIT_PROGRESS", "plain");
        command
    }
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{BuildRequest, path};
    use crate::{Engine, Kind};

    fn options(kind: Kind) -> Vec<String> {
        let engine = Engine { kind, version: String::new(), daemon: None, store: None, builder: None };
        let request = BuildRequest { context: PathBuf::from("/x"), ..BuildRequest::default() };
        let command = engine.build_command(&request, "t");
        command.get_args().map(|word| path(word.as_ref())).collect()
    }

    #[test]
    fn buildah_keeps_layers_and_both_keep_health_checks() {
        assert!(options(Kind::Buildah).contains(&"--layers=true".to_owned()));
        assert!(!options(Kind::Podman).contains(&"--layers=true".to_owned()), "it does by itself");
        for kind in [Kind::Podman, Kind::Buildah] {
            assert!(options(kind).contains(&"--format=docker".to_owned()), "{kind}");
        }
    }
}
