//! What the steps of a stage need a compiler for.

use dockfit_dockerfile::values::path::clean;
use dockfit_python::requirements_txt::RequirementsFile;
use dockfit_python::wheel::WheelTarget;
use dockfit_rewrite::context::{Taken, mounted, taken};

use super::locked::Lock;
use crate::build_context::BuildContext;
use crate::bytecode::source::of_lineage;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::{Arg, Call};
use crate::cache_mounts::step::Step;

/// Programs that compile nothing (their documentation, 2026-11-24).
const HARMLESS: &[&str] = &[
    "apt-get",
    "apt",
    "apk",
    "rm",
    "mkdir",
    "chown",
    "chmod",
    "ln",
    "touch",
    "cp",
    "mv",
    "echo",
    "printf",
    "cat",
    "true",
    ":",
    "set",
    "cd",
    "export",
    "test",
    "[",
    "useradd",
    "groupadd",
    "adduser",
    "addgroup",
    "usermod",
    "curl",
    "wget",
    "tar",
    "unzip",
    "find",
    "ls",
    "venv",
    "virtualenv",
    "compileall",
    "ensurepip",
    "ldconfig",
    "update-ca-certificates",
    "locale-gen",
    "sleep",
    "date",
    "id",
    "sed",
    "grep",
];

/// Packages that pip may install without a lock: they and what they need are wheels without machine code (the index,
/// 2026-11-24).
const PURE: &[&str] = &["pip", "setuptools", "wheel", "uv", "build", "pip-tools"];

/// Options that have packages built from source whatever wheels there are.
const FROM_SOURCE: &[&str] = &["--no-binary", "--no-binary-package", "--editable", "-e"];

/// Whether a step needs no compiler.
pub(crate) fn needs_none(
    tree: &BuildContext<'_>,
    step: &Step<'_>,
    targets: &[WheelTarget],
) -> Result<(), Refusal> {
    let line = step.line_of(step.index);
    let keep = "keep the compilers, or take this step out of the stage";
    let at = |refusal: Refusal| Refusal { text: format!("line {line}: {}", refusal.text), ..refusal };
    if step.script().is_none_or(dockfit_shell::Script::has_errors) {
        return Err(at(Refusal::new("not-understood", "part of the step is not understood", keep)));
    }
    for call in step.calls() {
        if HARMLESS.contains(&call.program.as_str()) {
            continue;
        }
        let values: Vec<&str> = call.values().filter(|value| !value.starts_with('-')).collect();
        if let Some(text) = from_source(step, call) {
            return Err(at(Refusal::new("from-source", text, keep)));
        }
        match (call.program.as_str(), values.as_slice()) {
            ("pip", ["install", ..]) | ("uv", ["pip", "install" | "sync", ..]) => {
                requirements(tree, step, call, targets).map_err(at)?;
            }
            ("uv", ["sync", ..]) => whole(tree, step, call, targets, "--no-install-project").map_err(at)?,
            ("poetry", ["install" | "sync", ..]) => {
                whole(tree, step, call, targets, "--no-root").map_err(at)?;
            }
            ("pdm", ["install" | "sync", ..]) => whole(tree, step, call, targets, "--no-self").map_err(at)?,
            ("poetry" | "pdm", ["config", ..]) | ("uv", ["venv", ..]) => {}
            (program, _) => {
                let text = format!("`{program}` may need a compiler");
                return Err(at(Refusal::new("other-step", text, keep)));
            }
        }
    }
    Ok(())
}

/// What has the packages of a call built from source, whatever wheels there are.
pub(crate) fn from_source(step: &Step<'_>, call: &Call<'_>) -> Option<String> {
    if call.values().any(|value| FROM_SOURCE.iter().any(|option| value.split('=').next() == Some(option))) {
        return Some(format!("`{}` builds from source", call.program));
    }
    let mut is_set = ["PIP_NO_BINARY", "UV_NO_BINARY", "POETRY_INSTALLER_NO_BINARY"].iter().filter(|name| {
        !matches!(step.variable(name), dockfit_shell::Lookup::Unset | dockfit_shell::Lookup::Unknown)
    });
    is_set.next().map(|name| format!("{name} has packages built from source"))
}

/// An install of the whole lock, in the folder that the step works in.
fn whole(
    tree: &BuildContext<'_>,
    step: &Step<'_>,
    call: &Call<'_>,
    targets: &[WheelTarget],
    without_project: &str,
) -> Result<(), Refusal> {
    let folder = call.folder.clone().unwrap_or_default();
    let names = ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"];
    let Some(path) = names
        .iter()
        .find_map(|name| in_context(tree, step, &format!("{}/{name}", folder.trim_end_matches('/'))))
    else {
        let text = format!("the lock that `{}` installs from is not copied from the context", call.program);
        return Err(Refusal::new("no-lock", text, "copy the lock before the step"));
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let lock = Lock::of(tree.project, folder, targets)?;
    lock.has_wheels(targets)?;
    if !call.values().any(|value| value == without_project) {
        pure_project(tree, folder)?;
    }
    Ok(())
}

/// What builds a project without a compiler, if it has no module in another language (their documentation, 2026-11-24).
const PURE_BACKENDS: &[&str] = &[
    "hatchling.build",
    "poetry.core.masonry.api",
    "flit_core.buildapi",
    "pdm.backend",
    "uv_build",
    "setuptools.build_meta",
];

/// What in a manifest tells that a build runs code of the project.
const BUILD_HOOKS: &[&str] = &[
    "ext-modules",
    "hatch.build.hooks",
    "targets.wheel.hooks",
    "poetry.build",
    "build-script",
    "run-setuptools",
    "cython",
    "Cython",
    "cffi",
];

/// Whether building the project itself needs no compiler.
pub(crate) fn pure_project(tree: &BuildContext<'_>, folder: &str) -> Result<(), Refusal> {
    let refuse = |text: &str| {
        Err(Refusal::new(
            "project-built",
            text.to_owned(),
            "install the project in a step behind, in a stage that has compilers",
        ))
    };
    let read = |name: &str| {
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let path = dockfit_rewrite::RelPath::new(&path)?;
        let bytes = dockfit_rewrite::FileSource::read(tree.project, &path).ok().flatten()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    if read("setup.py").is_some() {
        return refuse("the project has a setup.py, which may compile");
    }
    let Some(manifest) = read("pyproject.toml") else { return refuse("the project has no pyproject.toml") };
    if !manifest.contains("[build-system]") {
        // uv and poetry install no package then, pip would take setuptools.
        return Ok(());
    }
    if !PURE_BACKENDS.iter().any(|backend| manifest.contains(backend)) {
        return refuse("the project's build backend may compile");
    }
    match BUILD_HOOKS.iter().find(|hook| manifest.contains(**hook)) {
        Some(hook) => refuse(&format!("the project's pyproject.toml speaks of `{hook}`")),
        None => Ok(()),
    }
}

/// `pip install` of requirement files, and of tools that are known to be pure.
fn requirements(
    tree: &BuildContext<'_>,
    step: &Step<'_>,
    call: &Call<'_>,
    targets: &[WheelTarget],
) -> Result<(), Refusal> {
    let mut rest = call.args.iter();
    let not_locked = |name: &str| {
        let text = format!("`{name}` is not installed from a lock");
        Err(Refusal::new("not-locked", text, "install from a lock that lists its files"))
    };
    while let Some(arg) = rest.next() {
        let Some(value) = arg.value.as_deref() else { return not_locked(&arg.text) };
        let joined = value
            .strip_prefix("--requirement=")
            .or_else(|| value.strip_prefix("-r").filter(|rest| !rest.is_empty()));
        let file = match value {
            "-r" | "--requirement" => rest.next().and_then(Arg::path),
            _ => joined.map(|path| match call.folder.as_deref() {
                Some(folder) if !path.starts_with('/') => format!("{folder}/{path}"),
                _ => path.to_owned(),
            }),
        };
        if let Some(file) = file {
            let Some(path) = in_context(tree, step, &file) else { return not_locked(&file) };
            let text = dockfit_rewrite::RelPath::new(&path)
                .and_then(|full| dockfit_rewrite::FileSource::read(tree.project, &full).ok().flatten())
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let Some(parsed) = text.and_then(|text| RequirementsFile::parse(&path, &text).ok()) else {
                return not_locked(&path);
            };
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            Lock::of(tree.project, folder, targets)?.covers(&parsed, targets)?;
            continue;
        }
        if VALUED.contains(&value) {
            rest.next();
            continue;
        }
        if value.starts_with('-') || matches!(value, "install" | "sync" | "pip") {
            continue;
        }
        // The project alone, behind its dependencies.
        if matches!(value, "." | "./") && call.values().any(|value| value == "--no-deps") {
            let folder = call.folder.as_deref().unwrap_or_default().trim_end_matches('/');
            let Some(path) = in_context(tree, step, &format!("{folder}/pyproject.toml")) else {
                return not_locked(value);
            };
            pure_project(tree, path.rsplit_once('/').map_or("", |(folder, _)| folder))?;
            continue;
        }
        let name = value.split(['=', '<', '>', '~', '!', '[']).next().unwrap_or_default();
        if !PURE.contains(&name) {
            return not_locked(value);
        }
    }
    Ok(())
}

/// Options of pip and `uv pip` that take a value (`pip install --help` 26.3, `uv pip install --help` 0.13).
const VALUED: &[&str] = &[
    "-c",
    "--constraint",
    "-t",
    "--target",
    "--prefix",
    "--root",
    "--src",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--trusted-host",
    "--cache-dir",
    "--timeout",
    "--retries",
    "--python",
    "--platform",
    "--python-version",
    "--only-binary",
    "--report",
    "--root-user-action",
    "--progress-bar",
    "--log",
];

/// The path from the project's root of a file that the step finds at a path of the image.
pub(super) fn in_context(tree: &BuildContext<'_>, step: &Step<'_>, path: &str) -> Option<String> {
    let dockerfile = step.dockerfile;
    let model = dockerfile.model();
    let path = clean(path);
    let stage = model.stage_of(step.index)?.index;
    let before = of_lineage(model, stage).filter(|index| *index < step.index);
    let mut found = None;
    let mut look = |taken: Taken| {
        if let Taken::Files(files) = taken {
            let file = files.into_iter().find(|file| file.target == path);
            found = file.map(|file| file.source).or(found.take());
        }
    };
    before.for_each(|index| look(taken(dockerfile, index, &tree.files)));
    look(mounted(dockerfile, step.index, &tree.files));
    Some(tree.folder.join(&found?)?.as_str().to_owned())
}

/// Bytes as people write them.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
