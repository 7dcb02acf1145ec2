//! Which tool makes a project's lock, and the command that it is run with.
//!
//! Sources: `uv lock`, `uv pip compile`: uv's command reference; `poetry lock`: poetry's; `pdm lock`: PDM's;
//! `pipenv lock`: Pipenv's; `pip-compile`: pip-tools' README. 2026-11-24.

use crate::error::{Error, ErrorKind, Place, Result};
use crate::files::{Files, folder_of, text_of};
use crate::fresh::made_by;
use crate::lock::lock_kind;
use crate::manifest::{Manifest, Tool};
use crate::requirements_txt::RequirementsFile;
use crate::resolution::LockKind;
use crate::split::{find_lock, in_folder};

/// A command that makes a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locker {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The folder to run it in, relative to the project.
    pub folder: String,
    /// The file that it writes, relative to the project.
    pub lock: String,
    /// What to install where the program is not there, as `pip install` names it.
    pub package: &'static str,
    /// Why this one.
    pub because: String,
}

/// A tool that resolves.
struct Row {
    program: &'static str,
    package: &'static str,
    arguments: &'static [&'static str],
    lock: &'static str,
}

const UV: Row = Row { program: "uv", package: "uv", arguments: &["lock"], lock: "uv.lock" };
const POETRY: Row = Row { program: "poetry", package: "poetry", arguments: &["lock"], lock: "poetry.lock" };
const PDM: Row = Row { program: "pdm", package: "pdm", arguments: &["lock"], lock: "pdm.lock" };
const PIPENV: Row = Row { program: "pipenv", package: "pipenv", arguments: &["lock"], lock: "Pipfile.lock" };

/// The commands that would make or renew the lock of a folder. More than one only where nothing says which
/// tool the project uses; then the first whose program is installed is the one.
pub fn lockers(files: &dyn Files, folder: &str, manifest: Option<&Manifest>) -> Result<Vec<Locker>> {
    if let Some(lock) = find_lock(files, folder, manifest)?
        && let Some(found) = of_lock(files, folder, &lock, manifest)?
    {
        return Ok(vec![found]);
    }
    let Some(manifest) = manifest else { return of_requirements(files, folder) };
    let name = manifest.path.rsplit('/').next().unwrap_or_default();
    let tables = [
        (Tool::Poetry, &POETRY, "[tool.poetry]"),
        (Tool::Pdm, &PDM, "[tool.pdm]"),
        (Tool::Uv, &UV, "[tool.uv]"),
        (Tool::Pipenv, &PIPENV, "Pipfile"),
    ];
    let table = tables.into_iter().find(|(tool, ..)| manifest.tools.contains(tool));
    if let Some((_, row, table)) = table {
        let because = if table == name { format!("{name} is there") } else { format!("{name} has {table}") };
        return Ok(vec![row.at(folder, because)]);
    }
    Ok(compilers(folder, name, "requirements.lock"))
}

impl Row {
    fn at(&self, folder: &str, because: String) -> Locker {
        Locker {
            program: self.program.to_owned(),
            arguments: self.arguments.iter().map(|word| (*word).to_owned()).collect(),
            folder: folder.to_owned(),
            lock: in_folder(folder, self.lock),
            package: self.package,
            because,
        }
    }
}

/// The command that made a lock; `None` where a pinned requirements file does not tell.
fn of_lock(
    files: &dyn Files,
    folder: &str,
    lock: &str,
    manifest: Option<&Manifest>,
) -> Result<Option<Locker>> {
    let name = lock.rsplit('/').next().unwrap_or(lock);
    let row = match lock_kind(lock) {
        Some(LockKind::Uv) => &UV,
        Some(LockKind::Poetry) => &POETRY,
        Some(LockKind::Pdm) => &PDM,
        Some(LockKind::Pipfile) => &PIPENV,
        _ => return of_header(files, folder, lock, manifest),
    };
    // A workspace's lock is made in its own folder.
    let mut found = row.at(folder_of(lock), format!("{name} is there"));
    lock.clone_into(&mut found.lock);
    Ok(Some(found))
}

/// The command that the header of a pinned requirements file or of a `pylock.toml` names.
fn of_header(
    files: &dyn Files,
    folder: &str,
    lock: &str,
    manifest: Option<&Manifest>,
) -> Result<Option<Locker>> {
    let name = lock.rsplit('/').next().unwrap_or(lock);
    let text = text_of(files, lock)?.unwrap_or_default();
    let header: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
    let header: Vec<String> =
        header.into_iter().map(|line| line.trim_start_matches('#').trim().to_owned()).collect();
    let refuse = |message: String, help: String| {
        Err(Error::new(ErrorKind::Unsupported, Place::file(lock), message).with_way_out(help))
    };
    let Some(command) = made_by(&header) else {
        let own = header
            .windows(2)
            .find(|pair| pair.first().is_some_and(|line| line.contains("by the following command")))
            .and_then(|pair| pair.get(1));
        return match own {
            Some(own) if !own.is_empty() => refuse(
                format!("{name} was made by `{own}`, which is no tool that is known"),
                format!("run `{own}`"),
            ),
            _ if name.starts_with("pylock.") => {
                refuse(format!("{name} does not say how it was made"), "run the tool that made it".to_owned())
            }
            _ if manifest.is_some_and(|manifest| !manifest.tools.is_empty()) => Ok(None),
            _ => of_requirements(files, folder).map(|found| found.into_iter().next()),
        };
    };
    let Some(words) = words(command) else {
        return refuse(
            format!("the command `{command}` in {name} cannot be read"),
            "run it yourself".to_owned(),
        );
    };
    let package = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["pip-compile", ..] => "pip-tools",
        ["uv", "pip", "compile", ..] => "uv",
        _ => {
            let message = format!("{name} is an export of another lock");
            return refuse(message, format!("renew that lock, then run `{command}`"));
        }
    };
    let (program, arguments) =
        words.split_first().map(|(first, rest)| (first.clone(), rest.to_vec())).unwrap_or_default();
    Ok(Some(Locker {
        program,
        folder: run_in(folder, lock, &arguments),
        arguments,
        lock: lock.to_owned(),
        package,
        because: format!("{name} was made so"),
    }))
}

/// The folder from which the output of a command is this lock.
fn run_in(folder: &str, lock: &str, arguments: &[String]) -> String {
    let mut output = None;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        output = match word.as_str() {
            "-o" | "--output-file" => rest.next().map(String::as_str),
            word => word.strip_prefix("--output-file=").or(output),
        };
    }
    let Some(output) = output.map(|output| output.trim_start_matches("./")) else { return folder.to_owned() };
    let fits = |folder: &&str| in_folder(folder, output) == lock;
    let above = std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| folder_of(folder)));
    std::iter::once(folder_of(lock)).chain(above).find(fits).unwrap_or(folder).to_owned()
}

/// A folder without a manifest: its requirement files.
fn of_requirements(files: &dyn Files, folder: &str) -> Result<Vec<Locker>> {
    if text_of(files, &in_folder(folder, "requirements.in"))?.is_some() {
        return Ok(compilers(folder, "requirements.in", "requirements.txt"));
    }
    let path = in_folder(folder, "requirements.txt");
    match text_of(files, &path)? {
        Some(text) => {
            RequirementsFile::parse(&path, &text)?;
            Ok(compilers(folder, "requirements.txt", "requirements.lock"))
        }
        None => Ok(Vec::new()),
    }
}

fn compilers(folder: &str, input: &str, output: &str) -> Vec<Locker> {
    let locker = |program: &str, package, words: &[&str]| Locker {
        program: program.to_owned(),
        arguments: words
            .iter()
            .map(|word| (*word).to_owned())
            .chain([output.to_owned(), input.to_owned()])
            .collect(),
        folder: folder.to_owned(),
        lock: in_folder(folder, output),
        package,
        because: format!("{input} names no tool; pinned requirements fit every one"),
    };
    vec![
        locker("uv", "uv", &["pip", "compile", "--universal", "--generate-hashes", "--output-file"]),
        locker("pip-compile", "pip-tools", &["--generate-hashes", "--strip-extras", "--output-file"]),
    ]
}

/// The words of a command line: quotes, no expansion. `None` where a shell would do more.
fn words(command: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in command.chars() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some('"'), '$' | '`' | '\\')
            | (None, '$' | '`' | '\\' | '|' | ';' | '&' | '<' | '>' | '(' | ')') => {
                // `>=` and the like stand in quotes where a tool wrote the line.
                return None;
            }
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t') => found.extend(word.take()),
            // In quotes, or plain.
            (_, character) => word.get_or_insert_default().push(character),
        }
    }
    found.extend(word);
    (quote.is_none() && !found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::manifest::read_manifest;
    use crate::split::find_manifest;

    /// The commands for files, in the folder `app`.
    fn commands(files: &[(&str, &str)]) -> String {
        let files: BTreeMap<String, String> =
            files.iter().map(|(path, text)| (format!("app/{path}"), (*text).to_owned())).collect();
        let manifest = find_manifest(&files, "app").expect("no error");
        let manifest = manifest.map(|path| read_manifest(&files, &path).expect("a manifest"));
        match lockers(&files, "app", manifest.as_ref()) {
            Ok(found) => found
                .iter()
                .map(|one| {
                    format!(
                        "{}: {} {} → {} ({})\n",
                        one.folder,
                        one.program,
                        one.arguments.join(" "),
                        one.lock,
                        one.because
                    )
                })
                .collect(),
            Err(error) => format!("{error}\n"),
        }
    }

    const PROJECT: &str = "[project]\nname = \"a\"\ndependencies = [\"b\"]\n";

    #[test]
    fn the_lock_that_is_there_says_which_tool() {
        let uv = format!("{PROJECT}[tool.uv]\n");
        let header = |command: &str| {
            format!(
                "#\n# This file is autogenerated by pip-compile with Python 3.13\n# by the following command:\n#\n#    {command}\n#\nb==1\n    # via a (pyproject.toml)\n"
            )
        };
        let cases = [
            commands(&[("pyproject.toml", &uv), ("poetry.lock", "x")]),
            commands(&[("pyproject.toml", PROJECT), ("pdm.lock", "x")]),
            commands(&[("Pipfile", "[packages]\nb = \"*\"\n"), ("Pipfile.lock", "{}")]),
            commands(&[
                ("pyproject.toml", PROJECT),
                (
                    "requirements.txt",
                    &header("pip-compile --extra='x y' --output-file=requirements.txt pyproject.toml"),
                ),
            ]),
            commands(&[("requirements/base.txt", &header("pip-compile -o base.txt base.in"))]),
            commands(&[
                ("pyproject.toml", PROJECT),
                ("requirements.lock", &header("uv pip compile pyproject.toml -o app/requirements.lock")),
            ]),
            commands(&[
                ("pyproject.toml", PROJECT),
                ("requirements.txt", &header("pip-compile $(cat options)")),
            ]),
            commands(&[
                ("pyproject.toml", PROJECT),
                (
                    "requirements.txt",
                    "# This file was autogenerated by uv via the following command:\n#    uv export --no-dev\nb==1\n    # via a\n",
                ),
            ]),
            commands(&[
                ("pyproject.toml", PROJECT),
                (
                    "requirements.txt",
                    "# This file is autogenerated by pip-compile\n# by the following command:\n#    make lock\nb==1\n    # via a\n",
                ),
            ]),
            commands(&[("pyproject.toml", PROJECT), ("pylock.toml", "lock-version = '1.0'\n")]),
        ];
        insta::assert_snapshot!(cases.concat(), @r"
        app: poetry lock → app/poetry.lock (poetry.lock is there)
        app: pdm lock → app/pdm.lock (pdm.lock is there)
        app: pipenv lock → app/Pipfile.lock (Pipfile.lock is there)
        app: pip-compile --extra=x y --output-file=requirements.txt pyproject.toml → app/requirements.txt (requirements.txt was made so)
        app/requirements: pip-compile -o base.txt base.in → app/requirements/base.txt (base.txt was made so)
        : uv pip compile pyproject.toml -o app/requirements.lock → app/requirements.lock (requirements.lock was made so)
        app/requirements.txt:1:1: the command `pip-compile $(cat options)` in requirements.txt cannot be read; run it yourself
        app/requirements.txt:1:1: requirements.txt is an export of another lock; renew that lock, then run `uv export --no-dev`
        app/requirements.txt:1:1: requirements.txt was made by `make lock`, which is no tool that is known; run `make lock`
        app/pylock.toml:1:1: pylock.toml does not say how it was made; run the tool that made it
        ");
    }

    #[test]
    fn else_the_tables_of_the_manifest_say_it() {
        let poetry = "[tool.poetry.dependencies]\nb = \"1\"\n";
        let cases = [
            commands(&[("pyproject.toml", poetry)]),
            commands(&[("pyproject.toml", &format!("{PROJECT}[tool.pdm]\n"))]),
            commands(&[("pyproject.toml", &format!("{PROJECT}[tool.uv]\n"))]),
            commands(&[("Pipfile", "[packages]\nb = \"*\"\n")]),
            commands(&[("pyproject.toml", PROJECT)]),
            commands(&[("requirements.in", "b\n")]),
            commands(&[("requirements.txt", "b>=1\n")]),
            commands(&[("README.md", "")]),
        ];
        insta::assert_snapshot!(cases.concat(), @r"
        app: poetry lock → app/poetry.lock (pyproject.toml has [tool.poetry])
        app: pdm lock → app/pdm.lock (pyproject.toml has [tool.pdm])
        app: uv lock → app/uv.lock (pyproject.toml has [tool.uv])
        app: pipenv lock → app/Pipfile.lock (Pipfile is there)
        app: uv pip compile --universal --generate-hashes --output-file requirements.lock pyproject.toml → app/requirements.lock (pyproject.toml names no tool; pinned requirements fit every one)
        app: pip-compile --generate-hashes --strip-extras --output-file requirements.lock pyproject.toml → app/requirements.lock (pyproject.toml names no tool; pinned requirements fit every one)
        app: uv pip compile --universal --generate-hashes --output-file requirements.txt requirements.in → app/requirements.txt (requirements.in names no tool; pinned requirements fit every one)
        app: pip-compile --generate-hashes --strip-extras --output-file requirements.txt requirements.in → app/requirements.txt (requirements.in names no tool; pinned requirements fit every one)
        app: uv pip compile --universal --generate-hashes --output-file requirements.lock requirements.txt → app/requirements.lock (requirements.txt names no tool; pinned requirements fit every one)
        app: pip-compile --generate-hashes --strip-extras --output-file requirements.lock requirements.txt → app/requirements.lock (requirements.txt names no tool; pinned requirements fit every one)
        ");
    }
}
