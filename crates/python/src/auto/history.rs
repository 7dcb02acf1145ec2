//! The states of a lock file over time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::name::Name;
use crate::resolution::LockKind;

/// One state of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// When, in seconds since 1970.
    pub date: i64,
    /// The versions of each package.
    pub versions: BTreeMap<Name, BTreeSet<String>>,
}

impl Snapshot {
    /// Reads only names and versions, fast and without judging: an old state may be of another format version, or
    /// broken. `None` where nothing was found.
    pub fn read(kind: LockKind, text: &str, date: i64) -> Option<Self> {
        let versions = match kind {
            LockKind::Pipfile => of_json(text),
            LockKind::Compiled => of_requirements(text),
            _ => of_toml(text),
        };
        (!versions.is_empty()).then_some(Self { date, versions })
    }
}

type Versions = BTreeMap<Name, BTreeSet<String>>;

fn add(found: &mut Versions, name: &str, version: &str) {
    if let Some(name) = Name::new(name) {
        found.entry(name).or_default().insert(version.to_owned());
    }
}

/// `name = "…"` and `version = "…"` among the first lines below `[[package]]` or `[[packages]]`.
///
/// Only these lines are looked at: a history may be gigabytes of locks.
fn of_toml(text: &str) -> Versions {
    let mut found = Versions::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), "[[package") {
        let starts_line = at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
        let mut lines = text.get(at..).unwrap_or_default().lines();
        let header = lines.next().unwrap_or_default().trim_end();
        if !starts_line || !matches!(header, "[[package]]" | "[[packages]]") {
            continue;
        }
        let mut name = None;
        for line in lines.take_while(|line| !line.starts_with('[')).take(4) {
            if let Some(value) = quoted(line, "name = ") {
                name = Some(value);
            } else if let (Some(name), Some(version)) = (name, quoted(line, "version = ")) {
                add(&mut found, name, version);
                break;
            }
        }
    }
    found
}

fn quoted<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let rest = line.strip_prefix(key)?.strip_prefix('"')?;
    rest.split('"').next()
}

fn of_requirements(text: &str) -> Versions {
    let mut found = Versions::new();
    for line in text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphanumeric())) {
        if let Some((name, rest)) = line.split_once("==") {
            let version = rest.split([' ', ';', '\\', '#']).next().unwrap_or_default();
            add(&mut found, name.split('[').next().unwrap_or(name).trim(), version);
        }
    }
    found
}

fn of_json(text: &str) -> Versions {
    let mut found = Versions::new();
    let root: Value = serde_json::from_str(text).unwrap_or_default();
    for (category, entries) in root.as_object().into_iter().flatten() {
        for (name, entry) in entries.as_object().into_iter().flatten().filter(|_| category != "_meta") {
            if let Some(version) = entry.get("version").and_then(Value::as_str) {
                add(&mut found, name, version);
            }
        }
    }
    found
}

/// The changes between the states of a lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    changed: Vec<BTreeSet<Name>>,
}

impl History {
    /// From the states, in any order.
    pub fn of(mut snapshots: Vec<Snapshot>) -> Self {
        snapshots.sort_by_key(|snapshot| snapshot.date);
        let mut changed = Vec::new();
        for pair in snapshots.windows(2) {
            let [before, after] = pair else { continue };
            let names = before.versions.keys().chain(after.versions.keys());
            let differing: BTreeSet<Name> = names
                .filter(|name| before.versions.get(*name) != after.versions.get(*name))
                .cloned()
                .collect();
            if !differing.is_empty() {
                changed.push(differing);
            }
        }
        Self { changed }
    }

    /// How many changes there were.
    pub fn changes(&self) -> usize {
        self.changed.len()
    }

    /// The packages of each change, oldest first.
    pub fn each(&self) -> impl Iterator<Item = &BTreeSet<Name>> {
        self.changed.iter()
    }

    /// How often each package changed.
    pub fn counts(&self) -> BTreeMap<&Name, usize> {
        let mut counts = BTreeMap::new();
        for name in self.changed.iter().flatten() {
            *counts.entry(name).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_each_kind_are_found() {
        let toml = "version = 1\n[[package]]\nname = \"A_b\"\nversion = \"1\"\ndependencies = [\n    { name = \"c\" },\n]\n\
                    [package.metadata]\nname = \"no\"\nversion = \"no\"\n[[packages]]\nname = \"d\"\nversion = \"2\"\n";
        let json = r#"{"_meta": {"x": {"version": "0"}}, "default": {"A_b": {"version": "1"}, "d": {"version": "2"}}}"#;
        let plain = "# a\n-i x\na.b[x]==1 ; os_name == 'nt' \\\n    --hash=sha256:00\nd==2\n";
        for (kind, text) in [(LockKind::Uv, toml), (LockKind::Pipfile, json), (LockKind::Compiled, plain)] {
            let found = Snapshot::read(kind, text, 0).expect("packages").versions;
            let found: Vec<String> =
                found.iter().map(|(name, versions)| format!("{name} {versions:?}")).collect();
            assert_eq!(found, ["a-b {\"1\"}", "d {\"2\"}"], "{kind:?}");
        }
        assert_eq!(Snapshot::read(LockKind::Uv, "<<<<<<< HEAD\n", 0), None);
    }

    #[test]
    fn changes_are_what_differs_between_dates() {
        let state = |date, text: &str| Snapshot::read(LockKind::Compiled, text, date).expect("packages");
        let history = History::of(vec![
            state(3, "a==2\nb==1\nc==1\n"),
            state(1, "a==1\nb==1\n"),
            state(2, "a==1\nb==1\n"),
        ]);
        assert_eq!(history.changes(), 1);
        let names: Vec<String> = history.each().flatten().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "c"]);
    }
}
