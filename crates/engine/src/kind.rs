//! Which engines there are, and what they are called.

use std::fmt;

/// An engine, as a way to build.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `docker buildx build`: any of its builders.
    Buildx,
    /// `docker build`.
    Docker,
    /// `podman build`.
    Podman,
    /// `buildah build`.
    Buildah,
}

impl Kind {
    /// All of them, in the order in which they are looked for.
    pub const ALL: [Self; 4] = [Self::Buildx, Self::Docker, Self::Podman, Self::Buildah];

    /// Its name, as it is chosen by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Buildx => "docker-buildx",
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Buildah => "buildah",
        }
    }

    /// The program.
    pub fn program(self) -> &'static str {
        match self {
            Self::Buildx | Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Buildah => "buildah",
        }
    }

    /// The words that build, behind the program.
    pub(crate) fn build_words(self) -> &'static [&'static str] {
        match self {
            Self::Buildx => &["buildx", "build"],
            Self::Docker | Self::Podman | Self::Buildah => &["build"],
        }
    }

    /// Whether it is a client of dockerd.
    pub fn is_docker(self) -> bool {
        matches!(self, Self::Buildx | Self::Docker)
    }

    /// Whether it can run what it built in the background.
    pub fn runs(self) -> bool {
        self != Self::Buildah
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
