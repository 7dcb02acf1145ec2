//! `max-requests`: a worker is replaced after so many requests, so that a leak of memory has an end.

use dockfit_rewrite::{Decision, DecisionInfo, Facet, Outcome, Pass, PassInfo, Reason, Safety, Task};

use crate::cache_mounts::Refusal;
use crate::dockerfiles::{File, decisions};
use crate::servers::addition::Addition;
use crate::servers::count::Given;
use crate::servers::in_image;
use crate::servers::installed::installed;
use crate::servers::launch::Launch;

/// The pass.
pub(crate) struct MaxRequests;

static LIMIT: DecisionInfo = DecisionInfo {
    id: "max-requests/limit",
    summary: "workers are replaced after so many requests",
    safety: Safety::Unsafe,
};

static WRONG: DecisionInfo = DecisionInfo {
    id: "max-requests/no-such-option",
    summary: "no option that the server does not have, and does not start with",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "max-requests",
    proposal: "5.2",
    summary: "a worker that leaks memory is replaced before it fills the container",
    page: include_str!("README.md"),
    decisions: &[&LIMIT, &WRONG],
    facets: &[Facet::Cmd, Facet::Entrypoint, Facet::Files],
    after: &["server-options"],
};

impl Pass for MaxRequests {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        decisions(task, |file| Launch::decisions(file, decide))
    }
}

/// The options of a server; the variables and options by which they may be given already.
struct Row {
    server: &'static str,
    limit: &'static str,
    jitter: &'static str,
    variables: &'static [&'static str],
    /// The fewest workers with which the service goes on when one of them ends.
    fewest: u32,
    note: Option<&'static str>,
}

/// Sources: `tests/servers/options.py`, and the packages read 2026-11-24: `uvicorn/server.py` ends at the limit, and
/// `uvicorn/supervisors/multiprocess.py` starts a worker anew since 0.30; `gunicorn/arbiter.py` and `hypercorn/run.py` do
/// with any number.
const ROWS: &[Row] = &[
    Row {
        server: "uvicorn",
        limit: "--limit-max-requests",
        jitter: "--limit-max-requests-jitter",
        variables: &["UVICORN_LIMIT_MAX_REQUESTS"],
        fewest: 2,
        note: Some("with a single worker the server ends at the limit: start no fewer than two"),
    },
    Row {
        server: "gunicorn",
        limit: "--max-requests",
        jitter: "--max-requests-jitter",
        variables: &["GUNICORN_CMD_ARGS"],
        fewest: 1,
        note: None,
    },
    Row {
        server: "hypercorn",
        limit: "--max-requests",
        jitter: "--max-requests-jitter",
        variables: &[],
        fewest: 1,
        // `hypercorn/__main__.py`, 0.18.0: `config.max_requests_jitter = args.max_requests`.
        note: Some("up to 0.18 hypercorn takes the limit for the jitter, too"),
    },
];

/// Servers without such an option, and what can be done instead.
const WITHOUT: &[(&str, &str)] = &[
    ("granian", "granian replaces workers by time: --workers-lifetime"),
    ("fastapi", "start uvicorn itself, which has the option"),
];

fn decide(file: &File<'_>, launch: &Launch) -> Vec<Decision> {
    let say = |info, outcome| launch.decision(file, info, outcome);
    if let Some(wrong) = ROWS.iter().find_map(|row| wrong(launch, row)) {
        return say(&WRONG, wrong).into_iter().collect();
    }
    let outcome = addition(file, launch).outcome(file, launch, &LIMIT);
    outcome.and_then(|outcome| say(&LIMIT, outcome)).into_iter().collect()
}

/// An option of another server.
fn wrong(launch: &Launch, row: &Row) -> Option<Outcome> {
    let own = ROWS.iter().find(|row| row.server == launch.server.name);
    let option = [row.limit, row.jitter].into_iter().find(|option| launch.has(option))?;
    if own.is_some_and(|own| [own.limit, own.jitter].contains(&option)) {
        return None;
    }
    let text = format!("{} has no option {option}, and does not start with it", launch.name());
    let way_out = match own {
        Some(own) => format!("write {}", if option.ends_with("jitter") { own.jitter } else { own.limit }),
        None => "leave it away".to_owned(),
    };
    Some(Outcome::Advised { reason: Reason { code: "no-such-option", text }, way_out })
}

fn addition(file: &File<'_>, launch: &Launch) -> Addition {
    let refuse = |code, text: String, way_out: String| Addition::Refused(Refusal::new(code, text, way_out));
    let Some(row) = ROWS.iter().find(|row| row.server == launch.server.name) else {
        let instead = WITHOUT.iter().find(|(server, _)| *server == launch.server.name);
        let way_out = instead.map(|(_, instead)| *instead).unwrap_or_default();
        return refuse("no-option", format!("{} counts no requests", launch.name()), way_out.to_owned());
    };
    let model = file.dockerfile.model();
    let is_set = |name: &&&str| match in_image(model, launch.stage, name) {
        Some(value) if name.ends_with("_ARGS") => value.text().is_none_or(|text| text.contains(row.limit)),
        Some(_) => true,
        None => false,
    };
    if launch.has(row.limit) || row.variables.iter().any(|name| is_set(&name)) {
        return Addition::Already;
    }
    if launch.server.count.configuration.iter().any(|option| launch.has(option)) {
        let text =
            "the configuration file may set it as well, and the command line would overrule it".to_owned();
        return refuse("configuration", text, "set it there".to_owned());
    }
    if let Some(refusal) = launch.launcher.refusal(None, "write the option there by hand") {
        return Addition::Refused(refusal);
    }
    let (_, version) = match installed(file.task.project, file.dockerfile, launch.server) {
        Ok(found) => found,
        Err(refusal) => return Addition::Refused(refusal),
    };
    if let Some(since) = launch.server.since(row.limit).filter(|since| version < *since) {
        let text = if row.fewest > 1 {
            format!("{} {version} does not start a worker again that has come to its limit", row.server)
        } else {
            format!("{} {version} has no {}", row.server, row.limit)
        };
        return refuse("version-old", text, format!("update {} to {since} or later", row.server));
    }
    if let Some(why) = too_few(file, launch, row) {
        return refuse("one-worker", why, "start two workers or more".to_owned());
    }
    let numbers = file.task.selection.servers;
    let mut words = vec![row.limit.to_owned(), numbers.max_requests.to_string()];
    if numbers.max_requests_jitter > 0
        && launch.server.since(row.jitter).is_some_and(|since| version >= since)
    {
        words.extend([row.jitter.to_owned(), numbers.max_requests_jitter.to_string()]);
    }
    Addition::Words(words, row.note.map(str::to_owned))
}

/// Why the service would not go on when a worker ends.
fn too_few(file: &File<'_>, launch: &Launch, row: &Row) -> Option<String> {
    if row.fewest < 2 {
        return None;
    }
    let count = launch.counts().pop();
    let number = match (count.map(|count| count.given), launch.server.count.variable) {
        (Some(Given::Number(number)), _) => Some(number),
        (Some(Given::Variable(name, default)), _) => number_in(file, launch, &name).or(default),
        (Some(Given::Computed(_)), _) | (None, None) => None,
        (None, Some(variable)) => Some(number_in(file, launch, variable).unwrap_or(1)),
    };
    match number {
        Some(number) if number >= row.fewest => None,
        Some(_) => Some(format!("{} has one worker here, and would end at the limit", row.server)),
        None => Some(
            "how many workers there are cannot be told, and a single one would end at the limit".to_owned(),
        ),
    }
}

fn number_in(file: &File<'_>, launch: &Launch, variable: &str) -> Option<u32> {
    in_image(file.dockerfile.model(), launch.stage, variable)?.as_known()?.parse().ok()
}
