//! Alpine's packages. Source: apk-tools 2 and 3, the installed database: `P:` name, `V:` version.

use super::paragraphs;
use crate::Tree;

const DATABASES: [&str; 2] = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];

pub(super) fn is_record(path: &str) -> bool {
    DATABASES.contains(&path)
}

pub(super) fn packages(tree: &Tree) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for text in DATABASES.iter().filter_map(|path| tree.text(path)) {
        let text = String::from_utf8_lossy(text);
        for fields in paragraphs(&text) {
            if let (Some(name), Some(version)) = (fields.get("P"), fields.get("V")) {
                found.push(((*name).to_owned(), (*version).to_owned()));
            }
        }
    }
    found
}
