//! What is built: everything anew, or again after a change in a scratch copy.

use std::fs;
use std::path::{Path, PathBuf};

use super::packages;
use crate::problem::{Problem, ProblemKind};
use crate::trial::{Side, put};

/// A situation in which people wait for a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scenario {
    /// Its name, as it is shown and chosen.
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What happens in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Every step is executed; cache mounts are empty.
    Cold,
    /// Every step is executed; cache mounts hold what the last build left.
    CachesOnly,
    /// The list of system packages changed.
    Packages,
    /// These files of the context changed; none: nothing did. Of the rewritten side also these.
    Changed { files: Vec<PathBuf>, of_after: Vec<PathBuf> },
}

/// Manifests and locks of package managers. A line end more is a change to the engine, and none to the manager.
const MANIFESTS: [&str; 23] = [
    "pyproject.toml",
    "requirements.txt",
    "requirements.in",
    "requirements.lock",
    "setup.py",
    "setup.cfg",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile",
    "Pipfile.lock",
    "package.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "go.mod",
    "go.sum",
    "Cargo.toml",
    "Cargo.lock",
    "Gemfile",
    "Gemfile.lock",
    "composer.json",
    "composer.lock",
];

/// Languages of sources.
const SOURCES: [&str; 12] = ["py", "js", "ts", "jsx", "tsx", "go", "rs", "rb", "php", "java", "kt", "cs"];

/// Names that a program's first file often has.
const FIRST: [&str; 6] = ["main", "app", "index", "server", "__init__", "lib"];

impl Scenario {
    fn new(name: &str, kind: Kind) -> Self {
        Self { name: name.to_owned(), kind }
    }

    /// One that was measured, by its name: enough to show it.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "cold" => Self::new(name, Kind::Cold),
            "caches-only" => Self::new(name, Kind::CachesOnly),
            "packages" => Self::new(name, Kind::Packages),
            _ => Self::changed(name, Vec::new(), Vec::new()),
        }
    }

    fn changed(name: &str, files: Vec<PathBuf>, of_after: Vec<PathBuf>) -> Self {
        Self::new(name, Kind::Changed { files, of_after })
    }

    /// All that the context allows. `sent` are the files that reach the engine, `groups` the requirement files that the
    /// rewritten project installs one by one.
    pub(super) fn all(
        context: &Path,
        dockerfile: &[u8],
        sent: &[String],
        groups: &[String],
        source: Option<&Path>,
    ) -> Vec<Self> {
        let mut found = vec![
            Self::new("cold", Kind::Cold),
            Self::new("caches-only", Kind::CachesOnly),
            Self::changed("nothing", Vec::new(), Vec::new()),
        ];
        if packages::named_again(dockerfile, 0).is_some() {
            found.push(Self::new("packages", Kind::Packages));
        }
        let names = fs::read_dir(context).into_iter().flatten().flatten();
        let mut top: Vec<String> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        top.sort();
        if let Some(readme) = top.iter().find(|name| name.to_lowercase().starts_with("readme")) {
            found.push(Self::changed("readme", vec![readme.into()], Vec::new()));
        }
        if let Some(source) = source.map(Path::to_path_buf).or_else(|| first_source(sent)) {
            found.push(Self::changed("source", vec![source], Vec::new()));
        }
        let manifests: Vec<PathBuf> =
            top.iter().filter(|name| MANIFESTS.contains(&name.as_str())).map(PathBuf::from).collect();
        if manifests.is_empty() {
            return found;
        }
        if groups.is_empty() {
            found.push(Self::changed("dependencies", manifests, Vec::new()));
            return found;
        }
        for group in groups {
            let name = group.rsplit('/').next().unwrap_or(group);
            let name = name.trim_start_matches("requirements-").trim_end_matches(".txt");
            found.push(Self::changed(&format!("dependencies-{name}"), manifests.clone(), vec![group.into()]));
        }
        found
    }

    /// Whether every step is executed.
    pub(super) fn is_from_nothing(&self) -> bool {
        matches!(self.kind, Kind::Cold | Kind::CachesOnly)
    }

    /// Makes the change in a scratch context; answers with what puts it back.
    pub(super) fn change(&self, side: &Side, is_after: bool, seed: u32) -> Result<Undo, Problem> {
        let mut undo = Undo(Vec::new());
        if self.kind == Kind::Packages {
            let path = &side.dockerfile;
            let Ok(bytes) = fs::read(path) else { return Ok(undo) };
            // The step may be gone on this side: then nothing changes for it.
            if let Some(changed) = packages::named_again(&bytes, seed) {
                put(path, &changed).map_err(|error| unwritten(path, &error))?;
                undo.0.push((path.clone(), bytes));
            }
            return Ok(undo);
        }
        let Kind::Changed { files, of_after } = &self.kind else { return Ok(undo) };
        let more = if is_after { of_after.as_slice() } else { &[] };
        for file in files.iter().chain(more) {
            let path = side.context.join(file);
            let Ok(bytes) = fs::read(&path) else { continue };
            let mut changed = bytes.clone();
            changed.extend(blank(seed).as_bytes());
            put(&path, &changed).map_err(|error| unwritten(&path, &error))?;
            undo.0.push((path, bytes));
        }
        Ok(undo)
    }
}

/// How many bits of a seed are told apart.
pub(super) const BITS: u32 = 24;

/// Lines without a word, others for each seed: not the same as in the last run, nor as in the run of yesterday, which the
/// engine may remember.
fn blank(seed: u32) -> String {
    (0..BITS).map(|bit| if seed >> bit & 1 == 1 { " \n" } else { "\n" }).collect()
}

/// Files as they were.
pub(super) struct Undo(Vec<(PathBuf, Vec<u8>)>);

impl Undo {
    /// Puts them back.
    pub(super) fn put_back(self) -> Result<(), Problem> {
        for (path, bytes) in self.0 {
            put(&path, &bytes).map_err(|error| unwritten(&path, &error))?;
        }
        Ok(())
    }
}

fn unwritten(path: &Path, error: &std::io::Error) -> Problem {
    let message = format!("the scratch copy {} cannot be changed: {error}", path.display());
    Problem::new(ProblemKind::Write, message)
}

/// A source that stands for all of them: near the top, with a name that says that it is the first.
fn first_source(sent: &[String]) -> Option<PathBuf> {
    let is_source = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let suffix = name.rsplit('.').next().unwrap_or_default();
        let apart = ["test", "tests", "node_modules", "migrations", "alembic", "docs", "scripts"];
        SOURCES.contains(&suffix) && !path.split('/').any(|part| apart.contains(&part)) && name != "setup.py"
    };
    let rank = |path: &&String| {
        let stem = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        let first = FIRST.iter().position(|known| *known == stem).unwrap_or(FIRST.len());
        (first, path.matches('/').count(), path.len())
    };
    sent.iter().filter(is_source).min_by_key(rank).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::{Kind, Scenario, blank, first_source};
    use crate::trial::Side;
    use std::path::PathBuf;

    #[test]
    fn the_first_source_is_the_program_s() {
        let pick =
            |paths: &[&str]| first_source(&paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            pick(&["src/db/main.py", "src/main.py", "tests/main.py"]),
            Some(PathBuf::from("src/main.py"))
        );
        assert_eq!(pick(&["setup.py", "pkg/mod.py"]), Some(PathBuf::from("pkg/mod.py")));
        assert_eq!(pick(&["README.md"]), None);
    }

    #[test]
    fn changes_are_those_that_the_context_allows() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str| std::fs::write(folder.path().join(name), "x").expect("a file");
        ["README.md", "pyproject.toml", "uv.lock", "requirements-app.txt"].into_iter().for_each(write);
        let sent = ["src/main.py".to_owned()];
        let all =
            Scenario::all(folder.path(), b"FROM a\n", &sent, &["requirements-app.txt".to_owned()], None);
        let names: Vec<&str> = all.iter().map(|scenario| scenario.name.as_str()).collect();
        assert_eq!(names, ["cold", "caches-only", "nothing", "readme", "source", "dependencies-app"]);
        let last = all.last().expect("a scenario");
        assert!(
            matches!(&last.kind, Kind::Changed { files, .. } if files == &[PathBuf::from("pyproject.toml"), "uv.lock".into()])
        );
        let side = Side {
            name: "after".to_owned(),
            context: folder.path().to_path_buf(),
            dockerfile: PathBuf::new(),
            frontend: None,
        };
        let undo = last.change(&side, true, 0).expect("a change");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("text");
        let changed = format!("x{}", "\n".repeat(24));
        assert_eq!((read("uv.lock"), read("requirements-app.txt")), (changed.clone(), changed));
        assert_ne!(blank(1), blank(2), "another change is another file");
        undo.put_back().expect("as it was");
        assert_eq!((read("uv.lock").as_str(), read("requirements-app.txt").as_str()), ("x", "x"));
        last.change(&side, false, 0).expect("a change");
        assert_eq!(read("requirements-app.txt"), "x", "the present project has no such file");
    }
}
