//! The module that a server or interpreter imports first, as CMD and ENTRYPOINT say it.

use dockfit_dockerfile::model::{Base, Fact, Model, Stage, Value};
use dockfit_dockerfile::operation::Operation;

use crate::dockerfiles::File;
use crate::servers::launch::Launch;

/// Where a start begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    /// `app.main:app`, a module, or a file without the leading slash.
    pub(super) name: String,
    /// Folders that the command line adds to the search path (`--app-dir`, `--chdir`).
    folders: Vec<String>,
}

/// Options of servers that name a folder to search (uvicorn `--app-dir`, gunicorn `--chdir` and `--pythonpath`, flask;
/// their documentation, 2026-11-24).
const FOLDER_OPTIONS: &[&str] = &["--app-dir", "--chdir", "--pythonpath", "--working-dir"];

/// Options of `python` that take a value (`python --help`, 3.13).
const VALUED: &[&str] = &["-W", "-X", "--check-hash-based-pycs"];

/// Programs that `python -m` starts and that import something else in turn.
const SERVERS: &[&str] =
    &["uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "fastapi", "flask", "celery", "waitress"];

impl Entry {
    /// That of a stage's command; nothing where none is seen.
    pub(super) fn of(model: &Model, stage: usize) -> Option<Self> {
        let config = model.config(stage);
        let (Fact::Known(entrypoint), Fact::Known(cmd)) = (&config.entrypoint, &config.cmd) else {
            return None;
        };
        Self::of_words(model, stage, entrypoint.iter().chain(cmd).map(String::as_str))
    }

    /// That of a start script which the command of a stage runs.
    pub(super) fn in_script(file: &File<'_>, stage: usize) -> Option<Self> {
        let launches = Launch::in_scripts(file);
        let launch = launches.iter().find(|launch| launch.stage == stage)?;
        let words = launch.words.iter().map(|word| word.written.as_str());
        Self::of_words(file.dockerfile.model(), stage, words)
    }

    fn of_words<'w>(model: &Model, stage: usize, words: impl Iterator<Item = &'w str>) -> Option<Self> {
        let words: Vec<String> = words
            .flat_map(str::split_whitespace)
            .map(|word| word.trim_matches(['"', '\'']).to_owned())
            .collect();
        let mut folders = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let (name, value) =
                word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
            if FOLDER_OPTIONS.contains(&name) {
                folders.extend(value.map(str::to_owned).or_else(|| words.get(at + 1).cloned()));
            }
        }
        let name = object(&words).or_else(|| of_interpreter(model, stage, &words))?;
        Some(Self { name, folders })
    }

    /// The folders that the interpreter searches: without the leading slash.
    pub(super) fn roots(&self, model: &Model, stage: usize) -> Vec<String> {
        let folder = model.config(stage).working_dir;
        let folder = folder.as_known().unwrap_or("/").to_owned();
        let path = model.environment_at_end(stage).value("PYTHONPATH").cloned();
        let path = path.as_ref().and_then(Value::text).unwrap_or_default().to_owned();
        let more = self.folders.iter().map(String::as_str).chain(path.split(':'));
        let mut roots: Vec<String> = more
            .filter(|root| !root.is_empty() && !root.contains('$'))
            .map(|root| if root.starts_with('/') { root.to_owned() } else { format!("{folder}/{root}") })
            .chain([folder.clone()])
            .collect();
        // A script's folder comes first.
        if let Some((parent, _)) =
            self.name.rsplit_once('/').filter(|(_, file)| file.rsplit('.').next() == Some("py"))
        {
            roots.insert(0, parent.to_owned());
        }
        let clean =
            |root: &String| dockfit_dockerfile::values::path::clean(root).trim_start_matches('/').to_owned();
        roots.iter().map(clean).collect()
    }
}

/// The instruction that says where a stage starts: the last CMD or ENTRYPOINT of the stage or those below it; else the FROM.
pub(super) fn instruction(model: &Model, stage: &Stage) -> usize {
    let all = model.lineage(stage.index).flat_map(|stage| stage.instructions.clone().rev());
    let mut says = all.filter(|index| {
        matches!(model.operation(*index), Some(Operation::Cmd(_) | Operation::Entrypoint(_)))
    });
    says.next().unwrap_or(stage.from)
}

/// Whether the interpreter has `lazy import` (PEP 810: Python 3.15).
pub(super) fn has_lazy_imports(model: &Model, stage: usize) -> bool {
    let Some(lowest) = model.lineage(stage).last() else { return false };
    let Base::Image(image) = &lowest.base else { return false };
    let version = crate::bytecode::bases::version(image, "");
    lowest.base_arguments.is_empty()
        && image.familiar_name() == "python"
        && version.is_some_and(|version| (version.major, version.minor) >= (3, 15))
}

/// `module:object` among the words.
fn object(words: &[String]) -> Option<String> {
    let is_name = |part: &str| {
        !part.is_empty()
            && part.split('.').all(|name| {
                !name.is_empty()
                    && name.chars().all(|char| char.is_alphanumeric() || char == '_')
                    && !name.starts_with(|char: char| char.is_ascii_digit())
            })
    };
    words.iter().find_map(|word| {
        let (module, object) = word.split_once(':')?;
        let plain = object.trim_end_matches("()");
        (is_name(module) && is_name(plain)).then(|| format!("{module}:{plain}"))
    })
}

/// `python -m module`, `python file.py`, `fastapi run file.py`, `gunicorn module`.
fn of_interpreter(model: &Model, stage: usize, words: &[String]) -> Option<String> {
    let base = |word: &str| dockfit_shell::strip_version(dockfit_shell::base_name(word)).to_owned();
    let starts = |word: &&String| {
        let name = base(word);
        name == "python" || SERVERS.contains(&name.as_str())
    };
    let start = words.iter().position(|word| starts(&word))?;
    let rest = words.get(start + 1..)?;
    let file = |path: &str| {
        let folder = model.config(stage).working_dir;
        let folder = folder.as_known().unwrap_or("/").to_owned();
        let full = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
        dockfit_dockerfile::values::path::clean(&full).trim_start_matches('/').to_owned()
    };
    if let Some(path) =
        rest.iter().find(|word| word.rsplit('.').next() == Some("py") && !word.starts_with('-'))
    {
        return Some(file(path));
    }
    if base(words.get(start)?) != "python" {
        let module = rest
            .iter()
            .find(|word| !word.starts_with('-') && word.contains('.') && !word.contains(['/', ':']))?;
        let is_module = module.chars().all(|char| char.is_alphanumeric() || matches!(char, '.' | '_'))
            && !module.starts_with(|char: char| char.is_ascii_digit());
        return is_module.then(|| module.clone());
    }
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-m" => {
                let module = rest.next()?;
                return (!SERVERS.contains(&module.as_str())).then(|| module.clone());
            }
            option if VALUED.contains(&option) => {
                rest.next();
            }
            option if option.starts_with('-') => {}
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use dockfit_dockerfile::Document;

    use super::*;

    fn entry(command: &str) -> Option<String> {
        let model = Model::of(&Document::parse(format!("FROM python:3.13\nWORKDIR /app\nCMD {command}\n")));
        Some(Entry::of(&model, 0)?.name)
    }

    #[test]
    fn commands_name_what_they_import_first() {
        for (command, name) in [
            (r#"["uvicorn", "src.main:app", "--host", "0.0.0.0:8000"]"#, "src.main:app"),
            (r#"["python", "-m", "gunicorn", "-b", "0.0.0.0:80", "shop.wsgi:make()"]"#, "shop.wsgi:make"),
            ("exec gunicorn shop.wsgi", "shop.wsgi"),
            (r#"["python", "-X", "dev", "-m", "worker"]"#, "worker"),
            (r#"["python3", "tools/run.py"]"#, "app/tools/run.py"),
            (r#"["fastapi", "run", "/srv/main.py"]"#, "srv/main.py"),
        ] {
            assert_eq!(entry(command).as_deref(), Some(name), "{command}");
        }
        for other in [r#"["nginx"]"#, r#"["python"]"#, r#"["gunicorn", "-b", "0.0.0.0:80"]"#] {
            assert_eq!(entry(other), None, "{other}");
        }
    }
}
