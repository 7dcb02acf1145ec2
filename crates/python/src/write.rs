//! Requirement files of a partition.
//!
//! The text of a group's file depends on nothing but the group: no digest of the lock, no count, no name of
//! another group's dependency. Else a change in one group would rebuild the layers of all.

use std::fmt::Write as _;

use crate::choices::{Choices, first_line};
use crate::manifest::Manifest;
use crate::partition::{Apart, ApartReason, Part, Partition, indexes_of};
use crate::resolution::{IndexRole, Package, Resolution, Source};
use crate::selection::{Selected, Selection};

/// The first line of each file begins so; files without it are not ours.
pub const MARK: &str = "# Made by dockfit split";

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The name, to stand beside the manifest: `requirements-core.txt`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The name of a group's file.
pub fn file_name(group: &str) -> String {
    format!("requirements-{group}.txt")
}

/// The files of a partition, one per group. Their first line names the options that `choices` stand for.
///
/// Packages that are [`Apart`] for want of a hash stand in `requirements-unhashed.txt`; local ones in none.
pub fn requirement_files(
    resolution: &Resolution,
    selection: &Selection,
    partition: &Partition,
    manifest: Option<&Manifest>,
    choices: Option<&Choices>,
) -> Vec<GeneratedFile> {
    let writer = Writer { resolution, selection, project: project_text(resolution, manifest), choices };
    let mut files: Vec<GeneratedFile> = partition
        .parts
        .iter()
        .map(|part| GeneratedFile { name: file_name(part.name.as_str()), text: writer.part(part) })
        .collect();
    let unhashed: Vec<&Apart> =
        partition.apart.iter().filter(|one| one.reason == ApartReason::NoHash).collect();
    if !unhashed.is_empty() {
        let mut text = writer.header("packages without hashes");
        for apart in unhashed {
            writer.item(apart.item, &apart.via, &mut text);
        }
        files.push(GeneratedFile { name: file_name("unhashed"), text });
    }
    files
}

fn project_text(resolution: &Resolution, manifest: Option<&Manifest>) -> String {
    let name = resolution.project().map_or("project", |project| project.name.as_str());
    match manifest {
        Some(manifest) => {
            let file = manifest.path.rsplit('/').next().unwrap_or(&manifest.path);
            format!("{name} ({file})")
        }
        None => name.to_owned(),
    }
}

struct Writer<'a> {
    resolution: &'a Resolution,
    selection: &'a Selection,
    project: String,
    choices: Option<&'a Choices>,
}

impl Writer<'_> {
    fn header(&self, what: &str) -> String {
        let lock = self.resolution.path.rsplit('/').next().unwrap_or_default();
        first_line(lock, what, self.choices)
    }

    fn part(&self, part: &Part) -> String {
        let mut text = self.header(&format!("group {}", part.name));
        for index in indexes_of(self.resolution, self.selection, part) {
            let option = match index.role {
                IndexRole::Default => "--index-url",
                IndexRole::Extra | IndexRole::Explicit => "--extra-index-url",
                IndexRole::FindLinks => "--find-links",
            };
            let _ = writeln!(text, "{option} {}", index.url);
        }
        for (name, value) in &self.resolution.options {
            match value {
                Some(value) => {
                    let _ = writeln!(text, "{name} {value}");
                }
                None => {
                    let _ = writeln!(text, "{name}");
                }
            }
        }
        for (item, via) in part.items.iter().zip(&part.via) {
            self.item(*item, via, &mut text);
        }
        text
    }

    fn item(&self, item: usize, via: &[usize], text: &mut String) {
        let Some(selected) = self.selection.items.get(item) else { return };
        let Some(package) = self.resolution.packages.get(selected.package) else { return };
        text.push_str(&line(package, selected));
        for (name, value) in &package.options {
            let value = value.as_deref().map(|value| format!("={value}")).unwrap_or_default();
            let _ = write!(text, " {name}{value}");
        }
        let mut hashes: Vec<&str> = package.files.iter().filter_map(|file| file.hash.as_deref()).collect();
        hashes.sort_unstable();
        hashes.dedup();
        for hash in hashes {
            let _ = write!(text, " \\\n    --hash={hash}");
        }
        text.push('\n');
        let mut sources = Vec::new();
        if selected.direct {
            sources.push(self.project.clone());
        }
        for direct in via {
            let package = self.selection.items.get(*direct);
            let package = package.and_then(|one| self.resolution.packages.get(one.package));
            sources.extend(package.map(|package| package.name.to_string()));
        }
        sources.dedup();
        if !sources.is_empty() {
            let _ = writeln!(text, "    # via {}", sources.join(", "));
        }
    }
}

/// The requirement of one package: `name==1.0 ; marker`.
///
/// Extras are left out: what they bring has lines of its own (the files are installed with `--no-deps`), and
/// which are asked for may depend on another group.
pub fn line(package: &Package, selected: &Selected) -> String {
    let name = package.name.as_str();
    let mut text = match &package.source {
        Source::Index { .. } => match &package.version {
            Some(version) => format!("{name}=={version}"),
            None => name.to_owned(),
        },
        Source::Url { url, subdirectory } => {
            format!("{name} @ {url}{}", fragment(subdirectory.as_deref(), url.contains('#')))
        }
        Source::Git { url, commit, subdirectory } => {
            let at = if commit.is_empty() { String::new() } else { format!("@{commit}") };
            format!("{name} @ git+{url}{at}{}", fragment(subdirectory.as_deref(), false))
        }
        Source::Path { path, editable, .. } => {
            let path = if path.starts_with(['.', '/']) { path.clone() } else { format!("./{path}") };
            format!("{}{path}", if *editable { "-e " } else { "" })
        }
        Source::Project { path } => format!("./{path}"),
    };
    if let Some(marker) = selected.marker.text() {
        let _ = write!(text, " ; {marker}");
    }
    text
}

fn fragment(subdirectory: Option<&str>, open: bool) -> String {
    match subdirectory {
        Some(folder) => format!("{}subdirectory={folder}", if open { '&' } else { '#' }),
        None => String::new(),
    }
}
