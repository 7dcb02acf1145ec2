//! Python of an official image, brought along to an image that has none.
//!
//! Sources, 2026-11-24: docker-library/python `Dockerfile-linux.template` (commit of 2026-06-23) for what is built and with
//! which headers; `ldd` on every module in `lib-dynload` of `CPython` 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1 and 3.13.0,
//! built from source with a shared libpython on Debian 12, for what these link to. Modules of 3.7 and before link to
//! libpython itself. 3.14 adds `_zstd`, whose library each image with a C library holds.

use super::images::{PLAIN, PLATFORMS};
use super::{Image, Language};

/// Debian packages whose libraries the modules of every version link to, directly or by another one.
const OF_ALL: &[&str] = &[
    "libbz2-1.0",
    "libdb5.3",
    "libffi8",
    "libgdbm6",
    "liblzma5",
    "libncursesw6",
    "libreadline8",
    "libsqlite3-0",
    "libtinfo6",
    "libuuid1",
];

/// The same up to Python 3.12, which has `crypt` and `nis`.
const UP_TO_3_12: &[&str] = &[
    "libbz2-1.0",
    "libcom-err2",
    "libcrypt1",
    "libdb5.3",
    "libffi8",
    "libgdbm6",
    "libgssapi-krb5-2",
    "libk5crypto3",
    "libkeyutils1",
    "libkrb5-3",
    "libkrb5support0",
    "liblzma5",
    "libncursesw6",
    "libnsl2",
    "libreadline8",
    "libsqlite3-0",
    "libtinfo6",
    "libtirpc3",
    "libuuid1",
];

const COPIED: Image =
    Image { name: "cc", below: Some("cc"), packages: OF_ALL, platforms: PLATFORMS, is_copied: true, ..PLAIN };

macro_rules! python {
    ($version:literal, $packages:expr) => {
        Image {
            language: Language::Python($version),
            packages: $packages,
            programs: &[
                concat!("/usr/local/bin/python", $version),
                "/usr/local/bin/python3",
                "/usr/local/bin/python",
            ],
            ..COPIED
        }
    };
}

const ROWS: &[Image] = &[
    python!("3.8", UP_TO_3_12),
    python!("3.9", UP_TO_3_12),
    python!("3.10", UP_TO_3_12),
    python!("3.11", UP_TO_3_12),
    python!("3.12", UP_TO_3_12),
    python!("3.13", OF_ALL),
    python!("3.14", OF_ALL),
    python!("3.15", OF_ALL),
];

/// The first patch of a minor version whose image was surely built after its interpreter was told where its library is
/// (`-rpath='$ORIGIN/../lib'`, docker-library/python, merged 2023-02-02): before, only the cache of the loader said so.
pub(in crate::distroless_runtime) const FIRST_LINKED: &[(&str, u32)] =
    &[("3.8", 17), ("3.9", 17), ("3.10", 10), ("3.11", 2)];

/// The image that Python of that minor version is brought to, if that is known to work.
pub(in crate::distroless_runtime) fn copied(minor: &str) -> Option<&'static Image> {
    ROWS.iter().find(|image| image.language.version() == Some(minor))
}
