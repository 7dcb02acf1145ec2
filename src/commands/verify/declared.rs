//! What the passes say that they change.

use std::collections::{BTreeMap, BTreeSet};

use dockfit_rewrite::{Declared, Facet, Outcome, Project, RelPath, Safety};

use super::rewritten::Rewritten;
use crate::trial::Site;

/// What applied decisions declare for one Dockerfile.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    /// Each with its pass.
    entries: Vec<Entry>,
    /// The passes that changed something, in order.
    pub(super) changed_by: Vec<&'static str>,
    /// What each of these may change of an image.
    facets: BTreeMap<&'static str, &'static [Facet]>,
    /// The passes that changed a file, by its path in the context.
    files: BTreeMap<String, Vec<&'static str>>,
    /// The versions that the rewritten project installs, by normal name.
    pins: BTreeMap<String, BTreeSet<String>>,
    /// Folders that are cache mounts in the rewritten Dockerfile.
    mounts: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    pass: &'static str,
    safety: Safety,
    what: Declared,
}

impl Declarations {
    pub(super) fn of(rewritten: &Rewritten) -> Self {
        let Site { index, folder } = &rewritten.site;
        let mut found = Self::default();
        for pass in rewritten.passes.iter().flatten() {
            let id = pass.info.id;
            for placed in pass.decisions.iter().filter(|placed| placed.decision.dockerfile == *index) {
                let Outcome::Applied(change) = &placed.decision.outcome else { continue };
                let safety = placed.decision.info.safety;
                found.entries.extend(change.declares.iter().map(|what| Entry {
                    pass: id,
                    safety,
                    what: what.clone(),
                }));
            }
            if !pass.changes.is_empty() {
                found.changed_by.push(id);
                found.facets.insert(id, pass.info.facets);
            }
            for change in &pass.changes {
                let path = change.path.strip_prefix(folder).unwrap_or(change.path.as_str());
                found.files.entry(path.to_owned()).or_default().push(id);
            }
        }
        found.pins = pins(&rewritten.after, folder);
        found.mounts = rewritten.site_after.dockerfile(&rewritten.after).map(mounts).unwrap_or_default();
        found
    }

    /// The passes that declare a variable.
    pub(super) fn of_variable(&self, name: &str) -> Vec<&'static str> {
        self.passes(|entry| match &entry.what {
            Declared::Env(variable) => variable == name,
            what => *what == Declared::Facet(Facet::Env),
        })
    }

    /// The passes that declare a facet.
    pub(super) fn of_facet(&self, facet: Facet) -> Vec<&'static str> {
        self.passes(|entry| entry.what == Declared::Facet(facet))
    }

    /// Those among them whose decision goes further than what is safe.
    pub(super) fn of_unsafe(&self, facet: Facet) -> Vec<&'static str> {
        self.passes(|entry| entry.safety != Safety::Safe && entry.what == Declared::Facet(facet))
    }

    /// Those whose decision goes past the proposals, or was asked for by name.
    pub(super) fn of_beyond(&self, facet: Facet) -> Vec<&'static str> {
        let beyond = |safety| matches!(safety, Safety::Beyond | Safety::ByName);
        self.passes(|entry| beyond(entry.safety) && entry.what == Declared::Facet(facet))
    }

    /// The passes that put a path into a step, or a step with it into the Dockerfile: such a step may remove it.
    pub(super) fn of_steps_with(&self, path: &str) -> Vec<&'static str> {
        self.passes(|entry| match &entry.what {
            Declared::RunAdded(script) | Declared::PutIn { words: script, .. } => script.contains(path),
            _ => false,
        })
    }

    /// Those that added such a step by a decision that goes past the proposals, or was asked for by name.
    pub(super) fn of_beyond_steps_with(&self, text: &str) -> Vec<&'static str> {
        self.passes(|entry| match &entry.what {
            Declared::RunAdded(script) => {
                matches!(entry.safety, Safety::Beyond | Safety::ByName) && script.contains(text)
            }
            _ => false,
        })
    }

    /// The passes that changed files whose path `is` picks.
    pub(super) fn of_files(&self, is: impl Fn(&str) -> bool) -> Vec<&'static str> {
        let found: BTreeSet<&'static str> = self
            .files
            .iter()
            .filter(|(path, _)| is(path))
            .flat_map(|(_, passes)| passes.iter().copied())
            .collect();
        found.into_iter().collect()
    }

    /// The passes that changed something and may change a facet; all of them where none may.
    pub(super) fn suspects(&self, facet: Option<Facet>) -> Vec<&'static str> {
        let may = |id: &&&'static str| {
            facet.is_none_or(|facet| self.facets.get(*id).is_some_and(|it| it.contains(&facet)))
        };
        let found: Vec<&'static str> = self.changed_by.iter().filter(may).copied().collect();
        if found.is_empty() { self.changed_by.clone() } else { found }
    }

    /// Whether the rewritten project installs these versions of a Python package.
    pub(super) fn pins(&self, name: &str, versions: &str) -> bool {
        self.pins.get(name).is_some_and(|pinned| versions.split(", ").all(|version| pinned.contains(version)))
    }

    /// Whether there are pins, and none of that package.
    pub(super) fn leaves_out(&self, name: &str) -> bool {
        !self.pins.is_empty() && !self.pins.contains_key(name)
    }

    /// Whether a path lies in a folder that is a cache mount now.
    pub(super) fn is_mounted(&self, path: &str) -> bool {
        self.mounts.iter().any(|mount| {
            path == mount || path.strip_prefix(mount.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
    }

    fn passes(&self, is: impl Fn(&Entry) -> bool) -> Vec<&'static str> {
        let mut found: Vec<&'static str> =
            self.entries.iter().filter(|entry| is(entry)).map(|entry| entry.pass).collect();
        found.dedup();
        found
    }
}

/// The pins of the requirement files that dockfit made beside the manifest.
fn pins(project: &Project, folder: &RelPath) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut folders = vec![folder.clone()];
    folders.extend(
        project
            .list(folder)
            .unwrap_or_default()
            .iter()
            .filter_map(|name| folder.join(name.strip_suffix('/')?)),
    );
    for folder in folders {
        for name in project.list(&folder).unwrap_or_default() {
            let is_text = name.strip_suffix(".txt").is_some();
            if !name.starts_with("requirements-") || !is_text {
                continue;
            }
            let bytes = folder.join(&name).and_then(|path| project.read(&path).ok().flatten());
            let Some(text) = bytes.as_deref().map(String::from_utf8_lossy) else { continue };
            if !dockfit_python::is_generated(&text) {
                continue;
            }
            for line in text.lines() {
                let Some((name, rest)) = line.split_once("==") else { continue };
                let name = name.split('[').next().unwrap_or(name).trim();
                let version = rest.split([' ', ';', '\\']).next().unwrap_or(rest);
                let name = name.split(['-', '_', '.']).collect::<Vec<_>>().join("-").to_lowercase();
                found.entry(name).or_default().insert(version.to_owned());
            }
        }
    }
    found
}

/// The targets of the cache mounts.
fn mounts(dockerfile: &dockfit_rewrite::Dockerfile) -> Vec<String> {
    let document = dockerfile.document();
    let flags = document.instructions().iter().flat_map(|instruction| {
        let text = instruction.text.as_str();
        text.split_whitespace()
            .filter_map(|word| word.strip_prefix("--mount="))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let target = |options: String| {
        let is_cache = options.split(',').any(|option| option == "type=cache");
        let of = |option: &str| {
            let (key, value) = option.split_once('=')?;
            matches!(key, "target" | "dst" | "destination").then(|| value.trim_end_matches('/').to_owned())
        };
        is_cache.then(|| options.split(',').find_map(of))?
    };
    flags.filter_map(target).collect()
}
