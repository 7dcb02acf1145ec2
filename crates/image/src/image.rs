//! An image: configuration, files, packages.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::archive::Archive;
use crate::config::ConfigFile;
use crate::layer::{self, Entry};
use crate::weight::weight;
use crate::{Config, ImageError, Packages, Step, Tree};

/// An image that was built.
#[derive(Clone, Debug)]
pub struct Image {
    /// How it is started.
    pub config: Config,
    /// Its files.
    pub tree: Tree,
    /// What is installed in it.
    pub packages: Packages,
    /// Its layers, the lowest first.
    pub layers: Vec<Layer>,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The digest of what it holds, uncompressed: `sha256:…`.
    pub diff_id: String,
    /// Bytes in the archive: compressed where the store keeps it so.
    pub stored: u64,
    /// Bytes of its files.
    pub content: u64,
    /// Bytes that travel when it is pulled; `None` where the reader does not weigh.
    pub pulled: Option<u64>,
    /// The instruction that made it, in the engine's words; empty where the history does not say.
    pub made_by: String,
}

/// Reads images; layers that several have in common are read once.
#[derive(Debug, Default)]
pub struct Reader {
    layers: HashMap<String, Arc<Vec<Entry>>>,
    /// Where layers are weighed: what those weigh that were read.
    weights: Option<HashMap<String, u64>>,
}

impl Image {
    /// Reads one archive.
    pub fn read(path: &Path) -> Result<Self, ImageError> {
        Reader::default().read(path)
    }
}

impl Reader {
    /// One that also tells how many bytes a layer is when it is pulled, which takes as long as compressing it.
    #[must_use]
    pub fn weighing() -> Self {
        Self { weights: Some(HashMap::new()), ..Self::default() }
    }

    /// What a layer weighs that was read before.
    pub fn weight(&self, diff_id: &str) -> Option<u64> {
        self.weights.as_ref()?.get(diff_id).copied()
    }

    /// Reads an archive that `docker save`, `podman save`, `buildah push docker-archive:` or buildx
    /// (`--output type=docker|oci`) wrote.
    pub fn read(&mut self, path: &Path) -> Result<Image, ImageError> {
        let mut archive = Archive::open(path)?;
        let members = archive.image()?;
        let file: ConfigFile = archive.json(&members.config)?;
        let mut tree = Tree::default();
        let mut layers = Vec::new();
        let mut makers = made_by(&file.history).into_iter();
        for (index, member) in members.layers.iter().enumerate() {
            let diff_id = file.rootfs.diff_ids.get(index).cloned().unwrap_or_default();
            let pulled = match (self.weight(&diff_id), &mut self.weights) {
                (Some(known), _) => Some(known),
                (None, Some(weights)) => {
                    let weight = weight(archive.reader(member)?)?;
                    weights.insert(diff_id.clone(), weight);
                    Some(weight)
                }
                (None, None) => None,
            };
            let entries = match self.layers.get(&diff_id) {
                Some(entries) => entries.clone(),
                None => Arc::new(layer::read(archive.reader(member)?)?),
            };
            if !diff_id.is_empty() {
                self.layers.insert(diff_id.clone(), entries.clone());
            }
            tree.put(index, &entries);
            let content = entries.iter().filter_map(Entry::size).sum();
            let made_by = makers.next().unwrap_or_default();
            layers.push(Layer { diff_id, stored: archive.length(member), content, pulled, made_by });
        }
        let packages = Packages::of(&tree);
        Ok(Image { config: file.config, tree, packages, layers })
    }
}

/// The instructions that made layers.
fn made_by(history: &[Step]) -> Vec<String> {
    history.iter().filter(|step| !step.empty_layer).map(|step| step.created_by.clone()).collect()
}
