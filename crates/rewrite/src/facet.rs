//! What a pass may change of an image, and what it declares to have changed.

/// A part of what an image is or how it is configured.
///
/// Configuration facets are compared before and after each pass, in every stage, and must be equal unless
/// declared; content facets are judged by building.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Facet {
    /// Environment variables.
    Env,
    /// Entrypoint.
    Entrypoint,
    /// Default command.
    Cmd,
    /// User.
    User,
    /// Working directory.
    Workdir,
    /// Exposed ports.
    Ports,
    /// Volumes.
    Volumes,
    /// Labels.
    Labels,
    /// Health check.
    HealthCheck,
    /// Stop signal.
    StopSignal,
    /// Shell.
    Shell,
    /// Deferred instructions.
    Onbuild,
    /// The stage that is built when none is named.
    DefaultTarget,
    /// Installed packages.
    Packages,
    /// Files of the image.
    Files,
    /// How the files are spread over layers.
    Layers,
}

impl Facet {
    /// Its name, in kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Entrypoint => "entrypoint",
            Self::Cmd => "cmd",
            Self::User => "user",
            Self::Workdir => "workdir",
            Self::Ports => "ports",
            Self::Volumes => "volumes",
            Self::Labels => "labels",
            Self::HealthCheck => "health-check",
            Self::StopSignal => "stop-signal",
            Self::Shell => "shell",
            Self::Onbuild => "onbuild",
            Self::DefaultTarget => "default-target",
            Self::Packages => "packages",
            Self::Files => "files",
            Self::Layers => "layers",
        }
    }
}

/// One thing that a change declares to have changed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Declared {
    /// An environment variable of that name, in any stage of the file.
    Env(String),
    /// A whole facet, in any stage of the file.
    Facet(Facet),
    /// These words (a command, an option), as written, were taken out of the RUN that began at this offset.
    TakenOut {
        /// Offset of the RUN in the text before.
        run: usize,
        /// The words.
        words: String,
    },
    /// These words (an option), as written, were put into the RUN that began at this offset.
    PutIn {
        /// Offset of the RUN in the text before.
        run: usize,
        /// The words.
        words: String,
    },
    /// A RUN with this script was added; in exec form, the array's words with blanks between them.
    RunAdded(String),
    /// The RUN that began at this offset is gone.
    RunTakenOut(usize),
    /// The RUN that began at this offset stands elsewhere: in the same stage, or in one that was added like it, with the
    /// same variables, user, folder and shell.
    RunMoved(usize),
    /// A stage was added.
    StageAdded {
        /// Its name, which no stage had.
        name: String,
        /// The index, in the text before, of the stage that it came from and is compared with: it is built on that stage
        /// or on what that one is built on.
        like: usize,
    },
    /// A stage was added that holds the beginning of another one, which is built on it; or is built on that beginning, too.
    /// As [`Declared::StageAdded`], but what configures an image may stand in the other one alone.
    StagePart {
        /// Its name, which no stage had.
        name: String,
        /// The index, in the text before, of the stage that is parted.
        like: usize,
    },
    /// Stages take from this image, as the instructions name it, and did not before.
    Takes(String),
    /// The stage of this index in the text before, and those that were added like it, are built on this image instead of
    /// the one that they were built on.
    Base {
        /// The index of the stage.
        stage: usize,
        /// The image, as FROM names it.
        image: String,
    },
    /// A comment that spoke of nothing but what is gone, as written.
    CommentTakenOut(String),
}
