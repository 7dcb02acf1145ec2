//! An image that was built, for as long as it is wanted.

use std::path::Path;

use crate::process::{clean_up, succeed};
use crate::{Cancel, Engine, EngineError, Kind};

/// An image under a name of our own; the name is removed with it, and so is the image if it has no other.
#[derive(Debug)]
pub struct BuiltImage {
    engine: Engine,
    name: String,
}

impl BuiltImage {
    /// Holds the image of that name, whether it is there already or not.
    pub(crate) fn named(engine: Engine, name: &str) -> Self {
        Self { engine, name: name.to_owned() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes its archive.
    pub fn save(&self, to: &Path, cancel: Cancel) -> Result<(), EngineError> {
        let to = to.to_string_lossy();
        let mut command = match self.engine.kind {
            Kind::Buildx | Kind::Docker => {
                self.engine.command(&["image", "save", "--output", &to, &self.name])
            }
            Kind::Podman => self.engine.command(&[
                "save",
                "--quiet",
                "--format",
                "docker-archive",
                "--output",
                &to,
                &self.name,
            ]),
            Kind::Buildah => {
                let archive = format!("docker-archive:{to}:{}", self.name);
                self.engine.command(&["push", "--quiet", &self.name, &archive])
            }
        };
        succeed(&mut command, cancel).map(drop)
    }

    /// The digests of its layers, uncompressed, the lowest first; none where the engine does not say.
    pub fn layer_ids(&self, cancel: Cancel) -> Vec<String> {
        if self.engine.kind == Kind::Buildah {
            return Vec::new();
        }
        let words = ["image", "inspect", "--format", "{{json .RootFS.Layers}}"];
        let said = succeed(self.engine.command(&words).arg(&self.name), cancel).unwrap_or_default();
        serde_json::from_str(&said).unwrap_or_default()
    }

    /// Its size in bytes, as the store counts it.
    pub fn size(&self, cancel: Cancel) -> Result<u64, EngineError> {
        let words: &[&str] = match self.engine.kind {
            // It has no size to show.
            Kind::Buildah => return Ok(0),
            _ => &["image", "inspect", "--format", "{{.Size}}"],
        };
        let said = succeed(self.engine.command(words).arg(&self.name), cancel)?;
        Ok(said.trim().parse().unwrap_or(0))
    }
}

impl Drop for BuiltImage {
    fn drop(&mut self) {
        let words: &[&str] = match self.engine.kind {
            Kind::Buildx | Kind::Docker | Kind::Podman => &["image", "rm", "--force"],
            Kind::Buildah => &["rmi", "--force"],
        };
        clean_up(self.engine.command(words).arg(&self.name));
    }
}
