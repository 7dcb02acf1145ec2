//! Which of several locked versions of one package is installed, where the lock leaves that to the installer.
//!
//! `poetry.lock` before format 2.1 keeps requirements, not choices: `requests` asks for `urllib3 >=1.21.1,<3`, and the file
//! holds 1.26 for one Python and 2.2 for another. Poetry solves again over what is locked
//! (`poetry/installation/installer.py`), and tries the newest of the versions that all take who ask for it first
//! (`poetry/mixology/version_solver.py`, `_choose_package_version`; 1.8, read 2026-11-24; 2.x does the same with such a
//! file). That one is taken here, too, where it needs nothing that is open itself; where there is none, it is a conflict.

use std::collections::{BTreeMap, BTreeSet};

use pep440_rs::Version;

use crate::marker::Marker;
use crate::resolution::{Edge, Resolution, When};

/// What one requirement takes of a package's versions.
#[derive(Default)]
struct Ask {
    /// The versions, as indices of packages.
    takes: BTreeSet<usize>,
    /// Whether it counts wherever the packages are installed.
    always: bool,
    /// Whether it may be two requirements, written alike.
    blurred: bool,
}

/// The versions of one package that are not installed, since all who ask for it take another one; nothing where no package
/// is left of which that can be said. `reached`: what is installed of each package, and when.
pub(crate) fn others(
    resolution: &Resolution,
    reached: &BTreeMap<(usize, When), Marker>,
    here: &Marker,
) -> Option<BTreeSet<usize>> {
    let packages: BTreeSet<usize> = reached.keys().map(|(at, _)| *at).collect();
    let mut by_name: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
    for at in packages {
        by_name.entry(&resolution.packages.get(at)?.name).or_default().insert(at);
    }
    let open: BTreeSet<usize> = by_name.values().filter(|same| same.len() > 1).flatten().copied().collect();
    let several = by_name.values().filter(|same| same.len() > 1);
    several.into_iter().find_map(|versions| one_for_all(resolution, reached, here, versions, &open))
}

fn one_for_all(
    resolution: &Resolution,
    reached: &BTreeMap<(usize, When), Marker>,
    here: &Marker,
    versions: &BTreeSet<usize>,
    open: &BTreeSet<usize>,
) -> Option<BTreeSet<usize>> {
    let mut left = versions.clone();
    for ((from, when), marker) in reached {
        let asks = asks(resolution, (*from, when), marker, here, versions);
        if asks.is_empty() {
            continue;
        }
        // One that may not be installed itself says nothing yet.
        if open.contains(from) || asks.iter().any(|ask| ask.blurred || !ask.always) {
            return None;
        }
        for ask in asks {
            left = left.intersection(&ask.takes).copied().collect();
        }
    }
    // One that does not run on this Python is none of them; one that may be is no answer.
    left.retain(|at| !resolution.packages.get(*at).is_some_and(|one| one.python.is_disjoint(here)));
    let fits = |at: &usize| {
        resolution.packages.get(*at).is_some_and(|one| here.implies(&one.marker) && here.implies(&one.python))
    };
    if !left.iter().all(fits) {
        return None;
    }
    let newest = left.into_iter().max_by_key(|at| version_of(resolution, *at))?;
    let mut needs = resolution.packages.get(newest)?.edges.iter();
    let is_settled = version_of(resolution, newest).is_some()
        && needs.all(|edge| edge.to.is_some_and(|to| !open.contains(&to)) || edge.when != When::Always);
    is_settled.then(|| versions.iter().copied().filter(|at| *at != newest).collect())
}

fn version_of(resolution: &Resolution, package: usize) -> Option<Version> {
    resolution.packages.get(package)?.version.as_deref()?.parse().ok()
}

/// The requirements of one package on these versions that count where it is installed.
fn asks(
    resolution: &Resolution,
    (from, when): (usize, &When),
    marker: &Marker,
    here: &Marker,
    versions: &BTreeSet<usize>,
) -> Vec<Ask> {
    let mut found: Vec<(&Edge, Ask)> = Vec::new();
    let edges = resolution.packages.get(from).into_iter().flat_map(|package| &package.edges);
    for edge in edges.filter(|edge| edge.when == *when) {
        let Some(to) = edge.to.filter(|to| versions.contains(to)) else { continue };
        let counts = marker.and(&edge.marker);
        if counts.is_disjoint(here) || counts.and(here).is_never() {
            continue;
        }
        let same =
            |(other, _): &&mut (&Edge, Ask)| other.marker == edge.marker && other.extras == edge.extras;
        if let Some((_, ask)) = found.iter_mut().find(same) {
            ask.blurred |= !ask.takes.insert(to);
        } else {
            let always = here.implies(&counts);
            found.push((edge, Ask { takes: BTreeSet::from([to]), always, blurred: false }));
        }
    }
    found.into_iter().map(|(_, ask)| ask).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::marker::{Environment, PythonVersion};
    use crate::selection::{Wanted, select};

    const BY_PYTHON: &str = "both = [\n    {version = \"<2\", markers = \"python_version < \\\"3.10\\\"\"},\n    {version = \">=2\", markers = \"python_version >= \\\"3.10\\\"\"},\n]";

    const MANIFEST: &str = "[tool.poetry]\nname = \"app\"\nversion = \"1\"\n[tool.poetry.dependencies]\npython = \">=3.9\"\nold = \"*\"\nplain = \"*\"\n";

    /// `old` asks for one version of `both` by the Python; `plain` takes what `plain_takes` says.
    fn both_on(python: &str, plain_takes: &str) -> Result<Vec<String>, String> {
        both_of(BY_PYTHON, python, plain_takes)
    }

    fn both_of(old_takes: &str, python: &str, plain_takes: &str) -> Result<Vec<String>, String> {
        let mut lock = String::new();
        for (name, version, needs) in [
            ("both", "1.9", "bottom = \"*\""),
            ("both", "2.1", ""),
            ("both", "3.0", "python"),
            ("bottom", "1.0", ""),
            ("old", "1.0", old_takes),
            ("plain", "1.0", plain_takes),
        ] {
            let _ =
                write!(lock, "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\noptional = false\n");
            // The newest wants a Python of its own.
            let (python, needs) = if needs == "python" { (">=3.13", "") } else { ("*", needs) };
            let _ = write!(
                lock,
                "python-versions = \"{python}\"\nfiles = []\n\n[package.dependencies]\n{needs}\n\n"
            );
        }
        lock += "[metadata]\nlock-version = \"2.0\"\npython-versions = \">=3.9\"\ncontent-hash = \"0\"\n";
        let files: BTreeMap<String, Vec<u8>> = [("pyproject.toml", MANIFEST), ("poetry.lock", &lock)]
            .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
            .into();
        let manifest = crate::read_manifest(&files, "pyproject.toml").expect("a manifest");
        let resolution = crate::read_lock(&files, "poetry.lock", Some(&manifest)).expect("a lock");
        let environment = Environment { python: PythonVersion::parse(python), ..Environment::linux() };
        let selection =
            select(&resolution, &Wanted::default(), &environment).map_err(|error| error.to_string())?;
        let line = |item: &crate::selection::Selected| {
            let package = &resolution.packages[item.package];
            format!("{} {}", package.name, package.version.as_deref().unwrap_or_default())
        };
        Ok(selection.items.iter().map(line).collect())
    }

    #[test]
    fn the_version_that_all_take_is_the_one() {
        let on_11 = both_on("3.11", "both = \"*\"").expect("one version");
        assert_eq!(on_11, ["both 2.1", "old 1.0", "plain 1.0"]);
        // What only the other version needs goes with it.
        let on_9 = both_on("3.9", "both = \"*\"").expect("one version");
        assert_eq!(on_9, ["both 1.9", "bottom 1.0", "old 1.0", "plain 1.0"]);
    }

    #[test]
    fn of_several_that_all_take_it_is_the_newest() {
        let all = "both = [\n    {version = \"<2\", markers = \"python_version < \\\"3.10\\\"\"},\n    {version = \">=1\", markers = \"python_version >= \\\"3.10\\\"\"},\n]";
        let on_11 = both_of(all, "3.11", "both = \"*\"").expect("the newest");
        assert_eq!(on_11, ["both 2.1", "old 1.0", "plain 1.0"]);
        let on_13 = both_of(all, "3.13", "both = \"*\"").expect("the newest");
        assert_eq!(on_13, ["both 3.0", "old 1.0", "plain 1.0"]);
    }

    #[test]
    fn versions_that_not_all_take_stay_a_conflict() {
        let error = both_on("3.11", "both = \"<2\"").expect_err("no version for both");
        assert!(error.contains("`both` would be installed as 1.9"), "{error}");
    }

    #[test]
    fn requirements_that_are_written_alike_are_not_told_apart() {
        let error = both_on("3.11", "both = [\n    \"<3\",\n    \">=1\",\n]").expect_err("not told apart");
        assert!(error.contains("`both` would be installed as 1.9"), "{error}");
    }
}
