//! `ci-cache`: what a build on throw-away machines keeps of its cache. Advice only.

use std::collections::BTreeSet;

use dockfit_dockerfile::operation::MountKind;
use dockfit_dockerfile::{Instruction, Span};
use dockfit_rewrite::context::{self, Builder, CiBuild};
use dockfit_rewrite::{
    Consent, Decision, DecisionInfo, Outcome, Pass, PassInfo, Reason, RelPath, Safety, Task,
};

use crate::dockerfiles::File;

/// The pass.
pub(crate) struct CiCache;

static EXPORT: DecisionInfo = DecisionInfo {
    id: "ci-cache/export",
    summary: "a cache that outlives the machine which builds",
    safety: Safety::Safe,
};

static MODE: DecisionInfo = DecisionInfo {
    id: "ci-cache/mode",
    summary: "all stages in the exported cache, not the last one alone",
    safety: Safety::Safe,
};

static MOUNTS: DecisionInfo = DecisionInfo {
    id: "ci-cache/mounts",
    summary: "cache mounts that outlive the machine which builds",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "ci-cache",
    proposal: "1.2",
    summary: "a machine that is thrown away after each build has no cache, unless the build brings one along",
    page: include_str!("README.md"),
    decisions: &[&EXPORT, &MODE, &MOUNTS],
    facets: &[],
    after: &["package-caches", "apt-caches"],
};

impl Pass for CiCache {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let builds = context::ci_builds(task.project);
        if builds.is_empty() {
            return Vec::new();
        }
        File::all(task)
            .flat_map(|file| decide(&file, &builds))
            .filter(|decision| task.consent(decision.info) == Consent::Given)
            .collect()
    }
}

fn decide(file: &File<'_>, builds: &[CiBuild]) -> Vec<Decision> {
    let (document, model) = (file.dockerfile.document(), file.dockerfile.model());
    let Some(last) = model.stages().last().map(|stage| stage.from) else { return Vec::new() };
    let span_of =
        |index: usize| document.instructions().get(index).map_or(Span::default(), Instruction::text_span);
    let mounted = (0..document.instructions().len())
        .find(|index| model.mounts(*index).iter().flatten().any(|mount| mount.kind == MountKind::Cache));
    let several = model.stages().iter().filter(|stage| stage.built).count() > 1;
    let mut told: BTreeSet<&RelPath> = BTreeSet::new();
    let mut decisions = Vec::new();
    for build in builds.iter().filter(|build| build.build.dockerfile == *file.dockerfile.path()) {
        let place = format!("{}:{}", build.build.declared_in, build.line);
        let last = span_of(last);
        let outcome = match &build.exports {
            None if !build.imports => no_cache(&place, build.builder),
            // A variable may hold the mode.
            Some(to)
                if several
                    && build.builder != Builder::Kaniko
                    && !to.contains("mode=max")
                    && !to.contains('$') =>
            {
                decisions.push(file.decision(&MODE, last, only_the_last_stage(&place, to)));
                continue;
            }
            _ => Outcome::Already,
        };
        decisions.push(file.decision(&EXPORT, last, outcome));
    }
    // Kaniko does not know cache mounts at all.
    let machines = builds.iter().filter(|build| build.builder != Builder::Kaniko);
    for build in machines.filter(|build| build.build.dockerfile == *file.dockerfile.path()) {
        if let Some(mounted) = mounted.filter(|_| told.insert(&build.build.declared_in)) {
            let place = format!("{}:{}", build.build.declared_in, build.line);
            decisions.push(file.decision(&MOUNTS, span_of(mounted), empty_mounts(&place, build.builder)));
        }
    }
    decisions
}

fn no_cache(place: &str, builder: Builder) -> Outcome {
    let text = format!(
        "{place} builds this file without a cache from elsewhere, and leaves none for the next build"
    );
    let way_out = match builder {
        Builder::Action => "add cache-from: type=gha and cache-to: type=gha,mode=max there",
        Builder::Bake => {
            "add *.cache-from=type=gha and *.cache-to=type=gha,mode=max to `set` there, or the like to the target"
        }
        Builder::Docker => {
            "use docker buildx build there, with --cache-from and --cache-to type=registry,ref=…,mode=max"
        }
        Builder::Kaniko => "add --cache=true there",
    };
    advised("no-cache", text, way_out)
}

fn only_the_last_stage(place: &str, to: &str) -> Outcome {
    let to = to.trim();
    let text = format!("{place} exports its cache to `{to}`, with the layers of the last stage alone");
    let way_out = if to.contains("type=inline") {
        "an inline cache cannot hold other stages: export with type=gha or type=registry, and mode=max"
    } else {
        "add mode=max there: the other stages are then cached as well"
    };
    advised("last-stage-only", text, way_out)
}

fn empty_mounts(place: &str, builder: Builder) -> Outcome {
    let text =
        format!("cache mounts are in no exported cache: in the build of {place} they start empty each time");
    let way_out = match builder {
        Builder::Action | Builder::Bake => {
            "carry them with the action reproducible-containers/buildkit-cache-dance, or use a builder that stays"
        }
        Builder::Docker | Builder::Kaniko => "use a builder that stays, if the downloads take long",
    };
    advised("mounts-not-exported", text, way_out)
}

fn advised(code: &'static str, text: String, way_out: &str) -> Outcome {
    Outcome::Advised { reason: Reason { code, text }, way_out: way_out.to_owned() }
}
