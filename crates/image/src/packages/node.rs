//! Packages in `node_modules`, by the `package.json` at the top of each.

use serde::Deserialize;

use crate::{NodeKind, Tree};

#[derive(Deserialize)]
struct Manifest {
    name: Option<String>,
    version: Option<String>,
}

/// Whether it is the manifest of an installed package: `node_modules/NAME/package.json` or
/// `node_modules/@SCOPE/NAME/package.json`.
pub(super) fn is_record(path: &str) -> bool {
    let Some(package) = path.strip_suffix("/package.json") else { return false };
    let Some(at) = package.rfind("node_modules/") else { return false };
    let name = package.get(at + "node_modules/".len()..).unwrap_or_default();
    let parts: Vec<&str> = name.split('/').collect();
    matches!(parts.as_slice(), [name] if !name.is_empty() && !name.starts_with('@'))
        || matches!(parts.as_slice(), [scope, name] if scope.starts_with('@') && !name.is_empty())
}

pub(super) fn packages(tree: &Tree) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (_, node) in tree.iter().filter(|(path, _)| is_record(path)) {
        let NodeKind::File(content) = &node.kind else { continue };
        let Some(manifest) =
            content.text.as_deref().and_then(|text| serde_json::from_slice::<Manifest>(text).ok())
        else {
            continue;
        };
        // Some packages hold packages of their own that have no version.
        let Manifest { name: Some(name), version: Some(version) } = manifest else { continue };
        found.push((name, version));
    }
    found
}
