//! How much of a context reaches the build.

use std::fmt;

use dockfit_rewrite::FileSource as _;
use dockfit_rewrite::context::Sight;

use super::scene::Scene;

/// Files and their bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Amount {
    files: usize,
    bytes: u64,
}

impl Amount {
    /// What `sight` lets through of all that some Dockerfile takes.
    pub(super) fn of(scene: &Scene<'_>, sight: &Sight) -> Self {
        let mut amount = Self::default();
        for (index, entry) in scene.tree.entries().iter().enumerate() {
            if !entry.is_folder && scene.reaches(index, sight) {
                let path = scene.shared.context.join(&entry.path);
                amount.files += 1;
                amount.bytes += path.map_or(0, |path| scene.project.size(&path));
            }
        }
        amount
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.files == 1 { "file" } else { "files" };
        write!(f, "{} {noun}, {}", grouped(self.files), Bytes(self.bytes))
    }
}

/// `1,234,567`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in powers of a thousand.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, size) in [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)] {
            if self.0 >= size {
                let tenths = self.0 / (size / 10);
                return write!(f, "{}.{} {unit}", tenths / 10, tenths % 10);
            }
        }
        write!(f, "{} B", self.0)
    }
}
