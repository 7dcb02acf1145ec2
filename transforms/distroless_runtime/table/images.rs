//! The rows of distroless images.

use super::{Image, Language};

/// The variables that all of them have.
const SHARED_ENV: &[&str] = &["SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"];

pub(super) const PLATFORMS: &[&str] = &["amd64", "arm", "arm64", "ppc64le", "riscv64", "s390x"];
const OF_JAVA: &[&str] = &["amd64", "arm64", "ppc64le", "riscv64", "s390x"];
const OF_NODE: &[&str] = &["amd64", "arm64", "ppc64le", "s390x"];
const A_YEAR: &str = "a year after the release of Debian 14";
const THREE_MONTHS: &str = "three months after the release of Debian 14";

pub(super) const PLAIN: Image = Image {
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
    is_copied: false,
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
pub(in crate::distroless_runtime) const IMAGES: &[Image] = &[
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
        is_copied: false,
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
