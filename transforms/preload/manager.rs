//! On request: gunicorn becomes the process manager of an application that uvicorn serves.

use std::collections::BTreeMap;

use dockfit_dockerfile::Keyword;
use dockfit_rewrite::{Context, Declared, Edit, Outcome};

use super::{MANAGER, OPTION};
use crate::cache_mounts::Refusal;
use crate::dockerfiles::File;
use crate::servers::addition::facet;
use crate::servers::compose::services;
use crate::servers::count::Given;
use crate::servers::edit::{self, InPlace};
use crate::servers::in_image;
use crate::servers::installed::{folders, installed};
use crate::servers::launch::{Form, Launch};
use crate::servers::version::Version;

/// What an option of uvicorn is for gunicorn and its worker class.
enum Becomes {
    /// This option, with the same value.
    Option(&'static str),
    /// The host of `--bind`.
    Host,
    /// The port of `--bind`.
    Port,
    /// Nothing: a value that the worker class has by itself.
    Default(&'static [&'static str]),
    /// Nothing: a switch that the worker class has by itself.
    Switch,
    /// No log of requests, which is gunicorn's default.
    NoAccessLog,
}

use Becomes::{Default, Host, NoAccessLog, Option as Named, Port, Switch};

/// Options of uvicorn. Sources: `uvicorn/main.py` 0.30 to 0.54, `gunicorn/config.py` 20.1 to 27.0, `uvicorn_worker/_workers.py`
/// 0.2 to 0.4; read 2026-11-24. The worker class takes loop and parser by itself, as `auto` does, and trusts proxies alike.
const OPTIONS: &[(&str, Becomes)] = &[
    ("--host", Host),
    ("--port", Port),
    ("--workers", Named("--workers")),
    ("--backlog", Named("--backlog")),
    ("--limit-max-requests", Named("--max-requests")),
    ("--limit-max-requests-jitter", Named("--max-requests-jitter")),
    ("--timeout-keep-alive", Named("--keep-alive")),
    ("--timeout-graceful-shutdown", Named("--graceful-timeout")),
    ("--log-level", Named("--log-level")),
    ("--forwarded-allow-ips", Named("--forwarded-allow-ips")),
    ("--loop", Default(&["auto", "uvloop"])),
    ("--http", Default(&["auto", "httptools"])),
    ("--ws", Default(&["auto"])),
    ("--lifespan", Default(&["auto"])),
    ("--interface", Default(&["auto", "asgi3"])),
    ("--proxy-headers", Switch),
    ("--access-log", Switch),
    ("--no-access-log", NoAccessLog),
];

/// Where uvicorn listens (`uvicorn/main.py`); gunicorn would take another port from `PORT`.
const ADDRESS: (&str, &str) = ("127.0.0.1", "8000");

/// What keeps gunicorn's worker as uvicorn was: seconds that a connection is kept open (gunicorn: 2), a log of requests.
const KEEP_ALIVE: [&str; 2] = ["--keep-alive", "5"];
const ACCESS_LOG: [&str; 2] = ["--access-logfile", "-"];

const CLASS: [&str; 2] = ["--worker-class", "uvicorn_worker.UvicornWorker"];

/// The words of the new command, by the indices of the old ones; none for those that go.
type Words = BTreeMap<usize, Vec<String>>;

/// The outcome, where nothing in the application is known to stand in the way.
pub(super) fn outcome(file: &File<'_>, launch: &Launch) -> Outcome {
    match unfit(file, launch).and_then(|()| words(launch)).and_then(|words| edits(file, launch, &words)) {
        Err(refusal) => refusal.into_outcome(),
        Ok(edits) => {
            let indices = launch.program..launch.words.len();
            let mut facets: Vec<_> = indices.map(|word| facet(file, launch, word)).collect();
            facets.sort();
            facets.dedup();
            let declares = facets.into_iter().map(Declared::Facet).collect();
            let note =
                "gunicorn writes the logs now, and ends a worker whose event loop stands still for 30 s";
            file.change(edits, declares, Some(note.to_owned()))
        }
    }
}

/// Why gunicorn cannot take its place here.
fn unfit(file: &File<'_>, launch: &Launch) -> Result<(), Refusal> {
    const OLDEST: Version = Version([0, 30, 0]);
    if let Some(script) = &launch.script {
        let text = format!("`{}` starts the server", script.path);
        return Err(Refusal::new("in-a-script", text, "write gunicorn's command there by hand"));
    }
    if file.dockerfile.is_ignored(launch.index, MANAGER.id) {
        let text = "a comment above the command keeps this pass away";
        return Err(Refusal::new("ignored", text, "remove the comment"));
    }
    let (installed, version) = installed(file.task.project, file.dockerfile, launch.server)?;
    for package in ["gunicorn", "uvicorn-worker"] {
        if installed.has(package) != Some(true) {
            let text = format!("{} does not have {package}", installed.source);
            return Err(Refusal::new("not-installed", text, "require gunicorn and uvicorn-worker"));
        }
    }
    if version < OLDEST {
        let text = format!("uvicorn {version} is older than the worker class was tried with: {OLDEST}");
        return Err(Refusal::new("version-old", text, "update uvicorn"));
    }
    if let Some(refusal) = launch.launcher.refusal(None, "write gunicorn's command by hand") {
        return Err(refusal);
    }
    one_worker(file, launch)?;
    elsewhere(file, launch)
}

/// A single process imports the application once as it is.
fn one_worker(file: &File<'_>, launch: &Launch) -> Result<(), Refusal> {
    let set = in_image(file.dockerfile.model(), launch.stage, "WEB_CONCURRENCY");
    let set = set.and_then(|value| value.as_known()?.parse::<u32>().ok());
    let number = match launch.counts().pop().map(|count| count.given) {
        None => Some(set.unwrap_or(1)),
        Some(Given::Number(number)) => Some(number),
        Some(Given::Variable(_, default)) => default,
        Some(Given::Computed(_)) => None,
    };
    if number == Some(1) {
        let text = "uvicorn has one worker here, which imports the application once as it is";
        return Err(Refusal::new("one-worker", text, "start two workers or more"));
    }
    Ok(())
}

/// What else tells uvicorn or gunicorn something, or counts on uvicorn.
fn elsewhere(file: &File<'_>, launch: &Launch) -> Result<(), Refusal> {
    let model = file.dockerfile.model();
    let environment = model.config(launch.stage).env;
    let speaks = |name: &str| name.starts_with("UVICORN_") || name == "GUNICORN_CMD_ARGS";
    if let Some(set) = environment.iter().find(|set| speaks(&set.name)) {
        let text = format!("the image sets {}, which the other server reads differently", set.name);
        return Err(Refusal::new("overruled", text, "write it as an option of the command"));
    }
    for (compose, _) in services(file.task.project, file.dockerfile) {
        if ["UVICORN_", "GUNICORN_CMD_ARGS"].iter().any(|name| compose.text.contains(name)) {
            let text = format!("{} sets variables of uvicorn or gunicorn", compose.path);
            return Err(Refusal::new("overruled", text, "write them as options of the command"));
        }
    }
    if let Context::Known(_) = file.dockerfile.context() {
        for folder in folders(file.dockerfile) {
            let names = file.task.project.list(&folder).unwrap_or_default();
            if names.iter().any(|name| name == "gunicorn.conf.py") {
                let text = "a gunicorn.conf.py is there, which gunicorn would read";
                return Err(Refusal::new("configuration", text, "start gunicorn by hand"));
            }
        }
    }
    let document = file.dockerfile.document();
    let probe = document.instructions().iter().position(|instruction| {
        instruction.keyword() == Keyword::Healthcheck && instruction.text.as_str().contains("uvicorn")
    });
    if let Some(probe) = probe {
        let text = format!("the HEALTHCHECK of line {} looks for uvicorn", document.line_of(probe));
        return Err(Refusal::new("named-elsewhere", text, "have it ask the application"));
    }
    Ok(())
}

/// The new command, word by word.
fn words(launch: &Launch) -> Result<Words, Refusal> {
    let text = |at: usize| launch.words.get(at).map(|word| word.written.as_str());
    let application = launch.application().unwrap_or_default();
    let mut words = Words::new();
    let program = text(launch.program).unwrap_or_default();
    words.insert(
        launch.program,
        vec![format!("{}gunicorn", program.strip_suffix("uvicorn").unwrap_or_default())],
    );
    let (mut host, mut port, mut bound) = (ADDRESS.0.to_owned(), ADDRESS.1.to_owned(), Vec::new());
    let (mut keeps, mut logs, mut app) = (false, true, None);
    let mut at = launch.first;
    while let Some(word) = text(at) {
        if app.is_none() && launch.words.get(at).and_then(|word| word.value.as_deref()) == Some(application) {
            app = Some(at);
            at += 1;
            continue;
        }
        let (name, inline) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let Some((_, becomes)) = OPTIONS.iter().find(|(option, _)| *option == name) else {
            let text = format!("gunicorn and its worker class have nothing for `{word}`");
            return Err(Refusal::new("no-such-option", text, "leave it away, or start gunicorn by hand"));
        };
        if let Switch | NoAccessLog = becomes {
            logs &= !matches!(becomes, NoAccessLog);
            words.insert(at, Vec::new());
            at += 1;
            continue;
        }
        let Some(value) = inline.or_else(|| text(at + 1)).map(str::to_owned) else {
            let text = format!("`{word}` has no value");
            return Err(Refusal::new("no-such-option", text, "mend the command"));
        };
        let own = at..at + if inline.is_some() { 1 } else { 2 };
        match becomes {
            Named(new) => {
                keeps |= *new == "--keep-alive";
                if *new == "--log-level" && value.contains("trace") {
                    let text = "gunicorn has no level `trace`";
                    return Err(Refusal::new("no-such-option", text, "take `debug`"));
                }
                words.insert(at, vec![inline.map_or((*new).to_owned(), |value| format!("{new}={value}"))]);
            }
            Host => (host, bound) = (value, [bound, own.clone().collect()].concat()),
            Port => (port, bound) = (value, [bound, own.clone().collect()].concat()),
            Default(values) if values.contains(&value.trim_matches(['"', '\''])) => {
                words.extend(own.clone().map(|at| (at, Vec::new())));
            }
            Default(_) | Switch | NoAccessLog => {
                let text = format!("the worker class has another {name} than `{value}`");
                return Err(Refusal::new("no-such-option", text, "start gunicorn by hand"));
            }
        }
        at = own.end;
    }
    let bind = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let bind = vec!["--bind".to_owned(), bind];
    let app = app.ok_or_else(|| {
        Refusal::new("source-unknown", "the command names no application", "name it as module:object")
    })?;
    let mut behind = vec![text(app).unwrap_or_default().to_owned()];
    behind.extend(CLASS.map(str::to_owned));
    match bound.split_first() {
        None => behind.extend(bind),
        Some((first, rest)) => {
            words.insert(*first, bind);
            words.extend(rest.iter().map(|at| (*at, Vec::new())));
        }
    }
    let mut last = Vec::new();
    last.extend(KEEP_ALIVE.iter().filter(|_| !keeps).map(|word| (*word).to_owned()));
    last.extend(ACCESS_LOG.iter().filter(|_| logs).map(|word| (*word).to_owned()));
    last.push(OPTION.to_owned());
    behind.extend(last);
    words.insert(app, behind);
    Ok(words)
}

fn edits(file: &File<'_>, launch: &Launch, words: &Words) -> Result<Vec<Edit>, Refusal> {
    if !launch.is_exact() {
        let text = "the command's text is written with escapes";
        return Err(Refusal::new("cannot-edit", text, "write it in exec form"));
    }
    let in_text = |word: &str| matches!(launch.form, Form::Exec) && word.contains(['"', '\\']);
    if words.values().flatten().any(|word| in_text(word)) {
        let text = "a word of the command has quotes";
        return Err(Refusal::new("cannot-edit", text, "write it without"));
    }
    let mut edits = Vec::new();
    for (word, by) in words.iter().filter(|(_, by)| !by.is_empty()) {
        edits.extend(edit::instead(file.dockerfile, launch, &InPlace { word: *word, by: by.clone() })?);
    }
    let mut going = words.iter().filter(|(_, by)| by.is_empty()).map(|(at, _)| *at).peekable();
    while let Some(start) = going.next() {
        let mut end = start + 1;
        while going.next_if_eq(&end).is_some() {
            end += 1;
        }
        edits.extend(edit::without(file.dockerfile, launch, &(start..end))?);
    }
    Ok(edits)
}
