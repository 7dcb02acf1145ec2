//! The distroless images: what they hold, how they start, where they run, and how long they are looked after.
//!
//! Source: `GoogleContainerTools/distroless` (`*/config.bzl`, `*/*.bzl`, `common/`, `SUPPORT_POLICY.md`), commit of
//! 2026-08-21; looked at 2026-11-24. A test compares the rows with `facts.txt`, which `tests/distroless/derive.py` reads
//! out of that repository.

/// A language, and which version of it an image has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    /// No language: binaries that bring along what they need beyond these packages.
    None,
    /// Python, by its minor version.
    Python(&'static str),
    /// Node, by its major version.
    Node(&'static str),
    /// Java, by its major version.
    Java(&'static str),
}

/// An image.
#[derive(Debug)]
pub(crate) struct Image {
    /// Its name behind `gcr.io/distroless/`, without the distribution.
    pub(super) name: &'static str,
    pub(super) language: Language,
    /// The exact version of the language.
    pub(super) version: Option<&'static str>,
    /// The image that it adds to, by its name.
    below: Option<&'static str>,
    /// Debian packages that it adds.
    packages: &'static [&'static str],
    /// Its entrypoint.
    pub(super) entrypoint: &'static [&'static str],
    /// Variables that it adds, `NAME=value`.
    env: &'static [&'static str],
    /// Where the language's programs lie, in the order of PATH.
    pub(super) programs: &'static [&'static str],
    /// Architectures.
    platforms: &'static [&'static str],
    /// When support ends, as its makers put it.
    pub(super) support: &'static str,
}

/// The distribution of all rows, as their names have it.
pub(super) const DISTRIBUTION: &str = "debian13";

/// The release of Debian, with whose C library (2.41) what runs there must get along.
pub(super) const RELEASE: u32 = 13;

/// What stands before the names.
pub(super) const REGISTRY: &str = "gcr.io/distroless/";

/// The variables that all of them have.
const SHARED_ENV: &[&str] = &["SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"];

/// Packages whose files are in each image without being listed: the certificates are taken out of the package
/// (`common/BUILD.bazel`, `cacerts`).
const IN_ALL: &[&str] = &["ca-certificates"];

const PLATFORMS: &[&str] = &["amd64", "arm", "arm64", "ppc64le", "riscv64", "s390x"];
const OF_JAVA: &[&str] = &["amd64", "arm64", "ppc64le", "riscv64", "s390x"];
const OF_NODE: &[&str] = &["amd64", "arm64", "ppc64le", "s390x"];
const A_YEAR: &str = "a year after the release of Debian 14";
const THREE_MONTHS: &str = "three months after the release of Debian 14";

const PLAIN: Image = Image {
    name: "",
    language: Language::None,
    version: None,
    below: None,
    packages: &[],
    entrypoint: &[],
    env: &[],
    programs: &[],
    platforms: PLATFORMS,
    support: A_YEAR,
};

const NODE: Image = Image {
    below: Some("cc"),
    entrypoint: &["/nodejs/bin/node"],
    programs: &["/nodejs/bin/node"],
    platforms: OF_NODE,
    support: THREE_MONTHS,
    ..PLAIN
};

const JAVA: Image = Image {
    below: Some("java-base"),
    entrypoint: &["/usr/bin/java", "-jar"],
    programs: &["/usr/bin/java"],
    platforms: OF_JAVA,
    support: THREE_MONTHS,
    ..PLAIN
};

/// The images, each behind the one that it adds to.
pub(super) const IMAGES: &[Image] = &[
    Image {
        name: "static",
        packages: &["base-files", "media-types", "netbase", "tzdata", "tzdata-legacy"],
        env: SHARED_ENV,
        ..PLAIN
    },
    Image { name: "base-nossl", below: Some("static"), packages: &["libc6"], ..PLAIN },
    Image {
        name: "base",
        below: Some("static"),
        packages: &["libc6", "libssl3t64", "libzstd1", "zlib1g"],
        ..PLAIN
    },
    Image {
        name: "cc",
        below: Some("base"),
        packages: &["gcc-14-base", "libgcc-s1", "libgomp1", "libstdc++6"],
        ..PLAIN
    },
    Image {
        name: "python3",
        language: Language::Python("3.13"),
        version: Some("3.13.5"),
        below: Some("cc"),
        packages: &[
            "libbz2-1.0",
            "libc-bin",
            "libcom-err2",
            "libcrypt1",
            "libdb5.3t64",
            "libexpat1",
            "libffi8",
            "libgssapi-krb5-2",
            "libk5crypto3",
            "libkeyutils1",
            "libkrb5-3",
            "libkrb5support0",
            "liblzma5",
            "libncursesw6",
            "libnsl2",
            "libpython3.13-minimal",
            "libpython3.13-stdlib",
            "libreadline8t64",
            "libsqlite3-0",
            "libtinfo6",
            "libtirpc3t64",
            "libuuid1",
            "python3.13-minimal",
            "python3.13-venv",
            "zlib1g",
        ],
        entrypoint: &["/usr/bin/python3.13"],
        env: &["LANG=C.UTF-8"],
        programs: &["/usr/bin/python3.13", "/usr/bin/python3", "/usr/bin/python"],
        platforms: &["amd64", "arm64", "riscv64"],
        support: THREE_MONTHS,
    },
    Image {
        name: "nodejs22",
        language: Language::Node("22"),
        version: Some("22.23.2"),
        platforms: &["amd64", "arm", "arm64", "ppc64le", "s390x"],
        ..NODE
    },
    Image { name: "nodejs24", language: Language::Node("24"), version: Some("24.19.0"), ..NODE },
    Image {
        name: "nodejs26",
        language: Language::Node("26"),
        version: Some("26.7.0"),
        packages: &["libatomic1"],
        ..NODE
    },
    Image {
        name: "java-base",
        below: Some("base-nossl"),
        packages: &[
            "fontconfig-config",
            "fonts-dejavu-core",
            "gcc-14-base",
            "libbrotli1",
            "libbz2-1.0",
            "libcrypt1",
            "libexpat1",
            "libfontconfig1",
            "libfreetype6",
            "libgcc-s1",
            "libjpeg62-turbo",
            "liblcms2-2",
            "libpng16-16t64",
            "libstdc++6",
            "libuuid1",
            "zlib1g",
        ],
        env: &["LANG=C.UTF-8"],
        platforms: OF_JAVA,
        support: THREE_MONTHS,
        ..PLAIN
    },
    Image {
        name: "java17",
        language: Language::Java("17"),
        version: Some("17"),
        packages: &["temurin-17-jre"],
        ..JAVA
    },
    Image {
        name: "java21",
        language: Language::Java("21"),
        version: Some("21"),
        packages: &["temurin-21-jre"],
        ..JAVA
    },
    Image {
        name: "java25",
        language: Language::Java("25"),
        version: Some("25"),
        packages: &["temurin-25-jre"],
        ..JAVA
    },
];

/// Releases that are no longer looked after: names of images begin so, and end in the distribution.
///
/// Source: `SUPPORT_POLICY.md`; the older distributions are no longer built. 2026-11-24.
const ENDED: &[(&str, &str, &str)] = &[
    ("python3", "debian12", "April 2026"),
    ("nodejs", "debian12", "January 2026"),
    ("java", "debian12", "January 2026"),
    ("", "debian12", "September 2026"),
    ("", "debian11", "2024"),
    ("", "debian10", "2022"),
    ("", "debian9", "2020"),
];

/// The image of that name, such as `cc`.
pub(crate) fn image(name: &str) -> Option<&'static Image> {
    IMAGES.iter().find(|image| image.name == name)
}

/// The image that a reference such as `gcr.io/distroless/python3-debian13` names.
pub(crate) fn named(repository: &str) -> Option<&'static Image> {
    image(repository.strip_prefix(REGISTRY)?.strip_suffix(DISTRIBUTION)?.strip_suffix('-')?)
}

/// When support of that distroless image ended, if it has.
pub(super) fn ended(repository: &str) -> Option<&'static str> {
    let name = repository.strip_prefix(REGISTRY)?;
    let of = |(start, end, _): &&(&str, &str, &str)| {
        name.starts_with(start) && name.strip_suffix(end).is_some_and(|rest| rest.ends_with('-'))
    };
    ENDED.iter().find(of).map(|(.., when)| *when)
}

impl Image {
    /// Its name as FROM has it, with this tag (none: `latest`).
    pub(crate) fn reference(&self, tag: &str) -> String {
        let colon = if tag.is_empty() { "" } else { ":" };
        format!("{REGISTRY}{}-{DISTRIBUTION}{colon}{tag}", self.name)
    }

    /// It and those that it adds to.
    fn lineage(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |image| image.below.and_then(self::image))
    }

    /// Whether it holds what a Debian package holds. Packages of older releases go by the names of their successors.
    pub(super) fn holds(&self, package: &str) -> bool {
        let stem = |name: &'static str| name.strip_suffix("t64").unwrap_or(name);
        IN_ALL.contains(&package)
            || self
                .lineage()
                .flat_map(|image| image.packages)
                .any(|name| *name == package || stem(name) == package)
    }

    /// The variables that it sets, `PATH` left out: name and value.
    pub(super) fn env(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.lineage().flat_map(|image| image.env).filter_map(|pair| pair.split_once('='))
    }

    /// Whether it is made for an architecture, by the name that the engine has for it.
    pub(super) fn runs_on(&self, architecture: &str) -> bool {
        self.platforms.contains(&architecture)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use dockfit_dockerfile::Document;
    use dockfit_dockerfile::model::{Fact, Model};

    use super::*;

    /// What was read out of the images' own repository.
    fn facts() -> BTreeMap<String, BTreeMap<String, String>> {
        let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let mut name = String::new();
        for line in include_str!("facts.txt").lines().filter(|line| !line.starts_with('#')) {
            if let Some(head) = line.strip_prefix('[') {
                head.trim_end_matches(']').clone_into(&mut name);
            } else if let Some((key, value)) = line.split_once(": ") {
                found.entry(name.clone()).or_default().insert(key.to_owned(), value.to_owned());
            }
        }
        found
    }

    fn sorted(words: &[&str]) -> String {
        let mut words = words.to_vec();
        words.sort_unstable();
        if words.is_empty() { "-".to_owned() } else { words.join(" ") }
    }

    #[test]
    fn the_rows_are_what_the_repository_says() {
        let facts = facts();
        let names: Vec<&str> = IMAGES.iter().map(|image| image.name).collect();
        assert_eq!(sorted(&names), facts.keys().map(String::as_str).collect::<Vec<_>>().join(" "));
        for image in IMAGES {
            let quoted: Vec<String> = image.entrypoint.iter().map(|word| format!("\"{word}\"")).collect();
            let row = BTreeMap::from([
                ("below", image.below.unwrap_or("scratch").to_owned()),
                ("entrypoint", format!("[{}]", quoted.join(", "))),
                ("env", sorted(image.env)),
                ("packages", sorted(image.packages)),
                ("platforms", sorted(image.platforms)),
                ("version", image.version.unwrap_or("-").to_owned()),
            ]);
            let expected: BTreeMap<&str, String> =
                facts[image.name].iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
            assert_eq!(row, expected, "{}", image.name);
        }
    }

    /// The table of base images, which the model goes by, and this one say the same.
    #[test]
    fn the_model_knows_the_same_images() {
        for image in IMAGES {
            for (tag, user) in [("latest", "0"), ("nonroot", "65532"), ("debug", "0")] {
                let text = format!("FROM {}\n", image.reference(tag));
                let config = Model::of(&Document::parse(text)).config(0);
                let told = |name: &str| {
                    let variable = config.env.iter().find(|variable| &*variable.name == name);
                    variable.and_then(|variable| variable.value.as_known().map(str::to_owned))
                };
                for (name, value) in image.env() {
                    assert_eq!(told(name).as_deref(), Some(value), "{} {name}", image.name);
                }
                assert_eq!(config.user.as_known(), Some(user), "{}", image.name);
                let Fact::Known(entrypoint) = &config.entrypoint else { panic!("{}", image.name) };
                if image.entrypoint.is_empty() && tag == "debug" {
                    assert_eq!(entrypoint, &["/busybox/sh"], "{}", image.name);
                } else {
                    assert_eq!(entrypoint, image.entrypoint, "{}", image.name);
                }
            }
        }
    }

    #[test]
    fn support_of_older_releases_has_ended() {
        assert_eq!(ended("gcr.io/distroless/python3-debian12"), Some("April 2026"));
        assert_eq!(ended("gcr.io/distroless/static-debian12"), Some("September 2026"));
        assert_eq!(ended("gcr.io/distroless/static-debian13"), None);
        assert_eq!(ended("gcr.io/distroless/static"), None);
        assert_eq!(ended("debian:12"), None);
    }

    #[test]
    fn packages_are_held_under_their_old_names_too() {
        let python = image("python3").expect("a row");
        for held in ["libssl3", "libssl3t64", "ca-certificates", "tzdata", "zlib1g", "libffi8"] {
            assert!(python.holds(held), "{held}");
        }
        for missing in ["curl", "libpq5", "netcat-openbsd"] {
            assert!(!python.holds(missing), "{missing}");
        }
    }
}
