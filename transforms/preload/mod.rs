//! `preload`: the application is imported once, and the workers are forked from that.

mod hazards;
mod manager;

use dockfit_dockerfile::Span;
use dockfit_python::source::{Graph, Reach, module_of_entry};
use dockfit_rewrite::{
    Consent, Decision, DecisionInfo, Facet, Pass, PassInfo, Place, RelPath, Safety, Selection, Task,
};

use crate::cache_mounts::Refusal;
use crate::dockerfiles::{File, decisions};
use crate::python_files::ProjectFiles;
use crate::servers::addition::Addition;
use crate::servers::in_image;
use crate::servers::installed::{folders, installed};
use crate::servers::launch::Launch;

/// The pass.
pub(crate) struct Preload;

static GUNICORN: DecisionInfo = DecisionInfo {
    id: "preload/gunicorn",
    summary: "gunicorn imports the application once and forks the workers from that",
    safety: Safety::Beyond,
};

static MANAGER: DecisionInfo = DecisionInfo {
    id: "preload/process-manager",
    summary: "gunicorn manages the workers in place of uvicorn, and forks them",
    safety: Safety::ByName,
};

static INFO: PassInfo = PassInfo {
    id: "preload",
    proposal: "beyond",
    summary: "four workers that each import the application take four times its memory; forked, they share it",
    page: include_str!("README.md"),
    decisions: &[&GUNICORN, &MANAGER],
    facets: &[Facet::Cmd, Facet::Entrypoint, Facet::Files],
    after: &["server-options", "max-requests", "workers-environment"],
};

impl Pass for Preload {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        decisions(task, |file| Launch::decisions(file, decide))
    }
}

const OPTION: &str = "--preload";

fn decide(file: &File<'_>, launch: &Launch) -> Vec<Decision> {
    let decision =
        |addition: Addition| launch.decision(file, &GUNICORN, addition.outcome(file, launch, &GUNICORN)?);
    let refuse = |refusal: Refusal| decision(Addition::Refused(refusal)).into_iter().collect();
    let arguments = in_image(file.dockerfile.model(), launch.stage, "GUNICORN_CMD_ARGS");
    let says_so = arguments.is_some_and(|value| value.text().is_some_and(|text| text.contains(OPTION)));
    if launch.has(OPTION) || says_so {
        return decision(Addition::Already).into_iter().collect();
    }
    if launch.server.name == "uvicorn" && file.task.consent(&MANAGER) == Consent::Given {
        let obstacles = obstacles(file, launch, &MANAGER);
        if obstacles.is_empty() {
            let outcome = manager::outcome(file, launch);
            return launch.decision(file, &MANAGER, outcome).into_iter().collect();
        }
        return obstacles;
    }
    if let Some(refusal) = unfit(launch) {
        return refuse(refusal);
    }
    if let Err(refusal) = installed(file.task.project, file.dockerfile, launch.server) {
        return refuse(refusal);
    }
    let obstacles = obstacles(file, launch, &GUNICORN);
    if !obstacles.is_empty() {
        return obstacles;
    }
    let note = "what a function does that is called at import is not followed".to_owned();
    decision(Addition::Words(vec![OPTION.to_owned()], Some(note))).into_iter().collect()
}

/// What in the application stands in the way of a fork, or that it cannot be read.
fn obstacles(file: &File<'_>, launch: &Launch, info: &'static DecisionInfo) -> Vec<Decision> {
    let decision = |refusal: Refusal| {
        launch.decision(file, info, Addition::Refused(refusal).outcome(file, launch, info)?)
    };
    let graph = match graph(file, launch) {
        Ok(graph) => graph,
        Err(refusal) => return decision(refusal).into_iter().collect(),
    };
    if let Some(problem) = graph.problems.first() {
        let text = format!("{}: {}", problem.place, problem.message);
        return decision(Refusal::new("source-unread", text, "mend the file")).into_iter().collect();
    }
    let entry = launch.application().unwrap_or_default();
    let factory = entry.contains('(').then(|| module_of_entry(entry));
    // Each is named where it stands.
    let found = hazards::found(&graph, factory).into_iter().filter_map(|(module, call, hazard)| {
        let text = format!("`{}` {}", call.callee, hazard.what());
        let way_out = "do it in a function that runs in the worker, as the application's start-up does";
        let mut decision = decision(Refusal::new(hazard.code(), text, way_out))?;
        if let Some(path) = RelPath::new(module.path()) {
            decision.place = Place { file: path, span: Span::new(call.span.start, call.span.end) };
        }
        Some(decision)
    });
    found.collect()
}

/// Why this server cannot, as it is started here.
fn unfit(launch: &Launch) -> Option<Refusal> {
    let server = launch.server.name;
    if server != "gunicorn" {
        let text = format!("{server} imports the application in each worker");
        let way_out = if server == "uvicorn" {
            let option = Selection::option_for(&MANAGER);
            format!("{option} has gunicorn start it, where that and uvicorn-worker are locked")
        } else {
            "have gunicorn start it, with a worker class for ASGI".to_owned()
        };
        return Some(Refusal::new("not-gunicorn", text, way_out));
    }
    if launch.has("--reload") {
        let text = "with --reload the workers import the application anew";
        return Some(Refusal::new("reloads", text, "leave --reload to development"));
    }
    if launch.server.count.configuration.iter().any(|option| launch.has(option)) {
        let text = "the configuration file may say it, or have hooks for forking";
        return Some(Refusal::new("configuration", text, "write preload_app = True there"));
    }
    let class = launch.value("-k").or_else(|| launch.value("--worker-class")).unwrap_or_default();
    if ["gevent", "eventlet"].iter().any(|patches| class.contains(patches)) {
        let text = format!("the worker class `{class}` patches modules, which must come before the import");
        return Some(Refusal::new("patched-modules", text, "patch them at the top of the application"));
    }
    launch.launcher.refusal(None, "write the option there by hand")
}

/// The modules that the application reaches when it is imported.
fn graph(file: &File<'_>, launch: &Launch) -> Result<Graph, Refusal> {
    let unknown = |text: String| {
        Refusal::new("source-unknown", text, "write --preload by hand, if nothing in it forbids that")
    };
    let entry = launch.application().ok_or_else(|| unknown("the command names no application".to_owned()))?;
    let files = ProjectFiles(file.task.project);
    let mut folders: Vec<String> =
        folders(file.dockerfile).iter().map(|path| path.as_str().to_owned()).collect();
    if let Some(folder) = launch.value("--chdir") {
        folders.extend(folders.clone().iter().map(|above| format!("{above}/{folder}")));
    }
    // Where `src` is copied into the working directory, or put on the path.
    folders.extend(
        folders.clone().iter().map(|above| format!("{above}/src").trim_start_matches('/').to_owned()),
    );
    let roots: Vec<&str> = folders.iter().map(String::as_str).collect();
    Graph::from_entry(&files, &roots, entry, Reach::AtImport)
        .map_err(|_| unknown(format!("the source of `{entry}` is not in the context")))
}
