//! The application's own source: does it start programs that the image would not have, and does it want another Python?

use dockfit_python::source::{Call, Module, Value, read_module};
use dockfit_rewrite::context::sources;
use dockfit_rewrite::{Context, Project, RelPath};

use super::bases::Kind;
use super::scene::Scene;
use crate::cache_mounts::Refusal;

/// How a language's source shows that it starts other programs, where it is not parsed.
struct Marker {
    kind: Kind,
    /// How the files' names end.
    suffixes: &'static [&'static str],
    /// What stands in them.
    text: &'static str,
}

/// The languages' standard libraries; 2026-11-24.
const MARKERS: &[Marker] = &[
    Marker { kind: Kind::Node, suffixes: &[".js", ".mjs", ".cjs", ".ts"], text: "child_process" },
    Marker { kind: Kind::Java, suffixes: &[".java", ".kt"], text: "ProcessBuilder(" },
    Marker { kind: Kind::Java, suffixes: &[".java", ".kt"], text: "getRuntime().exec(" },
    Marker { kind: Kind::Binary, suffixes: &[".go"], text: "exec.Command" },
    Marker { kind: Kind::Binary, suffixes: &[".rs"], text: "process::Command" },
];

/// Folders that hold no source of the application.
const NOT_SOURCE: &[&str] = &[
    ".git",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    "tests",
    "test",
    "testdata",
    "docs",
    "vendor",
    "target",
    "examples",
];

/// No more files than these are looked at.
const MOST_FILES: usize = 4000;

/// Refuses where the source starts a shell or other programs, or wants a later Python than the image has.
pub(super) fn check(scene: &Scene<'_>) -> Result<(), Refusal> {
    let Context::Known(context) = scene.file.dockerfile.context() else { return Ok(()) };
    let project = scene.file.task.project;
    let mut files = Files { project, found: Vec::new() };
    for source in sources(scene.document()) {
        let Some(path) = context.join(source.path.trim_start_matches('/')) else { continue };
        files.take(&path);
    }
    if scene.kind == Kind::Python {
        requires_python(scene, context)?;
    }
    files.found.sort();
    files.found.dedup();
    for path in &files.found {
        let wanted = is_of(scene.kind, path);
        let Some(bytes) = wanted.then(|| project.read(path).ok().flatten()).flatten() else { continue };
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        if scene.kind == Kind::Python { python(path, text)? } else { marked(scene.kind, path, text)? }
    }
    Ok(())
}

fn is_of(kind: Kind, path: &RelPath) -> bool {
    let name = path.file_name();
    if kind == Kind::Python {
        let is_python = matches!(name.rsplit_once('.'), Some((_, "py")));
        let is_test = name.starts_with("test_") || name.ends_with("_test.py");
        return is_python
            && !is_test
            && !matches!(name, "setup.py" | "conftest.py" | "noxfile.py" | "tasks.py");
    }
    let is_test = ["_test.go", ".test.js", ".spec.js", ".test.ts", ".spec.ts"];
    let mut of_kind = MARKERS.iter().filter(|marker| marker.kind == kind).flat_map(|marker| marker.suffixes);
    of_kind.any(|suffix| name.ends_with(suffix)) && !is_test.iter().any(|end| name.ends_with(end))
}

/// The files below what is copied.
struct Files<'p> {
    project: &'p Project,
    found: Vec<RelPath>,
}

impl Files<'_> {
    fn take(&mut self, path: &RelPath) {
        let mut open = vec![path.clone()];
        while let Some(path) = open.pop() {
            if self.found.len() >= MOST_FILES {
                return;
            }
            let names = self.project.list(&path).unwrap_or_default();
            if names.is_empty() {
                self.found.push(path);
                continue;
            }
            for name in names {
                let Some(child) = path.join(name.trim_end_matches('/')) else { continue };
                if !name.ends_with('/') {
                    self.found.push(child);
                } else if !NOT_SOURCE.contains(&name.trim_end_matches('/')) {
                    open.push(child);
                }
            }
        }
    }
}

fn refusal(path: &RelPath, line: usize, what: &str) -> Refusal {
    let text = format!("{path}:{line}: {what}");
    Refusal::new("starts-programs", text, "do it in the language itself, or keep a base that has the program")
}

fn marked(kind: Kind, path: &RelPath, text: &str) -> Result<(), Refusal> {
    for marker in MARKERS.iter().filter(|marker| marker.kind == kind) {
        if !marker.suffixes.iter().any(|suffix| path.file_name().ends_with(suffix)) {
            continue;
        }
        if let Some(at) = text.find(marker.text) {
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            let what = format!(
                "`{}` starts other programs, which the image would not have",
                marker.text.trim_end_matches('(')
            );
            return Err(refusal(path, line, &what));
        }
    }
    Ok(())
}

/// Functions that give a text to a shell. The library reference of Python 3.13, `os` and `subprocess`; 2026-11-24.
const TO_A_SHELL: &[&str] = &[
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell",
];

/// Functions that start a program, with the position of the argument that names it.
const STARTERS: &[(&str, usize)] = &[
    ("subprocess.run", 0),
    ("subprocess.Popen", 0),
    ("subprocess.call", 0),
    ("subprocess.check_call", 0),
    ("subprocess.check_output", 0),
    ("asyncio.create_subprocess_exec", 0),
    ("os.execv", 0),
    ("os.execvp", 0),
    ("os.execvpe", 0),
    ("os.execl", 0),
    ("os.execlp", 0),
    ("os.spawnv", 1),
    ("os.spawnvp", 1),
    ("os.posix_spawn", 0),
    ("os.posix_spawnp", 0),
    ("pty.spawn", 0),
];

fn python(path: &RelPath, text: &str) -> Result<(), Refusal> {
    const WORDS: &[&str] = &["subprocess", "os.", "import os", "from os", "pty"];
    if !WORDS.iter().any(|word| text.contains(word)) {
        return Ok(());
    }
    let Ok(module) = read_module(path.as_str(), text) else { return Ok(()) };
    for call in &module.calls {
        if TO_A_SHELL.contains(&call.callee.as_str()) {
            let what = format!("`{}` starts a shell, which the image would not have", call.callee);
            return Err(refusal(path, line_of(&module, call), &what));
        }
        let Some((_, at)) = STARTERS.iter().find(|(name, _)| *name == call.callee) else { continue };
        if call.keyword("shell").is_some_and(|value| *value != Value::Bool(false) && *value != Value::None) {
            let what =
                format!("`{}` with `shell=` starts a shell, which the image would not have", call.callee);
            return Err(refusal(path, line_of(&module, call), &what));
        }
        let program = call.positional(*at).or_else(|| call.keyword("args"));
        let first = match program {
            Some(Value::List(words)) => words.first(),
            other => other,
        };
        let what = match first {
            Some(Value::Path(name)) if name == "sys.executable" => continue,
            Some(Value::Str(text)) => {
                let name = dockfit_shell::base_name(text.split_whitespace().next().unwrap_or_default());
                if dockfit_shell::strip_version(name) == "python" {
                    continue;
                }
                format!("`{}` starts `{name}`, which the image would not have", call.callee)
            }
            _ => format!("`{}` starts a program that cannot be told", call.callee),
        };
        return Err(refusal(path, line_of(&module, call), &what));
    }
    Ok(())
}

fn line_of(module: &Module, call: &Call) -> usize {
    module.place(call.span.start).line
}

/// Refuses a project that wants a later patch of the image's minor version.
fn requires_python(scene: &Scene<'_>, context: &RelPath) -> Result<(), Refusal> {
    let Some(have) = scene.image.version.and_then(|version| version.rsplit('.').next()?.parse::<u32>().ok())
    else {
        return Ok(());
    };
    let minor =
        scene.image.version.and_then(|version| version.rsplit_once('.')).map_or("", |(minor, _)| minor);
    for source in sources(scene.document()) {
        let named = context.join(source.path.trim_start_matches('/'));
        let path = match named {
            Some(path) if path.file_name() == "pyproject.toml" => Some(path),
            Some(path) => path.join("pyproject.toml"),
            None => None,
        };
        let Some(path) = path else { continue };
        let Some(bytes) = scene.file.task.project.read(&path).ok().flatten() else { continue };
        let Some(text) = std::str::from_utf8(&bytes).ok() else { continue };
        let Ok(table) = text.parse::<toml::Table>() else { continue };
        let wanted = table.get("project").and_then(|project| project.get("requires-python"));
        let Some(wanted) = wanted.and_then(toml::Value::as_str) else { continue };
        for part in wanted.split(',').map(str::trim) {
            let operator = part.trim_end_matches(|char: char| char.is_ascii_digit() || ".* ".contains(char));
            let version = part.get(operator.len()..).unwrap_or_default().trim();
            let number = version.strip_prefix(minor).and_then(|rest| rest.strip_prefix('.'));
            let Some(wants) = number.and_then(|number| number.parse::<u32>().ok()) else { continue };
            let fits = match operator {
                ">=" | "~=" => have >= wants,
                ">" => have > wants,
                "==" | "===" => have == wants,
                _ => true,
            };
            if !fits {
                let has = scene.image.version.unwrap_or_default();
                let text = format!(
                    "{path}: requires-python `{wanted}` leaves out {has}, which `{}` has",
                    scene.image.reference("")
                );
                return Err(Refusal::new(
                    "requires-python",
                    text,
                    "ask for the minor version alone, if that will do",
                ));
            }
        }
    }
    Ok(())
}
