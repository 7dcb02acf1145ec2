//! Facts about base images that many Dockerfiles build on.
//!
//! Only what holds for every release that a row covers: versions and checksums are named without a value. A `PATH` is
//! given without directories that it names a second time, which have no effect.

use crate::values::reference::ImageReference;

use super::base_images::{BaseConfig, Fact};
use super::base_s2i;

/// A row: images, what they set, and where that was read.
struct Row {
    /// Repository in full.
    repository: &'static str,
    /// Tags, `*` at either end standing for anything. The first row that fits counts.
    tags: &'static [&'static str],
    env: &'static [(&'static str, Option<&'static str>)],
    user: &'static str,
    working_dir: &'static str,
    entrypoint: Fact<&'static [&'static str]>,
    cmd: Fact<&'static [&'static str]>,
    unlabelled: bool,
}

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const NONE: Fact<&[&str]> = Fact::Known(&[]);

const PLAIN: Row = Row {
    repository: "",
    tags: &["*"],
    env: &[("PATH", Some(DEFAULT_PATH))],
    user: "",
    working_dir: "",
    entrypoint: NONE,
    cmd: NONE,
    unlabelled: true,
};

const PYTHON: Row = Row {
    repository: "docker.io/library/python",
    env: &[
        ("PATH", Some("/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin")),
        ("GPG_KEY", None),
        ("PYTHON_VERSION", None),
        ("PYTHON_SHA256", None),
    ],
    cmd: Fact::Known(&["python3"]),
    ..PLAIN
};

const GOLANG: Row = Row {
    repository: "docker.io/library/golang",
    env: &[
        (
            "PATH",
            Some("/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ),
        ("GOLANG_VERSION", None),
        ("GOTOOLCHAIN", Some("local")),
        ("GOPATH", Some("/go")),
    ],
    working_dir: "/go",
    cmd: Fact::Known(&["bash"]),
    ..PLAIN
};

const RUST: Row = Row {
    repository: "docker.io/library/rust",
    env: &[
        ("PATH", Some("/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")),
        ("RUSTUP_HOME", Some("/usr/local/rustup")),
        ("CARGO_HOME", Some("/usr/local/cargo")),
        ("RUST_VERSION", None),
    ],
    cmd: Fact::Known(&["bash"]),
    ..PLAIN
};

const CERTIFICATES: (&str, Option<&str>) = ("SSL_CERT_FILE", Some("/etc/ssl/certs/ca-certificates.crt"));
const DEBUG_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/busybox";
const BUSYBOX: Fact<&[&str]> = Fact::Known(&["/busybox/sh"]);

/// The tags of distroless images, without and with a user and busybox. Source: GoogleContainerTools/distroless
/// `static/static.bzl`, 2026-08-21.
const DISTROLESS: [Row; 4] = [
    Row {
        tags: &["debug-nonroot*"],
        env: &[("PATH", Some(DEBUG_PATH)), CERTIFICATES],
        user: "65532",
        working_dir: "/home/nonroot",
        entrypoint: BUSYBOX,
        ..PLAIN
    },
    Row {
        tags: &["debug*"],
        env: &[("PATH", Some(DEBUG_PATH)), CERTIFICATES],
        user: "0",
        working_dir: "/",
        entrypoint: BUSYBOX,
        ..PLAIN
    },
    Row {
        tags: &["nonroot*"],
        env: &[("PATH", Some(DEFAULT_PATH)), CERTIFICATES],
        user: "65532",
        working_dir: "/home/nonroot",
        ..PLAIN
    },
    Row {
        tags: &["latest*"],
        env: &[("PATH", Some(DEFAULT_PATH)), CERTIFICATES],
        user: "0",
        working_dir: "/",
        ..PLAIN
    },
];

/// What a distroless image adds to the static one.
struct Language {
    /// The repository's name up to a version or the distribution.
    name: &'static str,
    entrypoint: &'static [&'static str],
    /// Variables; nothing for a value that differs from release to release.
    env: &'static [(&'static str, Option<&'static str>)],
}

const UTF_8: &[(&str, Option<&str>)] = &[("LANG", Some("C.UTF-8"))];

/// Source: GoogleContainerTools/distroless `python3/python.bzl`, `nodejs/nodejs.bzl`, `java/java.bzl`, 2026-08-21;
/// `python3-debian12` from the last commit that had it.
const LANGUAGES: [Language; 9] = [
    Language { name: "python3-debian13", entrypoint: &["/usr/bin/python3.13"], env: UTF_8 },
    Language { name: "python3-debian12", entrypoint: &["/usr/bin/python3.11"], env: UTF_8 },
    Language { name: "nodejs", entrypoint: &["/nodejs/bin/node"], env: &[] },
    Language { name: "java-base", entrypoint: &[], env: UTF_8 },
    Language {
        name: "java",
        entrypoint: &["/usr/bin/java", "-jar"],
        env: &[("LANG", Some("C.UTF-8")), ("JAVA_VERSION", None)],
    },
    Language { name: "static", entrypoint: &[], env: &[] },
    Language { name: "base", entrypoint: &[], env: &[] },
    Language { name: "base-nossl", entrypoint: &[], env: &[] },
    Language { name: "cc", entrypoint: &[], env: &[] },
];

const ROWS: [Row; 13] = [
    // Source: docker-library/python `Dockerfile-linux.template`, 2026-06-23. LANG is set up to 3.12.
    Row {
        tags: &["3.9*", "3.10*", "3.11*", "3.12*"],
        env: &[
            ("PATH", Some("/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin")),
            ("LANG", Some("C.UTF-8")),
            ("GPG_KEY", None),
            ("PYTHON_VERSION", None),
            ("PYTHON_SHA256", None),
        ],
        ..PYTHON
    },
    Row { tags: &["3.13*", "3.14*", "3.15*"], ..PYTHON },
    // Source: nodejs/docker-node `Dockerfile-*.template`, 2026-08-19.
    Row {
        repository: "docker.io/library/node",
        env: &[("PATH", Some(DEFAULT_PATH)), ("NODE_VERSION", None), ("YARN_VERSION", None)],
        entrypoint: Fact::Known(&["docker-entrypoint.sh"]),
        cmd: Fact::Known(&["node"]),
        ..PLAIN
    },
    // Source: docker-library/golang `Dockerfile-linux.template`, 2026-08-19.
    Row { tags: &["*alpine*"], cmd: Fact::Known(&["/bin/sh"]), ..GOLANG },
    // GOTOOLCHAIN came with 1.21.
    Row {
        tags: &[
            "1.21*", "1.22*", "1.23*", "1.24*", "1.25*", "1.26*", "1.27*", "1", "latest", "bookworm",
            "trixie",
        ],
        ..GOLANG
    },
    // Source: rust-lang/docker-rust `Dockerfile-*.template`, 2026-04-03.
    Row { tags: &["*alpine*"], cmd: Fact::Known(&["/bin/sh"]), ..RUST },
    RUST,
    // Source: docker-library/ruby `Dockerfile.template`, 2026-04-21.
    Row {
        repository: "docker.io/library/ruby",
        env: &[
            (
                "PATH",
                Some("/usr/local/bundle/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ),
            ("LANG", Some("C.UTF-8")),
            ("RUBY_VERSION", None),
            ("RUBY_DOWNLOAD_URL", None),
            ("RUBY_DOWNLOAD_SHA256", None),
            ("GEM_HOME", Some("/usr/local/bundle")),
            ("BUNDLE_SILENCE_ROOT_WARNING", Some("1")),
            ("BUNDLE_APP_CONFIG", Some("/usr/local/bundle")),
        ],
        cmd: Fact::Known(&["irb"]),
        ..PLAIN
    },
    // Source: the images' pages in docker-library/repo-info, as known in 2026.
    Row { repository: "docker.io/library/debian", cmd: Fact::Known(&["bash"]), ..PLAIN },
    Row { repository: "docker.io/library/buildpack-deps", cmd: Fact::Known(&["bash"]), ..PLAIN },
    Row {
        repository: "docker.io/library/ubuntu",
        cmd: Fact::Known(&["/bin/bash"]),
        unlabelled: false,
        ..PLAIN
    },
    Row { repository: "docker.io/library/alpine", cmd: Fact::Known(&["/bin/sh"]), ..PLAIN },
    Row { repository: "docker.io/library/busybox", cmd: Fact::Known(&["sh"]), ..PLAIN },
];

/// What the table knows of an image.
pub(super) fn find(reference: &ImageReference) -> Option<BaseConfig> {
    let repository = format!("{}/{}", reference.domain, reference.path);
    let tag = reference.effective_tag().unwrap_or_default();
    if let Some(name) = repository.strip_prefix("gcr.io/distroless/") {
        return distroless(name, tag);
    }
    if repository.starts_with("mcr.microsoft.com/windows") {
        return Some(BaseConfig { windows: true, ..BaseConfig::unknown() });
    }
    if let Some(config) = base_s2i::find(reference) {
        return Some(config);
    }
    ROWS.iter().find(|row| row.repository == repository && row.fits(tag)).map(Row::config)
}

fn distroless(repository: &str, tag: &str) -> Option<BaseConfig> {
    let language = LANGUAGES.iter().find(|language| {
        let rest = repository.strip_prefix(language.name);
        rest.is_some_and(|rest| {
            let (version, distribution) = rest.split_at(rest.find('-').unwrap_or(rest.len()));
            version.bytes().all(|byte| byte.is_ascii_digit())
                && (distribution.is_empty() || distribution.starts_with("-debian"))
        })
    })?;
    let mut config = DISTROLESS.iter().find(|row| row.fits(tag))?.config();
    if !language.entrypoint.is_empty() {
        config.entrypoint = Fact::Known(language.entrypoint.iter().map(|word| (*word).to_owned()).collect());
    }
    let env = language.env.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)));
    config.env.extend(env);
    Some(config)
}

impl Row {
    fn fits(&self, tag: &str) -> bool {
        self.tags.iter().any(|pattern| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
            (Some(""), _) => true,
            (Some(rest), Some(_)) => rest.strip_suffix('*').is_some_and(|inner| tag.contains(inner)),
            (Some(end), None) => tag.ends_with(end),
            // `3.1*` is 3.1, 3.1.2 and 3.1-slim, not 3.10.
            (None, Some(start)) => tag
                .strip_prefix(start)
                .is_some_and(|rest| !rest.bytes().next().is_some_and(|byte| byte.is_ascii_digit())),
            (None, None) => tag == *pattern,
        })
    }

    fn config(&self) -> BaseConfig {
        let owned = |fact: &Fact<&[&str]>| match fact {
            Fact::Known(words) => Fact::Known(words.iter().map(|word| (*word).to_owned()).collect()),
            Fact::Unknown => Fact::Unknown,
        };
        BaseConfig {
            env: self
                .env
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
                .collect(),
            env_open: false,
            user: Fact::Known(self.user.to_owned()),
            working_dir: Fact::Known(self.working_dir.to_owned()),
            entrypoint: owned(&self.entrypoint),
            cmd: owned(&self.cmd),
            shell: Fact::Known(Vec::new()),
            on_build: Vec::new(),
            plain: true,
            unlabelled: self.unlabelled,
            windows: false,
        }
    }
}
