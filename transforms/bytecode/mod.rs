//! `bytecode`: what an interpreter would compile at each start is compiled when the image is built.

mod application;
pub(crate) mod bases;
mod deletions;
mod insertion;
mod installers;
mod library;
pub(crate) mod source;

use dockfit_dockerfile::model::Stage;
use dockfit_rewrite::{Decision, DecisionInfo, Facet, Pass, PassInfo, Safety, Task};

use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::{File, ask, decisions};

pub(crate) use self::library::compiles_library;

/// The pass.
pub(crate) struct Bytecode;

static LIBRARY: DecisionInfo = DecisionInfo {
    id: "bytecode/standard-library",
    summary: "the standard library is compiled, where the base image has no bytecode of it",
    safety: Safety::Unsafe,
};

static PACKAGES: DecisionInfo = DecisionInfo {
    id: "bytecode/packages",
    summary: "installers that leave packages without bytecode compile them",
    safety: Safety::Unsafe,
};

static APPLICATION: DecisionInfo = DecisionInfo {
    id: "bytecode/application",
    summary: "the application's own source is compiled, and kept",
    safety: Safety::Unsafe,
};

static INFO: PassInfo = PassInfo {
    id: "bytecode",
    proposal: "4.1, 9.3",
    summary: "a container that finds no bytecode compiles what it imports, at each start",
    page: include_str!("README.md"),
    decisions: &[&LIBRARY, &PACKAGES, &APPLICATION],
    facets: &[Facet::Files, Facet::Layers],
    after: &[],
};

impl Pass for Bytecode {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        decisions(task, decide).into_iter().map(|decision| ask(task, &INFO, decision)).collect()
    }
}

/// What is looked at: the stage that is built when none is named, on an image with Python.
pub(crate) struct Scene<'f, 't> {
    file: &'f File<'t>,
    steps: Steps<'t>,
    stage: &'t Stage,
}

fn decide(file: &File<'_>) -> Vec<Decision> {
    let Some(stage) = file.dockerfile.model().target() else { return Vec::new() };
    let scene = Scene { file, steps: Steps::of(file.dockerfile), stage };
    let mut decisions = Vec::new();
    decisions.extend(library::decide(&scene));
    decisions.extend(installers::decide(&scene));
    decisions.extend(application::decide(&scene));
    decisions
}

impl Scene<'_, '_> {
    /// A refusal that holds for all that is put into the final stage.
    fn refusal(&self) -> Option<Refusal> {
        if self.file.dockerfile.is_ignored(self.stage.from, INFO.id) {
            let text = "a comment above the stage keeps this pass away";
            return Some(Refusal::new("ignored", text, "remove the comment"));
        }
        let environment = self.file.dockerfile.model().environment_at_end(self.stage.index);
        let set = |name: &str| environment.is_named(name) && environment.value(name).is_some();
        if set("PYTHONPYCACHEPREFIX") {
            let text = "PYTHONPYCACHEPREFIX has the interpreter look for bytecode elsewhere";
            return Some(Refusal::new("moved-bytecode", text, "fill that folder when the image is built"));
        }
        if set("PYTHONOPTIMIZE") {
            let text = "PYTHONOPTIMIZE has the interpreter look for bytecode of another kind";
            return Some(Refusal::new(
                "optimized",
                text,
                "compile with the same level when the image is built",
            ));
        }
        None
    }
}

impl<'t> Scene<'_, 't> {
    /// The RUNs of the stage and of those below it.
    fn steps_of_lineage(&self) -> impl Iterator<Item = &Step<'t>> {
        let own: Vec<usize> = source::of_lineage(self.file.dockerfile.model(), self.stage.index).collect();
        self.steps.all().filter(move |step| own.contains(&step.index))
    }
}

/// Whether the command compiles Python source: the module `compileall`, or a program that imports it.
pub(crate) fn compiles(call: &Call<'_>) -> bool {
    call.program == "compileall"
        || (call.program == "python" && call.values().any(|value| value.contains("compileall")))
}
