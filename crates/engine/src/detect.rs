//! Which engine is there.

use std::fmt;
use std::process::Command;
use std::time::Duration;

use crate::process::{last_words, run_within};
use crate::{Cancel, EngineError, Kind};

/// How long an engine may take to say its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// An engine that answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Engine {
    /// What it is.
    pub kind: Kind,
    /// The version of what builds, such as `buildx 0.13.1`.
    pub version: String,
    /// The version of the daemon behind it; none where there is none, or where a builder elsewhere does without.
    pub daemon: Option<String>,
    /// How images are stored: `overlay2`, `containerd`. Sizes of an image depend on it.
    pub store: Option<String>,
    /// The builder, where one was named.
    pub builder: Option<String>,
}

/// Why an engine cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Absence {
    /// The program is not there.
    NotInstalled,
    /// `docker` has no buildx.
    NoBuildx,
    /// It does not answer; what it says.
    NoAnswer(String),
}

/// No engine can be used: each that was tried, and why not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoEngine {
    /// In the order in which they were tried.
    pub tried: Vec<(Kind, Absence)>,
}

/// The engine of that kind, or the first one that can be used. A builder elsewhere (`builder`) is buildx's, which then
/// builds without a daemon here.
pub fn find(
    wanted: Option<Kind>,
    builder: Option<&str>,
    cancel: Cancel,
) -> Result<Result<Engine, NoEngine>, EngineError> {
    let mut tried = Vec::new();
    let buildx_only = builder.map(|_| Kind::Buildx);
    for kind in
        Kind::ALL.into_iter().filter(|kind| wanted.or(buildx_only).is_none_or(|wanted| wanted == *kind))
    {
        match look(kind, builder, cancel)? {
            Ok(engine) => return Ok(Ok(engine)),
            Err(absence) => tried.push((kind, absence)),
        }
    }
    Ok(Err(NoEngine { tried }))
}

type Found<T> = Result<Result<T, Absence>, EngineError>;

fn look(kind: Kind, builder: Option<&str>, cancel: Cancel) -> Found<Engine> {
    let engine = |version: String, daemon, store| Engine {
        kind,
        version,
        daemon,
        store,
        builder: builder.map(str::to_owned),
    };
    match kind {
        Kind::Buildx => {
            let version = match asked("docker", &["buildx", "version"], cancel)? {
                Ok(version) => version,
                Err(Absence::NoAnswer(_)) => return Ok(Err(Absence::NoBuildx)),
                Err(absence) => return Ok(Err(absence)),
            };
            // `github.com/docker/buildx v0.13.1 …`
            let number = version.split_whitespace().nth(1).unwrap_or("?").trim_start_matches('v');
            let version = format!("buildx {number}");
            Ok(match (daemon(cancel)?, builder) {
                (Ok((daemon, store)), _) => Ok(engine(version, Some(daemon), Some(store))),
                (Err(_), Some(_)) => Ok(engine(version, None, None)),
                (Err(absence), None) => Err(absence),
            })
        }
        Kind::Docker => Ok(match daemon(cancel)? {
            Ok((daemon, store)) => Ok(engine(String::new(), Some(daemon), Some(store))),
            Err(absence) => Err(absence),
        }),
        Kind::Podman => Ok(
            match asked(
                "podman",
                &["info", "--format", "{{.Version.Version}} {{.Store.GraphDriverName}}"],
                cancel,
            )? {
                Ok(said) => {
                    let (version, store) = said.split_once(' ').unwrap_or((&said, ""));
                    Ok(engine(format!("podman {version}"), None, Some(store.to_owned())))
                }
                Err(absence) => Err(absence),
            },
        ),
        // `buildah version 1.39.3 (image-spec …)`
        Kind::Buildah => Ok(asked("buildah", &["--version"], cancel)?.map(|said| {
            let number = said.split_whitespace().nth(2).unwrap_or("?").to_owned();
            engine(format!("buildah {number}"), None, None)
        })),
    }
}

/// The version and the image store of dockerd.
fn daemon(cancel: Cancel) -> Found<(String, String)> {
    let format = "{{.ServerVersion}} {{.Driver}} {{json .DriverStatus}}";
    let said = match asked("docker", &["info", "--format", format], cancel)? {
        Ok(said) => said,
        Err(absence) => return Ok(Err(absence)),
    };
    let mut words = said.split_whitespace();
    let (version, driver) = (words.next().unwrap_or("?"), words.next().unwrap_or("?"));
    let containerd = said.contains("io.containerd.snapshotter");
    let store = if containerd { "containerd" } else { driver };
    Ok(Ok((version.to_owned(), store.to_owned())))
}

/// What a program answers, or why there is no answer.
fn asked(program: &str, words: &[&str], cancel: Cancel) -> Found<String> {
    match run_within(Command::new(program).args(words), cancel, Some(PATIENCE), &mut |_| {}) {
        Ok(answer) if answer.status.success() => Ok(Ok(answer.out.trim().to_owned())),
        Ok(answer) => Ok(Err(Absence::NoAnswer(last_words(&answer.err, &answer.out)))),
        Err(EngineError::Cancelled) => Err(EngineError::Cancelled),
        Err(EngineError::Start { .. }) => Ok(Err(Absence::NotInstalled)),
        Err(error) => Ok(Err(Absence::NoAnswer(error.to_string()))),
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let daemon = self.daemon.as_ref().map(|version| format!("Docker {version}"));
        let builder = self.builder.as_ref().map(|name| format!("builder {name}"));
        let store = self.store.as_ref().map(|store| format!("{store} store"));
        let version = Some(self.version.clone()).filter(|version| !version.is_empty());
        let parts: Vec<String> = [version, daemon, builder, store].into_iter().flatten().collect();
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled => f.write_str("not installed"),
            Self::NoBuildx => f.write_str("docker has no buildx"),
            Self::NoAnswer(said) => write!(f, "it does not answer: {said}"),
        }
    }
}

impl fmt::Display for NoEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |(kind, absence): &(Kind, Absence)| format!("{kind}: {absence}");
        f.write_str(&self.tried.iter().map(one).collect::<Vec<_>>().join("; "))
    }
}

impl Engine {
    /// The program, for a command of its.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.kind.program());
        command.args(words);
        command
    }

    /// The first numbers of the daemon's version; 0 where there is none.
    pub(crate) fn daemon_major(&self) -> u32 {
        let version = self.daemon.as_deref().unwrap_or_default();
        version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0)
    }
}
