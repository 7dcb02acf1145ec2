//! `server-options`: the event loop and the HTTP parser that are installed, by name; a limit of connections on request.

use dockfit_rewrite::{Consent, Decision, DecisionInfo, Facet, Pass, PassInfo, Safety, Task};

use crate::cache_mounts::Refusal;
use crate::dockerfiles::{File, decisions};
use crate::servers::addition::Addition;
use crate::servers::in_image;
use crate::servers::installed::installed;
use crate::servers::launch::Launch;

/// The pass.
pub(crate) struct ServerOptions;

static LOOP: DecisionInfo = DecisionInfo {
    id: "server-options/loop",
    summary: "the event loop uvloop by name, where it is installed",
    safety: Safety::Unsafe,
};

static HTTP: DecisionInfo = DecisionInfo {
    id: "server-options/http",
    summary: "the parser httptools by name, where it is installed",
    safety: Safety::Unsafe,
};

static LIMIT_CONCURRENCY: DecisionInfo = DecisionInfo {
    id: "server-options/limit-concurrency",
    summary: "the server answers 503 above so many connections",
    safety: Safety::ByName,
};

static INFO: PassInfo = PassInfo {
    id: "server-options",
    proposal: "4.2",
    summary: "a fast event loop that is missing is noticed at the start, not in production",
    page: include_str!("README.md"),
    decisions: &[&LOOP, &HTTP, &LIMIT_CONCURRENCY],
    facets: &[Facet::Cmd, Facet::Entrypoint, Facet::Files],
    after: &[],
};

impl Pass for ServerOptions {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        decisions(task, |file| Launch::decisions(file, decide))
    }
}

/// An option that names something that has to be installed.
struct Row {
    server: &'static str,
    option: &'static str,
    value: &'static str,
    /// Other ways in which it may be given.
    also: &'static [&'static str],
    variable: Option<&'static str>,
    /// The package that is needed, and the extra that brings it.
    package: &'static str,
    extra: &'static str,
}

/// Source: the packages, read 2026-11-24; uvicorn takes both by itself where they are installed (`loops/auto.py`,
/// `protocols/http/auto.py`), hypercorn does not.
const LOOPS: &[Row] = &[
    Row {
        server: "uvicorn",
        option: "--loop",
        value: "uvloop",
        also: &[],
        variable: Some("UVICORN_LOOP"),
        package: "uvloop",
        extra: "uvicorn[standard]",
    },
    Row {
        server: "granian",
        option: "--loop",
        value: "uvloop",
        also: &[],
        variable: Some("GRANIAN_LOOP"),
        package: "uvloop",
        extra: "granian[uvloop]",
    },
    Row {
        server: "hypercorn",
        option: "--worker-class",
        value: "uvloop",
        also: &["-k"],
        variable: None,
        package: "uvloop",
        extra: "hypercorn[uvloop]",
    },
];

const PARSERS: &[Row] = &[Row {
    server: "uvicorn",
    option: "--http",
    value: "httptools",
    also: &[],
    variable: Some("UVICORN_HTTP"),
    package: "httptools",
    extra: "uvicorn[standard]",
}];

fn decide(file: &File<'_>, launch: &Launch) -> Vec<Decision> {
    let wanted = [
        (&LOOP, named(file, launch, LOOPS)),
        (&HTTP, named(file, launch, PARSERS)),
        (&LIMIT_CONCURRENCY, Some(limit(file, launch))),
    ];
    let outcomes = wanted.into_iter().filter_map(|(info, wanted)| {
        // A limit that makes a server refuse work is spoken of only to those who asked for it.
        let asks = info.safety == Safety::ByName && file.task.consent(info) != Consent::Given;
        let outcome = wanted.filter(|_| !asks)?.outcome(file, launch, info)?;
        launch.decision(file, info, outcome)
    });
    outcomes.collect()
}

/// What names an installed loop or parser.
fn named(file: &File<'_>, launch: &Launch, rows: &[Row]) -> Option<Addition> {
    let server = launch.server.name;
    let refuse =
        |code, text: String, way_out: String| Some(Addition::Refused(Refusal::new(code, text, way_out)));
    let Some(row) = rows.iter().find(|row| row.server == server) else {
        // The worker classes of uvicorn take what is installed.
        let class = launch.value("--worker-class").or_else(|| launch.value("-k")).unwrap_or_default();
        if server == "gunicorn" {
            return class.contains("uvicorn").then_some(Addition::Already);
        }
        let text =
            format!("{} has no option for it, and uvicorn takes what is installed by itself", launch.name());
        return (server == "fastapi")
            .then(|| refuse("no-option", text, "start uvicorn itself".to_owned()))?;
    };
    let model = file.dockerfile.model();
    let is_set = row.variable.is_some_and(|name| in_image(model, launch.stage, name).is_some());
    if is_set || launch.has(row.option) || row.also.iter().any(|option| launch.has(option)) {
        return Some(Addition::Already);
    }
    if let Some(refused) = not_handed_on(launch) {
        return Some(refused);
    }
    if launch.server.count.configuration.iter().any(|option| launch.has(option)) {
        let text =
            "the configuration file may say it as well, and the command line would overrule it".to_owned();
        return refuse("configuration", text, "say it there".to_owned());
    }
    let (installed, version) = match installed(file.task.project, file.dockerfile, launch.server) {
        Ok(found) => found,
        Err(refusal) => return Some(Addition::Refused(refusal)),
    };
    if let Some(since) = launch.server.since(row.option).filter(|since| version < *since) {
        let text = format!("{server} {version} has no {}", row.option);
        return refuse("version-old", text, format!("update {server} to {since} or later"));
    }
    match installed.has(row.package) {
        Some(true) => Some(Addition::Words(vec![row.option.to_owned(), row.value.to_owned()], None)),
        Some(false) => {
            let text = format!("{} has no {}, and {server} would not start", installed.source, row.package);
            refuse("not-installed", text, format!("require {}", row.extra))
        }
        None => {
            let text = format!("{} does not tell whether {} is installed", installed.source, row.package);
            refuse("not-told", text, "make a lock".to_owned())
        }
    }
}

fn limit(file: &File<'_>, launch: &Launch) -> Addition {
    const OPTION: &str = "--limit-concurrency";
    let Some(since) = launch.server.since(OPTION) else {
        let text = format!("{} has no such limit", launch.name());
        return Addition::Refused(Refusal::new(
            "no-option",
            text,
            "limit connections in front of the server",
        ));
    };
    let model = file.dockerfile.model();
    if launch.has(OPTION) || in_image(model, launch.stage, "UVICORN_LIMIT_CONCURRENCY").is_some() {
        return Addition::Already;
    }
    if let Some(refused) = not_handed_on(launch) {
        return refused;
    }
    match installed(file.task.project, file.dockerfile, launch.server) {
        Ok((_, version)) if version >= since => {
            let number = file.task.selection.servers.limit_concurrency.to_string();
            let note = "above it the server answers 503".to_owned();
            Addition::Words(vec![OPTION.to_owned(), number], Some(note))
        }
        Ok((_, version)) => {
            let text = format!("{} {version} has no {OPTION}", launch.server.name);
            Addition::Refused(Refusal::new("version-old", text, format!("update it to {since} or later")))
        }
        Err(refusal) => Addition::Refused(refusal),
    }
}

fn not_handed_on(launch: &Launch) -> Option<Addition> {
    launch.launcher.refusal(None, "write the option there by hand").map(Addition::Refused)
}
