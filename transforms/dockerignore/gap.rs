//! Where an ignore file lets something through that is no input.

use std::collections::BTreeMap;

use dockfit_rewrite::context::{DockerIgnore, Sight, glob};

use super::kinds::{Appears, KINDS, Kind, Proof};
use super::lines::{IgnoreText, Line};
use super::scene::{Scene, Waste};

/// What is let through of one kind.
pub(super) struct Gap {
    pub(super) kind: &'static Kind,
    /// The outermost entries of it that are in the build now.
    pub(super) there: Vec<usize>,
    /// Folders in which it may come to lie without being left out; `None` is the context itself. Only where the author has
    /// a line about it, or the tools of the application are known to leave it behind.
    pub(super) open: Vec<Option<usize>>,
    /// The author's lines that are about it, as indices; the last one counts.
    pub(super) written: Vec<usize>,
    /// The names of the files that may come to lie, as patterns name them.
    spelling: String,
}

impl Gap {
    /// Whether something is let through that is worth a line.
    pub(super) fn is_open(&self) -> bool {
        !self.there.is_empty() || !self.open.is_empty()
    }

    /// Whether the user would expect something to be done: it is there, or was to be left out.
    pub(super) fn is_visible(&self) -> bool {
        !self.there.is_empty() || !self.written.is_empty()
    }

    /// The lines that leave it out.
    pub(super) fn lines(&self, scene: &Scene<'_>) -> Vec<String> {
        if matches!(self.kind.proof, Proof::Holds(_)) {
            let paths = self.there.iter().filter_map(|top| scene.tree.entries().get(*top));
            return paths.map(|entry| entry.path.clone()).collect();
        }
        vec![format!("**/{}", self.spelling)]
    }

    /// Whether `ignore`, under which `sight` was seen, leaves all of it out.
    pub(super) fn is_closed(&self, scene: &Scene<'_>, ignore: &DockerIgnore, sight: &Sight) -> bool {
        let still = |index: usize| {
            scene.waste[index].is_some_and(|waste| self.there.contains(&waste.top))
                && !scene.tree.entries()[index].is_folder
                && scene.reaches(index, sight)
        };
        !(0..scene.tree.entries().len()).any(still)
            && self
                .open
                .iter()
                .all(|folder| excludes(scene, *folder, self.kind, &self.spelling, ignore, sight))
    }
}

/// The gaps of an ignore file, by kind and by the author's spelling of it.
pub(super) fn gaps(scene: &Scene<'_>, text: &IgnoreText<'_>, ignore: &DockerIgnore) -> Vec<Gap> {
    let there = there(scene);
    let folders = scene.folders();
    let mut gaps = Vec::new();
    for (index, kind) in KINDS.iter().enumerate() {
        let mut there: Vec<usize> = there.get(&index).cloned().unwrap_or_default();
        let mut spellings: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, line) in text.lines().iter().enumerate() {
            if let Some(spelling) = about(line, kind) {
                spellings.entry(spelling).or_default().push(at);
            }
        }
        if spellings.is_empty()
            && let Some(first) = kind.spellings.first()
        {
            spellings.insert(first, Vec::new());
        }
        let mut spellings: Vec<_> = spellings.into_iter().collect();
        spellings.sort_by_key(|(_, written)| written.first().copied());
        for (spelling, written) in spellings {
            let fits = |top: &usize| {
                glob(spelling.trim_end_matches('/'), scene.tree.entries()[*top].name()) || written.is_empty()
            };
            let (mine, rest): (Vec<usize>, Vec<usize>) = there.iter().partition(|top| fits(top));
            there = rest;
            // Asking of every folder takes its time: only where the answer counts.
            let wanted = !written.is_empty() || scene.users.iter().any(|user| user.expects(kind));
            let open = folders
                .iter()
                .filter(|_| wanted)
                .filter(|(folder, names)| appears(kind, names) && taken(scene, **folder, names))
                .map(|(folder, _)| *folder)
                .filter(|folder| !excludes(scene, *folder, kind, spelling, ignore, &scene.sight))
                .collect();
            gaps.push(Gap { kind, there: mine, open, written, spelling: spelling.to_owned() });
        }
        if let (false, Some(first)) = (there.is_empty(), kind.spellings.first()) {
            let spelling = (*first).to_owned();
            gaps.push(Gap { kind, there, open: Vec::new(), written: Vec::new(), spelling });
        }
    }
    gaps
}

/// The outermost entries by kind of which a file is in the build.
fn there(scene: &Scene<'_>) -> BTreeMap<usize, Vec<usize>> {
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, entry) in scene.tree.entries().iter().enumerate() {
        if let Some(Waste { kind, top }) = scene.waste[index]
            && !entry.is_folder
            && scene.reaches(index, &scene.sight)
        {
            found.entry(kind).or_default().push(top);
        }
    }
    for tops in found.values_mut() {
        tops.sort_unstable();
        tops.dedup();
    }
    found
}

/// The name by which a line leaves out things of that kind, wherever it is anchored by oversight: `name`, `*/name` or
/// `**/name`, but not `/name`, `./name` or `folder/name`, which mean one place.
fn about<'l>(line: &'l Line, kind: &Kind) -> Option<&'l str> {
    if line.lets_in {
        return None;
    }
    let whole = line.pattern.trim_end_matches('/');
    let mut parts: Vec<&str> = whole.split('/').collect();
    let name = parts.pop()?;
    let anywhere = parts.iter().all(|part| matches!(*part, "*" | "**"));
    let start = line.pattern.len() - line.pattern[whole.len()..].len() - name.len();
    (anywhere && kind.spellings.contains(&name)).then(|| &line.pattern[start..])
}

fn appears(kind: &Kind, names: &[&str]) -> bool {
    match kind.appears {
        _ if matches!(kind.proof, Proof::Holds(_)) => false,
        Appears::Anywhere => true,
        Appears::Beside(ending) => names.iter().any(|name| name.ends_with(ending)),
        Appears::With(manifests) => names.iter().any(|name| manifests.contains(name)),
    }
}

fn taken(scene: &Scene<'_>, folder: Option<usize>, names: &[&str]) -> bool {
    let seen = folder.is_none_or(|folder| !scene.sight.excludes(folder)) || !names.is_empty();
    seen && scene.users.iter().any(|user| user.takes_in(folder))
}

/// Whether a file of that kind in `folder` would be left out.
fn excludes(
    scene: &Scene<'_>,
    folder: Option<usize>,
    kind: &Kind,
    spelling: &str,
    ignore: &DockerIgnore,
    sight: &Sight,
) -> bool {
    let name = example(spelling.trim_end_matches('/'));
    let path = match folder.and_then(|folder| scene.tree.entries().get(folder)) {
        Some(entry) => format!("{}/{name}", entry.path),
        None => name,
    };
    let Ok((excluded, handed_on)) = ignore.excludes(&path, &sight.handed_on(folder)) else { return true };
    if !kind.is_folder {
        return excluded;
    }
    ignore.excludes(&format!("{path}/x"), &handed_on).is_ok_and(|(excluded, _)| excluded)
}

/// A name that matches the pattern of one part.
fn example(pattern: &str) -> String {
    let mut name = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '*' => name.push_str("dockfit"),
            '?' => name.push('x'),
            '[' => {
                name.extend(letters.next());
                letters.by_ref().find(|letter| *letter == ']');
            }
            _ => name.push(letter),
        }
    }
    name
}
