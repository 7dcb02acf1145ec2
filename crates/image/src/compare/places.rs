//! What kind of place a path is. Facts: Filesystem Hierarchy Standard 3.0, and what builds leave behind (2026-11-24).

use std::collections::BTreeSet;

use crate::{Image, NodeKind};

/// Folders whose files differ between any two builds, or that the engine fills at the start.
const PASSING: [&str; 10] = [
    "proc/",
    "sys/",
    "dev/",
    "run/",
    "tmp/",
    "var/tmp/",
    "var/log/",
    "var/cache/",
    "var/lib/apt/",
    "var/lib/dpkg/",
];

/// Files of that kind.
const PASSING_FILES: [&str; 6] =
    ["etc/hostname", "etc/hosts", "etc/resolv.conf", "etc/machine-id", "etc/ld.so.cache", "etc/mtab"];

/// Folders that the packages of the system and their scripts fill.
const SYSTEM: [&str; 8] = ["bin/", "sbin/", "lib/", "lib64/", "usr/", "etc/", "var/lib/", "boot/"];

/// Folders in those that are the administrator's, so a step's.
const LOCAL: [&str; 3] = ["usr/local/", "usr/src/", "etc/nginx/"];

/// Whether a file says nothing of what the build is for: logs, caches, bytecode, the package managers' own records.
pub(super) fn is_passing(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let in_cache = path.contains("/.cache/") || path.contains("/__pycache__/") || path.contains("/.npm/");
    let record = path.contains(".dist-info/") || path.contains(".egg-info/") || path.starts_with("lib/apk/");
    PASSING.iter().any(|folder| path.starts_with(folder) || path == folder.trim_end_matches('/'))
        || PASSING_FILES.contains(&path)
        || in_cache
        || record
        || name == "__pycache__"
        || name.ends_with(".pyc")
        || name.ends_with(".lock")
        // What useradd and shadow's other tools keep of the last version.
        || (path.starts_with("etc/") && path.ends_with('-'))
}

/// Whether the packages of the system, or their scripts, may have made it.
pub(super) fn is_system(path: &str) -> bool {
    SYSTEM.iter().any(|folder| path.starts_with(folder))
        && !LOCAL.iter().any(|folder| path.starts_with(folder))
}

/// Folders whose files are judged as packages: those that Python imports from, and `node_modules`.
#[derive(Debug)]
pub(super) struct Packaged<'a> {
    folders: BTreeSet<&'a str>,
    listed: BTreeSet<String>,
}

impl<'a> Packaged<'a> {
    pub(super) fn of(images: [&'a Image; 2]) -> Self {
        let all = images.into_iter().flat_map(|image| &image.packages.python);
        let listed = images.into_iter().flat_map(listed_by_dpkg).collect();
        Self { folders: all.map(|it| it.folder.as_str()).collect(), listed }
    }

    pub(super) fn covers(&self, path: &str) -> bool {
        let below = |folder: &&&str| path.strip_prefix(**folder).is_some_and(|rest| rest.starts_with('/'));
        path.contains("node_modules/")
            || self.listed.contains(merged(path).as_str())
            || self.folders.iter().any(|it| below(&it))
    }
}

/// The paths in the lists of dpkg, and in those of distroless images.
fn listed_by_dpkg(image: &Image) -> Vec<String> {
    let lists = image.tree.below("var/lib/dpkg/info/").chain(image.tree.below("var/lib/dpkg/status.d/"));
    let mut found = Vec::new();
    for (path, node) in lists {
        let NodeKind::File(content) = &node.kind else { continue };
        let Some(text) = content.text.as_deref().map(String::from_utf8_lossy) else { continue };
        if path.ends_with(".list") {
            found.extend(text.lines().map(|line| merged(line.trim_start_matches('/'))));
        } else if path.ends_with(".md5sums") {
            found.extend(text.lines().filter_map(|line| line.split_once("  ")).map(|(_, path)| merged(path)));
        }
    }
    found
}

/// The path below `/usr`, where `/bin`, `/sbin` and `/lib` are links into it.
fn merged(path: &str) -> String {
    let moved = ["bin/", "sbin/", "lib/", "lib64/"].iter().any(|folder| path.starts_with(folder));
    if moved { format!("usr/{path}") } else { path.to_owned() }
}
