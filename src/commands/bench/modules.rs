//! Where the modules of an image come from, by the place of their files.

use std::collections::BTreeSet;

/// Where a module comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// With the interpreter: a file of its library, or built into it.
    StandardLibrary,
    /// An installed package.
    Package,
    /// The application's own files.
    Application,
}

/// The names that can be imported, the first part of each.
#[derive(Debug, Default)]
pub(super) struct Modules {
    library: BTreeSet<String>,
    packages: BTreeSet<String>,
    application: BTreeSet<String>,
}

impl Modules {
    /// Those of an image with these files.
    ///
    /// Source: `CPython`'s `site`, Debian's `dist-packages`: packages lie in a folder of that name, the standard library in
    /// `lib/pythonX.Y` itself.
    pub(super) fn of<'t>(paths: impl Iterator<Item = &'t str>) -> Self {
        let mut found = Self::default();
        for path in paths {
            let installed =
                ["/site-packages/", "/dist-packages/"].iter().find_map(|folder| path.split_once(folder));
            if let Some((_, inside)) = installed {
                found.packages.extend(name(inside));
            } else if let Some(inside) = of_library(path) {
                found.library.extend(name(inside));
            } else if matches!(path.rsplit('.').next(), Some("py" | "pyc")) {
                // What of its path is imported depends on where it is started.
                found.application.extend(path.split('/').filter_map(name));
            }
        }
        found
    }

    /// Whether there is an interpreter with its library.
    pub(super) fn has_library(&self) -> bool {
        !self.library.is_empty()
    }

    /// Where the module comes from whose name begins with `top`. What has no file is built into the interpreter.
    pub(super) fn origin(&self, top: &str) -> Origin {
        if self.library.contains(top) {
            Origin::StandardLibrary
        } else if self.packages.contains(top) {
            Origin::Package
        } else if self.application.contains(top) {
            Origin::Application
        } else {
            Origin::StandardLibrary
        }
    }
}

/// What of a path lies in the library of an interpreter; Fedora and what comes from it have it in `lib64`.
fn of_library(path: &str) -> Option<&str> {
    let (_, behind) = path.split_once("lib/python3").or_else(|| path.split_once("lib64/python3"))?;
    let (version, inside) = behind.split_once('/')?;
    version
        .bytes()
        .all(|byte| byte == b'.' || byte.is_ascii_digit())
        .then(|| inside.trim_start_matches("lib-dynload/"))
}

/// The name under which the first part of a path is imported.
fn name(path: &str) -> Option<String> {
    let part = path.split('/').next()?;
    let name = part.split('.').next()?;
    let is_name = name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    (is_name && !name.is_empty() && name != "__pycache__").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Modules, Origin};

    #[test]
    fn modules_come_from_where_their_files_are() {
        let paths = [
            "usr/lib/python3.13/json/decoder.py",
            "usr/lib64/python3.9/decimal.py",
            "usr/lib/python3.13/lib-dynload/_ssl.cpython-313-x86_64-linux-gnu.so",
            "usr/lib/python3/dist-packages/yaml/__init__.py",
            "opt/venv/lib/python3.13/site-packages/typing_extensions.py",
            "opt/venv/lib/python3.13/site-packages/numpy-2.1.0.dist-info/RECORD",
            "srv/shop/orders.py",
        ];
        let modules = Modules::of(paths.into_iter());
        for (name, origin) in [
            ("json", Origin::StandardLibrary),
            ("decimal", Origin::StandardLibrary),
            ("_ssl", Origin::StandardLibrary),
            ("_imp", Origin::StandardLibrary),
            ("yaml", Origin::Package),
            ("typing_extensions", Origin::Package),
            ("shop", Origin::Application),
            ("orders", Origin::Application),
        ] {
            assert_eq!(modules.origin(name), origin, "{name}");
        }
    }
}
