//! Which layers a change of one file makes anew, by the model, before and after `copy-order`.

#![allow(dead_code)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dockfit_rewrite::context::{DockerIgnore, context_files, invalidated_by};
use dockfit_rewrite::pipeline;
use dockfit_rewrite::{Context, Dockerfile, FileSource, MemoryFiles, Project, RelPath, Selection};

/// The projects, and the files that each install reads: a change of one of these, and of no other, runs it again.
const PROJECTS: &[(&str, &[&str])] = &[
    ("npm", &["package.json", "package-lock.json"]),
    (
        "npm-workspaces",
        &["package.json", "package-lock.json", "packages/api/package.json", "packages/web/package.json"],
    ),
    ("npm-prisma", &["package.json", "package-lock.json", "prisma/schema.prisma"]),
    ("yarn-berry", &["package.json", "yarn.lock", ".yarnrc.yml", ".yarn/releases/yarn-4.10.0.cjs"]),
    (
        "pnpm-workspace",
        &[
            "package.json",
            "pnpm-lock.yaml",
            "pnpm-workspace.yaml",
            "apps/web/package.json",
            "libs/ui/package.json",
        ],
    ),
    ("bun", &["package.json", "bun.lock", "bunfig.toml"]),
    ("pip-upgraded-in-the-same-step", &["requirements.txt"]),
    ("uv-sync", &["pyproject.toml", "uv.lock", ".python-version"]),
    ("uv-workspace", &["pyproject.toml", "uv.lock", "packages/core/pyproject.toml"]),
    ("poetry", &["pyproject.toml", "poetry.lock"]),
    ("pdm", &["pyproject.toml", "pdm.lock"]),
    ("pipenv", &["Pipfile", "Pipfile.lock"]),
    ("conda", &["environment.yml", "requirements.txt"]),
    ("bundler", &["Gemfile", "Gemfile.lock", ".ruby-version"]),
    ("go-build", &["go.mod", "go.sum"]),
    ("go-replaced-module", &["go.mod", "go.sum", "core/go.mod"]),
    ("maven", &["pom.xml", "core/pom.xml", "mvnw", ".mvn/wrapper/maven-wrapper.properties"]),
    ("dotnet", &["src/Web/Web.csproj", "src/Core/Core.csproj", "Directory.Build.props"]),
];

/// Words of the RUN that installs.
const INSTALLS: &[&str] = &[
    "npm ci",
    "yarn install",
    "pnpm install",
    "bun install",
    "pip install -r",
    "uv sync",
    "poetry install --",
    "pdm install --",
    "pipenv install",
    "conda env",
    "bundle install",
    "go mod download",
    "go-offline",
    "dotnet restore",
    "go build",
];

fn files_of(case: &Path) -> (MemoryFiles, Vec<u8>) {
    let mut files = MemoryFiles::new();
    let mut dockerfile = Vec::new();
    let mut folders = vec![case.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = RelPath::new(path.strip_prefix(case).expect("below")).expect("relative");
            let bytes = std::fs::read(&path).expect("readable");
            if relative.as_str() == "Dockerfile" {
                dockerfile.clone_from(&bytes);
            }
            files = files.with(relative, bytes);
        }
    }
    (files, dockerfile)
}

/// The text of the first instruction of the first stage that a change makes anew.
fn first_anew(text: &[u8], files: &[String], changed: &str) -> Option<(usize, String)> {
    let dockerfile = Dockerfile::new(
        RelPath::new("Dockerfile").expect("a path"),
        Context::Known(RelPath::root()),
        text.to_vec(),
    );
    let index = invalidated_by(&dockerfile, files, changed).into_iter().next()??;
    let instruction = &dockerfile.document().instructions()[index];
    Some((index, instruction.text.as_str().trim().to_owned()))
}

/// The index of the first RUN that installs.
fn install(text: &[u8]) -> usize {
    let dockerfile = Dockerfile::new(RelPath::root(), Context::Known(RelPath::root()), text.to_vec());
    let found = dockerfile.document().instructions().iter().position(|found| {
        let text = found.text.as_str();
        text.starts_with("RUN") && INSTALLS.iter().any(|words| text.contains(words))
    });
    found.unwrap_or_else(|| panic!("no install in\n{}", String::from_utf8_lossy(text)))
}

#[test]
fn each_file_makes_anew_what_it_must() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("copy_order/cases");
    let pass =
        *dockfit_transforms::passes().iter().find(|pass| pass.info().id == "copy-order").expect("the pass");
    let mut out = String::new();
    for (name, manifests) in PROJECTS {
        let (files, before) = files_of(&cases.join(name));
        let ignore = files.read(&RelPath::new(".dockerignore").expect("a path")).expect("readable");
        let ignore = DockerIgnore::parse(&ignore.unwrap_or_else(|| Arc::from(&b""[..]))).expect("patterns");
        let context = context_files(&RelPath::root(), &ignore, &files).expect("a context");
        let path = RelPath::new("Dockerfile").expect("a path");
        let dockerfile = Dockerfile::new(path, Context::Known(RelPath::root()), before.clone());
        let project = Project::new(cases.clone(), vec![dockerfile], Arc::new(files));
        let selection = Selection { only: vec!["copy-order".to_owned()], ..Selection::default() };
        let report = pipeline::run(&project, &[pass], &selection);
        let after = report.after.dockerfiles()[0].document().source().to_vec();
        assert_ne!(after, before, "{name} changes");
        let (was_install, is_install) = (install(&before), install(&after));
        let _ = writeln!(out, "{name}");
        for changed in &context {
            let was = first_anew(&before, &context, changed).expect("all is copied");
            let is = first_anew(&after, &context, changed).expect("all is copied");
            assert!(was.0 <= was_install, "{name}: before, {changed} runs the install again");
            let again = is.0 <= is_install;
            assert_eq!(again, manifests.contains(&changed.as_str()), "{name}: {changed} from `{}` on", is.1);
            let _ = writeln!(out, "    {changed}: {} → {}", was.1, is.1);
        }
        let read: Vec<&&str> =
            manifests.iter().filter(|file| context.iter().all(|path| path != **file)).collect();
        assert!(read.is_empty(), "{name}: no such files {read:?}");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("copy-order-layers", out));
}
