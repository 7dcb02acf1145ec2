//! `distroless-runtime`: the final stage on an image that holds the language and nothing more.

mod accounts;
mod bases;
mod binary;
mod command;
mod consumers;
mod folders;
mod libraries;
mod manifests;
mod one_stage;
mod programs;
pub(crate) mod proof;
mod runs;
mod scene;
mod source;
mod swap;
pub(crate) mod table;

use std::collections::BTreeMap;

use dockfit_dockerfile::model::{Base, Model, Origin, Stage};
use dockfit_dockerfile::operation::Operation;
use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_dockerfile::{Document, Keyword, Span};
use dockfit_rewrite::{
    Change, Consent, Decision, DecisionInfo, Declared, Dockerfile, Edit, EditSet, Facet, FileEdit, Outcome,
    Pass, PassInfo, Reason, Safety, Selection, Task,
};

use self::bases::{Kind, System};
use self::scene::{OldBase, Scene};
use self::table::Image;
use crate::cache_mounts::Refusal;
use crate::debug_target;
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
    let is_wanted = file.task.consent(&SWAP) == Consent::Given;
    let outcome = decide(file).filter(|_| is_wanted)?.outcome;
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
    let (image, kind, old) = match &stage.base {
        Base::Scratch => return Ok(Swapped::Already),
        Base::Image(reference) if is_distroless(reference) => return Ok(Swapped::Already),
        Base::Image(reference) => fitting(file, stage, reference)?,
        Base::Stage(_) => return Err(on_a_stage(file, stage)),
        Base::Invalid if !stage.base_arguments.is_empty() => return Err(base_variable(stage)),
        Base::Context(_) | Base::Invalid => {
            let text = format!("`{}` names no image", stage.base_name);
            return Err(Refusal::new("base-unknown", text, "build the final stage on an image"));
        }
    };
    unfit(file, stage)?;
    let made = if kind == Kind::Python && one_stage::installs(file, stage) {
        in_two(file, stage, image, old)?
    } else {
        planned(file, stage, image, kind, old)?
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
        let base = &stage.base_name;
        notes.insert(
            0,
            format!("the Python of `{base}`, with the libraries that it links to, and without pip"),
        );
    }
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    Ok(Swapped::To(image, Change { edits, declares: made.declares, note }))
}

/// A swap, proven.
struct Made {
    edits: Vec<Edit>,
    others: Vec<FileEdit>,
    declares: Vec<Declared>,
    notes: Vec<String>,
    text: Vec<u8>,
}

/// Plans the swap of the last stage of a file and proves what comes out.
fn planned(
    file: &File<'_>,
    stage: &Stage,
    image: &'static Image,
    kind: Kind,
    old: OldBase,
) -> Result<Made, Refusal> {
    let scene = Scene::read(file, stage, image, kind, old)?;
    source::check(&scene)?;
    let mut plan = swap::plan(&scene)?;
    let applied = |edits: &[Edit]| {
        EditSet::new(edits.iter().cloned()).map(|set| set.apply(file.dockerfile.document().source())).map_err(
            |overlap| Refusal::new("cannot-edit", overlap.to_string(), "write the stage in a simpler form"),
        )
    };
    if !plan.for_debug.is_empty() {
        let text = applied(&plan.edits)?;
        let name = debug_target::name(stage.name.as_deref());
        let added = debug_target::write(&text, file.dockerfile, stage, &name)?;
        for retarget in &plan.for_debug {
            let edit = Edit::replace(Span::new(retarget.place.start, retarget.place.end), name.clone());
            plan.others.push(FileEdit { file: retarget.file.clone(), edit });
        }
        let services: Vec<&str> = plan.for_debug.iter().map(|retarget| retarget.service.as_str()).collect();
        plan.notes.push(format!("needs a shell and builds `{name}` from now on: {}", services.join(", ")));
        plan.edits.push(added.edit);
        plan.declares.extend(added.declares);
    }
    let text = applied(&plan.edits)?;
    proof::check(&text)?;
    Ok(Made { edits: plan.edits, others: plan.others, declares: plan.declares, notes: plan.notes, text })
}

/// The same for a stage that installs its packages itself: taken apart first.
fn in_two(file: &File<'_>, stage: &Stage, image: &'static Image, old: OldBase) -> Result<Made, Refusal> {
    let split = one_stage::split(file, stage, image.language.version().unwrap_or_default())?;
    let own = file.dockerfile;
    let dockerfile = Dockerfile::new(own.path().clone(), own.context().clone(), split.text);
    let cannot = || {
        Refusal::new(
            "no-builder",
            "the final stage installs its packages itself",
            "install in a stage of its own and copy the packages from there",
        )
    };
    let inner = file.with(&dockerfile);
    let last = dockerfile
        .model()
        .stages()
        .last()
        .filter(|_| dockerfile.errors().next().is_none())
        .ok_or_else(cannot)?;
    let made = planned(&inner, last, image, Kind::Python, old)?;
    // What was declared of the text in between, told of the text on disk.
    let runs = last.instructions.clone().filter_map(|index| {
        let found = dockerfile.document().instructions().get(index)?;
        (found.keyword() == Keyword::Run).then_some(found.span.start)
    });
    let before: BTreeMap<usize, usize> = runs.zip(split.moved).collect();
    let mut declares = split.declares;
    declares.extend(beyond_the_builder(own, stage));
    keeps(own.model(), &Model::of(&Document::parse(made.text.clone())), stage).ok_or_else(cannot)?;
    declares.extend(made.declares.into_iter().map(|declared| match declared {
        Declared::RunTakenOut(run) => Declared::RunTakenOut(before.get(&run).copied().unwrap_or(run)),
        Declared::Base { image, .. } => Declared::Base { stage: stage.index, image },
        Declared::StageAdded { name, .. } => Declared::StageAdded { name, like: stage.index },
        Declared::StagePart { name, .. } => Declared::StagePart { name, like: stage.index },
        other => other,
    }));
    let mut notes = made.notes;
    notes.push("what the image installed it installs in the stage `builder` now".to_owned());
    let edits = vec![difference(own.document().source(), &made.text)];
    Ok(Made { edits, declares, notes, ..made })
}

/// What the stage sets for the container, and its builder does not.
fn beyond_the_builder(dockerfile: &Dockerfile, stage: &Stage) -> Vec<Declared> {
    let document = dockerfile.document();
    let mut declares = Vec::new();
    for index in stage.instructions.clone() {
        let facet = match document.instructions().get(index).map(dockfit_dockerfile::Instruction::keyword) {
            Some(Keyword::Cmd) => Facet::Cmd,
            Some(Keyword::Entrypoint) => {
                // It takes the base's CMD away.
                declares.push(Declared::Facet(Facet::Cmd));
                Facet::Entrypoint
            }
            Some(Keyword::Expose) => Facet::Ports,
            Some(Keyword::Label | Keyword::Maintainer) => Facet::Labels,
            Some(Keyword::Healthcheck) => Facet::HealthCheck,
            Some(Keyword::Volume) => Facet::Volumes,
            Some(Keyword::Stopsignal) => Facet::StopSignal,
            Some(Keyword::User) => Facet::User,
            Some(Keyword::Workdir) => Facet::Workdir,
            Some(Keyword::Env) => {
                if let Some(Operation::Env(pairs)) = dockerfile.model().operation(index) {
                    declares.extend(pairs.iter().map(|pair| Declared::Env(pair.key.text.clone())));
                }
                continue;
            }
            _ => continue,
        };
        declares.push(Declared::Facet(facet));
    }
    declares
}

/// Whether the stage that runs has what the one that also built had: what its builder lacks is declared, and so no longer
/// compared for it.
fn keeps(was: &Model, is: &Model, stage: &Stage) -> Option<()> {
    let before = was.config(stage.index);
    let after = is.config(is.stages().last()?.index);
    let of_installer = |name: &str| one_stage::OF_INSTALLERS.iter().any(|start| name.starts_with(start));
    let kept = before
        .env
        .iter()
        .filter(|variable| {
            !of_installer(&variable.name)
                && !swap::OF_BASES.contains(&&*variable.name)
                && &*variable.name != "PATH"
        })
        .all(|variable| {
            after.env.iter().any(|other| other.name == variable.name && other.value == variable.value)
        });
    let same = kept
        && before.exposed_ports == after.exposed_ports
        && before.volumes == after.volumes
        && before.labels == after.labels
        && before.stop_signal == after.stop_signal
        && (stage.instructions.is_empty()
            || before.working_dir == after.working_dir
            || after.working_dir.as_known() == Some("/"));
    same.then_some(())
}

/// The lines in which two texts differ, as one edit.
fn difference(before: &[u8], after: &[u8]) -> Edit {
    let (old, new): (Vec<&[u8]>, Vec<&[u8]>) = (
        before.split_inclusive(|byte| *byte == b'\n').collect(),
        after.split_inclusive(|byte| *byte == b'\n').collect(),
    );
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let left = old.len().min(new.len()) - same;
    let at_end =
        old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(old, new)| old == new).count();
    let length = |lines: &[&[u8]]| lines.iter().map(|line| line.len()).sum::<usize>();
    let start = length(old.get(..same).unwrap_or_default());
    let end = length(old.get(..old.len() - at_end).unwrap_or_default());
    let text = new.get(same..new.len() - at_end).unwrap_or_default().concat();
    Edit::replace(Span::new(start, end), String::from_utf8_lossy(&text))
}

fn is_distroless(image: &ImageReference) -> bool {
    format!("{}/{}", image.domain, image.path).starts_with(table::REGISTRY)
}

/// The image that fits the one that the stage is built on.
fn fitting(
    file: &File<'_>,
    stage: &Stage,
    reference: &ImageReference,
) -> Result<(&'static Image, Kind, OldBase), Refusal> {
    let name = reference.familiar();
    let kind = bases::kind(reference);
    let compiled =
        if kind.is_none() && binary::is_system(reference) { binary::image(file, stage) } else { None };
    if kind.is_none() && compiled.is_none() {
        let text = format!("no distroless image takes the place of `{name}`");
        return Err(Refusal::new(
            "no-image",
            text,
            "keep the base; there are images for Python, Node, Java and compiled programs",
        ));
    }
    if !stage.base_arguments.is_empty() {
        return Err(base_variable(stage));
    }
    if reference.digest.is_some() {
        let text = format!("`{name}` is pinned by its digest, and no pin of the other image is known here");
        return Err(Refusal::new(
            "pinned",
            text,
            "take the digest out, and pin the new base with your own tool",
        ));
    }
    if let Some(image) = compiled {
        let alpine = reference.familiar_name() == "alpine";
        return Ok((
            image?,
            Kind::Binary,
            OldBase { plain: true, alpine, release: libraries::release(reference) },
        ));
    }
    let kind = kind.unwrap_or(Kind::Binary);
    let Some(tagged) = bases::tagged(reference) else {
        let text = format!("`{name}` leaves the version of {} open", kind.name());
        return Err(Refusal::new("version-open", text, "name the version in FROM"));
    };
    let image = bases::fitting(kind, &tagged, file.task.selection.interpreter)?;
    if tagged.system == System::Alpine && kind != Kind::Java {
        let text = format!("`{name}` has Alpine's C library (musl), and packages that were built for it");
        return Err(Refusal::new("other-libc", text, "build on the -slim variant first"));
    }
    if let Some(platform) = &stage.platform
        && !image.runs_on(&platform.architecture)
    {
        let text = format!("`{}` is not made for {platform}", image.reference(""));
        return Err(Refusal::new("platform", text, "keep the base"));
    }
    // The big images bring users of their packages.
    let plain = tagged.slim && matches!(tagged.system, System::Debian(_)) && kind == Kind::Python;
    Ok((image, kind, OldBase { plain, alpine: false, release: tagged.release() }))
}

fn on_a_stage(file: &File<'_>, stage: &Stage) -> Refusal {
    let model = file.dockerfile.model();
    let lowest = model.lineage(stage.index).last();
    let kind = lowest.and_then(|lowest| match &lowest.base {
        Base::Image(image) => bases::kind(image),
        _ => None,
    });
    match kind {
        Some(_) => Refusal::new(
            "base-is-a-stage",
            format!(
                "the final stage is built on the stage `{}`, which others need as it is",
                stage.base_name
            ),
            "build the final stage on the image itself, and repeat the ENV and WORKDIR that it needs",
        ),
        None => Refusal::new(
            "no-image",
            format!("no distroless image takes the place of `{}`", stage.base_name),
            "keep the base",
        ),
    }
}

/// Why the stage is not the one that runs in production, if so, or is not to be touched.
fn unfit(file: &File<'_>, stage: &Stage) -> Result<(), Refusal> {
    const NOT_FOR_PRODUCTION: &[&str] =
        &["dev", "development", "debug", "test", "tests", "testing", "local", "ci", "lint"];
    if file.dockerfile.is_ignored(stage.from, INFO.id) || file.dockerfile.is_ignored(stage.from, SWAP.id) {
        return Err(Refusal::new(
            "ignored",
            "a comment above the stage keeps this pass away",
            "remove the comment",
        ));
    }
    if let Some(name) = stage.name.as_deref().filter(|name| NOT_FOR_PRODUCTION.contains(name)) {
        let text = format!("the last stage is called `{name}`, and needs a shell");
        return Err(Refusal::new("not-for-production", text, "put the stage that runs in production last"));
    }
    if !stage.triggers.is_empty() {
        return Err(Refusal::new(
            "onbuild",
            "the base defers instructions to this build, which need its shell",
            "keep the base",
        ));
    }
    Ok(())
}

fn base_variable(stage: &Stage) -> Refusal {
    let text = format!("the base is decided by the build argument {}", stage.base_arguments.join(", "));
    Refusal::new("base-variable", text, "write the base's name and version into FROM")
}
