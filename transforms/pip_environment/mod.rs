//! `pip-environment`: pip waits longer for a slow index, and is told nothing that it does not understand.

mod anchor;
mod download;
mod options;
mod variables;

use std::collections::BTreeSet;

use dockfit_dockerfile::model::{Model, Stage};
use dockfit_rewrite::{
    Consent, Decision, DecisionInfo, Declared, Facet, Outcome, Pass, PassInfo, Reason, Safety, Task,
};

use self::download::{Downloads, Said};
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;
use crate::dockerfiles::File;

/// The pass.
pub(crate) struct PipEnvironment;

/// The variable, and the value that the proposal has; pip itself waits 15 s (`pip install --help`, 23.2 and 26.3).
pub(crate) const VARIABLE: &str = "PIP_DEFAULT_TIMEOUT";
const SECONDS: u32 = 100;

static TIMEOUT: DecisionInfo = DecisionInfo {
    id: "pip-environment/timeout",
    summary: "pip waits 100 s for an answer, not 15 s",
    safety: Safety::Safe,
};

static NO_EFFECT: DecisionInfo = DecisionInfo {
    id: "pip-environment/no-effect",
    summary: "no variable that pip does not read",
    safety: Safety::Safe,
};

static CACHE: DecisionInfo = DecisionInfo {
    id: "pip-environment/cache",
    summary: "no variable that seems to leave pip's cache on and switches it off",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "pip-environment",
    proposal: "2.2",
    summary: "a package index that is slow to answer fails a build after 15 s; a variable has pip wait longer",
    page: include_str!("README.md"),
    decisions: &[&TIMEOUT, &NO_EFFECT, &CACHE],
    facets: &[Facet::Env],
    after: &["package-caches"],
};

impl Pass for PipEnvironment {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        File::all(task)
            .flat_map(|file| {
                let mut decisions = timeouts(&file);
                decisions.extend(advice(&file));
                decisions
            })
            .filter(|decision| task.consent(decision.info) == Consent::Given)
            .collect()
    }
}

/// One decision for each stage in which pip downloads, but for those that inherit the variable.
fn timeouts(file: &File<'_>) -> Vec<Decision> {
    let steps = Steps::of(file.dockerfile);
    let settings = Said::of(file.dockerfile);
    let model = steps.model();
    let mut said: BTreeSet<usize> = BTreeSet::new();
    let mut set: BTreeSet<usize> = BTreeSet::new();
    let mut decisions = Vec::new();
    let needing: BTreeSet<usize> = steps
        .mentioning(&["pip"])
        .filter(|step| settings.downloads(step) == Downloads::AsPipDoes)
        .filter_map(|step| Some(model.stage_of(step.index)?.index))
        .collect();
    for step in steps.mentioning(&["pip"]) {
        let Some(stage) = model.stage_of(step.index) else { continue };
        let downloads = settings.downloads(step);
        if downloads == Downloads::No || model.lineage(stage.index).any(|below| set.contains(&below.index)) {
            continue;
        }
        let outcome = if downloads == Downloads::AsPipDoes {
            let shared = shared_base(model, stage.index, &needing);
            let (holder, before) = shared.map_or((stage, step.index), |base| (base, base.instructions.end));
            let outcome = add(file, step, (holder.from, before), &settings);
            if matches!(outcome, Outcome::Applied(_)) {
                set.insert(holder.index);
            }
            outcome
        } else {
            Outcome::Already
        };
        // What is so of several steps is said once.
        if said.insert(stage.index) || !matches!(outcome, Outcome::Already) {
            decisions.push(file.decision(&TIMEOUT, step.instruction.text_span(), outcome));
        }
    }
    decisions
}

/// The nearest stage below `stage` on which another stage that needs the variable stands, too: set there, it is set once.
fn shared_base<'m>(model: &'m Model, stage: usize, needing: &BTreeSet<usize>) -> Option<&'m Stage> {
    let stands_on = |other: usize, base: usize| model.lineage(other).any(|below| below.index == base);
    model.lineage(stage).skip(1).find(|base| {
        !needing.contains(&base.index)
            && needing.iter().any(|other| *other != stage && stands_on(*other, base.index))
    })
}

/// What sets the variable behind the FROM of `place`, and before the instruction that stands behind it there.
fn add(file: &File<'_>, step: &Step<'_>, place: (usize, usize), settings: &Said) -> Outcome {
    let refuse = |code, text: String, way_out: &str| Outcome::Refused {
        reason: Reason { code, text },
        way_out: way_out.to_owned(),
    };
    if file.dockerfile.is_ignored(step.index, TIMEOUT.id) {
        let text = "a comment above the step keeps this pass away".to_owned();
        return refuse("ignored", text, "remove the comment");
    }
    if step.is_deferred() {
        let text = "ONBUILD: the step runs in another build".to_owned();
        return refuse("onbuild", text, "set the variable where the image is used");
    }
    if let Some(line) = settings.configured(step) {
        let text =
            format!("line {line} concerns pip's configuration file, which the variable would overrule");
        return refuse("configured", text, "set `timeout` in that file");
    }
    let pair = format!("{VARIABLE}={SECONDS}");
    match anchor::set(file.dockerfile, place, &pair, TIMEOUT.id) {
        Some(edit) => file.change([edit], vec![Declared::Env(VARIABLE.to_owned())], None),
        None => refuse("cannot-edit", "the step belongs to no stage".to_owned(), "write a FROM before it"),
    }
}

fn advice(file: &File<'_>) -> Vec<Decision> {
    let advise = |info, span, code, text: String, way_out: String| {
        file.decision(info, span, Outcome::Advised { reason: Reason { code, text }, way_out })
    };
    let sets = variables::set(file.dockerfile);
    let told = sets.into_iter().filter_map(|set| {
        if set.means_to_keep_the_cache() {
            let value = set.value.as_deref().unwrap_or_default();
            let text = format!("{}={value} switches pip's cache off: any value does", set.name);
            Some(advise(&CACHE, set.span, "cache-switched-off", text, "take it away".to_owned()))
        } else if variables::does_nothing(file.dockerfile, &set) {
            let text = format!("{} is no option of pip, which does not read it", set.name);
            let way_out = format!("take it away, unless a script of yours reads it{}", set.instead());
            Some(advise(&NO_EFFECT, set.span, "no-option", text, way_out))
        } else {
            None
        }
    });
    told.collect()
}
