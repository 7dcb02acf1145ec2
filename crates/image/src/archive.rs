//! An image archive: a tar file of blobs, in docker's form (`manifest.json`) or OCI's (`index.json`).
//!
//! Sources: OCI image layout 1.1; moby `image/tarexport`. Engines since Docker 25 write both forms into one archive; then
//! docker's is read, which names one image and has no attestations.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::Path;

use serde::Deserialize;

use crate::ImageError;

/// The most bytes of a manifest or configuration.
const LARGEST_JSON: u64 = 64 << 20;

/// Where the bytes of a member lie.
#[derive(Clone, Copy, Debug)]
struct Extent {
    offset: u64,
    length: u64,
}

/// An archive whose members are known by name.
#[derive(Debug)]
pub(crate) struct Archive {
    file: File,
    members: HashMap<String, Extent>,
}

/// The members that make up an image.
#[derive(Debug)]
pub(crate) struct Members {
    /// The configuration.
    pub(crate) config: String,
    /// The layers, the lowest first.
    pub(crate) layers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerManifest {
    config: String,
    layers: Vec<String>,
}

/// An OCI index or manifest: which of the two, the keys say.
#[derive(Deserialize)]
struct Oci {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: String,
    platform: Option<OciPlatform>,
}

#[derive(Deserialize)]
struct OciPlatform {
    os: String,
}

impl Archive {
    /// Lists the members.
    pub(crate) fn open(path: &Path) -> Result<Self, ImageError> {
        let mut members = HashMap::new();
        let mut links = Vec::new();
        let mut reader = tar::Archive::new(File::open(path)?);
        for entry in reader.entries_with_seek()? {
            let entry = entry?;
            let name = normal(&String::from_utf8_lossy(&entry.path_bytes()));
            if let Some(target) = entry.link_name_bytes() {
                // Archives of old engines hold a layer that occurs twice once, and a link to it.
                links.push((name, String::from_utf8_lossy(&target).into_owned()));
            } else {
                let extent = Extent { offset: entry.raw_file_position(), length: entry.size() };
                members.insert(name, extent);
            }
        }
        for (name, target) in links {
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            let beside = normal(&format!("{folder}/{target}"));
            let found = members.get(&beside).or_else(|| members.get(&normal(&target)));
            if let Some(extent) = found.copied() {
                members.insert(name, extent);
            }
        }
        Ok(Self { file: File::open(path)?, members })
    }

    /// The image in it.
    pub(crate) fn image(&mut self) -> Result<Members, ImageError> {
        if self.members.contains_key("manifest.json") {
            let manifests: Vec<DockerManifest> = self.json("manifest.json")?;
            let first = manifests.into_iter().next();
            let first = first.ok_or_else(|| ImageError::malformed("manifest.json names no image"))?;
            return Ok(Members { config: first.config, layers: first.layers });
        }
        if !self.members.contains_key("index.json") {
            return Err(ImageError::malformed("it has neither manifest.json nor index.json"));
        }
        let mut found: Oci = self.json("index.json")?;
        // An index may name indexes.
        for _ in 0..4 {
            let Some(config) = &found.config else {
                let is_image = |descriptor: &&Descriptor| {
                    descriptor.platform.as_ref().is_none_or(|it| it.os != "unknown")
                };
                let next = found.manifests.iter().find(is_image);
                let next = next.ok_or_else(|| ImageError::malformed("index.json names no image"))?;
                found = self.json(&blob(&next.digest))?;
                continue;
            };
            let layers = found.layers.iter().map(|layer| blob(&layer.digest)).collect();
            return Ok(Members { config: blob(&config.digest), layers });
        }
        Err(ImageError::malformed("its indexes name one another"))
    }

    /// A member as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&mut self, name: &str) -> Result<T, ImageError> {
        let mut bytes = Vec::new();
        self.reader(name)?.take(LARGEST_JSON).read_to_end(&mut bytes)?;
        serde_json::from_slice(&bytes).map_err(|error| ImageError::malformed(format!("{name}: {error}")))
    }

    /// The bytes of a member.
    pub(crate) fn reader(&mut self, name: &str) -> Result<impl Read + use<'_>, ImageError> {
        let extent = self.members.get(&normal(name)).copied();
        let extent = extent.ok_or_else(|| ImageError::malformed(format!("{name} is missing")))?;
        self.file.seek(SeekFrom::Start(extent.offset))?;
        Ok((&mut self.file).take(extent.length))
    }

    /// The length of a member in bytes, as it is stored.
    pub(crate) fn length(&self, name: &str) -> u64 {
        self.members.get(&normal(name)).map_or(0, |extent| extent.length)
    }
}

/// The member that holds a blob.
fn blob(digest: &str) -> String {
    format!("blobs/{}", digest.replacen(':', "/", 1))
}

/// A path without `.`, `..` and slashes at its ends.
pub(crate) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
