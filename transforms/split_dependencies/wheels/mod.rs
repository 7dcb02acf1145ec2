//! Wheels that a stage builds for others: who installs them, and what else is taken from the stage.

mod around;
mod taken;

use dockfit_dockerfile::model::Origin;
use dockfit_dockerfile::values::path::clean;
use dockfit_rewrite::Project;

use super::install::{Taking, builds, taking};
use super::part::parted;
use super::plan::{Found, Install, Lead, Parted, Plan, Stages, What};
use super::shape::{named, targeted_by};
use super::tree::Tree;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::path::overlaps;
use crate::cache_mounts::step::Step;
use crate::cache_mounts::steps::Steps;

use self::taken::{Taken, taken};

/// A step that installs the wheels.
pub(super) struct User<'p, 'd> {
    pub(super) step: &'p Step<'d>,
    pub(super) taking: Taking,
    pub(super) wheels: Brought,
    /// The file that it installs from, where it does not install all wheels there are.
    pub(super) list: Option<List>,
    pub(super) lead: Lead,
    /// The instruction that does nothing but delete the wheels.
    pub(super) deleted_by: Option<usize>,
}

/// The stages that build the wheels.
pub(super) enum Shape {
    /// Beside the old one, which ends with the wheels.
    Stages(Stages),
    /// Between what stands before the wheels in the old one, and what it does behind them.
    Parts(Parted),
}

impl Shape {
    /// How the names of the stages begin.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Stages(stages) => &stages.name,
            Self::Parts(parted) => &parted.name,
        }
    }
}

/// How something of another stage comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Brought {
    /// By the COPY of this index.
    Copied(usize),
    /// By this one of the flags of its own RUN.
    Mounted(usize),
}

/// Where the file with the names of the packages comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// It lies among the wheels.
    AmongWheels,
    /// From the context, by the instruction of this index.
    Context(usize),
    /// From the stage that builds the wheels.
    Stage(Brought),
}

fn otherwise(text: impl Into<String>) -> Refusal {
    let way_out = "install in the stage that builds the wheels, with --prefix=/install, and copy that folder";
    Refusal::new("wheels", text, way_out)
}

/// Whether the wheels of a step come from a stage that builds them: that step has the decision.
pub(super) fn are_built_here(steps: &Steps<'_>, step: &Step<'_>) -> bool {
    let model = steps.model();
    let from = |stage: usize| {
        let built = steps.all().filter(|other| other.calls().iter().any(builds));
        let mut stages = built.filter_map(|other| model.stage_of(other.index));
        stages.any(|found| found.index == stage)
    };
    let own = step.stages().filter_map(|stage| model.stages().get(stage));
    let mut takes = own.flat_map(|stage| &stage.takes);
    takes.any(|take| matches!(take.from, Origin::Stage(stage) if from(stage)))
}

/// The steps that install the wheels of `build`, each once; an error where they are used otherwise.
pub(super) fn users<'p, 'd>(
    tree: &Tree<'_>,
    steps: &'p Steps<'d>,
    build: &Step<'d>,
    install: &Install,
    found: &Found,
    lead: &Lead,
) -> Result<Vec<User<'p, 'd>>, Refusal> {
    let model = build.model();
    let folder = install.root.as_ref().map(|root| root.path.as_str()).unwrap_or_default();
    let unknown = || otherwise("the folder of the wheels cannot be told");
    let stage = model.stage_of(build.index).filter(|_| folder.len() > 1).ok_or_else(unknown)?;
    let list = match &install.what {
        What::Requirements { path, .. } => Some(path.as_str()),
        _ => None,
    };
    let copied = lead.inputs.iter().filter_map(|index| tree.copied(*index));
    let inputs: Vec<String> =
        copied.flat_map(|copied| copied.files).map(|file| file.target.clone()).collect();
    let (mut wheels, mut lists) = (Vec::new(), Vec::new());
    for taken in taken(build, stage)? {
        if taken.source == folder {
            wheels.push(taken);
        } else if Some(taken.source.as_str()) == list {
            lists.push(taken);
        } else if overlaps(&taken.source, folder) || inputs.iter().any(|input| overlaps(&taken.source, input))
        {
            let text = format!(
                "line {} takes `{}` from the stage of the wheels",
                build.line_of(taken.index),
                taken.source
            );
            return Err(otherwise(text));
        }
    }
    if wheels.is_empty() {
        return Err(otherwise("`pip wheel` builds wheels that no other stage installs from their folder"));
    }
    let mut users: Vec<User<'p, 'd>> = Vec::new();
    for taken in &wheels {
        let (step, taking) = installing(steps, taken)?;
        let mut user = User {
            list: list_of(tree, step, &taking, found, list.map(|path| (path, folder)), &lists)?,
            step,
            taking,
            wheels: taken.how,
            lead: Lead::default(),
            deleted_by: None,
        };
        user.lead = user.lead(steps)?;
        users.push(user);
    }
    let is_used = |index: &usize| {
        users.iter().any(|user| user.step.index == *index || user.lead.inputs.contains(index))
    };
    if let Some(other) = lists.iter().find(|taken| !is_used(&taken.index)) {
        let line = build.line_of(other.index);
        return Err(otherwise(format!(
            "line {line} takes the list of packages from the stage of the wheels"
        )));
    }
    let used: Vec<usize> = (0..build.document().instructions().len()).filter(is_used).collect();
    for user in &mut users {
        user.deleted_by = user.named_elsewhere(steps, build, &used)?;
    }
    Ok(users)
}

/// The step that installs the wheels that an instruction brings.
fn installing<'p, 'd>(steps: &'p Steps<'d>, taken: &Taken) -> Result<(&'p Step<'d>, Taking), Refusal> {
    let stage =
        steps.model().stage_of(taken.index).map(|stage| stage.instructions.clone()).unwrap_or_default();
    let own = |step: &&Step<'d>| match taken.how {
        Brought::Copied(index) => stage.contains(&step.index) && step.index > index,
        Brought::Mounted(_) => step.index == taken.index,
    };
    let mut found = None;
    for step in steps.all().filter(own) {
        let Some(taking) = taking(step) else { continue };
        let at = |refusal: Refusal| {
            let text = format!("line {}: {}", step.line_of(step.index), refusal.text);
            Refusal { text, ..refusal }
        };
        let taking = taking.map_err(at)?;
        if taking.folder != taken.target {
            continue;
        }
        if let Some(refusal) = step.refuses_edits(super::STAGES.id) {
            return Err(at(refusal));
        }
        if found.is_some() {
            return Err(otherwise("the wheels are installed twice in one stage"));
        }
        found = Some((step, taking));
    }
    found.ok_or_else(|| {
        let line = steps.dockerfile().document().line_of(taken.index);
        otherwise(format!("no install of wheels from `{}` follows line {line}", taken.target))
    })
}

/// Where the list comes from that a step installs from.
fn list_of(
    tree: &Tree<'_>,
    step: &Step<'_>,
    taking: &Taking,
    found: &Found,
    built: Option<(&str, &str)>,
    lists: &[Taken],
) -> Result<Option<List>, Refusal> {
    let path = match &taking.install.what {
        What::Wheels { .. } => return Ok(None),
        What::Requirements { path, .. } => path,
        _ => return Err(otherwise("a project is installed of a folder of wheels")),
    };
    let (list, folder) = built.unwrap_or_default();
    if let Some(name) = path.strip_prefix(&format!("{}/", taking.folder)) {
        if list == format!("{folder}/{name}") {
            return Ok(Some(List::AmongWheels));
        }
    } else if let Some(taken) = lists.iter().find(|taken| {
        let into = taken.source.rsplit('/').next().map(|name| clean(&format!("{}/{name}", taken.target)));
        let is_copy = matches!(taken.how, Brought::Copied(_));
        (taken.target == *path || (is_copy && into.as_deref() == Some(path)))
            && match taken.how {
                Brought::Mounted(_) => taken.index == step.index,
                Brought::Copied(index) => step
                    .model()
                    .stage_of(step.index)
                    .is_some_and(|stage| stage.instructions.contains(&index) && index < step.index),
            }
    }) {
        return Ok(Some(List::Stage(taken.how)));
    } else if let Some(brought) = tree.brought(step, path)
        && brought.source == found.source
        && built.is_some()
    {
        return Ok(Some(List::Context(brought.brought_by)));
    }
    let line = step.line_of(step.index);
    Err(otherwise(format!("line {line} installs from `{path}`, which is not what the wheels are built of")))
}

/// Refuses what is installed by hash of a lock that the step did not name before: wheels that were built have other hashes.
pub(super) fn fits(users: &[User<'_, '_>], was_fresh: bool, hashed: bool) -> Result<(), Refusal> {
    if was_fresh && hashed && users.iter().any(|user| user.list.is_some()) {
        let text = "the lock has hashes, which wheels that are built here do not have";
        return Err(Refusal::new(
            "wheels",
            text,
            "install all wheels of the folder, `pip install /wheels/*`",
        ));
    }
    Ok(())
}

/// Where the wheels of the groups are built.
pub(super) fn shape(
    project: &Project,
    steps: &Steps<'_>,
    plan: &Plan<'_, '_>,
    users: &[User<'_, '_>],
) -> Result<Shape, Refusal> {
    let Plan { step, install, files, .. } = plan;
    let refused = |why: String| otherwise(format!("the wheels cannot be built in stages, since {why}"));
    let stage = step.model().stage_of(step.index);
    if let Some(stage) = stage.filter(|stage| stage.instructions.end != step.index + 1) {
        let folder = install.root.as_ref().map(|root| root.path.as_str()).unwrap_or_default();
        around::needed_behind(step, stage, folder)?;
        let name = stage.name.as_deref().unwrap_or_default();
        if let Some(file) = targeted_by(project, step.dockerfile.path(), name) {
            return Err(refused(format!("{file} builds the stage `{name}` by itself")));
        }
        return Ok(Shape::Parts(parted(steps, step, install, files).map_err(refused)?));
    }
    let by = users.iter().flat_map(|user| user.lead.inputs.iter().copied().chain([user.step.index]));
    let by = by.map(|index| (index, false)).collect();
    let names: Vec<&str> = files.iter().map(|file| file.group.as_str()).collect();
    let stages = named(project, step, install, &names, by).map_err(refused)?;
    Ok(Shape::Stages(Stages { takers: Vec::new(), ..stages }))
}
