//! Archives of images, made in memory.

use std::io::Write as _;

use dockfit_image::{Image, ImageError, digest_of};
use serde_json::{Value, json};

/// An image in the making.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) config: Value,
    layers: Vec<Vec<File>>,
    compression: Compression,
    is_oci: bool,
}

#[derive(Clone)]
pub(crate) struct File {
    path: String,
    kind: tar::EntryType,
    bytes: Vec<u8>,
    target: String,
    mode: u32,
    owner: u64,
}

#[derive(Clone, Copy)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

impl File {
    fn new(path: &str, kind: tar::EntryType, mode: u32) -> Self {
        Self { path: path.to_owned(), kind, bytes: Vec::new(), target: String::new(), mode, owner: 0 }
    }

    pub(crate) fn text(path: &str, text: &str) -> Self {
        Self { bytes: text.into(), ..Self::new(path, tar::EntryType::Regular, 0o644) }
    }

    pub(crate) fn program(path: &str, bytes: &[u8]) -> Self {
        Self { bytes: bytes.into(), ..Self::new(path, tar::EntryType::Regular, 0o755) }
    }

    pub(crate) fn folder(path: &str) -> Self {
        Self::new(path, tar::EntryType::Directory, 0o755)
    }

    pub(crate) fn link(path: &str, target: &str) -> Self {
        Self { target: target.to_owned(), ..Self::new(path, tar::EntryType::Symlink, 0o777) }
    }

    pub(crate) fn hard_link(path: &str, target: &str) -> Self {
        Self { target: target.to_owned(), ..Self::new(path, tar::EntryType::Link, 0o644) }
    }

    pub(crate) fn owned_by(self, owner: u64) -> Self {
        Self { owner, ..self }
    }

    pub(crate) fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }
}

impl Made {
    pub(crate) fn new() -> Self {
        let config = json!({"Cmd": ["/bin/app"], "Env": ["PATH=/usr/bin:/bin"]});
        Self { config, layers: Vec::new(), compression: Compression::None, is_oci: false }
    }

    pub(crate) fn layer(mut self, files: Vec<File>) -> Self {
        self.layers.push(files);
        self
    }

    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.config[key] = value;
        self
    }

    pub(crate) fn compressed(self, compression: Compression) -> Self {
        Self { compression, ..self }
    }

    pub(crate) fn oci(self) -> Self {
        Self { is_oci: true, ..self }
    }

    pub(crate) fn read(&self) -> Image {
        read(&self.archive()).expect("an image")
    }

    /// The bytes of the archive.
    pub(crate) fn archive(&self) -> Vec<u8> {
        let layers: Vec<Vec<u8>> = self.layers.iter().map(|files| layer(files)).collect();
        let diff_ids: Vec<String> = layers.iter().map(|layer| format!("sha256:{}", hex(layer))).collect();
        let history: Vec<Value> = (0..layers.len())
            .flat_map(|index| {
                [
                    json!({"created_by": format!("STEP {index}")}),
                    json!({"created_by": "ENV", "empty_layer": true}),
                ]
            })
            .collect();
        let config = json!({
            "architecture": "amd64", "os": "linux", "config": self.config, "history": history,
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        });
        let blobs: Vec<Vec<u8>> = layers.iter().map(|layer| self.pack(layer)).collect();
        let name = |bytes: &[u8]| format!("blobs/sha256/{}", hex(bytes));
        let config = config.to_string().into_bytes();
        let mut members: Vec<(String, Vec<u8>)> =
            blobs.iter().map(|blob| (name(blob), blob.clone())).collect();
        members.push((name(&config), config.clone()));
        let descriptor =
            |bytes: &[u8]| json!({"digest": format!("sha256:{}", hex(bytes)), "size": bytes.len()});
        if self.is_oci {
            let layers: Vec<Value> = blobs.iter().map(|blob| descriptor(blob)).collect();
            let manifest = json!({"config": descriptor(&config), "layers": layers}).to_string().into_bytes();
            let attestation =
                json!({"digest": "sha256:0", "platform": {"os": "unknown", "architecture": "unknown"}});
            let index = json!({"manifests": [attestation, descriptor(&manifest)]}).to_string().into_bytes();
            members.push((name(&manifest), manifest));
            members.push(("index.json".to_owned(), index));
        } else {
            let layers: Vec<String> = blobs.iter().map(|blob| name(blob)).collect();
            let manifest = json!([{"Config": name(&config), "RepoTags": ["a:b"], "Layers": layers}]);
            members.push(("manifest.json".to_owned(), manifest.to_string().into_bytes()));
        }
        let files: Vec<File> =
            members.into_iter().map(|(path, bytes)| File { bytes, ..File::text(&path, "") }).collect();
        layer(&files)
    }

    fn pack(&self, bytes: &[u8]) -> Vec<u8> {
        match self.compression {
            Compression::None => bytes.to_vec(),
            Compression::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(bytes).expect("memory");
                encoder.finish().expect("memory")
            }
            Compression::Zstd => {
                ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
            }
        }
    }
}

/// Reads an archive.
pub(crate) fn read(archive: &[u8]) -> Result<Image, ImageError> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), archive).expect("a file");
    Image::read(file.path())
}

/// The path and the digest of a line of RECORD.
pub(crate) fn recorded(path: &str, text: &str) -> String {
    use base64::Engine as _;
    let digest = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest_of(text.as_bytes()));
    format!("{path},sha256={digest},{}\n", text.len())
}

fn layer(files: &[File]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(file.kind);
        header.set_mode(file.mode);
        header.set_uid(file.owner);
        header.set_gid(file.owner);
        header.set_size(file.bytes.len() as u64);
        if file.target.is_empty() {
            builder.append_data(&mut header, &file.path, file.bytes.as_slice()).expect("memory");
        } else {
            builder.append_link(&mut header, &file.path, &file.target).expect("memory");
        }
    }
    builder.into_inner().expect("memory")
}

fn hex(bytes: &[u8]) -> String {
    digest_of(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
