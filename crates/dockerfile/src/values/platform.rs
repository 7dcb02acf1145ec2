//! Platforms such as `linux/arm64/v8`.

use std::fmt;

/// What an image is built for. Names are normalised: `x86_64` is `amd64`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Platform {
    /// The operating system, such as `linux`.
    pub os: String,
    /// Its version, which only Windows images have; else empty.
    pub os_version: String,
    /// The architecture, such as `amd64`.
    pub architecture: String,
    /// The variant of the architecture, such as `v7`; else empty.
    pub variant: String,
}

impl Default for Platform {
    /// `linux/amd64`.
    fn default() -> Self {
        Self {
            os: "linux".into(),
            os_version: String::new(),
            architecture: "amd64".into(),
            variant: String::new(),
        }
    }
}

/// Operating systems that may stand alone. Source: `github.com/containerd/platforms` `database.go`, v1.0.0-rc.1.
const SYSTEMS: [&str; 17] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

/// Architectures that may stand alone; same source.
const ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "ppc64",
    "ppc64le",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

impl Platform {
    /// Reads `os[(version)]`, an architecture, `os/architecture` or `os/architecture/variant`; what is left out is
    /// that of [`Platform::default`]. Mirrors `github.com/containerd/platforms` `Parse`.
    pub fn parse(text: &str) -> Option<Self> {
        let component = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        };
        let mut parts = text.split('/');
        let first = parts.next()?;
        let (os, os_version) = match first.split_once('(') {
            Some((os, version)) => (os, version.strip_suffix(')')?),
            None => (first, ""),
        };
        if !component(os) || os.contains('.') || !(os_version.is_empty() || component(os_version)) {
            return None;
        }
        let os = normalize_os(os);
        let rest: Vec<&str> = parts.collect();
        if !rest.iter().all(|part| component(part)) {
            return None;
        }
        let (os, (architecture, variant)) = match rest.as_slice() {
            [] if SYSTEMS.contains(&os.as_str()) => (os, ("amd64".to_owned(), String::new())),
            [] => {
                let (architecture, variant) = normalize_architecture(first, "");
                let known = ARCHITECTURES.contains(&architecture.as_str());
                let variant = if architecture == "arm" && variant == "v7" { String::new() } else { variant };
                return known.then(|| Self {
                    os: "linux".into(),
                    os_version: os_version.into(),
                    architecture,
                    variant,
                });
            }
            [architecture] => {
                let (architecture, variant) = normalize_architecture(architecture, "");
                let variant = if architecture == "arm" && variant == "v7" { String::new() } else { variant };
                (os, (architecture, variant))
            }
            [architecture, variant] => {
                let (architecture, variant) = normalize_architecture(architecture, variant);
                let plain = architecture == "arm64" && variant.is_empty();
                (os, (architecture, if plain { "v8".into() } else { variant }))
            }
            _ => return None,
        };
        Some(Self { os, os_version: os_version.into(), architecture, variant })
    }

    /// Whether images of this platform run Windows.
    pub fn is_windows(&self) -> bool {
        self.os == "windows"
    }
}

fn normalize_os(os: &str) -> String {
    match os.to_lowercase().as_str() {
        "macos" => "darwin".into(),
        other => other.into(),
    }
}

/// Mirrors `normalizeArch`.
fn normalize_architecture(architecture: &str, variant: &str) -> (String, String) {
    let (architecture, variant) = (architecture.to_lowercase(), variant.to_lowercase());
    let pair = |a: &str, v: &str| (a.to_owned(), v.to_owned());
    match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => pair("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => pair("amd64", ""),
        ("x86_64" | "x86-64" | "amd64", v) => pair("amd64", v),
        ("aarch64" | "arm64", "8" | "v8" | "v8.0") => pair("arm64", ""),
        ("aarch64" | "arm64", "9" | "9.0" | "v9.0") => pair("arm64", "v9"),
        ("aarch64" | "arm64", v) => pair("arm64", v),
        ("armhf", _) | ("arm", "" | "7") => pair("arm", "v7"),
        ("armel", _) => pair("arm", "v6"),
        ("arm", v @ ("5" | "6" | "8")) => ("arm".to_owned(), format!("v{v}")),
        (a, v) => pair(a, v),
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.os)?;
        if !self.os_version.is_empty() {
            write!(f, "({})", self.os_version)?;
        }
        write!(f, "/{}", self.architecture)?;
        if self.variant.is_empty() { Ok(()) } else { write!(f, "/{}", self.variant) }
    }
}
