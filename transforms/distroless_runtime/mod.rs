//! `distroless-runtime`: the final stage on an image that holds the language and nothing more.

mod accounts;
mod bases;
mod binary;
mod choice;
mod command;
mod consumers;
mod folders;
mod in_two;
mod libraries;
mod manifests;
mod on_a_stage;
mod one_stage;
mod planned;
mod programs;
pub(crate) mod proof;
mod runs;
mod scene;
mod source;
mod swap;
pub(crate) mod table;
mod variable;

use dockfit_dockerfile::model::{Base, Model, Origin, Stage};
use dockfit_rewrite::{
    Change, Consent, Decision, DecisionInfo, Facet, FileEdit, Outcome, Pass, PassInfo, Reason, Safety,
    Selection, Task,
};

use self::bases::Kind;
use self::choice::{Chosen, base_variable, chosen, is_distroless, unfit};
use self::in_two::in_two;
use self::planned::planned;
use self::table::Image;
use crate::cache_mounts::Refusal;
use crate::dockerfiles::{File, decisions};

/// The pass.
pub(crate) struct DistrolessRuntime;

static SWAP: DecisionInfo = DecisionInfo {
    id: "distroless-runtime/swap-base",
    summary: "a base with the language and its libraries alone, in the place of a whole distribution",
    safety: Safety::Unsafe,
};

static SUPPORT: DecisionInfo = DecisionInfo {
    id: "distroless-runtime/support",
    summary: "no base that its makers no longer look after",
    safety: Safety::Safe,
};

static INFO: PassInfo = PassInfo {
    id: "distroless-runtime",
    proposal: "1.1",
    summary: "a runtime without shell and package manager is smaller, and leaves less to attack and to patch",
    page: include_str!("README.md"),
    decisions: &[&SWAP, &SUPPORT],
    facets: &[
        Facet::Env,
        Facet::Entrypoint,
        Facet::Cmd,
        Facet::User,
        Facet::Workdir,
        Facet::Ports,
        Facet::Volumes,
        Facet::Labels,
        Facet::HealthCheck,
        Facet::StopSignal,
        Facet::Shell,
        Facet::Packages,
        Facet::Files,
        Facet::Layers,
    ],
    after: &["split-dependencies", "healthcheck"],
};

impl Pass for DistrolessRuntime {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        decisions(task, decide)
    }
}

fn decide(file: &File<'_>) -> Option<Decision> {
    let model = file.dockerfile.model();
    let document = file.dockerfile.document();
    let stage = model.stages().last()?;
    let span = document.instructions().get(stage.from)?.text_span();
    if let Some(outcome) = support(stage) {
        return Some(file.decision(&SUPPORT, span, outcome));
    }
    let consent = file.task.consent(&SWAP);
    let outcome = match swap(file, stage) {
        Ok(Swapped::Already) => Outcome::Already,
        Ok(Swapped::To(_, change)) if consent == Consent::Given => Outcome::Applied(change),
        Ok(Swapped::To(image, _)) => Outcome::Advised {
            reason: Reason {
                code: "could-be-distroless",
                text: format!(
                    "this stage can be built on `{}`, without shell and package manager",
                    image.reference("")
                ),
            },
            way_out: format!("{} does it, with all that it needs", Selection::option_for(&SWAP)),
        },
        Err(refusal) if consent == Consent::Given => refusal.into_outcome(),
        Err(_) => return None,
    };
    if consent != Consent::Given && outcome == Outcome::Already {
        return None;
    }
    Some(file.decision(&SWAP, span, outcome))
}

/// Why the final stage is not built on a distroless image, although that is wanted.
pub(crate) fn refused(file: &File<'_>) -> Option<Outcome> {
    // Not before it is wanted: the swap is worked out whole to tell.
    if file.task.consent(&SWAP) != Consent::Given {
        return None;
    }
    let outcome = decide(file)?.outcome;
    matches!(outcome, Outcome::Refused { .. }).then_some(outcome)
}

/// Advice where the base is a distroless image that is no longer looked after.
fn support(stage: &Stage) -> Option<Outcome> {
    let Base::Image(image) = &stage.base else { return None };
    let repository = format!("{}/{}", image.domain, image.path);
    let when = table::ended(&repository)?;
    Some(Outcome::Advised {
        reason: Reason {
            code: "support-ended",
            text: format!("support of `{repository}` ended ({when}): it gets no security fixes"),
        },
        way_out: "move to the image of Debian 13, with the version of the language that it has".to_owned(),
    })
}

/// The stage from which a stage without a language of its own has its interpreter, where this pass wrote it so.
pub(crate) fn interpreter(model: &Model, stage: usize) -> Option<&Stage> {
    model.lineage(stage).flat_map(|stage| &stage.takes).find_map(|take| match take.from {
        Origin::Stage(from) => {
            model.stages().get(from).filter(|found| found.name.as_deref() == Some(swap::INTERPRETER))
        }
        _ => None,
    })
}

/// What comes of a stage.
enum Swapped {
    /// It is on a distroless image, or on none at all.
    Already,
    /// It can be on this one.
    To(&'static Image, Change),
}

fn swap(file: &File<'_>, stage: &Stage) -> Result<Swapped, Refusal> {
    let lowest = file.dockerfile.model().lineage(stage.index).last().unwrap_or(stage);
    let reference = match &lowest.base {
        Base::Scratch => return Ok(Swapped::Already),
        Base::Image(reference) if is_distroless(reference) => return Ok(Swapped::Already),
        Base::Image(reference) => reference,
        Base::Invalid if !lowest.base_arguments.is_empty() => return Err(base_variable(lowest)),
        Base::Stage(_) | Base::Context(_) | Base::Invalid => {
            let text = format!("`{}` names no image", lowest.base_name);
            return Err(Refusal::new("base-unknown", text, "build the final stage on an image"));
        }
    };
    let chosen = chosen(file, lowest, reference)?;
    unfit(file, stage)?;
    let Chosen { image, kind, .. } = chosen;
    let made = if lowest.index != stage.index {
        on_a_stage::apart(file, stage, lowest, chosen)?
    } else if kind == Kind::Python && one_stage::installs(file, stage) {
        in_two(file, stage, chosen)?
    } else {
        planned(file, stage, chosen, Vec::new())?
    };
    let path = file.dockerfile.path();
    let mut edits: Vec<FileEdit> =
        made.edits.into_iter().map(|edit| FileEdit { file: path.clone(), edit }).collect();
    edits.extend(made.others);
    let mut notes = made.notes;
    if let Some(version) = image.version {
        notes.insert(0, format!("{} {version}, supported until {}", kind.name(), image.support));
    }
    if image.is_copied {
        let base = &lowest.base_name;
        notes.insert(
            0,
            format!("the Python of `{base}`, with the libraries that it links to, and without pip"),
        );
    }
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    Ok(Swapped::To(image, Change { edits, declares: made.declares, note }))
}
