//! Debian's packages. Source: dpkg 1.22, `deb-status(5)`; distroless images keep a file for each package.

use super::paragraphs;
use crate::Tree;

const STATUS: &str = "var/lib/dpkg/status";
const STATUS_FOLDER: &str = "var/lib/dpkg/status.d/";

/// Databases, and the lists of the files of each package.
pub(super) fn is_record(path: &str) -> bool {
    path == STATUS
        || path.starts_with(STATUS_FOLDER)
        || (path.starts_with("var/lib/dpkg/info/") && path.ends_with(".list"))
}

/// Names and versions.
pub(super) fn packages(tree: &Tree) -> Vec<(String, String)> {
    let parts = tree.below(STATUS_FOLDER).filter(|(path, _)| !path.ends_with(".md5sums"));
    let parts = parts.filter_map(|(_, node)| node.content()?.text.as_deref());
    let mut found = Vec::new();
    for text in tree.text(STATUS).into_iter().chain(parts) {
        let text = String::from_utf8_lossy(text);
        for fields in paragraphs(&text) {
            let (Some(name), Some(version)) = (fields.get("Package"), fields.get("Version")) else {
                continue;
            };
            // Removed packages leave a paragraph; those of distroless images have no status.
            if fields.get("Status").is_none_or(|status| status.ends_with(" installed")) {
                found.push(((*name).to_owned(), (*version).to_owned()));
            }
        }
    }
    found
}
