//! Files of an earlier split that are no longer what the lock says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use dockfit_dockerfile::Span;
use dockfit_python::{
    ErrorKind, FileState, GeneratedFile, Made, Request, compare, emptied, lines_of, made, split,
};
use dockfit_rewrite::{Change, Declared, Edit, Facet, FileEdit, Outcome, PackageGroups, RelPath};

use super::bases;
use super::groups::{overridden, refusal};
use super::plan::Found;
use super::tree::Tree;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::step::Step;
use crate::python_files::ProjectFiles;

/// The files of one folder as they would be made now.
pub(super) struct Renewal {
    /// The lock, by its name.
    lock: String,
    /// Each file that is there and holds something else, with its new text.
    files: Vec<Renewed>,
    /// All files that the lock has packages for.
    wanted: Vec<RelPath>,
}

struct Renewed {
    path: RelPath,
    before: String,
    after: String,
}

impl Renewal {
    /// For the file that `step` installs from, which an earlier split made; `None` where nothing says how it was made, or
    /// its lock is gone.
    pub(super) fn of(
        tree: &Tree<'_>,
        step: &Step<'_>,
        found: &Found,
        groups: &PackageGroups,
    ) -> Result<Option<Self>, Refusal> {
        let Some(Made { lock, choices }) = tree.text(&found.source).as_deref().and_then(made) else {
            return Ok(None);
        };
        let folder = found.source.rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside =
            |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let in_project = |path: &str| tree.context.folder.join(path).map(|path| path.as_str().to_owned());
        let mut request =
            Request::new(&in_project(folder).unwrap_or_default()).map_err(|error| refusal(&error))?;
        request.groups = overridden(&request.groups, groups)?;
        request.environment = bases::environment(tree.dockerfile, step.stages().next().unwrap_or_default());
        request.wanted = choices.wanted();
        let lock_path = beside(&lock);
        if tree.text(&lock_path).is_some() {
            request.lock = in_project(&lock_path);
        }
        let made = match split(&ProjectFiles(tree.context.project), &request) {
            Ok(made) => made,
            Err(error) if error.kind == ErrorKind::NoLock => return Ok(None),
            Err(error) => return Err(refusal(&error)),
        };
        let there: BTreeMap<String, String> = tree
            .files_in(folder)
            .filter(|path| tree.is_made(path))
            .filter_map(|path| Some((path.to_owned(), tree.text(path)?)))
            .collect();
        if let Some(layers) = choices.learnt {
            return learnt(&there, &made.files, layers).map(|()| None);
        }
        let fresh: BTreeMap<String, &str> =
            made.files.iter().map(|file| (beside(&file.name), file.text.as_str())).collect();
        let mut files = Vec::new();
        for (source, before) in &there {
            let name = source.rsplit('/').next().unwrap_or(source);
            let after = match fresh.get(source) {
                Some(text) => (*text).to_owned(),
                None => match emptied(name, before) {
                    Some(file) => file.text,
                    None => continue,
                },
            };
            if compare(Some(before), &after) != FileState::Same
                && let Some(path) = tree.context.folder.join(source)
            {
                files.push(Renewed { path, before: before.clone(), after });
            }
        }
        let wanted = fresh.keys().filter_map(|source| tree.context.folder.join(source)).collect();
        Ok(Some(Self { lock, files, wanted }))
    }

    /// Where and what.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&RelPath, &str)> {
        self.files.iter().map(|file| (&file.path, file.after.as_str()))
    }

    /// What comes of it, where steps install from the files `installed`.
    pub(super) fn outcome(&self, installed: &BTreeSet<RelPath>) -> Outcome {
        if let Some(new) = self.wanted.iter().find(|path| !installed.contains(*path)) {
            let text = format!("`{}` has packages for `{new}` now, which no step installs", self.lock);
            let way_out = "add a step for it, or install from the lock in one step and have it split anew";
            return Refusal::new("groups-changed", text, way_out).into_outcome();
        }
        if self.files.is_empty() {
            return Outcome::Already;
        }
        let edits = self.files.iter().map(|file| {
            let edit = Edit::replace(Span::new(0, file.before.len()), file.after.clone());
            FileEdit { file: file.path.clone(), edit }
        });
        let declares = [Facet::Packages, Facet::Files, Facet::Layers].map(Declared::Facet).to_vec();
        Outcome::Applied(Change { edits: edits.collect(), declares, note: Some(self.note()) })
    }

    fn note(&self) -> String {
        const SHOWN: usize = 3;
        let before = packages(self.files.iter().map(|file| file.before.as_str()));
        let after = packages(self.files.iter().map(|file| file.after.as_str()));
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        let changed: Vec<String> = names
            .into_iter()
            .filter_map(|name| match (before.get(name), after.get(name)) {
                (Some(old), Some(new)) if old != new => Some(format!("{name} {old} → {new}")),
                (Some(_), None) => Some(format!("without {name}")),
                (None, Some(new)) => Some(format!("{name} {new} is new")),
                _ => None,
            })
            .collect();
        let mut note = format!("renewed from {}", self.lock);
        if changed.is_empty() {
            note.push_str(": the same packages and versions");
        }
        for (at, one) in changed.iter().take(SHOWN).enumerate() {
            let _ = write!(note, "{}{one}", if at == 0 { ": " } else { ", " });
        }
        if changed.len() > SHOWN {
            let _ = write!(note, " and {} more", changed.len() - SHOWN);
        }
        note
    }
}

/// What stands behind each name, for all files.
fn packages<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeMap<&'t str, String> {
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    for line in texts.flat_map(lines_of) {
        let end = line.find(|char: char| !(char.is_ascii_alphanumeric() || "-_.".contains(char)));
        let (name, rest) = line.split_at(end.unwrap_or(line.len()));
        let rest = rest.trim();
        let rest = rest.strip_prefix("==").unwrap_or(rest);
        let all = found.entry(name).or_default();
        let _ = write!(all, "{}{rest}", if all.is_empty() { "" } else { " or " });
    }
    found
}

/// Refuses where groups that were learnt hold something else than the lock: only the history tells new ones.
fn learnt(there: &BTreeMap<String, String>, files: &[GeneratedFile], layers: u8) -> Result<(), Refusal> {
    let before: BTreeSet<&str> = there.values().flat_map(|text| lines_of(text)).collect();
    let after: BTreeSet<&str> = files.iter().flat_map(|file| lines_of(&file.text)).collect();
    if before == after {
        return Ok(());
    }
    let text = "the groups were learnt from the lock's history, and the lock has changed";
    Err(Refusal::new(
        "learnt-groups",
        text,
        format!("renew the files: `dockfit split --groups=auto --layers={layers}`"),
    ))
}
