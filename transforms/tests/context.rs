//! What must hold of an ignore file before and after, for trees and ignore files of all sorts.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use dockfit_rewrite::context::{DockerIgnore, context_files, ignore_file};
use dockfit_rewrite::pipeline;
use dockfit_rewrite::{Context, Dockerfile, FileSource, MemoryFiles, Project, RelPath, Selection};
use proptest::prelude::*;

/// Files that a build may want, and such as it never wants.
const INPUTS: &[&str] =
    &["main.py", "package.json", "pyproject.toml", "index.js", "notes.txt", "venv/data", "x.pyc", ".env"];
const WASTE: &[&str] = &[
    "__pycache__/main.cpython-313.pyc",
    "main.pyc",
    ".venv/bin/python",
    ".venv/pyvenv.cfg",
    "node_modules/a/index.js",
    ".DS_Store",
    ".idea/workspace.xml",
    ".pytest_cache/v/x",
    ".git/HEAD",
];
const FOLDERS: &[&str] = &["", "app/", "app/api/", "web/", "web/src/", "tests/"];
const LINES: &[&str] = &[
    "__pycache__/",
    "*.pyc",
    "*/__pycache__",
    "**/.venv",
    "node_modules",
    "/node_modules",
    ".DS_Store",
    "*",
    "**",
    "!app",
    "!web/**",
    "!**/main.py",
    "!.git/HEAD",
    "app/**/.idea",
    ".git*",
    "# a comment",
    "",
    "tests",
    "!app/.venv",
    "[a-",
];
const STEPS: &[&str] = &[
    "COPY . /app",
    "COPY app /app",
    "COPY app/main.py web /x/",
    "COPY .venv /venv",
    "COPY web/node_modules /node_modules",
    "COPY .git* /",
    "RUN pip install -r requirements.txt",
    "RUN npm ci",
    "RUN make",
    "RUN --mount=type=bind,target=/src pip install /src",
];

#[derive(Clone, Debug)]
struct Tree {
    files: Vec<String>,
    tracked: Option<Vec<String>>,
    ignore: Option<String>,
    dockerfiles: Vec<String>,
}

fn trees() -> impl Strategy<Value = Tree> {
    let path = |names: &'static [&'static str]| {
        (prop::sample::select(FOLDERS), prop::sample::select(names))
            .prop_map(|(folder, name)| format!("{folder}{name}"))
    };
    let lines =
        (prop::collection::vec(prop::sample::select(LINES), 0..7), prop::sample::select(&["\n", "\r\n"][..]));
    let text = (lines, any::<bool>())
        .prop_map(|((lines, end), ended)| lines.join(end) + if ended { end } else { "" });
    let dockerfile = prop::collection::vec(prop::sample::select(STEPS), 1..5)
        .prop_map(|steps| format!("FROM python:3.13-slim\n{}\n", steps.join("\n")));
    (
        prop::collection::vec(path(INPUTS), 0..12),
        prop::collection::vec(path(WASTE), 0..12),
        any::<bool>(),
        prop::option::of(text),
        prop::collection::vec(dockerfile, 1..3),
        prop::option::weighted(0.2, path(WASTE)),
    )
        .prop_map(|(inputs, waste, in_git, ignore, dockerfiles, committed)| Tree {
            tracked: in_git.then(|| inputs.iter().cloned().chain(committed.clone()).collect()),
            files: inputs.into_iter().chain(waste).chain(committed).collect(),
            ignore,
            dockerfiles,
        })
}

fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a relative path")
}

fn project(tree: &Tree) -> Project {
    let mut files = MemoryFiles::new();
    for name in &tree.files {
        files = files.with(path(name), vec![b'x'; 10]);
    }
    if let Some(text) = &tree.ignore {
        files = files.with(path(".dockerignore"), text.clone().into_bytes());
    }
    if let Some(tracked) = &tree.tracked {
        files = files.tracking(tracked.iter().map(|name| path(name)));
    }
    let dockerfiles = tree.dockerfiles.iter().enumerate().map(|(index, text)| {
        let name = format!("{index}.Dockerfile");
        Dockerfile::new(path(&name), Context::Known(RelPath::root()), text.clone())
    });
    let dockerfiles = dockerfiles.collect();
    Project::new(PathBuf::from("/project"), dockerfiles, Arc::new(files))
}

/// The files that reach the build; `None` where a pattern fails it.
fn reaching(project: &Project) -> Option<BTreeSet<String>> {
    let file = ignore_file(&path("0.Dockerfile"), &RelPath::root(), project);
    let bytes = file.and_then(|file| FileSource::read(project, &file).expect("readable"));
    let ignore = DockerIgnore::parse(bytes.as_deref().unwrap_or_default()).ok()?;
    Some(context_files(&RelPath::root(), &ignore, project).expect("listed").into_iter().collect())
}

/// Whether a file is of a kind that no build wants, told by its path alone.
fn is_waste(name: &str) -> bool {
    WASTE.iter().any(|waste| name.ends_with(waste))
        || ["/.venv/", "/node_modules/", "/.git/"].iter().any(|part| format!("/{name}").contains(part))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_waste_is_left_out_and_nothing_let_in(tree in trees()) {
        let project = project(&tree);
        let selection = Selection { only: vec!["dockerignore".to_owned(), "git-history".to_owned()], ..Selection::default() };
        let report = pipeline::run(&project, dockfit_transforms::passes(), &selection);
        prop_assert!(report.takebacks.is_empty(), "{:?}", report.takebacks);
        let Some(before) = reaching(&project) else {
            prop_assert!(report.changes.is_empty());
            return Ok(());
        };
        let mut after = reaching(&report.after).expect("no pattern that fails the build");
        if tree.ignore.is_none() {
            after.remove(".dockerignore");
        }
        prop_assert!(after.is_subset(&before), "{:?}", after.difference(&before));
        let named = |name: &str| tree.dockerfiles.iter().any(|text| {
            let words = text.split_whitespace().map(|word| word.trim_end_matches('*'));
            words.filter(|word| [".venv", "web/node_modules", ".git", "app/main.py"].contains(word))
                .any(|word| name == word || name.starts_with(&format!("{word}/")))
        });
        for name in before.difference(&after) {
            prop_assert!(is_waste(name), "{name} is left out");
            let source = name.strip_suffix("main.pyc").map(|folder| format!("{folder}main.py"));
            let sourceless = source.is_some_and(|source| !tree.files.contains(&source));
            let installed = name.contains(".venv/") || name.contains("node_modules/");
            prop_assert!(!sourceless || installed, "{name} has no source");
            prop_assert!(!named(name), "{name} is taken by name");
            let kept = tree.tracked.as_ref().is_some_and(|tracked| tracked.contains(name));
            prop_assert!(!kept || name.starts_with(".git/"), "git keeps {name}");
        }
        if let (Some(old), Some(change)) = (&tree.ignore, report.changes.first()) {
            let new = String::from_utf8_lossy(&change.after);
            prop_assert_eq!(old.is_empty() || old.ends_with('\n'), new.ends_with('\n'));
            let mut left = new.lines();
            prop_assert!(old.lines().all(|line| left.any(|found| found == line)), "a line went or moved");
        }
    }
}

#[test]
fn a_history_that_a_program_in_the_image_might_read_is_left_out_only_with_consent() {
    let tree = Tree {
        files: vec!["main.py".to_owned(), ".git/HEAD".to_owned()],
        tracked: None,
        ignore: Some("**/__pycache__\n".to_owned()),
        dockerfiles: vec!["FROM python:3.13\nCOPY . /app\n".to_owned()],
    };
    let outcomes = |selection: &Selection| {
        let report = pipeline::run(&project(&tree), dockfit_transforms::passes(), selection);
        let decisions = report.passes.iter().flat_map(|pass| &pass.decisions);
        let found = decisions.map(|placed| (placed.decision.info.id, placed.decision.outcome.name()));
        found.filter(|(id, _)| id.starts_with("git-history/")).collect::<Vec<_>>()
    };
    let default = Selection::default();
    assert_eq!(outcomes(&default), [("git-history/leave-out-of-image", "advised")]);
    let consent = Selection { allow_unsafe: true, ..default };
    assert_eq!(outcomes(&consent), [("git-history/leave-out-of-image", "applied")]);
}
