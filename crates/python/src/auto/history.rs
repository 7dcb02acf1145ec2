//! The states of a lock file over time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::name::Name;
use crate::resolution::LockKind;

/// Takes the states of one lock, one after another, and keeps little of each: a history may be gigabytes of locks.
#[derive(Debug)]
pub struct HistoryReader {
    kind: LockKind,
    pins: Pins,
    /// Date, and the pins, sorted.
    states: Vec<(i64, Vec<u32>)>,
}

/// Each name and version that any state had, by number.
#[derive(Debug, Default)]
struct Pins {
    /// As they stood in a state; `None` for what is no name.
    known: HashMap<String, Option<u32>>,
    normal: HashMap<(Name, String), u32>,
    names: Vec<Name>,
    /// A key to look up, kept for its memory.
    key: String,
}

impl Pins {
    fn number(&mut self, name: &str, version: &str) -> Option<u32> {
        self.key.clear();
        self.key.extend([name, "\n", version]);
        if let Some(pin) = self.known.get(&self.key) {
            return *pin;
        }
        let pin = Name::new(name).map(|name| {
            *self.normal.entry((name.clone(), version.to_owned())).or_insert_with(|| {
                self.names.push(name);
                u32::try_from(self.names.len() - 1).unwrap_or(u32::MAX)
            })
        });
        self.known.insert(self.key.clone(), pin);
        pin
    }

    fn name(&self, pin: u32) -> Option<&Name> {
        self.names.get(usize::try_from(pin).ok()?)
    }
}

impl HistoryReader {
    /// For the states of a lock of this kind.
    pub fn new(kind: LockKind) -> Self {
        Self { kind, pins: Pins::default(), states: Vec::new() }
    }

    /// Reads a state, of any date (in seconds since 1970).
    ///
    /// Only names and versions, fast and without judging: an old state may be of another format version, or broken.
    /// One in which nothing was found is left out.
    pub fn read(&mut self, text: &str, date: i64) {
        let mut state = Vec::new();
        let mut add = |name: &str, version: &str| state.extend(self.pins.number(name, version));
        match self.kind {
            LockKind::Pipfile => of_json(text, &mut add),
            LockKind::Compiled => of_requirements(text, &mut add),
            _ => of_toml(text, &mut add),
        }
        if !state.is_empty() {
            state.sort_unstable();
            state.dedup();
            self.states.push((date, state));
        }
    }

    /// What changed between the states, by their dates.
    pub fn finish(mut self) -> History {
        self.states.sort_by_key(|(date, _)| *date);
        let mut changed = Vec::new();
        for pair in self.states.windows(2) {
            let [(_, before), (_, after)] = pair else { continue };
            let gone = before.iter().filter(|pin| after.binary_search(pin).is_err());
            let new = after.iter().filter(|pin| before.binary_search(pin).is_err());
            let differing: BTreeSet<Name> =
                gone.chain(new).filter_map(|pin| self.pins.name(*pin).cloned()).collect();
            if !differing.is_empty() {
                changed.push(differing);
            }
        }
        History { changed }
    }
}

/// `name = "…"` and `version = "…"` among the first lines below `[[package]]` or `[[packages]]`.
fn of_toml(text: &str, add: &mut impl FnMut(&str, &str)) {
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
                add(name, version);
                break;
            }
        }
    }
}

fn quoted<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let rest = line.strip_prefix(key)?.strip_prefix('"')?;
    rest.split('"').next()
}

fn of_requirements(text: &str, add: &mut impl FnMut(&str, &str)) {
    for line in text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphanumeric())) {
        if let Some((name, rest)) = line.split_once("==") {
            let version = rest.split([' ', ';', '\\', '#']).next().unwrap_or_default();
            add(name.split('[').next().unwrap_or(name).trim(), version);
        }
    }
}

fn of_json(text: &str, add: &mut impl FnMut(&str, &str)) {
    let root: Value = serde_json::from_str(text).unwrap_or_default();
    for (category, entries) in root.as_object().into_iter().flatten() {
        for (name, entry) in entries.as_object().into_iter().flatten().filter(|_| category != "_meta") {
            if let Some(version) = entry.get("version").and_then(Value::as_str) {
                add(name, version);
            }
        }
    }
}

/// The changes between the states of a lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    changed: Vec<BTreeSet<Name>>,
}

impl History {
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

    /// The changes between states, a state a date.
    fn changes(kind: LockKind, states: &[(i64, &str)]) -> Vec<String> {
        let mut reader = HistoryReader::new(kind);
        for (date, text) in states {
            reader.read(text, *date);
        }
        let names = |change: &BTreeSet<Name>| change.iter().map(Name::as_str).collect::<Vec<_>>().join(" ");
        reader.finish().each().map(names).collect()
    }

    #[test]
    fn the_versions_of_each_kind_are_found() {
        let toml = "version = 1\n[[package]]\nname = \"A_b\"\nversion = \"1\"\ndependencies = [\n    { name = \"c\" },\n]\n\
                    [package.metadata]\nname = \"no\"\nversion = \"no\"\n[[packages]]\nname = \"d\"\nversion = \"2\"\n";
        let json = r#"{"_meta": {"x": {"version": "0"}}, "default": {"A_b": {"version": "1"}, "d": {"version": "2"}}}"#;
        let plain = "# a\n-i x\na.b[x]==1 ; os_name == 'nt' \\\n    --hash=sha256:00\nd==2\n";
        for (kind, text, none) in [
            (LockKind::Uv, toml, "[[package]]\nname = \"x\"\nversion = \"1\"\n"),
            (LockKind::Pipfile, json, r#"{"default": {"x": {"version": "1"}}}"#),
            (LockKind::Compiled, plain, "x==1\n"),
        ] {
            assert_eq!(changes(kind, &[(0, none), (1, text)]), ["a-b d x"], "{kind:?}");
        }
    }

    #[test]
    fn changes_are_what_differs_between_dates() {
        let states = [(3, "a==2\nb==1\nc==1\n"), (1, "a==1\nb==1\n"), (2, "A==1\nb==1\n")];
        assert_eq!(changes(LockKind::Compiled, &states), ["a c"]);
    }

    #[test]
    fn a_state_without_packages_is_no_change() {
        let package = "[[package]]\nname = \"a\"\nversion = \"1\"\n";
        assert!(changes(LockKind::Uv, &[(0, package), (1, "<<<<<<< HEAD\n"), (2, package)]).is_empty());
    }

    #[test]
    fn several_versions_of_a_package_are_told_apart() {
        let two = "[[package]]\nname = \"a\"\nversion = \"1\"\n[[package]]\nname = \"a\"\nversion = \"2\"\n";
        let one = "[[package]]\nname = \"a\"\nversion = \"2\"\n";
        assert_eq!(changes(LockKind::Uv, &[(0, two), (1, one), (2, one)]), ["a"]);
    }
}
